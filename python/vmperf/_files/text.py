r"""The one door for text from outside: whatever the bytes are, a line comes out that can be shown.

What a library, a compiler or git says need not be UTF-8, may be cut inside a letter, and may hold
control characters that would colour a terminal or tear a table. A byte that is no text is shown as
``\xe9``, so that nothing is lost and nothing raises.
"""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["decoded", "json_text", "read_text", "shown"]

# Breaks of lines and tabs may stay; the last ones are halves of letters, which cannot be encoded.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")


def decoded(data: bytes) -> str:
    r"""Return bytes as text: UTF-8, other bytes as escapes.

    >>> decoded("größe".encode()), decoded("größe".encode("latin-1"))
    ('größe', 'gr\\xf6\\xdfe')
    """
    return shown(data.decode("utf-8", errors="backslashreplace"))


def shown(text: str) -> str:
    r"""Return text whose control characters, and halves of letters, are escapes.

    >>> shown("red\x1b[31m")
    'red\\x1b[31m'
    """
    return _CONTROL.sub(lambda found: ascii(found[0])[1:-1], text)


def json_text(data: bytes) -> str:
    """Return the text of JSON: bytes that are no UTF-8 stay in its strings, for `shown`."""
    return data.decode("utf-8", errors="surrogateescape")


def read_text(path: Path) -> str:
    """Return a file's text; empty where it is not there."""
    try:
        return decoded(path.read_bytes())
    except FileNotFoundError:
        return ""
