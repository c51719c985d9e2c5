"""The fingerprint against /proc, getconf and lscpu; nothing invented where nothing can be read."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vmperf import _core

SECTIONS = [
    "cpu",
    "clocks",
    "timers",
    "power",
    "memory",
    "os",
    "build",
    "allocator",
    "state",
    "unknown",
]
# Measured anew at each call, or changing by themselves.
VOLATILE = ("clocks.core_hz", "timers.", "state.", "unknown.", "clocks.tick_hz")


@pytest.fixture(scope="module")
def machine() -> dict[str, Any]:
    return _core.os.machine()


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def getconf(name: str) -> int:
    if shutil.which("getconf") is None:
        pytest.skip("not installed: getconf")
    return int(subprocess.run(["getconf", name], capture_output=True, text=True, check=True).stdout)


def proc_value(path: str, key: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.split(":")[0].strip() == key:
            return line.split(":", 1)[1].strip()
    pytest.skip(f"{path} has no {key}")


def test_sections_in_order_and_json(machine: dict[str, Any]) -> None:
    assert list(machine) == SECTIONS
    assert json.loads(json.dumps(machine)) == machine
    assert all(isinstance(v, str | int | float | bool | None) for _, v in leaves(machine))


def test_null_exactly_where_a_reason_is_given(machine: dict[str, Any]) -> None:
    known = {name: value for name, value in machine.items() if name != "unknown"}
    assert {path for path, value in leaves(known) if value is None} == set(machine["unknown"])
    assert all(machine["unknown"].values())


def test_same_machine_reads_the_same(machine: dict[str, Any]) -> None:
    again = _core.os.machine()

    def fixed(facts: dict[str, Any]) -> dict[str, Any]:
        return {p: v for p, v in leaves(facts) if not p.startswith(VOLATILE)}

    assert fixed(again) == fixed(machine)
    assert again["clocks"]["tick_hz"] == pytest.approx(machine["clocks"]["tick_hz"], rel=1e-4)


@pytest.mark.differential
def test_agrees_with_getconf_and_proc(machine: dict[str, Any]) -> None:
    assert machine["memory"]["page_bytes"] == getconf("PAGE_SIZE")
    assert machine["cpu"]["n_online"] == getconf("_NPROCESSORS_ONLN")
    assert machine["state"]["ticks_per_s"] == getconf("CLK_TCK")
    total_kib = int(proc_value("/proc/meminfo", "MemTotal").split()[0])
    assert machine["memory"]["total_bytes"] == total_kib * 1024
    assert machine["cpu"]["allowed"] == sorted(os.sched_getaffinity(0))
    assert machine["os"]["kernel"] == platform.release()
    assert machine["os"]["system"] == platform.system()
    if platform.libc_ver()[0]:
        assert machine["os"]["libc"] == " ".join(platform.libc_ver())


@pytest.mark.differential
@pytest.mark.skipif(platform.machine() != "x86_64", reason="reads the x86 fields of /proc/cpuinfo")
def test_cpu_agrees_with_proc_cpuinfo(machine: dict[str, Any]) -> None:
    cpu = machine["cpu"]
    assert cpu["vendor"] == proc_value("/proc/cpuinfo", "vendor_id")
    assert cpu["brand"] == proc_value("/proc/cpuinfo", "model name")
    assert cpu["family"] == int(proc_value("/proc/cpuinfo", "cpu family"))
    assert cpu["model"] == int(proc_value("/proc/cpuinfo", "model"))
    assert cpu["stepping"] == int(proc_value("/proc/cpuinfo", "stepping"))
    flags = set(proc_value("/proc/cpuinfo", "flags").split())
    # What CPUID says; the kernel takes from its own list what an erratum makes unusable to it, such
    # as RDSEED on Zen 5 (AMD-SB-7055).
    assert set(cpu["features"]) - {"rdseed"} <= flags
    wanted = "sse2 ssse3 sse4_2 popcnt cx16 aes avx avx2 fma bmi2 avx512f avx512vl avx512_vnni"
    for name in [*wanted.split(), "gfni", "vaes", "rdtscp", "hypervisor", "erms", "nonstop_tsc"]:
        assert (name in cpu["features"]) == (name in flags), name
        assert _core.os.has_feature(name) == (name in flags)
    assert (cpu["hypervisor"] != "none") == ("hypervisor" in flags)


@pytest.mark.differential
def test_caches_agree_with_lscpu(machine: dict[str, Any]) -> None:
    if shutil.which("lscpu") is None:
        pytest.skip("not installed: lscpu")
    done = subprocess.run(["lscpu", "-B", "-J", "-C"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or machine["cpu"]["caches"] is None:
        pytest.skip("lscpu or the kernel doesn't list caches here")
    theirs = {c["name"]: int(c["one-size"]) for c in json.loads(done.stdout)["caches"]}
    suffix = {"Data": "d", "Instruction": "i", "Unified": ""}
    ours = {f"L{c['level']}{suffix[c['type']]}": c["size_bytes"] for c in machine["cpu"]["caches"]}
    assert ours == theirs


def test_unknown_feature_is_false() -> None:
    assert not _core.os.has_feature("no_such_feature")
    assert not _core.os.has_feature("")


def test_clocks_are_plausible_and_ticks_are_no_cycles(machine: dict[str, Any]) -> None:
    clocks = machine["clocks"]
    assert 1e8 < clocks["core_hz"] < 1e10
    assert 1e6 < clocks["tick_hz"] < 1e10
    for name, timer in machine["timers"].items():
        assert 0 < timer["step_ns"] < 1e6, name
        assert 0 < timer["cost_ns"] < 1e5, name
    assert {"clock_gettime", "steady_clock"} <= set(machine["timers"])


def test_build_names_compiler_and_flags(machine: dict[str, Any]) -> None:
    build = machine["build"]
    assert build["compiler"].split()[0] in {"GNU", "Clang", "AppleClang", "IntelLLVM"}
    assert "-std=c++20" in build["flags"]
    assert build["standard"] >= 202002
    assert build["build_id"] is None or len(build["build_id"]) >= 16


def test_ptrace_is_tried() -> None:
    assert _core.os.machine()["os"]["ptrace"] in {"permitted", "not permitted"}


BLIND = """
import json, os, sys
from vmperf import _core
os.chroot(sys.argv[1])
os.chdir("/")
print(json.dumps(_core.os.machine()))
"""


def test_unreadable_is_null_with_a_reason(tmp_path: Path) -> None:
    """In an empty root, without /proc and /sys, what they would tell is unknown."""
    command = [sys.executable, "-c", BLIND, str(tmp_path)]
    if os.geteuid() != 0:
        if shutil.which("unshare") is None:
            pytest.skip("needs root or unshare to change the root directory")
        command = ["unshare", "-r", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr:
        pytest.skip("changing the root directory is not permitted here")
    assert done.returncode == 0, done.stderr
    blind = json.loads(done.stdout)
    for path in (
        "cpu.caches",
        "clocks.clocksource",
        "power.governor",
        "memory.total_bytes",
        "memory.huge_page_bytes",
        "memory.thp",
        "memory.numa_nodes",
        "os.aslr",
        "os.distribution",
        "os.cpu_quota",
        "state.steal_ticks",
        "state.available_bytes",
    ):
        section, key = path.split(".")
        assert blind[section][key] is None, path
        assert blind["unknown"][path], path
    # The CPU and the system calls still tell.
    here = _core.os.machine()
    assert blind["cpu"]["vendor"] == here["cpu"]["vendor"]
    assert blind["os"]["kernel"] == here["os"]["kernel"]
    assert blind["memory"]["page_bytes"] == here["memory"]["page_bytes"]


def test_a_model_that_a_hypervisor_made_up_has_no_name() -> None:
    cpu = _core.os.machine()["cpu"]
    if "amx_tile" not in cpu["features"]:
        pytest.skip("this CPU has no tiles: nothing contradicts the model that it states")
    server = {"Sapphire Rapids", "Emerald Rapids", "Granite Rapids"}
    assert cpu["microarchitecture"] in server | {None}
