"""Both sides of a comparison draw the same data."""

from __future__ import annotations

from typing import Any

import pytest

from vmperf._compare import compare as compare_module
from vmperf._compare import pairs as pairs_module
from vmperf._compare.side import Dead, Task


def test_both_sides_of_a_comparison_have_one_data_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Task, Task]] = []

    def refuse(tasks: tuple[Task, Task], *_: Any, **__: Any) -> None:
        seen.append(tasks)
        raise Dead("crashed", "planted: the tasks alone are wanted")

    monkeypatch.setattr(pairs_module, "run_pair", refuse)
    compare_module.compare("libc", "naive", benchmarks="bench/memcpy", seed=-3, pairs=3)
    assert seen
    for one, other in seen:
        assert one.data_seed == other.data_seed == 2**64 - 3
        assert one.seed != other.seed
