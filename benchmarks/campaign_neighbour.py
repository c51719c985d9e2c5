"""What runs beside a measurement on purpose: processes that copy memory, steadily or in bursts."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from vmperf import _core

__all__ = ["neighbour"]

_COPY = {"bytes": 1048576, "offset": 0, "steps": 1}
_ABOUT_A_MILLISECOND = 8  # copies of a MiB


@contextmanager
def neighbour(kind: str) -> Iterator[None]:
    """Run a neighbour for as long as the block lasts.

    ``steady`` copies without end on every CPU but the last allowed one, where pairs are measured;
    ``bursty`` is one process that may run on any, 1 to 50 ms on and as long off.
    """
    cpus = _core.os.allowed_cpus()
    words = {"none": [], "steady": [str(cpu) for cpu in cpus[:-1]], "bursty": ["any"]}[kind]
    running = [subprocess.Popen([sys.executable, __file__, word]) for word in words]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def _main(word: str) -> None:
    _core.os.die_with_parent()
    if word != "any":
        _core.os.pin_to_cpu(int(word))
    arm = _core.bench.Arm("bench/memcpy", _COPY, "libc", seed=0)
    rng = random.Random(0)
    while True:
        end = time.monotonic() + rng.uniform(0.001, 0.05)
        while time.monotonic() < end:
            arm.run(_ABOUT_A_MILLISECOND)
        if word == "any":
            time.sleep(rng.uniform(0.001, 0.05))


if __name__ == "__main__":
    _main(sys.argv[1])
