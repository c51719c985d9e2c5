"""The page of `vmperf trend`: series of a history and their changes, offline like the report."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid
from .._extras import require
from .._files.whole_file import write_whole
from .._history.history import History
from .._history.series import Series
from ..plot import charts, trend
from .bundle import javascript
from .html import environment, policy_hash

__all__ = ["trend_report"]

_HERE = Path(__file__).parent
_CSS = ("../plot/theme.css", "templates/page.css", "templates/tables.css", "templates/charts.css")


def trend_report(
    history: History,
    path: str | os.PathLike[str],
    *,
    id: str | None = None,
    on: str | None = None,
) -> Path:
    """Write the series of a history as one HTML file that needs no network.

    Parameters
    ----------
    history : History
        What comparisons were appended to.
    path : str or path
        File to write; an existing one is replaced whole.
    id : str, optional
        A shell pattern over ids.
    on : {"ratio", "minimum"}, optional
        As for `History.series`.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidArgumentError
        Nothing to draw; an unknown id.
    UnsupportedError
        Altair, vl-convert or Jinja2 is not installed.
    """
    found = history.series(id, on=on)
    if not found:
        raise invalid("history", history.path, "a history with at least one measured benchmark")
    jinja = require("jinja2", "report")
    page = environment(jinja).get_template("trend.html.j2").render(_context(history, found))
    write_whole(Path(path), page)
    return Path(path)


def _context(history: History, found: list[Series]) -> dict[str, Any]:
    markup = require("markupsafe", "report").Markup
    library = javascript()
    script = (_HERE / "templates" / "trend.js").read_text(encoding="utf-8")
    payload = {
        "charts": [_without_theme(trend.spec(one)) for one in found],
        "themes": {mode: charts.theme(mode) for mode in ("light", "dark")},
    }
    return {
        "title": "vmperf: trend",
        "version": _core.__version__,
        "written": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "path": str(history.path),
        "segments": history.segments(),
        "series": [{"one": one, "label": trend.label(one), "anchor": f"s{i}",
                    "rows": trend.datasets(one)} for i, one in enumerate(found)],
        "n_changes": sum(len(one.changes) for one in found),
        "css": markup("".join((_HERE / file).read_text(encoding="utf-8") for file in _CSS)),
        "library": markup(library),
        "script": markup(script),
        "script_hashes": markup(f"{policy_hash(library)} {policy_hash(script)}"),
        "payload": markup(json.dumps(payload, allow_nan=False).replace("</", "<\\/")
                          .replace("<!--", "<\\u0021--")),
    }  # fmt: skip


def _without_theme(spec: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in spec.items() if name != "config"}
