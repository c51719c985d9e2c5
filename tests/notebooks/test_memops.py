"""The notebook on memory operations: it runs, and its sentences follow altered data."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

pytestmark = pytest.mark.slow
Execute = Callable[..., list[str]]

# Samples of one design multiplied, at some places alone; what a busy machine refused counts, too.
ALTER = """
def altered(data, design, factor, **at):
    changed = data.copy(deep=True)
    changed["ns_total"].loc[{"design": design, **at}] *= factor
    changed["status"][:] = "ok"
    return changed


for factor in (1000, 2000):
    found = by_size(altered(copies, "libc", factor))[0]
    print("changed", found.verdict, found.low, found)
for size in (1024, 64):
    print("changed", by_size(altered(copies, "balanced", 2000, size_bytes=size))[1])
print("changed", *by_distance(altered(alias, "balanced", 1000, delta_mod_4096=64)), sep="\\n")
print("changed", *at_page_ends(altered(ends, "throughput", 1000, placement="page_end")), sep="\\n")
print("changed", *by_mode(altered(modes, "forward", 1000, mode="dependent")), sep="\\n")
print("changed", *of_volatile(altered(words, "guest_16", 1000)), sep="\\n")
"""


def test_sentences_follow_the_data(execute: Execute) -> None:
    printed = "".join(execute("04_memops.ipynb", ALTER))
    plain, once, twice, slow_1k, slow_64, distance, page, mode, volatile = printed.split("changed")
    assert "in memops/copy_mix at mode=dependent" in plain
    assert re.search(r"balanced at 4 KiB: \d+ % of 32 B/cycle", plain)
    assert re.search(r"guest_8: \w+ after [\d,]+ racing loads", plain)

    low = [float(text.split()[1]) for text in (once, twice)]
    assert "faster" in once.split()[0]
    assert low[1] == pytest.approx(2 * low[0])
    assert "as long at size_bytes=1024 as at" in slow_1k
    assert "as long at size_bytes=64 as at" in slow_64

    assert re.search(r"balanced takes .* as long at delta_mod_4096=64 as at", distance)
    assert re.search(r"throughput takes .* as long at placement=page_end as at", page)
    assert re.search(r"forward is .* slower than libc in memops/copy_mix at mode=dependent", mode)
    assert not re.search(r"forward is [\d,]{3,}.* slower .* mode=throughput", mode)
    assert re.search(r"guest_16 is .* slower than volatile_u32", volatile)
