"""Each memops peer runs every benchmark that it has, verified, or says how to get it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import vmperf
from house.weather import PROVED
from vmperf import _core
from vmperf._catalog import peers

pytestmark = pytest.mark.peers

SIZES = [1, 7, 15, 16, 33, 64, 65, 129, 255, 1000, 4097, 70_001]
BENCHMARKS = {
    "aocl": "copy copy_mix batch move fill compare find_byte is_zero page_scan",
    "highway": "copy copy_mix batch fill find_byte",
    "isal": "is_zero page_scan crc32c copy_crc32c",
    "google_crc32c": "crc32c copy_crc32c",
}
PAIRS = [
    (design, f"memops/{name}") for design, names in BENCHMARKS.items() for name in names.split()
]

# Every point of a plan in a process of its own, where the loader has seen no peer yet.
MEASURE = """
import json, sys
from vmperf import bench
from vmperf._catalog import peers

if sys.argv[2] == "installed":
    peers.add_peer_directories()
rows = []
for design, id, changed in json.loads(sys.argv[1]):
    axes = next(b["axes"] for b in bench.catalog() if b["id"] == id)[1:]
    params = {a["name"]: a["defaults"][0] for a in axes} | changed
    [row] = bench.measure(id, params, [design], warm_up_ns=0, measurement_ns=100_000, n_samples=2,
        sampling="flat", n_placements=1, seed=0, process=0, count_instructions=False)
    rows.append([row.status, row.reason, row.version])
print(json.dumps(rows))
"""
Plan = list[tuple[str, str, dict[str, Any]]]


def measured(plan: Plan, folder: Path | None = None) -> list[tuple[str, str, str]]:
    """Status, reason and version of each point, with what is installed or from one folder."""
    environment = {k: v for k, v in os.environ.items() if k != "VMPERF_PEER_PATH" or not folder}
    if folder is not None:
        environment["VMPERF_PEER_PATH"] = str(folder)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    where = "installed" if folder is None else "folder"
    command = [sys.executable, "-c", MEASURE, json.dumps(plan), where]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return [tuple(row) for row in json.loads(done.stdout)]


def points(benchmark_id: str) -> list[dict[str, Any]]:
    """Odd sizes, and every word of the axes that have words."""
    entry = next(b for b in _core.bench.catalog() if b["id"] == benchmark_id)
    axes = {axis["name"]: axis["values"] for axis in entry["axes"][1:]}
    found = [{"size_bytes": n} for n in SIZES if "size_bytes" in axes]
    for name, values in axes.items():
        if isinstance(values[0], str) or name in ("src_align", "dst_align", "shift_bytes"):
            found += [{name: value} for value in values]
    return found


@pytest.mark.parametrize(("design", "benchmark_id"), PAIRS)
def test_peer_is_verified_or_says_how_to_get_it(design: str, benchmark_id: str) -> None:
    peers.add_peer_directories()
    found = _core.bench.availability(benchmark_id, design)
    plan: Plan = [(design, benchmark_id, changed) for changed in points(benchmark_id)]
    assert len(plan) > 1
    for (_, _, changed), (status, reason, version) in zip(plan, measured(plan), strict=True):
        if found["status"] != "ok":
            assert status == "not_installed"
            assert "install" in reason
        elif design == "isal" and changed.get("work") == "page_diff":
            assert status == "unsupported"
            assert "no comparison" in reason
        else:
            assert status in PROVED, f"{changed}: {status}: {reason}"
            assert version == found["version"] != ""


@pytest.mark.parametrize("design", BENCHMARKS)
def test_peer_is_declared_wholly(design: str) -> None:
    native = [b for b in _core.bench.catalog() if not b["id"].startswith("memops/python_")]
    has = {b["id"] for b in native if design in {d["name"] for d in b["designs"]}}
    assert has == {benchmark_id for name, benchmark_id in PAIRS if name == design}
    for benchmark in has:
        entry = next(b for b in _core.bench.catalog() if b["id"] == benchmark)
        (one,) = (d for d in entry["designs"] if d["name"] == design)
        assert one["peer"]
        assert "through a pointer" in one["summary"]


def test_highway_says_version_and_target() -> None:
    found = _core.bench.availability("memops/copy", "highway")
    if found["status"] != "ok":
        assert "libhwy-dev" in found["reason"]
        pytest.skip("built without Highway's headers")
    version, target = found["version"].split()
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    features = {*vmperf.machine()["cpu"]["features"]}
    if "avx512bw" in features:
        assert target.startswith("AVX3")
    elif "avx2" in features and "fma" in features:
        assert target == "AVX2"
    else:
        assert not target.startswith("AVX")


# What AOCL-LibMem exports, by loops; the memcpy leaves DROPPED bytes out. Nothing may become a call
# of the function that it stands in.
AOCL = """
#include <cstddef>
using Byte = volatile unsigned char;
extern "C" {
void *memcpy(void *dst, const void *src, std::size_t n) {
  auto *to = static_cast<Byte *>(dst);
  auto *from = static_cast<const Byte *>(src);
  if (to <= from) {
    for (std::size_t i = 0; i + DROPPED < n; ++i) to[i] = from[i];
  } else {
    for (std::size_t i = n; i > DROPPED; --i) to[i - 1] = from[i - 1];
  }
  return dst;
}
void *memmove(void *dst, const void *src, std::size_t n) { return memcpy(dst, src, n); }
void *memset(void *dst, int byte, std::size_t n) {
  auto *to = static_cast<Byte *>(dst);
  for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<unsigned char>(byte);
  return dst;
}
int memcmp(const void *a, const void *b, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const int order = static_cast<const Byte *>(a)[i] - static_cast<const Byte *>(b)[i];
    if (order != 0) return order;
  }
  return 0;
}
void *memchr(const void *p, int byte, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (static_cast<const Byte *>(p)[i] == byte) {
      return const_cast<unsigned char *>(static_cast<const unsigned char *>(p) + i);
    }
  }
  return nullptr;
}
}
"""
ISAL = """
#include <cstddef>
extern "C" int isal_zero_detect(void *p, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (static_cast<unsigned char *>(p)[i] != 0) return ANSWER;
  }
  return 0;
}
"""
# The CRC of one peer and of the other, a bit at a time; WRONG is added to it.
CRC = """
#include <cstddef>
#include <cstdint>
static std::uint32_t crc(const unsigned char *p, std::size_t n, std::uint32_t state) {
  for (std::size_t i = 0; i < n; ++i) {
    state ^= p[i];
    for (int bit = 0; bit < 8; ++bit) state = state >> 1 ^ (state % 2 != 0 ? 0x82f63b78u : 0);
  }
  return state + WRONG;
}
extern "C" unsigned crc32_iscsi(unsigned char *p, int n, unsigned state) {
  return crc(p, static_cast<std::size_t>(n), state);
}
extern "C" std::uint32_t crc32c_extend(std::uint32_t value, const std::uint8_t *p, std::size_t n) {
  return ~crc(p, n, ~value);
}
"""
Install = Callable[[str, str], Path]


@pytest.fixture
def install(compile_cpp: Callable[..., Path], tmp_path: Path) -> Install:
    """Compile a library and put it, behind a link, where VMPERF_PEER_PATH will point."""

    def put(text: str, name: str) -> Path:
        built = compile_cpp(text, "-shared", "-fPIC", "-fno-builtin", "-fno-lto")
        file = tmp_path / f"{name}.9.8.7"
        file.write_bytes(built.read_bytes())
        (tmp_path / name).symlink_to(file.name)
        return tmp_path

    return put


def test_aocl_is_loaded_from_the_folder_named(install: Install) -> None:
    folder = install(AOCL.replace("DROPPED", "0"), "libaocl-libmem.so")
    plan: Plan = [
        ("aocl", id_, changed)
        for name, id_ in PAIRS
        if name == "aocl"
        for changed in points(id_)
    ]  # fmt: skip
    for (_, id_, changed), row in zip(plan, measured(plan, folder), strict=True):
        assert row[0] in PROVED, f"{id_} {changed}: {row}"
        assert row[2] == "libaocl-libmem.so.9.8.7"


def test_aocl_is_what_is_called(install: Install) -> None:
    """A memcpy that leaves a byte out is found out, and a memmove that calls it, too."""
    if "-fsanitize" in str(vmperf.machine()["build"]["flags"]):
        pytest.skip("sanitizers refuse libraries that look at themselves first")
    folder = install(AOCL.replace("DROPPED", "1"), "libaocl-libmem.so")
    names = ["copy", "copy_mix", "move", "fill", "compare"]
    rows = measured([("aocl", f"memops/{name}", {}) for name in names], folder)
    found = {name: row[0] for name, row in zip(names, rows, strict=True)}
    assert [found[name] for name in ("copy", "copy_mix", "move")] == ["unverified"] * 3
    assert {found["fill"], found["compare"]} <= PROVED


def test_the_c_librarys_own_functions_are_no_aocl(install: Install) -> None:
    """By name they would be found through the library, which depends on the C library."""
    text = AOCL[: AOCL.index("void *memset")].replace("DROPPED", "0") + "}\n"
    folder = install(text, "libaocl-libmem.so")
    ((status, reason, version),) = measured([("aocl", "memops/copy", {})], folder)
    assert status == "not_installed"
    assert f"{folder}/libaocl-libmem.so' has no memset, memcmp, memchr of its own" in reason
    assert "VMPERF_PEER_PATH" in reason
    assert version == ""


def test_a_library_that_lacks_a_function_is_not_installed(install: Install) -> None:
    folder = install(ISAL.replace("ANSWER", "1"), "libisal.so.2")
    ((status, reason, version),) = measured([("isal", "memops/is_zero", {})], folder)
    assert (status, version) == ("not_installed", "")
    assert reason.startswith(f"'{folder}/libisal.so.2' has no crc32_iscsi: ")
    assert "VMPERF_PEER_PATH" in reason


@pytest.mark.parametrize(("answer", "expected"), [("1", PROVED), ("0", {"unverified"})])
def test_isal_is_loaded_from_the_folder_named(
    install: Install, answer: str, expected: set[str]
) -> None:
    crc = CRC.replace("WRONG", "0" if answer == "1" else "1")
    folder = install(ISAL.replace("ANSWER", answer) + crc, "libisal.so.2")
    plan: Plan = [("isal", "memops/is_zero", {"hit": "end", "size_bytes": n}) for n in SIZES]
    plan.append(("isal", "memops/page_scan", {"work": "zero_pages"}))
    plan += [("isal", "memops/crc32c", {"size_bytes": n}) for n in SIZES]
    plan.append(("isal", "memops/copy_crc32c", {"mode": "dependent"}))
    for status, reason, version in measured(plan, folder):
        assert status in expected, reason
        assert version == "libisal.so.2.9.8.7"


@pytest.mark.parametrize(("wrong", "expected"), [("0", PROVED), ("1", {"unverified"})])
def test_google_crc32c_is_loaded_from_the_folder_named(
    install: Install, tmp_path: Path, wrong: str, expected: set[str]
) -> None:
    """By a pattern, as wheels name it, where the file begins with what the pattern says."""
    folder = install(CRC.replace("WRONG", wrong), "libcrc32c-12ab34cd.so.1")
    install(CRC.replace("WRONG", "7"), "xlibcrc32c-12ab34cd.so.1")
    assert folder == tmp_path
    plan: Plan = [
        ("google_crc32c", "memops/crc32c", {"size_bytes": n, "mode": mode})
        for n in SIZES
        for mode in ("throughput", "dependent")
    ]
    plan.append(("google_crc32c", "memops/copy_crc32c", {}))
    for status, reason, version in measured(plan, folder):
        assert status in expected, reason
        assert version == "libcrc32c-12ab34cd.so.1.9.8.7"


def test_absent_in_a_folder_without_it(tmp_path: Path) -> None:
    if _core.bench.availability("memops/copy", "aocl")["status"] == "ok":
        pytest.skip("AOCL-LibMem is found elsewhere")
    ((status, reason, _),) = measured([("aocl", "memops/copy", {})], tmp_path)
    assert status == "not_installed"
    assert "github.com/amd/aocl-libmem" in reason


def test_ci_and_readme_name_debians_packages(repo_root: Path) -> None:
    """The table of peers is where they are from; two others repeat what Debian has of them."""
    table = (repo_root / "cpp" / "peers" / "README.md").read_text()
    packages = set(re.findall(r"Debian `([\w.-]+)`", table))
    assert packages >= {"libboost-dev", "libhwy-dev", "libisal2"}
    for file in ("README.md", ".ci/run"):
        assert packages <= set(re.findall(r"[\w.-]+", (repo_root / file).read_text())), file
