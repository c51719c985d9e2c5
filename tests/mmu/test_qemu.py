"""Sv39 against a bare-metal program under qemu-system-riscv64.

For every bent entry, mode and access the same outcome, the same word loaded and the same marks. The
machine's RAM is a file, which holds our memory (program, tables, cases) before, the results after.
"""

from __future__ import annotations

import itertools
import re
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mode, PageTable

pytestmark = [pytest.mark.differential, pytest.mark.isa]

RAM, RAM_BYTES = 0x80000000, 32 << 20  # the last 4 MiB may hold QEMU's device tree
TABLES, PAGE_PA, CASES = RAM + (8 << 20), RAM + (4 << 20), RAM + (16 << 20)
BASE = 0x1240000000
VA = BASE + (PAGE_PA - RAM)
CASE = struct.Struct("<9Q")  # va, kind, place, word, restored, mstatus; cause, loaded, word after
KIND = {"r": 0, "w": 1, "x": 2}
EBREAK = 3

# Registers and control registers by number.
X0, T0, T1, T2, S0, S1, A0 = 0, 5, 6, 7, 8, 9, 10
VA_, KIND_, AT, WORD, RESTORE, STATUS, CAUSE, LOADED, END = 18, 19, 20, 21, 22, 23, 24, 25, 26
MSTATUS, MTVEC, MEPC, MCAUSE, PMPCFG0, PMPADDR0, SATP = (
    0x300, 0x305, 0x341, 0x342, 0x3A0, 0x3B0, 0x180,
)  # fmt: skip
SFENCE_VMA, MRET, EBREAK_CODE = 0x12000073, 0x30200073, 0x00100073


def load(rd: int, offset: int, base: int) -> int:
    return offset << 20 | base << 15 | 3 << 12 | rd << 7 | 0x03


def store(rs: int, offset: int, base: int, width: int = 3) -> int:
    return offset >> 5 << 25 | rs << 20 | base << 15 | width << 12 | (offset & 31) << 7 | 0x23


def addi(rd: int, rs: int, value: int) -> int:
    return value << 20 | rs << 15 | rd << 7 | 0x13


def lui(rd: int, value: int) -> int:
    return value << 12 | rd << 7 | 0x37


def csrw(csr: int, rs: int) -> int:
    return csr << 20 | rs << 15 | 1 << 12 | 0x73


def csrr(rd: int, csr: int) -> int:
    return csr << 20 | 2 << 12 | rd << 7 | 0x73


def branch(kind: int, a: int, b: int, offset: int) -> int:
    """Beq with kind 0, bne with 1."""
    high = (offset >> 12 & 1) << 31 | (offset >> 5 & 63) << 25
    low = (offset >> 1 & 15) << 8 | (offset >> 11 & 1) << 7
    return high | b << 20 | a << 15 | kind << 12 | low | 0x63


def program(root: int, n_cases: int) -> bytes:
    """One loop over the cases. M mode asks by MPRV, and jumps by mret to fetch."""
    words = [0x17 | S0 << 7]  # auipc s0, 0
    literals = [CASES, CASES + n_cases * CASE.size, 0, (1 << 54) - 1, 8 << 60 | root >> 12]
    pool = 0x400
    for register, index in ((S1, 0), (END, 1)):
        words.append(load(register, pool + 8 * index, S0))
    for csr, index in ((MTVEC, 2), (PMPADDR0, 3), (SATP, 4)):
        words += [load(T0, pool + 8 * index, S0), csrw(csr, T0)]
    words += [addi(T0, X0, 0x1F), csrw(PMPCFG0, T0)]
    loop = len(words)
    words += [load(r, 8 * i, S1) for i, r in enumerate((VA_, KIND_, AT, WORD, RESTORE, STATUS))]
    words += [store(WORD, 0, AT), SFENCE_VMA, addi(CAUSE, X0, 0), addi(LOADED, X0, 0)]
    words += [addi(T1, X0, 1), branch(0, KIND_, T1, 5 * 4), addi(T1, X0, 2)]
    words += [branch(0, KIND_, T1, 6 * 4)]
    words += [csrw(MSTATUS, STATUS), load(LOADED, 0, VA_), branch(0, X0, X0, 7 * 4)]
    # The branch to the store counts from itself: five words on is this one.
    words[loop + 11] = branch(0, KIND_, T1, (len(words) - (loop + 11)) * 4)
    words += [csrw(MSTATUS, STATUS), store(VA_, 0, VA_), branch(0, X0, X0, 5 * 4)]
    words[loop + 13] = branch(0, KIND_, T1, (len(words) - (loop + 13)) * 4)
    words += [csrw(MEPC, VA_), csrw(MSTATUS, STATUS), MRET]
    literals[2] = RAM + 4 * len(words)  # the trap comes here
    words += [csrr(CAUSE, MCAUSE)]
    done = len(words)
    for at in (done - 8, done - 5):  # the two jumps
        words[at] = branch(0, X0, X0, (done - at) * 4)
    words += [csrw(MSTATUS, X0), load(T2, 0, AT), store(RESTORE, 0, AT)]
    words += [store(CAUSE, 48, S1), store(LOADED, 56, S1), store(T2, 64, S1)]
    words += [addi(S1, S1, CASE.size)]
    words += [branch(1, S1, END, (loop - len(words)) * 4)]
    words += [lui(T0, 0x100), lui(T1, 5), addi(T1, T1, 0x555), store(T1, 0, T0, 2)]  # power off
    words += [branch(0, X0, X0, 0)]
    assert len(words) * 4 <= pool
    text = struct.pack(f"<{len(words)}I", *(word & 0xFFFFFFFF for word in words))
    return text.ljust(pool, b"\0") + struct.pack("<5Q", *literals)


@dataclass
class Case:
    """What is asked, and what our walk says."""

    va: int
    access: str
    place: int
    word: int
    restored: int
    mode: Mode
    fault: str = ""
    pa: int = 0
    after: int = 0

    def pack(self) -> bytes:
        mode = self.mode
        status = 1 << 17 | mode.sum << 18 | mode.mxr << 19 | (0 if mode.user else 1 << 11)
        kind = KIND[self.access]
        words = (self.va, kind, self.place, self.word, self.restored, status)
        return CASE.pack(*words, 99, 99, 99)


def path_of(table: PageTable, memory: GuestMemory, depth: int) -> list[int]:
    places, at = list[int](), table.root
    for level in range(3, 3 - depth, -1):
        places.append(at + (VA >> (12 + 9 * (level - 1)) & 511) * 8)
        at = (memory.read_u64(places[-1]) >> 10) << 12
    return places


def bent_bits(leaf: bool, level: int) -> list[int]:
    """Not the address bits that lead to other memory: it differs between the two machines."""
    uneven = list(range(10, 10 + 9 * (level - 1))) if leaf else []
    return [*range(10), *uneven, *range(36, 64)]


def cases_of(memory: GuestMemory, size: int, flags: str) -> list[Case]:
    table = PageTable("sv39", memory, tables=(TABLES, 1 << 20))
    start = VA // size * size
    table.map(start, PAGE_PA - (VA - start), size, flags)
    depth = {4096: 3, 2 << 20: 2, 1 << 30: 1}[size]
    places = path_of(table, memory, depth)
    modes = [Mode(), Mode(user=True), Mode(sum=True), Mode(mxr=True), Mode(user=True, mxr=True)]
    cases = []
    for (i, place), mode, access in itertools.product(enumerate(places), modes, "rwx"):
        good = memory.read_u64(place)
        table.mode = mode
        words = [good] + [good ^ 1 << n for n in bent_bits(i == depth - 1, 3 - i)]
        words += [good & ~0xFF | low for low in range(256) if i == depth - 1]
        for word in words:
            va = VA + {"r": 8, "w": 16, "x": 0}[access]
            case = Case(va, access, place, word, good, mode)
            memory.write_u64(place, word)
            walk = table.walk(va, access)
            case.fault, case.pa, case.after = walk.fault, walk.pa, memory.read_u64(place)
            for at in places:  # marks of the other entries: none, RISC-V marks leaves alone
                assert at == place or memory.read_u64(at) & 0xC0 == 0 or at == places[-1]
            memory.write_u64(place, good)
            leaf = memory.read_u64(places[-1])
            memory.write_u64(places[-1], leaf & ~0xC0)
            cases.append(case)
    return cases


def run(qemu: str, ram: Path) -> None:
    said = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"version (\d+)", said)
    assert version is not None
    cpu = "rv64" if int(version[1]) < 8 else "rv64,svadu=on,svpbmt=off,svnapot=off"
    backend = f"memory-backend-file,id=ram,size={RAM_BYTES},mem-path={ram},share=on"
    command = [
        qemu,
        "-M",
        "virt,memory-backend=ram",
        "-object",
        backend,
        "-m",
        f"{RAM_BYTES >> 20}M",
    ]
    command += ["-cpu", cpu, "-bios", "none", "-display", "none", "-serial", "none"]
    done = subprocess.run(
        [*command, "-monitor", "none"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [4096, 2 << 20, 1 << 30])
def test_sv39(size: int, tmp_path: Path) -> None:
    qemu = shutil.which("qemu-system-riscv64")
    if qemu is None:
        pytest.skip("no qemu-system-riscv64 (Debian: qemu-system-misc)")
    memory = GuestMemory([(RAM, RAM_BYTES)])
    memory.write_u32(PAGE_PA, EBREAK_CODE)
    memory.write_u64(PAGE_PA + 8, 0x1122334455667788)
    cases = cases_of(memory, size, "rwx")
    root = PageTable("sv39", GuestMemory([(RAM, RAM_BYTES)]), tables=(TABLES, 1 << 20)).root
    image = bytearray(memory.read(RAM, RAM_BYTES))
    code = program(root, len(cases))
    image[: len(code)] = code
    at = CASES - RAM
    for case in cases:
        image[at : at + CASE.size] = case.pack()
        at += CASE.size
    ram = tmp_path / "ram"
    ram.write_bytes(image)
    run(qemu, ram)
    after = ram.read_bytes()
    seen = set[str]()
    for i, case in enumerate(cases):
        cause, loaded, word = CASE.unpack_from(after, CASES - RAM + i * CASE.size)[6:]
        there = RAM <= case.pa < RAM + RAM_BYTES
        works = case.fault == "none" and there
        what = f"{case}, QEMU: cause {cause}, loaded {loaded:#x}, word {word:#x}"
        assert works == (cause == (EBREAK if case.access == "x" else 0)), what
        if works:
            assert case.pa == PAGE_PA + (case.va - VA), what
            assert loaded == (0x1122334455667788 if case.access == "r" else 0), what
        if case.fault in ("not_present", "protection", "reserved_bit"):
            assert cause == {"r": 13, "w": 15, "x": 12}[case.access], what
        assert word == case.after, what
        seen.add(case.fault)
    assert seen >= {"none", "not_present", "protection", "reserved_bit"}
