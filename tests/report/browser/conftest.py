"""Headless Chromium, driven over a pipe by the DevTools protocol with the standard library alone.

A page records what it requests, logs and throws from its first byte on. The browser lives for the
whole session, each test gets a new tab.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--remote-debugging-pipe", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-dev-shm-usage")  # fmt: skip
TIMEOUT_S = 90.0


def _high_pipe() -> tuple[int, int]:
    """A pipe whose ends are above the numbers that the browser expects."""
    low = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in low]
    for end in low:
        os.close(end)
    return high[0], high[1]


class Browser:
    """One Chromium process and its protocol: null-terminated JSON, in on 3 and out on 4."""

    def __init__(self, program: str, profile: Path) -> None:
        theirs, self._to = _high_pipe()
        self._from, back = _high_pipe()

        def number_the_ends() -> None:
            os.dup2(theirs, 3)
            os.dup2(back, 4)

        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=number_the_ends,
            close_fds=False,  # ours are closed on exec, 3 and 4 are not
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(back)
        self._last = 0
        self._buffer = b""
        self.listeners: dict[str, Callable[[dict[str, Any]], None]] = {}

    def send(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """Call a method and return its result; events on the way go to their tab."""
        self._last += 1
        call: dict[str, Any] = {"id": self._last, "method": method, "params": params}
        if session:
            call["sessionId"] = session
        os.write(self._to, json.dumps(call).encode() + b"\0")
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            message = self._receive(deadline)
            if message.get("id") == self._last:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                result: dict[str, Any] = message["result"]
                return result

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._from], [], [], max(0, deadline - time.monotonic()))
            part = os.read(self._from, 1 << 20) if ready else b""
            if not part:
                raise TimeoutError("the browser does not answer")
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.listeners.get(message.get("sessionId", ""), lambda event: None)(message)
        return message

    def close(self) -> None:
        """End the process."""
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        self._process.wait(timeout=30)


class Page:
    """A tab; `requests`, `problems` hold what it asked for and what it complained of."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.requests: list[str] = []
        self.problems: list[str] = []
        self._target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.send("Target.attachToTarget", targetId=self._target, flatten=True)
        self._session = attached["sessionId"]
        browser.listeners[self._session] = self._hear
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of this tab."""
        return self._browser.send(method, self._session, **params)

    def _hear(self, event: dict[str, Any]) -> None:
        params = event["params"]
        if event["method"] == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(params["exceptionDetails"])[:2000])
        elif event["method"] == "Runtime.consoleAPICalled" and params["type"] != "debug":
            values = [str(a.get("value", a.get("description"))) for a in params["args"]]
            self.problems.append(f"{params['type']}: {' '.join(values)}")
        elif event["method"] == "Log.entryAdded":
            self.problems.append(f"{params['entry']['level']}: {params['entry']['text']}")

    def open(self, path: Path, query: str = "") -> None:
        """Load a file and wait until its script has run."""
        self.send("Page.navigate", url=f"{path.resolve().as_uri()}?{query}")
        self.wait("document.readyState === 'complete'")

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        """Set the size of the window in CSS pixels."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=mobile)  # fmt: skip

    def prefer(self, scheme: str) -> None:
        """Let the system prefer light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def js(self, expression: str) -> Any:
        """Evaluate an expression under the page's own policy, awaiting a promise."""
        done = self.send("Runtime.evaluate", expression=expression, returnByValue=True,
                         awaitPromise=True, allowUnsafeEvalBlockedByCSP=False)  # fmt: skip
        if "exceptionDetails" in done:
            raise RuntimeError(f"{expression}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait, without sleeping here, until an expression holds."""
        limit = int(TIMEOUT_S * 900)
        script = f"""new Promise((done) => {{
            const start = performance.now();
            const look = () => {{
                if ({expression}) done(true);
                else if (performance.now() - start > {limit}) done(false);
                else setTimeout(look, 20);
            }};
            look();
        }})"""
        if not self.js(script):
            raise TimeoutError(f"never true: {expression}")

    def screenshot(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """Close the tab."""
        self._browser.listeners.pop(self._session)
        self._browser.send("Target.closeTarget", targetId=self._target)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of this session; a skip says which programs were looked for."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        started = Browser(program, Path(profile))
        try:
            yield started
        finally:
            started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new tab of 1280 x 900 pixels."""
    tab = Page(browser)
    tab.size(1280, 900)
    yield tab
    tab.close()
