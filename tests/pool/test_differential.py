"""The pool against a naive model that predicts every handle, over a million operations."""

from __future__ import annotations

import random

import pytest

from vmperf._core.pool import StackPool

pytestmark = pytest.mark.differential


class Model:
    """A pool as one would draw it: a list of free handles, and fresh slots in address order."""

    def __init__(self) -> None:
        self.free: list[int] = []
        self.live = 0
        self.most = 0

    def allocate(self) -> int | None:
        """The handle that must come next, or None for a slot never handed out before."""
        self.live += 1
        self.most = max(self.most, self.live)
        return self.free.pop() if self.free else None

    def deallocate(self, handle: int) -> None:
        self.live -= 1
        self.free.append(handle)


@pytest.mark.parametrize("checked", [True, False])
def test_every_handle_is_the_one_predicted(rng: random.Random, checked: bool) -> None:
    model, pool = Model(), StackPool(48, 100, align=16, checked=checked)
    live: list[int] = []
    known: set[int] = set()
    for step in range(500_000):
        if not live or rng.random() < (0.55 if step % 4000 < 2000 else 0.45):
            expected, handle = model.allocate(), pool.allocate()
            if expected is None:
                assert handle not in known
                known.add(handle)
            else:
                assert handle == expected
            live.append(handle)
        else:
            at = rng.randrange(len(live))
            live[at], live[-1] = live[-1], live[at]
            model.deallocate(live[-1])
            pool.deallocate(live.pop())
    stats = pool.stats()
    assert (stats.live, stats.high_water) == (model.live, model.most)
    assert stats.available == stats.capacity - model.live
