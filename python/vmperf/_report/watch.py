"""The page of a watched program: where its memory went, offline like the report."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from .. import _core
from .._alloc.watch import Watch, watch
from .._extras import require
from .._files.whole_file import write_whole
from ..plot import charts, memory
from .bundle import javascript
from .html import environment, policy_hash

__all__ = ["watch_report"]

_HERE = Path(__file__).parent
_CSS = ("../plot/theme.css", "templates/page.css", "templates/tables.css", "templates/charts.css")


def watch_report(
    source: str | os.PathLike[str], path: str | os.PathLike[str], *, title: str | None = None
) -> Path:
    """Write what ``vmperf preload --watch`` found as one HTML file that needs no network.

    Parameters
    ----------
    source : str or path
        What `vmperf preload --watch` wrote.
    path : str or path
        File to write; an existing one is replaced whole.
    title : str, optional
        Heading; by default the command.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    TraceFormatError
        `source` is no such file.
    UnsupportedError
        Altair, vl-convert or Jinja2 is not installed.
    """
    found = watch(source)
    jinja = require("jinja2", "report")
    page = environment(jinja).get_template("watch.html.j2").render(_context(found, title))
    write_whole(Path(path), page)
    return Path(path)


def _context(found: Watch, title: str | None) -> dict[str, Any]:
    markup = require("markupsafe", "report").Markup
    library = javascript()
    script = (_HERE / "templates" / "trend.js").read_text(encoding="utf-8")
    specs = [memory.spec(one) for one in found.processes]
    payload = {
        "charts": [{k: v for k, v in one.items() if k != "config"} for one in specs],
        "themes": {mode: charts.theme(mode) for mode in ("light", "dark")},
    }
    return {
        "title": title or f"vmperf: memory of {found.program.command[:60]}",
        "version": _core.__version__,
        "written": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "path": str(found.path),
        "processes": found.processes,
        "css": markup("".join((_HERE / file).read_text(encoding="utf-8") for file in _CSS)),
        "library": markup(library),
        "script": markup(script),
        "script_hashes": markup(f"{policy_hash(library)} {policy_hash(script)}"),
        "payload": markup(json.dumps(payload, allow_nan=False).replace("</", "<\\/")
                          .replace("<!--", "<\\u0021--")),
    }  # fmt: skip
