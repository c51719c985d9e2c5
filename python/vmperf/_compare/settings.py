"""The fixed settings of comparisons: ``benchmarks/compare.toml``, which the wheel has too."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .. import _core
from .._errors import invalid

__all__ = ["LAYOUTS", "Settings", "defaults", "with_changes"]

LAYOUTS = ("random", "paired", "fixed")
_CORRECTIONS = ("bh", "holm")


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``compare.toml`` holds; its comments say what each is."""

    pairs: int
    rounds: int
    batch_us: int
    warm_up_ms: int
    layout: str
    aslr: bool
    alpha: float
    trim: float
    power: float
    equivalence: float
    correction: str
    looks: tuple[float, ...]
    spending: str
    reserve: float
    tolerance: float = 0.0
    sequential: bool = False

    def looks_at(self, pairs: int) -> tuple[int, ...]:
        """Return after how many of `pairs` pairs a sequential comparison may stop, ascending."""
        counts = {max(_LEAST_PAIRS, round(share * pairs)) for share in self.looks}
        return tuple(sorted(min(count, pairs) for count in counts))


_LEAST_PAIRS = 4  # fewer leave the trimmed mean too few degrees of freedom to say anything


@functools.cache
def defaults() -> Settings:
    """Return the settings of the file."""
    path = Path(str(_core.__file__)).parent / "benchmarks" / "compare.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    values = {**tables["pair"], **tables["verdict"], **tables["sequential"]}
    return Settings(**{**values, "looks": tuple(values["looks"])})


def with_changes(**changes: Any) -> Settings:
    """Return the settings with those changes that are not None.

    Raises
    ------
    InvalidArgumentError
        A value out of range; the message says what is allowed.
    """
    settings = replace(
        defaults(), **{name: value for name, value in changes.items() if value is not None}
    )
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    for name, least in (("pairs", 3), ("rounds", 2), ("batch_us", 20), ("warm_up_ms", 0)):
        value = getattr(settings, name)
        if not isinstance(value, int) or value < least:
            raise invalid(name, value, f"an integer of {least} or more")
    for name, low, high in (
        ("alpha", 1e-6, 0.5),
        ("tolerance", 0.0, 1.0),
        ("trim", 0.0, 0.49),
        ("equivalence", 0.0, 1.0),
    ):
        value = getattr(settings, name)
        if not low <= value <= high:
            raise invalid(name, value, f"{low:g} to {high:g}")
    for name, allowed in (("layout", LAYOUTS), ("correction", _CORRECTIONS)):
        value = getattr(settings, name)
        if value not in allowed:
            raise invalid(name, repr(value), ", ".join(allowed))
