"""Optional packages: one line that names the extra where one is missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from ._errors import unsupported

__all__ = ["require"]


def require(module: str, extra: str) -> ModuleType:
    """Import an optional module.

    Parameters
    ----------
    module : str
        Name to import.
    extra : str
        The extra of this package that brings it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    UnsupportedError
        Where it is not installed, or fails as it starts; the message is one line that names the
        extra, or what it said.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = (error.name or module).partition(".")[0]
        raise unsupported(f"{missing} is not installed: pip install 'vmperf[{extra}]'") from error
    except Exception as error:  # whatever its own start lacks: a home, a file of its own
        raise unsupported(f"{module} does not start here: {error}") from error
