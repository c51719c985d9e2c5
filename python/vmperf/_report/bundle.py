"""The Vega-Lite library as one script, made by vl-convert and kept in the user's cache.

Making it takes about 2.5 s, reading it 1 ms. The cache file is named after both versions. A cache
that can't be written costs only time.
"""

from __future__ import annotations

import re
from contextlib import suppress

from .._core import InvalidArgumentError
from .._extras import require
from .._files.cache import cache_root
from .._files.whole_file import write_whole

_END = "\n/* whole */\n"  # missing from a file that was cut short


def javascript() -> str:
    """Vega, Vega-Lite and Vega-Embed, in the version that Altair's charts are written for."""
    convert, altair = require("vl_convert", "report"), require("altair", "report")
    wanted = ".".join(altair.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    known = convert.get_vegalite_versions()
    version = wanted if wanted in known else known[-1]
    name = f"vega-lite-{version}-vl-convert-{convert.__version__}.js"
    with suppress(OSError, UnicodeDecodeError, InvalidArgumentError):
        text = (cache_root() / name).read_text(encoding="utf-8")
        if text.endswith(_END):
            return text
    text = str(convert.javascript_bundle(vl_version=version)).replace("\r", "") + _END
    text = re.sub(r"<(?=/script|!--)", r"\\x3c", text, flags=re.IGNORECASE)
    with suppress(OSError, InvalidArgumentError):
        kept = cache_root() / name
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_whole(kept, text)
    return text
