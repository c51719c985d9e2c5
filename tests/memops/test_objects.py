"""What the ISA units' objects hold: no call of the C library, no weak symbol, their own ISA."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

# The kernels read two numbers of the rest, and nothing else.
ALLOWED = {
    "vmperf::memops::detail::stream_copy_bytes",
    "vmperf::memops::detail::stream_fill_bytes",
    "_GLOBAL_OFFSET_TABLE_",
}


def _units(native_tree: Path) -> list[dict[str, str]]:
    entries = json.loads((native_tree / "compile_commands.json").read_text())
    units = [entry for entry in entries if "/memops/src/isa/" in entry["file"]]
    # That instruction itself, which benchmarks alone call.
    units = [unit for unit in units if not unit["file"].endswith("/rep_movsb.cpp")]
    assert len(units) >= 2
    return units


def _compile(unit: dict[str, str], out: Path, *flags: str, source: Path | None = None) -> Path:
    command = shlex.split(unit["command"])
    command[command.index("-o") + 1] = str(out)
    if source is not None:
        command[command.index("-c") + 1] = str(source)
    subprocess.run([*command, *flags], cwd=unit["directory"], check=True, capture_output=True)
    return out


def _symbols(file: Path, kinds: str) -> set[str]:
    text = subprocess.run(["nm", "-C", str(file)], check=True, capture_output=True, text=True)
    found = re.findall(rf"^[0-9a-f ]{{16}} [{kinds}] (.*)$", text.stdout, re.MULTILINE)
    return {str(name) for name in found}


def _disassembly(unit: dict[str, str], *flags: str) -> str:
    """Of the object as built."""
    file = Path(unit["directory"]) / unit["output"]
    command = ["objdump", "-d", *flags, "--no-show-raw-insn", str(file)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("optimisation", ["-O0", "-O2", "-O3", "-Os"])
def test_no_weak_symbol_and_no_call(native_tree: Path, tmp_path: Path, optimisation: str) -> None:
    for unit in _units(native_tree):
        file = _compile(unit, tmp_path / "unit.o", optimisation)
        assert _symbols(file, "WVvuw") == set(), unit["file"]
        assert _symbols(file, "U") <= ALLOWED, unit["file"]


def test_planted_weak_symbol_and_call_are_found(native_tree: Path, tmp_path: Path) -> None:
    unit = _units(native_tree)[0]
    source = tmp_path / "planted.cpp"
    source.write_text(
        "#include <cstring>\n#include <vector>\n"
        "void f(std::vector<char> &v, const char *s) { std::memcpy(v.data(), s, v.size()); }\n"
    )
    file = _compile(unit, tmp_path / "planted.o", "-O0", source=source)
    assert _symbols(file, "WV")
    assert "memcpy" in _symbols(file, "U")


def test_disassembly_calls_nothing_foreign(native_tree: Path) -> None:
    """The objects as built: no call or jump through the PLT or to a name of the C library."""
    for unit in _units(native_tree):
        text = _disassembly(unit, "-r", "-C")
        assert not re.search(
            r"\bmem(cpy|move|set|cmp|chr)\b|@plt|R_X86_64_PLT32\s+(?!vmperf)", text
        )
        assert "rep movs" not in text
        assert "rep stos" not in text
        assert len(text) > 5_000


def test_avx512_returns_without_vzeroupper(native_tree: Path) -> None:
    """It works in registers 16 to 31 alone, of which 128-bit code knows nothing."""
    unit = next(
        (unit for unit in _units(native_tree) if unit["file"].endswith("/avx512.cpp")), None
    )
    if unit is None or "-ffixed-xmm0" not in unit["command"]:
        pytest.skip("another architecture, or a compiler that cannot keep registers free")
    text = _disassembly(unit)
    assert not re.search(r"vzeroupper|%[xyz]mm(\d|1[0-5])\b", text)
    assert re.search(r"%zmm(1[6-9]|2\d|3[01])\b", text)


@pytest.mark.parametrize(
    ("name", "has", "has_not"),
    [
        ("scalar", r"\bmov", r"%[yz]mm"),
        ("sse2", r"movdqu.*%xmm", r"%[yz]mm"),
        ("avx2", r"vmovdqu.*%ymm", r"%zmm"),
        ("avx512", r"vmovdqu8.*%zmm\d+\{%k", r"vpclmul|vpermb"),
        ("scalar_crc32c", r"\bxor", r"%[xyz]mm|crc32[bwlq ]"),
        ("avx2_crc32c", r"crc32[q ]", r"%[yz]mm|vpclmul.*%ymm"),
        ("avx512_crc32c", r"vpclmul\w+ .*%zmm", r"\A\Z"),
    ],
)
def test_level_is_what_it_is_called(native_tree: Path, name: str, has: str, has_not: str) -> None:
    units = [unit for unit in _units(native_tree) if unit["file"].endswith(f"/{name}.cpp")]
    if not units:
        pytest.skip(f"{name} is another architecture's")
    text = _disassembly(units[0])
    if name in ("scalar", "scalar_crc32c") and "x86-64" not in text:
        pytest.skip("reads x86-64 instructions")
    assert re.search(has, text)
    assert not re.search(has_not, text)
    assert name not in ("sse2", "avx2", "avx512") or re.search(r"v?movntdq\b", text)
