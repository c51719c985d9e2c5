"""Fills the templates: one self-contained HTML file, no request to anything, charts on scroll.

The page forbids everything by its content security policy but styles within it and its two scripts,
each named by its hash; Vega evaluates expressions by its interpreter, without eval.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import _core
from .._extras import require
from .._files.whole_file import write_whole
from .._replay.result import Replay
from ..plot import charts as _charts
from ..plot.details import MOST_LINES
from . import payload, summary, words
from .bundle import javascript
from .colours import colour_of
from .groups import designs_of, sections
from .losses import losses
from .overview import Component, components
from .quantities import choices, extras_of
from .replay import replay_page

if TYPE_CHECKING:
    import jinja2

    from .._results.results import Results

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
_CSS = ("../plot/theme.css", "templates/page.css", "templates/tables.css", "templates/charts.css")
_SCRIPTS = ("rows.js", "quantities.js", "report.js")  # one module in three parts
MOST_NAMES = 4  # components in the heading
MOST_PLACES = 12  # that one line of what was refused names
_WORDS = {"faster": "faster", "slower": "slower", "equal": "unclear"}


def report(
    results: Results | Replay,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    reference: str | None = None,
) -> Path:
    """Write an interactive report of some results as one HTML file.

    Parameters
    ----------
    results : Results or Replay
        What `vmperf.run` returned or `vmperf.load_results` read; or what `vmperf.alloc.replay`
        returned, which has a page of its own, with allocators by time and memory.
    path : str or path
        File to write; its folder must exist. An existing file is replaced whole.
    title : str, optional
        Heading; by default the patterns' component names.
    reference : str, optional
        Design that ratios refer to when the page opens; it can be changed there. By default the
        one that the results name, else the first own design of each benchmark, which also stands in
        where a benchmark lacks the design.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    InvalidArgumentError
        No benchmark has the reference design, or there is nothing to report.
    UnsupportedError
        Altair, vl-convert or Jinja2 is not installed.
    OSError
        The file can't be written.

    Notes
    -----
    The page needs no network. At most 200 samples per case are drawn, fewer where there are many
    cases; tables use all samples. O(rows), a few paired ratios for each. Not for several threads.

    Examples
    --------
    >>> import vmperf
    >>> results = vmperf.run("bench/selftest/one_cycle", budget_s=0.5)
    >>> vmperf.report(results, "report.html").name
    'report.html'
    """
    jinja = require("jinja2", "report")
    target = Path(path)
    if isinstance(results, Replay):
        return replay_page(results, target, environment(jinja), policy_hash, title=title)
    page = (
        environment(jinja).get_template("page.html.j2").render(_context(results, title, reference))
    )
    write_whole(target, page)
    return target


def environment(jinja: Any) -> jinja2.Environment:
    """Return the templates' environment: everything escaped, nothing undefined passes."""
    made: jinja2.Environment = jinja.Environment(
        loader=jinja.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    helpers = (words.fixed, words.decimals, words.count, words.flags_text, words.factor)
    made.globals["row_pixels"] = _charts.ROW_PIXELS
    made.globals.update({helper.__name__: helper for helper in helpers})
    return made


def policy_hash(script: str) -> str:
    """Return the word by which the content security policy admits a script."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _named(parts: list[Component]) -> str:
    names = [part.name for part in parts]
    if len(names) <= MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:MOST_NAMES])} and {len(names) - MOST_NAMES} more"


def _context(results: Results, title: str | None, reference: str | None) -> dict[str, Any]:
    markup = require("markupsafe", "report").Markup
    if reference is None and any(c.design == results.reference for c in results.cases):
        reference = results.reference
    found = sections(results, reference)
    verdicts = summary.verdicts(found)
    rows = [(section, point, row) for section in found for point in section.points
            for row in point.rows]  # fmt: skip
    designs = designs_of(found)
    parts = components(found, verdicts, designs)
    charts = [*(section.designs for section in found), *(part.designs for part in parts)]
    wholes = ([name for s in part.sections for name in s.designs] for part in parts)
    colours = colour_of(designs, charts, wholes)
    library = javascript()
    script = "".join((_TEMPLATES / file).read_text(encoding="utf-8") for file in _SCRIPTS)
    extras = extras_of(results, found)
    return {
        "title": title or f"vmperf: {_named(parts)}",
        "version": _core.__version__,
        "written": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "results": results,
        "settings": summary.flatten(results.settings),
        "machine": summary.flatten(results.machine),
        "components": parts,
        "extras": extras,
        "choices": {one.anchor: choices([extras[s.anchor] for s in one.headline]) for one in parts},
        "sections": found,
        "verdicts": verdicts,
        "losses": losses(found),
        "refused": summary.refusals(found),
        "n_refused": sum(summary.is_refused(row) for _, _, row in rows),
        "absent": summary.refusals(found, summary.is_absent),
        "n_absent": sum(summary.is_absent(row) for _, _, row in rows),
        "most_places": MOST_PLACES,
        "most_lines": MOST_LINES,
        "beside": summary.beside_reference(found),
        "reference_texts": summary.reference_texts(),
        "asked_reference": reference,
        "n_rows": len(rows),
        "n_samples": sum(row.figures["samples"] for _, _, row in rows),
        "n_flagged": sum(row.n_flagged for _, _, row in rows),
        "sample_limit": payload.sample_limit(found),
        "n_drawn_most": max((len(s.time_ns) for x in found for p in x.points for s in p.series),
                            default=0),
        "designs": designs,
        "colour": colours,
        "words": _WORDS,
        "css": markup("".join((_HERE / file).read_text(encoding="utf-8") for file in _CSS)),
        "library": markup(library),
        "script": markup(script),
        "script_hashes": markup(f"{policy_hash(library)} {policy_hash(script)}"),
        "payload": markup(payload.build(found, parts, extras, colours, _WORDS)),
    }  # fmt: skip
