"""What instructions a built binary holds, and in which functions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

# Beyond baseline x86-64. tzcnt is left out: compilers write it for `rep bsf`, which runs anywhere.
_WIDE = re.compile(r"%[yz]mm\d|%k[0-7]\b")
_VEX = re.compile(
    r"v(?!er[rw]\b|mcall\b|mlaunch\b|mresume\b|mxo|mread\b|mwrite\b|mptr)[a-z]{2}\w*|"
    r"andn|bextr|bls[ir]\w?|blsmsk\w?|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx"
)
_NEWER = re.compile(
    r"popcnt\w?|lzcnt\w?|movbe|crc32\w?|aes\w+|pclmul\w+|pcmp[ei]str\w|pshufb|pblend\w+"
)
_SYMBOL = re.compile(r"^[0-9a-f]+ <(.+)>:$")
_INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+(?:(?:lock|rep\w*|bnd|notrack|data16) )*(\S+)\s*(.*)$")
ISA_NAMESPACE = re.compile(r"\bvmperf::\w+::(?:sse2|avx2|avx512|neon|sve|rvv|isa)\w*::")


def disassemble(binary: Path) -> list[str]:
    """Objdump's lines, with demangled names."""
    command = ["objdump", "-d", "-C", "--no-show-raw-insn", str(binary)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def beyond_baseline(lines: Iterable[str]) -> list[str]:
    """Instructions newer than baseline x86-64 outside functions of an ISA namespace."""
    bad: list[str] = []
    function = ""
    for line in lines:
        if symbol := _SYMBOL.match(line):
            function = symbol[1]
        elif (found := _INSTRUCTION.match(line)) and not ISA_NAMESPACE.search(function):
            name, operands = found[1], found[2]
            new = _VEX.fullmatch(name) or _NEWER.fullmatch(name) or _WIDE.search(operands)
            if new:
                bad.append(f"{function}: {name} {operands}".rstrip())
    return bad
