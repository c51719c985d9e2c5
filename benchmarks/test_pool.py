"""Object pools and their peers, natively timed: ``pytest benchmarks``.

``pytest benchmarks --benchmark-autosave`` keeps a run; ``--benchmark-compare
--benchmark-compare-fail=min:5%`` sets a later one against it.
"""

from __future__ import annotations

import pytest


@pytest.mark.vmperf("pool/*")
def test_pool(vmperf_benchmark):
    """Every design of every benchmark at the defaults of its axes."""
    vmperf_benchmark()
