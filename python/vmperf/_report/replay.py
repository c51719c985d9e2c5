"""The page of a replayed trace: which allocator, the front of time and memory; offline."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from .._extras import require
from .._files.whole_file import write_whole
from .._trace.missing import MISSING
from ..plot import charts, replays
from . import summary
from .bundle import javascript

if TYPE_CHECKING:
    from .._replay.result import Replay

__all__ = ["replay_page"]

_HERE = Path(__file__).parent
_CSS = ("../plot/theme.css", "templates/page.css", "templates/tables.css", "templates/charts.css")
_MIB = 2.0**20


def replay_page(
    found: Replay, path: str | os.PathLike[str], environment: Any, policy_hash: Any,
    *, title: str | None = None,
) -> Path:  # fmt: skip
    """Write the page of a replay; `vmperf.report` does so.

    Parameters
    ----------
    found : Replay
        What `vmperf.alloc.replay` returned.
    path : str or path
        File to write; an existing one is replaced whole.
    environment, policy_hash : object
        The templates' environment and how a script is named in the policy.
    title : str, optional
        Heading.

    Returns
    -------
    pathlib.Path
        The file.
    """
    page = environment.get_template("replay.html.j2").render(_context(found, policy_hash, title))
    write_whole(Path(path), page)
    return Path(path)


def _context(found: Replay, policy_hash: Any, title: str | None) -> dict[str, Any]:
    markup = require("markupsafe", "report").Markup
    library = javascript()
    script = (_HERE / "templates" / "trend.js").read_text(encoding="utf-8")
    rows = found.rows()
    specs = [replays.front_spec(found), replays.resident_spec(found)]
    payload = {
        "charts": [{k: v for k, v in one.items() if k != "config"} for one in specs],
        "themes": {mode: charts.theme(mode) for mode in ("light", "dark")},
    }
    answer = found.recommendation()
    return {
        "title": title or "vmperf: allocators for a program",
        "version": _core.__version__,
        "written": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "found": found,
        "answer": answer,
        "rows": [row for row in rows if row["status"] == "ok"],
        "absent": [row for row in rows if row["status"] != "ok"],
        "front": answer.front,
        "null": found.null,
        "missing": MISSING,
        "machine": summary.flatten(found.machine),
        "mib": _MIB,
        "css": markup("".join((_HERE / file).read_text(encoding="utf-8") for file in _CSS)),
        "library": markup(library),
        "script": markup(script),
        "script_hashes": markup(f"{policy_hash(library)} {policy_hash(script)}"),
        "payload": markup(json.dumps(payload, allow_nan=False).replace("</", "<\\/")
                          .replace("<!--", "<\\u0021--")),
    }  # fmt: skip
