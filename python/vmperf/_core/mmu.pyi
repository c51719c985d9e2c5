"""
Page tables in guest memory, the walks of them, and the MMU: TLB, walk and memory behind one call.

Formats are those of x86-64 with 4 and 5 levels, RISC-V's Sv39, Sv48 and Sv57, and AArch64 with
4 KiB pages. C++ code includes <vmperf/mmu/page_table.hpp> and <vmperf/mmu/mmu.hpp>. The benchmarks
``mmu/*`` time walks and misses.
"""
from __future__ import annotations
import numpy
import typing
import typing_extensions
import vmperf._core.guestmem
import vmperf._core.tlb
__all__: list[str] = ['Mmu', 'Mode', 'PageTable', 'SecondStage', 'Walk', 'WalkCache']
class Mode:
    """
    What the registers of control say, as far as page tables look at them.

    Parameters
    ----------
    user : bool, default False
        Whether CPL 3, U or EL0 asks.
    wp : bool, default True
        x86 CR0.WP: the supervisor obeys read-only pages, too.
    nxe : bool, default True
        x86 EFER.NXE: without it bit 63 of an entry is reserved.
    smep : bool, default False
        x86 CR4.SMEP: the supervisor executes no user page.
    smap : bool, default False
        x86 CR4.SMAP: the supervisor reads and writes no user page.
    ac : bool, default False
        x86 EFLAGS.AC, which lifts SMAP.
    sum : bool, default False
        RISC-V sstatus.SUM: the supervisor may read and write user pages.
    mxr : bool, default False
        RISC-V sstatus.MXR: what may be executed may be read.
    pan : bool, default False
        AArch64 PSTATE.PAN: EL1 reads and writes no page that EL0 may.

    Notes
    -----
    A format reads what its architecture has. Equal modes compare equal. Never raises.

    Examples
    --------
    >>> from vmperf.mmu import Mode
    >>> Mode(user=True).user, Mode() == Mode(wp=True)
    (True, True)
    """
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __init__(self, *, user: bool = False, wp: bool = True, nxe: bool = True, smep: bool = False, smap: bool = False, ac: bool = False, sum: bool = False, mxr: bool = False, pan: bool = False) -> None:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def ac(self) -> bool:
        """
        x86 EFLAGS.AC, which lifts SMAP.
        """
    @property
    def mxr(self) -> bool:
        """
        RISC-V: what may be executed may be read.
        """
    @property
    def nxe(self) -> bool:
        """
        x86 EFER.NXE; without it bit 63 is reserved.
        """
    @property
    def pan(self) -> bool:
        """
        AArch64: EL1 reads and writes no page of EL0.
        """
    @property
    def smap(self) -> bool:
        """
        x86 CR4.SMAP: no user page is read or written.
        """
    @property
    def smep(self) -> bool:
        """
        x86 CR4.SMEP: no user page is executed.
        """
    @property
    def sum(self) -> bool:
        """
        RISC-V: the supervisor may read and write user pages.
        """
    @property
    def user(self) -> bool:
        """
        Whether CPL 3, U or EL0 asks.
        """
    @property
    def wp(self) -> bool:
        """
        x86 CR0.WP: the supervisor obeys read-only pages.
        """
class SecondStage:
    """
    The second stage of nested walks: a table of guest-physical addresses, and a TLB of it.

    Parameters
    ----------
    table : PageTable
        The second table, not nested itself.
    entries : int, default 1024
        Of the nested TLB, direct-mapped: 0 or a power of two up to 1048576. 0 keeps nothing.

    Raises
    ------
    InvalidArgumentError
        If a number or word is out of range.

    Notes
    -----
    A walk of 4 levels reads 24 entries without the nested TLB, 4 with a warm one.
    One thread at a time; holds the GIL.

    References
    ----------
    Bhargava et al., "Accelerating two-dimensional page walks for virtualized systems", ASPLOS 2008.

    Examples
    --------
    >>> from vmperf.guestmem import GuestMemory
    >>> from vmperf.mmu import PageTable, SecondStage
    >>> mem = GuestMemory([(0, 1 << 26)])
    >>> host = PageTable("x86-64-4", mem)
    >>> host.map(0, 0x1000000, 4096, "rwu", n_pages=4096)
    >>> guest = PageTable("x86-64-4", mem, tables=(0x100000, 0x100000),
    ...                   nested=SecondStage(host, entries=0))
    >>> guest.map(0x400000, 0x3000, 4096, "rw")
    >>> guest.walk(0x400000, "r").pa  # and sets the accessed bits
    16789504
    >>> guest.walk(0x400000, "r").refs
    24
    """
    def __init__(self, table: PageTable, entries: typing.Any = 1024) -> None:
        ...
    def flush(self) -> None:
        """
        Forgets what the nested TLB holds; O(1). Flush the TLBs of its guests as well.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable, SecondStage
        >>> stage = SecondStage(PageTable("sv39", GuestMemory([(0, 1 << 24)])))
        >>> stage.flush()
        >>> stage.stats["flushes"]
        1
        """
    @property
    def entries(self) -> int:
        """
        Entries of the nested TLB.
        """
    @property
    def stats(self) -> dict:
        """
        Counts so far: walks of the second table, flushes.
        """
class WalkCache:
    """
    The paging-structure cache of walks: tables that they came through, by level.

    Parameters
    ----------
    level2, level3, level4, level5 : int
        Entries that stand for a table of the level below, by default 512, 64, 16 and 4; powers of two
        from 1 to 1048576. One of `level2` covers 2 MiB.

    Raises
    ------
    InvalidArgumentError
        If a number or word is out of range.

    Notes
    -----
    Entries are tagged by table and ASID, so that one cache may serve several. Flushes are O(1). After a
    change of tables a cache that was not flushed may lead to the old ones.
    One thread at a time; holds the GIL.

    References
    ----------
    Intel SDM vol. 3A, 4.10.3; Barr, Cox and Rixner, "Translation caching", ISCA 2010.

    Examples
    --------
    >>> from vmperf.guestmem import GuestMemory
    >>> from vmperf.mmu import PageTable, WalkCache
    >>> table, cache = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)])), WalkCache()
    >>> table.map(0x1000, 0x1000)
    >>> [table.walk(0x1000, "r", cache).refs for _ in range(2)]
    [4, 1]
    """
    def __init__(self, *, level2: typing.Any = 512, level3: typing.Any = 64, level4: typing.Any = 16, level5: typing.Any = 4) -> None:
        ...
    def flush(self) -> None:
        """
        Forgets all tables; O(1).

        Examples
        --------
        >>> from vmperf.mmu import WalkCache
        >>> WalkCache().flush()
        """
    def flush_asid(self, asid: typing.Any) -> None:
        """
        Forgets the tables of one address space; O(1).

        Parameters
        ----------
        asid : int
            Address space, 0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.mmu import WalkCache
        >>> WalkCache().flush_asid(7)
        """
    @property
    def stats(self) -> dict:
        """
        Counts so far: tables entered, flushes, clears when contexts ran out.
        """
class PageTable:
    """
    A page table in guest memory.

    Parameters
    ----------
    fmt : {'x86-64-4', 'x86-64-5', 'sv39', 'sv48', 'sv57', 'aarch64-4k'}
        The format. AArch64's is a table of TTBR0: addresses of 48 bits.
    mem : vmperf.guestmem.GuestMemory
        Where the tables and the pages lie.
    tables : (int, int), optional
        Start and size in bytes of the memory that tables take, whole pages of one region. By default
        the last quarter of the highest region.
    mode : Mode, default Mode()
        What walks are asked in.
    ad : {'hardware', 'software'}, default 'hardware'
        Who sets accessed and dirty bits: the walk, or the guest after a fault. x86 has the first alone.
    pa_bits : int, default 0
        Width of physical addresses in bits, from 32; 0 is the format's: 52, 56, 48.
    nested : SecondStage, optional
        Of a guest's table: what its own addresses, of tables and pages, go through.

    Raises
    ------
    InvalidArgumentError
        If a number or word is out of range.
    CapacityError
        If the place of tables is used up.
    PageFault
        If the second stage has no memory for tables.

    Notes
    -----
    A change reaches a `WalkCache` or a TLB by their flushes alone, as on a CPU. A table is not freed
    when its last page is unmapped; a large page may take its place.
    One thread at a time; holds the GIL.

    References
    ----------
    Intel SDM vol. 3A, 4.5 to 4.10; RISC-V privileged ISA 1.12, 4.3 to 4.6; Arm ARM DDI 0487, D8.

    Examples
    --------
    >>> from vmperf.guestmem import GuestMemory
    >>> from vmperf.mmu import PageTable
    >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
    >>> table.map(0x7F0000000000, 0x200000, 4096, "rwu")
    >>> table.walk(0x7F0000000123)
    Walk(pa=2097443, size_bytes=4096, perms='rw', level=1, refs=4)
    >>> table.walk(0x7F0000001000).fault, table.n_tables
    ('not_present', 4)
    """
    def __init__(self, fmt: str, mem: vmperf._core.guestmem.GuestMemory, *, tables: typing.Any = None, mode: Mode = ..., ad: str = 'hardware', pa_bits: typing.Any = 0, nested: SecondStage | None = None) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def map(self, va: typing.Any, pa: typing.Any, size_bytes: typing.Any = 4096, flags: str = 'rw', n_pages: typing.Any = 1) -> None:
        """
        Maps pages.

        Parameters
        ----------
        va : int
            First virtual address, canonical and a multiple of `size_bytes`.
        pa : int
            First physical address, likewise, all of it within ``pa_bits``.
        size_bytes : {4096, 2097152, 1073741824}, default 4096
            Size of a page in bytes.
        flags : str
            Letters of 'rwxugad', each at most once: read, write, execute, user, global, and the accessed
            and dirty marks set at once. A format that has no such pages refuses: x86 and AArch64 want r,
            RISC-V wants r or x, and r with w.
        n_pages : int, default 1
            How many pages follow each other.

        Raises
        ------
        InvalidArgumentError
            If an argument is out of range, or a part of the range is mapped; nothing is mapped then.
        CapacityError
            If the place of tables is used up.
        TypeError
            If an argument has another type.

        Notes
        -----
        O(pages). Large pages are made as such; `unmap` and `protect` split them where they must.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable
        >>> table = PageTable("sv39", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x40000000, 0, 2 << 20, "rx", n_pages=4)
        >>> table.walk(0x40601234).size_bytes, table.walk(0x40601234).perms
        (2097152, 'rx')
        """
    def protect(self, va: typing.Any, size_bytes: typing.Any, flags: str) -> int:
        """
        Gives what is mapped in a range other permissions; accessed and dirty marks stay.

        Parameters
        ----------
        va : int
            First virtual address, a multiple of 4096.
        size_bytes : int
            Size of the range in bytes, a multiple of 4096.
        flags : str
            Letters of 'rwxugad', each at most once: read, write, execute, user, global, and the accessed
            and dirty marks set at once. A format that has no such pages refuses: x86 and AArch64 want r,
            RISC-V wants r or x, and r with w.

        Returns
        -------
        int
            How many bytes were mapped.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.
        CapacityError
            If a large page cannot be split; what came before it is changed.

        Notes
        -----
        AArch64 marks a dirty page by write permission itself: read-only pages have no dirty mark.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x1000, 4096, "rw", n_pages=2)
        >>> table.protect(0x1000, 4096, "r")
        4096
        >>> table.walk(0x1000).perms, table.walk(0x2000).perms
        ('r', 'rw')
        """
    def unmap(self, va: typing.Any, size_bytes: typing.Any = 4096) -> int:
        """
        Takes away what is mapped in a range; what is not stays so.

        Parameters
        ----------
        va : int
            First virtual address, a multiple of 4096.
        size_bytes : int
            Size of the range in bytes, a multiple of 4096.

        Returns
        -------
        int
            How many bytes were mapped.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.
        CapacityError
            If a large page cannot be split; what came before it is unmapped.

        Notes
        -----
        A large page that lies partly in the range is split into pages of the next size.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable
        >>> table = PageTable("aarch64-4k", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x40000000, 0, 2 << 20, "rw")
        >>> table.unmap(0x40003000, 4096)
        4096
        >>> table.walk(0x40003000).fault, table.walk(0x40004000).size_bytes
        ('not_present', 4096)
        """
    def walk(self, va: typing.Any, access: typing.Any = None, walk_cache: WalkCache | None = None, asid: typing.Any = 0) -> Walk:
        """
        Translates one address by the tables, without a TLB.

        Parameters
        ----------
        va : int
            Virtual address, 0 to 2**64 - 1.
        access : {'r', 'w', 'x'}, optional
            What is asked: it is checked, and accessed and dirty bits are set as the CPU does. Without it
            the tables are looked at alone, and nothing in them changes.
        walk_cache : WalkCache, optional
            Where the walk finds and keeps the tables it came through; without one it begins at the root.
        asid : int, default 0
            Address space, 0 to 65535.

        Returns
        -------
        Walk
            With `access`, ``perms`` are what a TLB may keep: without w as long as the page is clean.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.
        TypeError
            If an argument has another type.

        Notes
        -----
        A fault is a result, never an exception. O(levels).

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x5000, 4096, "rw")
        >>> [table.walk(0x1000, access).perms for access in (None, "r", "w", "r")]
        ['rw', 'r', 'rw', 'rw']
        >>> table.walk(0x1000, "x").fault
        'protection'
        """
    def walk_batch(self, vas: typing.Any, access: typing.Any = None, walk_cache: WalkCache | None = None, asid: typing.Any = 0, out: typing.Any = None) -> numpy.ndarray[typing.Any, numpy.dtype[typing.Any]]:
        """
        Translates many addresses.

        Parameters
        ----------
        vas : array_like of uint64, shape (n,)
            Virtual addresses.
        access : {'r', 'w', 'x'}, optional
            What is asked: it is checked, and accessed and dirty bits are set as the CPU does. Without it
            the tables are looked at alone, and nothing in them changes.
        walk_cache : WalkCache, optional
            Where the walk finds and keeps the tables it came through; without one it begins at the root.
        asid : int, default 0
            Address space, 0 to 65535.
        out : ndarray, optional
            Where the results go: an array that a call before returned, of the same length.

        Returns
        -------
        ndarray, shape (n,)
            A record for each address, in order: ``pa`` (uint64), ``page_shift`` (log2 of bytes), ``perms``
            (bits 1, 2, 4 of r, w, x), ``is_global``, ``fault`` (a value of `vmperf.tlb.Fault`), ``level``,
            ``refs``, ``stage``.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.
        TypeError
            If an argument has another type.

        Notes
        -----
        With a walk cache an address costs some 2 ns; without one 16 walks go level by level. Holds the GIL.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import PageTable, WalkCache
        >>> table = PageTable("sv48", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x10000, 0x20000, 4096, "rw", n_pages=16)
        >>> walks = table.walk_batch(np.array([0x10008, 0x30000], np.uint64), walk_cache=WalkCache())
        >>> walks["pa"][0] == 0x20008, walks["fault"].tolist()
        (np.True_, [0, 2])
        """
    @property
    def ad(self) -> str:
        """
        Who sets accessed and dirty bits: 'hardware' or 'software'.
        """
    @property
    def fmt(self) -> str:
        """
        Name of the format.
        """
    @property
    def levels(self) -> int:
        """
        Levels of tables: 3 to 5.
        """
    @property
    def mode(self) -> Mode:
        """
        The `Mode` that walks ask in; flush TLBs when it changes.
        """
    @mode.setter
    def mode(self, arg1: Mode) -> None:
        ...
    @property
    def n_tables(self) -> int:
        """
        Table pages in use, of 4096 bytes.
        """
    @property
    def pa_bits(self) -> int:
        """
        Width of physical addresses in bits.
        """
    @property
    def root(self) -> int:
        """
        Physical address of the top table.
        """
class Mmu:
    """
    TLB, page table and guest memory of one virtual CPU behind one call.

    A hit of the TLB is all that a lookup costs; a miss walks the table and fills the TLB with what the
    page permits now: no write while it is clean, so that the first store walks and marks it dirty.

    Parameters
    ----------
    table : PageTable
        Of all address spaces that `set_table` gives no other.
    tlb : vmperf.tlb.SoftTlb
        The TLB, of this MMU alone. What is too wide for it is translated and not kept.
    walk_cache : WalkCache, optional
        Where the walk finds and keeps the tables it came through; without one it begins at the root.
    nested : SecondStage, optional
        That of `table`, to state it.

    Raises
    ------
    InvalidArgumentError
        If `nested` is another second stage than that of `table`.

    Notes
    -----
    After a change of tables flush what was changed, here: TLB and walk cache keep the old translations.
    One thread at a time; holds the GIL.

    Examples
    --------
    >>> from vmperf.guestmem import GuestMemory
    >>> from vmperf.mmu import Mmu, PageTable, WalkCache
    >>> from vmperf.tlb import SoftTlb
    >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
    >>> table.map(0x400000, 0x10000, 4096, "rw", n_pages=4)
    >>> mmu = Mmu(table, SoftTlb(), WalkCache())
    >>> mmu.write(0x400FFC, b"across pages")
    >>> mmu.read(0x400FFC, 12), hex(mmu.lookup(0x401008))
    (b'across pages', '0x11008')
    >>> mmu.stats["walks"]
    2
    """
    def __init__(self, table: PageTable, tlb: vmperf._core.tlb.SoftTlb, walk_cache: WalkCache | None = None, nested: SecondStage | None = None) -> None:
        ...
    def flush(self) -> None:
        """
        Forgets all translations, global ones too, and all tables of the walk cache.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x5000)
        >>> mmu = Mmu(table, SoftTlb())
        >>> before = mmu.lookup(0x1000)
        >>> table.unmap(0x1000), hex(mmu.lookup(0x1000))  # the TLB has it still
        (4096, '0x5000')
        >>> mmu.flush()
        >>> mmu.lookup(0x1000)
        Traceback (most recent call last):
            ...
        vmperf.PageFault: page fault at 0x1000 (r, 1 bytes): the entry of level 1 is not valid
        """
    def flush_asid(self, asid: typing.Any) -> None:
        """
        Forgets one address space, but not its global pages.

        Parameters
        ----------
        asid : int
            Address space, 0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> Mmu(PageTable("sv39", GuestMemory([(0, 1 << 24)])), SoftTlb()).flush_asid(3)
        """
    def flush_page(self, va: typing.Any, size_bytes: typing.Any = 4096, asid: typing.Any = 0) -> None:
        """
        Forgets one page, also a global one, and the tables on the way to it.

        Parameters
        ----------
        va : int
            Virtual address, 0 to 2**64 - 1.
        size_bytes : int, default 4096
            Size of the page in bytes, one that the TLB has.
        asid : int, default 0
            Address space, 0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x5000, 4096, "rw")
        >>> mmu = Mmu(table, SoftTlb())
        >>> first = mmu.lookup(0x1000, "w")
        >>> table.protect(0x1000, 4096, "r")
        4096
        >>> mmu.flush_page(0x1000)
        >>> mmu.lookup(0x1000, "w")
        Traceback (most recent call last):
            ...
        vmperf.PageFault: page fault at 0x1000 (w, 1 bytes): the entry of level 1 does not permit it
        """
    def flush_range(self, lo: typing.Any, hi: typing.Any, asid: typing.Any = 0) -> None:
        """
        Forgets the pages of a range, also global ones, and the tables on the way to them.

        Parameters
        ----------
        lo : int
            First virtual address.
        hi : int
            Address of the last byte.
        asid : int, default 0
            Address space, 0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> Mmu(table, SoftTlb()).flush_range(0x1000, 0x8FFF)
        """
    def lookup(self, va: typing.Any, access: str = 'r', asid: typing.Any = 0) -> int:
        """
        Translates one address.

        Parameters
        ----------
        va : int
            Virtual address, 0 to 2**64 - 1.
        access : {'r', 'w', 'x'}, default 'r'
            What is asked: read, write or execute.
        asid : int, default 0
            Address space, 0 to 65535.

        Returns
        -------
        int
            The physical address.

        Raises
        ------
        PageFault
            If there is no translation that permits it; fields address, access, level and reason, a name of
            `vmperf.tlb.Fault`.
        InvalidArgumentError
            If a number or word is out of range.
        TypeError
            If an argument has another type.

        Notes
        -----
        O(1) on a hit, O(levels) on a miss.

        Examples
        --------
        >>> from vmperf import PageFault
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> table = PageTable("x86-64-4", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x5000, 4096, "r")
        >>> mmu = Mmu(table, SoftTlb())
        >>> try:
        ...     mmu.lookup(0x1234, "w")
        ... except PageFault as fault:
        ...     hex(fault.address), fault.access, fault.level, fault.reason
        ('0x1234', 'w', 1, 'protection')
        """
    def read(self, va: typing.Any, size_bytes: typing.Any, asid: typing.Any = 0) -> bytes:
        """
        Reads bytes at a virtual address, also across pages.

        Parameters
        ----------
        va : int
            Virtual address, 0 to 2**64 - 1.
        size_bytes : int
            How many bytes, up to 2**32.
        asid : int, default 0
            Address space, 0 to 65535.

        Returns
        -------
        bytes
            What lies there; empty for 0 bytes, which touch no page.

        Raises
        ------
        PageFault
            If there is no translation that permits it; fields address, access, level and reason, a name of
            `vmperf.tlb.Fault`.
        OutOfRangeFault
            If a page lies where the guest has no memory.
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> mem = GuestMemory([(0, 1 << 24)])
        >>> table = PageTable("sv57", mem)
        >>> table.map(0x1000, 0x5000, 4096, "r")
        >>> mem.write(0x5010, b"guest")
        >>> Mmu(table, SoftTlb()).read(0x1010, 5)
        b'guest'
        """
    def set_table(self, asid: typing.Any, table: PageTable) -> None:
        """
        Gives one address space a table of its own.

        Parameters
        ----------
        asid : int
            Address space, 0 to 65535; what was kept of it is flushed.
        table : PageTable
            In the same guest memory.

        Raises
        ------
        InvalidArgumentError
            If `asid` is out of range or the table lies in other memory.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> mem = GuestMemory([(0, 1 << 24)])
        >>> one, two = (PageTable("sv39", mem, tables=(at, 1 << 20)) for at in (0x100000, 0x200000))
        >>> one.map(0x1000, 0x5000)
        >>> two.map(0x1000, 0x6000)
        >>> mmu = Mmu(one, SoftTlb())
        >>> mmu.set_table(7, two)
        >>> hex(mmu.lookup(0x1000)), hex(mmu.lookup(0x1000, asid=7))
        ('0x5000', '0x6000')
        """
    def translate(self, vas: typing.Any, access: str = 'r', asid: typing.Any = 0, out: typing.Any = None) -> tuple:
        """
        Translates many addresses; what the TLB has not is walked together.

        Parameters
        ----------
        vas : array_like of uint64, shape (n,)
            Virtual addresses.
        access : {'r', 'w', 'x'}, default 'r'
            What is asked: read, write or execute.
        asid : int, default 0
            Address space, 0 to 65535.
        out : (ndarray, ndarray), optional
            Where the results go: contiguous arrays of uint64 and uint8, shape (n,).

        Returns
        -------
        pa : ndarray of uint64, shape (n,)
            Physical addresses; 2**64 - 1 where there is none.
        fault : ndarray of uint8, shape (n,)
            Values of `vmperf.tlb.Fault`; 0 where there is a translation.

        Raises
        ------
        InvalidArgumentError
            If a number or word is out of range.
        TypeError
            If an argument has another type.

        Notes
        -----
        A fault is a result here, never an exception. Holds the GIL.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable, WalkCache
        >>> from vmperf.tlb import SoftTlb
        >>> table = PageTable("x86-64-5", GuestMemory([(0, 1 << 24)]))
        >>> table.map(0x1000, 0x5000, 4096, "r", n_pages=2)
        >>> mmu = Mmu(table, SoftTlb(), WalkCache())
        >>> pa, fault = mmu.translate(np.array([0x1008, 0x2008, 0x3008], np.uint64))
        >>> [hex(at) for at in pa[:2]], fault.tolist()
        (['0x5008', '0x6008'], [0, 0, 2])
        """
    def write(self, va: typing.Any, data: typing_extensions.Buffer, asid: typing.Any = 0) -> None:
        """
        Writes bytes at a virtual address, also across pages.

        Parameters
        ----------
        va : int
            Virtual address, 0 to 2**64 - 1.
        data : bytes-like
            What is written.
        asid : int, default 0
            Address space, 0 to 65535.

        Raises
        ------
        PageFault
            If a page may not be written; nothing is written then.
        OutOfRangeFault
            If a page lies where the guest has no memory; the pages before it are written.
        InvalidArgumentError
            If a number or word is out of range.

        Examples
        --------
        >>> from vmperf.guestmem import GuestMemory
        >>> from vmperf.mmu import Mmu, PageTable
        >>> from vmperf.tlb import SoftTlb
        >>> mem = GuestMemory([(0, 1 << 24)])
        >>> table = PageTable("x86-64-4", mem)
        >>> table.map(0x1000, 0x5000, 4096, "rw")
        >>> Mmu(table, SoftTlb()).write(0x1010, b"guest")
        >>> mem.read(0x5010, 5)
        b'guest'
        """
    @property
    def stats(self) -> dict:
        """
        Counts so far: walks after misses, table entries that they read, faults.
        """
class Walk:
    """
    What a walk found: the translation, or why there is none. Attributes alone.

    Examples
    --------
    >>> from vmperf.guestmem import GuestMemory
    >>> from vmperf.mmu import PageTable
    >>> PageTable("sv39", GuestMemory([(0, 1 << 24)])).walk(0x1000)
    Walk(fault='not_present', level=3, refs=1)
    """
    def __repr__(self) -> str:
        ...
    @property
    def fault(self) -> str:
        """
        Why there is no translation, a name of `vmperf.tlb.Fault`; 'none' where there is one.
        """
    @property
    def is_global(self) -> bool:
        """
        Whether it holds for all ASIDs.
        """
    @property
    def level(self) -> int:
        """
        Level of the leaf, or of the entry that stopped the walk: 1 is 4 KiB.
        """
    @property
    def pa(self) -> int:
        """
        Physical address; 0 with a fault.
        """
    @property
    def perms(self) -> str:
        """
        What the page permits in the table's mode: letters of rwx.
        """
    @property
    def refs(self) -> int:
        """
        Table entries read, of both stages.
        """
    @property
    def size_bytes(self) -> int:
        """
        Size of the page in bytes.
        """
    @property
    def stage(self) -> int:
        """
        2 where the second stage stopped the walk.
        """
