"""The Vega-Lite library as one script, made by vl-convert and kept in the user's cache.

Making it takes about 2.5 s, reading it 1 ms. The cache file is named after both versions and comes
into being whole (written aside, then renamed), so that parallel runs agree. A cache that can't be
written costs only time.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from .._extras import require

_END = "\n/* whole */\n"  # missing from a file that was cut short


def cache_folder() -> Path:
    """Where the user's caches are."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "vmperf"


def javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed, in the version that Altair's charts are written for."""
    convert, altair = require("vl_convert", "report"), require("altair", "report")
    wanted = ".".join(altair.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    known = convert.get_vegalite_versions()
    version = wanted if wanted in known else known[-1]
    kept = cache_folder() / f"vega-lite-{version}-vl-convert-{convert.__version__}.js"
    with suppress(OSError, UnicodeDecodeError):
        text = kept.read_text(encoding="utf-8")
        if text.endswith(_END):
            return text
    text = str(convert.javascript_bundle(vl_version=version)).replace("\r", "") + _END
    text = re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)
    with suppress(OSError):
        _store(kept, text)
    return text


def _store(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(aside).replace(path)
    except OSError:
        Path(aside).unlink(missing_ok=True)
        raise
