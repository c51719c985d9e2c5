"""Loads, stores and fetches by Unicorn with paging on, through the same tables: the same outcome,
the same page reached, the same bits marked. A set of them is drawn anew for every bend of a table.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from vmperf.guestmem import GuestMemory
from vmperf.mmu import Mode, PageTable

unicorn: Any = pytest.importorskip("unicorn", reason="pip install unicorn")
x86: Any = pytest.importorskip("unicorn.x86_const")

pytestmark = [pytest.mark.differential, pytest.mark.peers]

MEMORY, PAGE = 8 << 20, 4096
CODE, CODE_PA = 0x7F0000000000, 0x1000
# Offsets of "mov rax, [rbx]", "mov [rbx], rax" and "jmp rbx"; of "mov cr3, rcx": registers that are
# written from outside leave Unicorn's TLB as it is.
CODE_OF, FLUSH = {"r": 0, "w": 8, "x": 16}, 24
EFER = 0xC0000080
BASE = 0x40000000
EXCEPTION = 21  # UC_ERR_EXCEPTION
MODES = [
    Mode(),
    Mode(wp=False),
    Mode(nxe=False),
    Mode(smep=True, smap=True),
    Mode(smep=True, smap=True, ac=True),
]


class Cpu:
    """Unicorn over a copy of guest memory; page `pa` holds nops, and its number at byte 8."""

    def __init__(self, memory: GuestMemory) -> None:
        self.uc = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
        self.uc.ctl_set_cpu_model(x86.UC_CPU_X86_SKYLAKE_CLIENT)  # has SMEP, SMAP, pages of 1 GiB
        self.uc.mem_map(0, MEMORY)
        self.uc.mem_write(0, memory.read(0, MEMORY))
        self.uc.ctl_set_tlb_mode(unicorn.UC_TLB_CPU)

    def start(self, root: int, mode: Mode) -> None:
        uc, self.root = self.uc, root
        uc.reg_write(x86.UC_X86_REG_MSR, (EFER, 0x500 | mode.nxe << 11))
        uc.reg_write(x86.UC_X86_REG_CR4, 0x20 | mode.smep << 20 | mode.smap << 21)
        uc.reg_write(x86.UC_X86_REG_CR3, root)
        uc.reg_write(x86.UC_X86_REG_CR0, 0x80000011 | mode.wp << 16)
        uc.reg_write(x86.UC_X86_REG_RFLAGS, 2 | mode.ac << 18)

    def access(self, va: int, how: str, value: int) -> int | None:
        """What was loaded, or the value; None where it did not come to its end.

        An exception is an error the first time alone: later ones only leave it where it was.
        """
        uc = self.uc
        uc.reg_write(x86.UC_X86_REG_RCX, self.root)
        uc.emu_start(CODE + FLUSH, CODE + FLUSH + 3)
        uc.ctl_flush_tb()
        uc.reg_write(x86.UC_X86_REG_RBX, va)
        uc.reg_write(x86.UC_X86_REG_RAX, value)
        start = CODE + CODE_OF[how]
        end = va + 1 if how == "x" else start + 3
        code = 0
        try:
            uc.emu_start(start, end)
        except unicorn.UcError as error:
            code = error.errno
        assert code in (0, EXCEPTION)
        if code != 0:
            return None
        reached = uc.reg_read(x86.UC_X86_REG_RIP) == end
        return int(uc.reg_read(x86.UC_X86_REG_RAX)) if reached else None

    def read(self, pa: int) -> int:
        return int.from_bytes(self.uc.mem_read(pa, 8), "little")

    def write(self, pa: int, word: int) -> None:
        self.uc.mem_write(pa, word.to_bytes(8, "little"))


def filled_memory() -> GuestMemory:
    memory = GuestMemory([(0, MEMORY)])
    for pa in range(0, MEMORY // 2, PAGE):
        memory.write(pa, b"\x90" * 8 + pa.to_bytes(8, "little"))
    for offset, code in zip(CODE_OF.values(), ("488b03", "488903", "ffe3"), strict=True):
        memory.write(CODE_PA + offset, bytes.fromhex(code) + b"\x90" * 5)
    memory.write(CODE_PA + FLUSH, b"\x0f\x22\xd9")
    return memory


def path_of(table: PageTable, memory: GuestMemory, va: int) -> list[int]:
    """Where the entries of a walk lie."""
    places, at = list[int](), table.root
    for level in range(4, 0, -1):
        places.append(at + (va >> (12 + 9 * (level - 1)) & 511) * 8)
        entry = memory.read_u64(places[-1])
        if level == 1 or entry >> 7 & 1:
            break
        at = entry & 0xFFFFFFFFFF000
    return places


@pytest.mark.parametrize("mode", MODES, ids=repr)
@pytest.mark.parametrize("size", [PAGE, 2 << 20])
def test_bent_tables(mode: Mode, size: int, rng: random.Random) -> None:
    memory = filled_memory()
    table = PageTable("x86-64-4", memory, mode=mode, pa_bits=40)
    table.map(CODE, CODE_PA, flags="rxad")
    va, pa = BASE + 8, 2 << 20
    table.map(BASE, pa, size, "rwxu")
    cpu = Cpu(memory)
    cpu.start(table.root, mode)
    places = path_of(table, memory, BASE)
    good = [memory.read_u64(at) for at in places]
    seen = set[str]()
    # Address bits lead to tables of other bytes, or to no memory.
    bits = [n for n in range(64) if not 12 <= n < 40]
    bends = list(itertools.product(range(len(places)), bits)) + [(0, None)] * 3
    for (level, bit), access in itertools.product(bends, "rwx"):
        words = list(good)
        if bit is not None:
            words[level] ^= 1 << bit
        for i in range(len(words)):
            if rng.random() < 0.3:
                words[i] ^= 1 << rng.choice((1, 2, 5, 6, 8, 63))
        for at, word in zip(places, words, strict=True):
            memory.write_u64(at, word)
            cpu.write(at, word)
        cpu.write(pa + 8, pa)
        walk = table.walk(va, access)
        loaded = cpu.access(va - 8 if access == "x" else va, access, 0x1234)
        what = f"{access} with {[hex(word) for word in words]}: {walk}"
        assert (loaded is not None) == (walk.fault == "none"), what
        if loaded is not None:
            assert walk.pa == pa + 8
            assert loaded == (pa if access == "r" else 0x1234), what
            assert cpu.read(pa + 8) == (0x1234 if access == "w" else pa), what
        if walk.fault != "reserved_bit":  # Unicorn marks large pages before it looks at those
            marks = [memory.read_u64(at) for at in places]
            assert [cpu.read(at) for at in places] == marks, what
        seen.add(walk.fault)
    assert seen == {"none", "not_present", "protection", "reserved_bit"}


def test_addresses_and_pages(rng: random.Random) -> None:
    """Drawn pages of two sizes, drawn addresses near and far: the same word or a fault."""
    memory = filled_memory()
    table = PageTable("x86-64-4", memory, pa_bits=40)
    table.map(CODE, CODE_PA, flags="rxad")
    frames = rng.sample(range(16, 400), 48)
    for frame in frames:
        table.map(BASE + frame * 7 * PAGE, frame * PAGE, flags=rng.choice(("r", "rw", "rwu")))
    table.map(-(2 << 20) % 2**64, 2 << 20, 2 << 20, "rw")
    cpu = Cpu(memory)
    cpu.start(table.root, Mode())
    seen = set[str]()
    for _ in range(600):
        page = BASE + rng.choice(frames) * 7 * PAGE
        page += rng.choice((0, 0, 0, PAGE, -PAGE, 1 << 39, 1 << 46))
        va = rng.choice((page, -rng.randrange(1, 1024) * PAGE % 2**64)) + 8
        access = rng.choice("rw")
        walk = table.walk(va, access)
        loaded = cpu.access(va, access, walk.pa & ~0xFFF)
        assert (loaded is not None) == (walk.fault == "none"), f"{hex(va)} {walk}"
        assert loaded in (None, walk.pa & ~0xFFF)
        seen.add(walk.fault)
    assert seen >= {"none", "not_present", "protection"}
