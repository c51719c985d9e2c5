"""Sequences as the arrays that `vmperf.stats` takes. NumPy is imported at the first call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["doubles", "integers"]


def doubles(values: Sequence[float]) -> NDArray[np.float64]:
    """Return values as float64."""
    import numpy as np

    return np.asarray(values, dtype=np.float64)


def integers(values: Sequence[int]) -> NDArray[np.int64]:
    """Return values as int64."""
    import numpy as np

    return np.asarray(values, dtype=np.int64)
