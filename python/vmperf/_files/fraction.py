"""Shares as people write them: ``0.5%`` or ``0.005``."""

from __future__ import annotations

import re

from .._errors import invalid

__all__ = ["parse_fraction"]

_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_ALLOWED = "a share of 0% or more and below 100%, such as 0.5% or 0.005"


def parse_fraction(given: str | float, argument: str) -> float:
    """Return a share as a fraction.

    Parameters
    ----------
    given : str or float
        ``0.5%`` and ``0.5 %`` are half a percent; without a sign, ``0.005`` is.
    argument : str
        Whose value it is, for the message.

    Returns
    -------
    float
        From 0 to below 1.

    Raises
    ------
    InvalidArgumentError
        Not a number, negative, or 1 and more, which is most likely a percentage without its sign.
    """
    text = str(given).strip()
    number = text.removesuffix("%").rstrip()
    if not _NUMBER.fullmatch(number):
        raise invalid(argument, repr(given), _ALLOWED)
    percent = text.endswith("%")
    fraction = float(number) / (100.0 if percent else 1.0)
    if fraction >= 1:
        meant = "" if percent else f"; {number}% for {number} percent"
        raise invalid(argument, repr(given), _ALLOWED + meant)
    return fraction
