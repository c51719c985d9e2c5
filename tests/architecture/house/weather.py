"""What a busy machine may make of sound work: the statuses that tests of the logic accept.

``verify()`` comes before any judgement of the time, so a row with one of these was proved. That
honest work is believed is asserted where time is injected (tests/bench/cpp/weather.cpp), and by
the perf tests, on a quiet machine.
"""

from __future__ import annotations

PROVED = frozenset({"ok", "too_noisy", "below_resolution", "optimised_away"})
# Under a budget there may be no time for two samples, or for the start of a worker.
IN_BUDGET = PROVED | {"timed_out"}
