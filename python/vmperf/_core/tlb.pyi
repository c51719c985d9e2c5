"""
Software translation look-aside buffers: virtual to physical addresses at the cost of a few loads.

`SoftTlb` has all levels behind one call; `PageMap` is a flat map of pages that can answer its
misses. C++ code includes <vmperf/tlb/soft_tlb.hpp>, or one first level alone, and inlines it. The
benchmarks ``tlb/*`` time them beside other ways.
"""
from __future__ import annotations
import collections.abc
import enum
import typing
__all__: list[str] = ['Fault', 'PageMap', 'SoftTlb']
class SoftTlb:
    """
    A TLB of several levels, each of them a matter of choice.

    A lookup asks the first level, then a victim TLB of what the first level put out, then a second
    level that keeps pages of each size whole, then a buffer of prefetched pages. A hit behind moves to
    the first level, which keeps 4 KiB pieces of larger pages.

    Parameters
    ----------
    entries : int, default 4096
        Of the first level: `ways` times a power of two.
    ways : int, default 1
        1 to 64. With 1 and index 'mod' the first level is direct-mapped and wait-free for readers; any
        other one is set-associative with `policy`, and one thread's. `ways` == `entries` is fully
        associative.
    page_sizes : tuple of int, default (4096, 2097152, 1073741824)
        Some of these, in bytes, in rising order: what ``fill`` takes.
    policy : {'lru', 'plru', 'bit_plru', 'nru', 'fifo', 'random', 'srrip', 'brrip', 'drrip'}
        Who leaves a full set of the set-associative levels; the default 'plru' is a tree of bits and
        wants a power of two of ways.
    index : {'mod', 'xor', 'crc'}, default 'mod'
        Which set a page belongs to: its low bits, these with higher ones folded in, or its CRC-32C.
    victim : int, default 8
        Entries of the victim TLB, 0 (none) to 64.
    second_level : int, default 16384
        Entries for pages of 4 KiB, 0 for no second level; 2 MiB has a 16th, 1 GiB a 256th as many.
    prefetch : {None, 'next_page', 'stride', 'distance', 'markov'}, default None
        Who guesses, at a miss, which pages come next. Guesses are walked by the walker of
        ``translate``.
    sync : {'auto', 'packed', 'atomic16', 'seqlock', 'private'}, default 'auto'
        How the first level is safe beside a writer. 'auto': of a direct-mapped one packed where the
        widths of addresses fit into a word, else what the CPU has; of another one 'private'.
    second_level_ways : int, default 8
        1 to 64.
    degree : int, default 2
        Pages guessed per miss at most, 1 to 8; distance and markov know 2.
    prefetch_buffer : int, default 32
        Prefetched pages that can wait, 1 to 64.
    va_bits : int, default 48
        Width of virtual addresses, 32 to 57; the bits above are copies of the highest of them.
    pa_bits : int, default 40
        Width of physical addresses, 32 to 52.
    count_hits : bool, default False
        Whether ``lookup`` counts its hits; batches always count theirs.
    seed : int, default 0
        Of the policies that draw: random, brrip, drrip.

    Raises
    ------
    InvalidArgumentError
        If a number is out of range, a word unknown, `entries` is not `ways` times a power of two,
        `ways` no power of two with 'plru', page sizes repeat, or `sync` is for a direct-mapped first
        level and this one is not.
    UnsupportedError
        If the CPU lacks what `sync` asks for.
    TypeError
        If a number is no integer.

    Notes
    -----
    ``lookup`` O(1), on a miss O(ways of all levels). The GIL is held: one thread at a time.

    References
    ----------
    Jouppi, "Improving Direct-Mapped Cache Performance by the Addition of a Small Fully-Associative
    Cache and Prefetch Buffers", ISCA 1990; Kandiraju and Sivasubramaniam, "Going the Distance for TLB
    Prefetching", ISCA 2002.

    Examples
    --------
    >>> from vmperf import tlb
    >>> t = tlb.SoftTlb(entries=64, ways=4, policy="lru")
    >>> t.fill(0x7000, 0x42000, perms="r")
    >>> hex(t.lookup(0x7123)), t.lookup(0x7123, "w")
    ('0x42123', None)
    >>> t.flush_page(0x7000)
    >>> t.lookup(0x7123) is None
    True
    >>> t.fill(0x7000, 0x42000, asid=1)
    >>> t.flush_asid(2)
    >>> t.flush_range(0x8000, 0xFFFFF)
    >>> t.lookup(0x7123, asid=1) == 0x42123
    True
    >>> t.flush()
    >>> t.lookup(0x7123, asid=1) is None
    True
    """
    def __init__(self, entries: typing.Any = 4096, ways: typing.Any = 1, page_sizes: collections.abc.Iterable = (4096, 2097152, 1073741824), policy: str = 'plru', index: str = 'mod', victim: typing.Any = 8, second_level: typing.Any = 16384, prefetch: typing.Any = None, sync: str = 'auto', *, second_level_ways: typing.Any = 8, degree: typing.Any = 2, prefetch_buffer: typing.Any = 32, va_bits: typing.Any = 48, pa_bits: typing.Any = 40, count_hits: bool = False, seed: typing.Any = 0) -> None:
        ...
    def __repr__(self) -> str:
        ...
    def fill(self, va: typing.Any, pa: typing.Any, size_bytes: typing.Any = 4096, perms: str = 'rwx', asid: typing.Any = 0, *, is_global: bool = False) -> None:
        """
        Keeps what a walk found.

        Parameters
        ----------
        va : int
            Any virtual address in the page, canonical.
        pa : int
            The physical address behind it.
        size_bytes : int, default 4096
            Of the page: one of `page_sizes`.
        perms : str, default 'rwx'
            What the page permits, letters of it.
        asid : int, default 0
            Address space, 0 to 65535.
        is_global : bool, default False
            Whether the page is in all address spaces.

        Raises
        ------
        InvalidArgumentError
            If the address is not canonical (its bits above `va_bits` are copies of the highest below),
            `pa` is too wide or lies elsewhere in its page than `va`, or another argument is out of range.
        TypeError
            If a number is no integer.
        """
    def flush(self) -> None:
        """
        Drops all translations, global ones too: O(1).
        """
    def flush_asid(self, asid: typing.Any) -> None:
        """
        Drops the translations of one address space: O(1). Global ones stay.

        Parameters
        ----------
        asid : int
            0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If it is out of range.
        TypeError
            If it is no integer.
        """
    def flush_page(self, va: typing.Any, size_bytes: typing.Any = 4096, asid: typing.Any = 0) -> None:
        """
        Drops the translation of one page, of the address space or global.

        Parameters
        ----------
        va : int
            Any address in the page.
        size_bytes : int, default 4096
            The page's size, one of `page_sizes`: O(pieces) for large ones.
        asid : int, default 0
            0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If a number is out of range, or the size is none of a page.
        TypeError
            If a number is no integer.
        """
    def flush_range(self, lo: typing.Any, hi: typing.Any, asid: typing.Any = 0) -> None:
        """
        Drops the translations of all pages that touch [lo, hi], of the address space or global.

        Parameters
        ----------
        lo : int
            First address.
        hi : int
            Last address, `lo` or more: that of a byte in the last page.
        asid : int, default 0
            0 to 65535.

        Raises
        ------
        InvalidArgumentError
            If `hi` is below `lo`, or a number out of range.
        TypeError
            If a number is no integer.
        """
    def lookup(self, va: typing.Any, access: str = 'r', asid: typing.Any = 0) -> typing.Any:
        """
        The physical address behind a virtual one.

        Parameters
        ----------
        va : int
            Virtual address, canonical.
        access : {'r', 'w', 'x'}, default 'r'
            What the page must permit.
        asid : int, default 0
            Address space, 0 to 65535.

        Returns
        -------
        int or None
            None on a miss: no level has the page with this permission.

        Raises
        ------
        InvalidArgumentError
            If the address is not canonical (its bits above `va_bits` are copies of the highest below),
            an access is unknown, or an ASID out of range.
        TypeError
            If a number is no integer.
        """
    def translate(self, vas: typing.Any, out: typing.Any = None, access: str = 'r', asid: typing.Any = 0, walker: PageMap | None = None) -> tuple:
        """
        The physical addresses behind many virtual ones.

        Parameters
        ----------
        vas : ndarray of unsigned integers, shape (n,), or a sequence of int
            Virtual addresses. uint64 is taken as it is, smaller ones are converted.
        out : tuple of ndarray, optional
            (pa, fault): C-contiguous uint64 and uint8, shape (n,), which get the results.
        access : {'r', 'w', 'x'}, default 'r'
            What the pages must permit.
        asid : int, default 0
            Address space, 0 to 65535.
        walker : PageMap, optional
            What answers misses, which are then filled, and the guesses of the prefetcher.

        Returns
        -------
        pa : ndarray of uint64, shape (n,)
            2**64 - 1 where there is none.
        fault : ndarray of uint8, shape (n,)
            A `Fault` each: none, miss or non_canonical, and with a walker not_present or protection.

        Raises
        ------
        InvalidArgumentError
            If an array is not one-dimensional, `out` has another length, is read-only or shares memory, a
            word is unknown or a number out of range.
        TypeError
            If `vas` or `out` has another dtype, or is no array.

        Notes
        -----
        A call with `vas` and `out` alone, arrays of the right kind, takes some 100 ns before it begins.
        O(n), in blocks of 256. With a direct-mapped first level a whole block is looked up before the first
        of its misses is walked. The GIL is held.

        Examples
        --------
        >>> import numpy as np
        >>> from vmperf import tlb
        >>> pages = tlb.PageMap()
        >>> pages.map(0x200000, 0x40000000, 2 << 20, "r")
        >>> t = tlb.SoftTlb()
        >>> pa, fault = t.translate(np.array([0x200008, 0x3ff000, 0x400000], "u8"), walker=pages)
        >>> [hex(a) for a in pa[:2]], tlb.Fault(fault[2]).name
        (['0x40000008', '0x401ff000'], 'not_present')
        >>> t.stats["fills"], t.stats["second_level_hits"]
        (1, 1)
        """
    @property
    def entries(self) -> int:
        """
        Entries of the first level.
        """
    @property
    def index(self) -> str:
        """
        Index function.
        """
    @property
    def policy(self) -> str:
        """
        Replacement policy of the set-associative levels.
        """
    @property
    def stats(self) -> dict:
        """
        What was counted, a dict from name to count.

        lookups (of batches; scalar ones that missed the first level, with `count_hits` all of them), hits,
        misses, victim_hits, second_level_hits, fills, evictions of the first level, second_level_evictions,
        flush_all, flush_asid, flush_page, flush_range, and of the prefetcher issued, present (the TLB had
        the page), useful (asked for), late, waiting (in the buffer now) and useless (the rest).
        """
    @property
    def sync(self) -> str:
        """
        How the first level is safe beside a writer: what 'auto' became.
        """
    @property
    def ways(self) -> int:
        """
        Ways of the first level.
        """
class PageMap:
    """
    A flat map of pages, which answers the misses of a `SoftTlb`.

    For measurements, tests and guests without page tables: ``vmperf.mmu`` has those of CPUs.

    Notes
    -----
    ``map``, ``unmap`` and a walk are O(1); ``len()`` counts pages.

    Examples
    --------
    >>> from vmperf import tlb
    >>> pages = tlb.PageMap()
    >>> pages.map(0x1000, 0x5000, perms="rx")
    >>> len(pages), pages.unmap(0x1000), len(pages)
    (1, True, 0)
    """
    def __init__(self) -> None:
        ...
    def __len__(self) -> int:
        """
        Pages that are mapped.
        """
    def map(self, va: typing.Any, pa: typing.Any, size_bytes: typing.Any = 4096, perms: str = 'rwx', asid: typing.Any = 0, *, is_global: bool = False) -> None:
        """
        Enters a page, in place of one of the same size.

        Parameters
        ----------
        va : int
            Its virtual address, a multiple of its size.
        pa : int
            Its physical address, a multiple of its size.
        size_bytes : {4096, 2097152, 1073741824}, default 4096
            Its size.
        perms : str, default 'rwx'
            What it permits, letters of it.
        asid : int, default 0
            Its address space, 0 to 65535.
        is_global : bool, default False
            Whether it is in all address spaces.

        Raises
        ------
        InvalidArgumentError
            If an address is no multiple of the size, or an argument out of range.
        TypeError
            If a number is no integer.
        """
    def unmap(self, va: typing.Any, size_bytes: typing.Any = 4096, asid: typing.Any = 0, *, is_global: bool = False) -> bool:
        """
        Takes a page out.

        Parameters
        ----------
        va : int
            Its virtual address, a multiple of its size.
        size_bytes : {4096, 2097152, 1073741824}, default 4096
            Its size.
        asid : int, default 0
            Its address space, 0 to 65535.
        is_global : bool, default False
            Whether it was entered so.

        Returns
        -------
        bool
            Whether there was one.

        Raises
        ------
        InvalidArgumentError
            If `va` is no multiple of the size, or an argument out of range.
        TypeError
            If a number is no integer.
        """
class Fault(enum.IntEnum):
    """
    Why there is no translation: the values of fault arrays.

    none, miss (no entry, and nobody walked), not_present, protection (not permitted), non_canonical,
    reserved_bit, bus (no memory there), access_flag (left to software).

    Examples
    --------
    >>> from vmperf import tlb
    >>> tlb.Fault(3).name, int(tlb.Fault.miss)
    ('protection', 1)
    """
    access_flag = 7
    bus = 6
    miss = 1
    non_canonical = 4
    none = 0
    not_present = 2
    protection = 3
    reserved_bit = 5
