"""Real mode asks the kernel and is asked back; model mode makes none of its calls."""

from __future__ import annotations

import errno
import platform
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from vmperf.numa import NumaAllocator, Topology

from vmperf import InvalidArgumentError, OsError, UnsupportedError

POLICIES: list[tuple[str, list[int] | None]] = [
    ("local", None), ("interleave", None), ("bind", [0]), ("preferred", [0]),
    ("preferred_many", [0]),
]  # fmt: skip
ABSENT = 63


@pytest.fixture(scope="module")
def here() -> Topology:
    topology = Topology.real()
    if ABSENT in topology.nodes or 0 not in topology.nodes:
        pytest.skip("needs a machine with node 0 and without node 63")
    return topology


def make(here: Topology, policy: str, nodes: list[int] | None) -> NumaAllocator:
    try:
        return NumaAllocator(here, policy, nodes=nodes)
    except UnsupportedError as error:
        pytest.skip(str(error))
    except OsError as error:
        if error.errno == errno.EPERM:
            pytest.skip(f"refused here: {error}")
        if policy == "preferred_many" and error.errno == errno.EINVAL:
            pytest.skip("needs Linux 5.15")
        raise


@pytest.mark.parametrize(("policy", "nodes"), POLICIES)
def test_each_page_is_where_the_table_says(
    here: Topology, policy: str, nodes: list[int] | None
) -> None:
    with make(here, policy, nodes) as allocator:
        untouched, touched = allocator.allocate(300_000), allocator.allocate(70_000)
        before = allocator.verify()
        assert before["matching"] == before["elsewhere"] == 0
        assert before["unverified"] == before["pages"]
        allocator.populate(touched)
        half = allocator.verify()
        assert half["unverified"] < half["pages"]
        allocator.populate(untouched)
        after = allocator.verify()
        assert after["matching"] == after["pages"] == before["pages"]
        assert after["provenance"] == "measured"


def test_a_machines_topology_is_what_sysfs_says(here: Topology) -> None:
    root = Path("/sys/devices/system/node")
    for at, node in enumerate(here.nodes):
        rows = (root / f"node{node}" / "distance").read_text().split()
        assert here.distance[at].tolist() == [float(word) for word in rows]
        cpus = {int(p.name[3:]) for p in (root / f"node{node}").glob("cpu[0-9]*")}
        assert set(here.cpus[at]) <= cpus
    assert here.latency_ns is None
    assert here.bandwidth_gbs is None


def test_the_kernel_has_been_told(here: Topology) -> None:
    with make(here, "bind", [0]) as allocator:
        block = allocator.allocate(1 << 20)
        allocator.populate(block)
        maps = Path("/proc/self/numa_maps").read_text().splitlines()
        starts = np.array([int(line.split()[0], 16) for line in maps])
        line = maps[int(np.flatnonzero(starts <= block)[-1])]
        assert "bind:0" in line.split()


@pytest.mark.parametrize("policy", ["bind", "preferred", "interleave", "preferred_many"])
def test_an_absent_node_is_what_the_kernel_says(here: Topology, policy: str) -> None:
    with pytest.raises(OsError) as caught:
        NumaAllocator(here, policy, nodes=[ABSENT])
    assert caught.value.errno in (errno.EINVAL, errno.EPERM)
    assert caught.value.call == "mbind"


def test_moves_have_the_kernels_status(here: Topology) -> None:
    with make(here, "bind", [0]) as allocator:
        block = allocator.allocate(100_000, align=4096)
        assert allocator.move([block], [0]).tolist() == [-errno.ENOENT]
        allocator.populate(block)
        assert allocator.move([block, block + 4096], [0, 0]).tolist() == [0, 0]
        with pytest.raises(OsError) as caught:
            allocator.move([block], [ABSENT])
        assert caught.value.errno == errno.ENODEV
        assert allocator.placement(block).tolist()[0] == 0


def test_contents_survive_populate(here: Topology) -> None:
    import ctypes

    with make(here, "interleave", None) as allocator:
        block = allocator.allocate(50_000)
        ctypes.memset(block, 0x5A, 50_000)
        allocator.populate(block)
        assert ctypes.string_at(block, 50_000) == b"\x5a" * 50_000


def test_weights_are_the_kernels(here: Topology) -> None:
    try:
        allocator = NumaAllocator(here, "weighted_interleave")
    except UnsupportedError:
        return  # before Linux 6.9: said, not done otherwise
    allocator.close()
    with pytest.raises(UnsupportedError, match="weighs"):
        NumaAllocator(here, "weighted_interleave", nodes=[0], weights=[251])


def test_a_model_is_never_real() -> None:
    with pytest.raises(InvalidArgumentError, match=r"topology.*real\(\)"):
        NumaAllocator(Topology.model([[10]]), mode="real")


# A process in which each call of the kernel's for placement is death.
FORBIDDEN = """
import ctypes, platform, struct, sys
import numpy  # whose linear algebra binds memory of its own when it is loaded
from vmperf.numa import NumaAllocator, Topology
calls = {"x86_64": (237, 238, 239, 256, 279), "aarch64": (235, 236, 237, 238, 239)}
numbers = calls[platform.machine()]
code = [(0x20, 0, 0, 0)]  # the number of the call
for at, number in enumerate(numbers):
    code.append((0x15, len(numbers) - at, 0, number))
code += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x80000000)]  # allow; kill the process
program = b"".join(struct.pack("HBBI", *one) for one in code)
held = ctypes.create_string_buffer(program)
class Filter(ctypes.Structure):
    _fields_ = [("n", ctypes.c_ushort), ("at", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
real = Topology.real()
assert libc.prctl(38, 1, 0, 0, 0) == 0
filter_ = Filter(len(code), ctypes.addressof(held))
if libc.prctl(22, 2, ctypes.byref(filter_), 0, 0) != 0:
    print("no seccomp"); sys.exit(0)
mode = sys.argv[1]
topology = real if mode == "real" else Topology.model([[10, 20], [20, 10]])
for policy, nodes in [("local", None), ("interleave", None), ("bind", [0]), ("preferred", [0]),
                      ("preferred_many", [0])]:
    with NumaAllocator(topology, policy, nodes=nodes, mode=mode) as allocator:
        block = allocator.allocate(1 << 20)
        allocator.populate(block)
        allocator.move([block], [topology.nodes[-1]])
        allocator.verify(), allocator.stats(), allocator.placement(block)
        allocator.deallocate(block)
print("done")
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="numbers of calls")
def test_a_model_makes_no_call_and_real_mode_does() -> None:
    def run(mode: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", FORBIDDEN, mode], capture_output=True, text=True, check=False
        )

    model = run("model")
    if "no seccomp" in model.stdout:
        pytest.skip("this sandbox has no seccomp filters")
    assert (model.returncode, model.stdout) == (0, "done\n"), model.stderr
    assert run("real").returncode == -signal.SIGSYS
