"""
SIMD memory operations on any contiguous buffer, destination first.

Sizes, offsets and strides are in bytes, whatever the items of a buffer are. Buffers are bytearray,
ndarray, memoryview, mmap, ctypes arrays and whatever else has the buffer protocol; they must be
C-contiguous. C++ code inlines the operations from <vmperf/memops/memops.hpp>, C code finds its face
in the library at ``library_path()``. Which instructions are used: ``simd_level()``; the environment
variable ``VMPERF_SIMD``, read at the first use, forces one.
"""
from __future__ import annotations
import collections.abc
import numpy
import numpy.typing
import typing
import typing_extensions
__all__: list[str] = ['LevelChange', 'available_levels', 'calibrate', 'compare', 'copy', 'copy_2d', 'copy_batch', 'copy_crc32c', 'crc32c', 'crc32c_combine', 'equal', 'fill', 'find_byte', 'gather', 'guest_copy', 'is_zero', 'library_path', 'mismatch', 'move', 'page_diff', 'plan', 'scatter', 'set_simd_level', 'set_thresholds', 'simd_level', 'thresholds', 'zero', 'zero_pages']
class LevelChange:
    """
    What `set_simd_level` did, to be undone.

    Leaving a ``with`` block brings back the level from before.

    Examples
    --------
    >>> from vmperf import memops
    >>> with memops.set_simd_level("scalar") as change:
    ...     memops.simd_level()
    'scalar'
    >>> change.before == memops.simd_level()
    True
    """
    def __enter__(self) -> LevelChange:
        ...
    def __exit__(self, *args) -> None:
        ...
    @property
    def before(self) -> str:
        """
        The level before.
        """
def _measure_thresholds() -> dict[str, int]:
    """
    Measure, set and return the thresholds.
    """
def _use_measured(stream_copy_bytes: typing.SupportsIndex | None, stream_fill_bytes: typing.SupportsIndex | None) -> None:
    """
    Set thresholds that were measured before.
    """
def available_levels() -> list[str]:
    """
    The levels that `set_simd_level` takes here.

    Returns
    -------
    list of str
        Of 'scalar', 'sse2', 'avx2', 'avx512', 'neon', slowest first.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.available_levels()[0]
    'scalar'
    """
def calibrate(*, cached: bool = True) -> dict[str, int]:
    """
    Measure from which sizes on streaming pays, and use that.

    Parameters
    ----------
    cached : bool
        Take what was measured before on this machine, for this level, where it is on disk.

    Returns
    -------
    dict
        As `thresholds`.

    Raises
    ------
    CapacityError, OsError
        If there is no memory for the measurement; then nothing is set.

    Notes
    -----
    About 100 ms and 32 MiB where it measures; the GIL is released. The result is kept in
    ``VMPERF_CACHE``, else the user's cache folder. A file there that cannot be read or written is no
    error: then it is
    measured again.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.calibrate()["measured"] == 1
    True
    """
def compare(a: typing_extensions.Buffer, b: typing_extensions.Buffer) -> int:
    """
    Order of two buffers of one length, byte by byte.

    Parameters
    ----------
    a, b : buffer
        C-contiguous, of the same length in bytes.

    Returns
    -------
    int
        -1, 0 or 1, as the first byte of `a` that differs is below or above that of `b`.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, or a buffer is not C-contiguous.
    TypeError
        If an argument is no buffer, or one of Python objects.

    Notes
    -----
    O(n), ends at the first difference. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.compare(b"abc", b"abx")
    -1
    """
def copy(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, *, nbytes: int | None = None, hint: str = 'auto', policy: str = 'balanced') -> None:
    """
    Copy bytes from `src` to `dst`, whatever the types of their items.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous: bytearray, ndarray, memoryview, mmap, ctypes array, ...
    src : buffer
        C-contiguous, of the same length in bytes.
    nbytes : int, optional
        Copy that many bytes from the start of each; both must hold at least so many.
    hint : {'auto', 'temporal', 'stream'}
        Where a large copy leaves `dst`: past the caches from ``thresholds()`` on, in the caches, or
        past
        them from 1 KiB on, for data that is cold now and not read again soon.
    policy : {'balanced', 'throughput', 'forward'}
        How at most 64 bytes are stored with AVX-512: a compromise; fastest where nobody reads the copy
        soon; or so that a read at once need not wait.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, `nbytes` exceeds one, `dst` is read-only, a buffer is not C-contiguous,
        or
        a word is unknown.
    TypeError
        If an argument is no buffer, or one of Python objects.
    UnsupportedError
        At the first use of this module, if the CPU lacks the level that ``VMPERF_SIMD`` names.

    Notes
    -----
    Overlapping ranges are copied as by `move`. O(n). Above 64 KiB the GIL is released, and the buffers
    cannot be resized meanwhile. The first copy of 4 MiB or more with hint 'auto' calls `calibrate`.

    Examples
    --------
    >>> from vmperf import memops
    >>> page = bytearray(8)
    >>> memops.copy(page, b"abcdefgh")
    >>> memops.copy(page, b"XY", nbytes=2, policy="forward")
    >>> bytes(page)
    b'XYcdefgh'
    """
def copy_2d(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, rows: typing.SupportsIndex, nbytes: typing.SupportsIndex, dst_stride: typing.SupportsIndex, src_stride: typing.SupportsIndex) -> None:
    """
    Copy rows that lie a stride apart.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous; its first row is at its start.
    src : buffer
        C-contiguous; its first row is at its start.
    rows : int
        How many, 0 or more.
    nbytes : int
        Bytes of a row, 0 or more.
    dst_stride, src_stride : int
        Bytes from one row's start to the next's, at least `nbytes`.

    Raises
    ------
    InvalidArgumentError
        If the rows reach beyond a buffer, a stride is below `nbytes`, a number is negative, `dst` is
        read-only, or a buffer is not C-contiguous.
    TypeError
        If a buffer is none or one of Python objects, or a number is no integer.

    Notes
    -----
    Rows are copied in their order, each as by `move`. O(rows * nbytes). For buffers above 64 KiB the
    GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> picture = bytearray(b"........")
    >>> memops.copy_2d(picture, b"ab--cd--", 2, 2, 4, 4)
    >>> bytes(picture)
    b'ab..cd..'
    """
def copy_batch(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, dst_off: numpy.typing.NDArray[numpy.uint64], src_off: numpy.typing.NDArray[numpy.uint64], n: numpy.typing.NDArray[numpy.uint64], overlap: str = 'forbid') -> None:
    """
    Make many copies between two buffers in one call.

    Element i copies ``n[i]`` bytes from ``src_off[i]`` in `src` to ``dst_off[i]`` in `dst`.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    src : buffer
        C-contiguous.
    dst_off, src_off, n : ndarray of uint64, shape (n_copies,)
        Offsets and sizes in bytes; each piece lies inside its buffer.
    overlap : {'forbid', 'sequential'}
        'forbid': the buffers share no byte. 'sequential': they may, the copies are made in index order,
        and one may read what another before it wrote.

    Raises
    ------
    InvalidArgumentError
        If an offset or size is negative, out of range, or their sum is: the first bad index is in the
        message and in ``index``, and nothing was copied. If the arrays differ in length, `overlap` is
        unknown, buffers overlap that must not, `dst` is read-only, or a buffer is not C-contiguous.
    TypeError
        If offsets or sizes are not uint64, or a buffer is none or one of Python objects.

    Notes
    -----
    O(n_copies + bytes). From 513 elements on the GIL is released. Numbers may lie in `dst`: they are
    used as given. One that another thread makes bad meanwhile is refused, with the copies before it
    made.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import memops
    >>> page = bytearray(b"........")
    >>> at = lambda *numbers: np.array(numbers, np.uint64)
    >>> memops.copy_batch(page, b"abcdef", at(6, 0), at(0, 3), at(2, 3))
    >>> bytes(page)
    b'def...ab'
    """
def copy_crc32c(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, value: int = 0) -> int:
    """
    Copy bytes and compute their CRC-32C, in one pass.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    src : buffer
        C-contiguous, of the same length in bytes.
    value : int
        The CRC of what comes before, 0 to 2**32 - 1; 0 is that of nothing.

    Returns
    -------
    int
        What ``crc32c(src, value)`` is.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, `value` is out of range, `dst` is read-only, or a buffer is not
        C-contiguous.
    TypeError
        If an argument is no buffer or one of Python objects, or `value` is no integer.

    Notes
    -----
    Overlapping ranges are copied as by `move`, in two passes. The copy stays in the caches, whatever
    its size. For memory that others write meanwhile, take a `guest_copy` first. O(n). Above 64 KiB the
    GIL is released, and the buffers cannot be resized meanwhile.

    Examples
    --------
    >>> from vmperf import memops
    >>> block = bytearray(9)
    >>> hex(memops.copy_crc32c(block, b"123456789"))
    '0xe3069283'
    >>> bytes(block)
    b'123456789'
    """
def crc32c(buf: typing_extensions.Buffer, value: int = 0) -> int:
    """
    CRC-32C (Castagnoli) of a buffer, as iSCSI, ext4, Btrfs and NVMe use it.

    Parameters
    ----------
    buf : buffer
        C-contiguous.
    value : int
        The CRC of what comes before, 0 to 2**32 - 1; 0 is that of nothing.

    Returns
    -------
    int
        0 to 2**32 - 1.

    Raises
    ------
    InvalidArgumentError
        If `value` is out of range, or the buffer is not C-contiguous.
    TypeError
        If `buf` is no buffer or one of Python objects, or `value` is no integer.

    Notes
    -----
    Counted as by `zlib.crc32`, with another polynomial: ``crc32c(b, crc32c(a))`` is ``crc32c(a + b)``.
    It finds accidents, not attacks. O(n). Above 64 KiB the GIL is released.

    References
    ----------
    RFC 3720, 12.1 and B.4. Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
    Instruction, Intel 2009.

    Examples
    --------
    >>> from vmperf import memops
    >>> hex(memops.crc32c(b"123456789"))
    '0xe3069283'
    >>> memops.crc32c(b"6789", memops.crc32c(b"12345")) == memops.crc32c(b"123456789")
    True
    """
def crc32c_combine(crc_a: int, crc_b: int, len_b: int) -> int:
    """
    CRC-32C of two pieces one after the other, from that of each.

    Parameters
    ----------
    crc_a, crc_b : int
        The CRCs, 0 to 2**32 - 1, each by `crc32c` from 0.
    len_b : int
        Bytes of the second piece, 0 to 2**64 - 1.

    Returns
    -------
    int
        0 to 2**32 - 1.

    Raises
    ------
    InvalidArgumentError
        If a number is out of range.
    TypeError
        If one is no integer.

    Notes
    -----
    For pieces that several threads take, or that arrive out of order. O(log(len_b)), below a
    microsecond.

    References
    ----------
    zlib, crc32.c (``crc32_combine``).

    Examples
    --------
    >>> from vmperf import memops
    >>> a, b = memops.crc32c(b"12345"), memops.crc32c(b"6789")
    >>> hex(memops.crc32c_combine(a, b, 4))
    '0xe3069283'
    """
def equal(a: typing_extensions.Buffer, b: typing_extensions.Buffer) -> bool:
    """
    Whether two buffers of one length hold the same bytes.

    Parameters
    ----------
    a, b : buffer
        C-contiguous, of the same length in bytes.

    Returns
    -------
    bool
        True where no byte differs.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, or a buffer is not C-contiguous.
    TypeError
        If an argument is no buffer, or one of Python objects.

    Notes
    -----
    O(n), ends at the first difference. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.equal(b"abc", bytearray(b"abc"))
    True
    """
def fill(dst: typing_extensions.Buffer, byte: int, *, hint: str = 'auto') -> None:
    """
    Set all bytes of a buffer to one value.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    byte : int
        0 to 255.
    hint : {'auto', 'temporal', 'stream'}
        As for `copy`; 'stream' pays for cold memory from 64 KiB on.

    Raises
    ------
    InvalidArgumentError
        If `byte` is out of range, `dst` is read-only or not C-contiguous, or the hint is unknown.
    TypeError
        If `dst` is no buffer or one of Python objects, or `byte` is no integer.

    Notes
    -----
    O(n). Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> page = bytearray(4)
    >>> memops.fill(page, 0x2A)
    >>> bytes(page)
    b'****'
    """
def find_byte(buf: typing_extensions.Buffer, byte: int, start: int = 0, stop: int | None = None) -> int:
    """
    Index of the first byte of a value.

    Parameters
    ----------
    buf : buffer
        C-contiguous.
    byte : int
        0 to 255.
    start : int
        Where to begin, in bytes, 0 to `stop`.
    stop : int, optional
        Where to end, in bytes, 0 to the length; the length where it is None.

    Returns
    -------
    int
        Index from the start of the buffer, or -1 where there is none.

    Raises
    ------
    InvalidArgumentError
        If `byte`, `start` or `stop` is out of range, or the buffer is not C-contiguous.
    TypeError
        If `buf` is no buffer or one of Python objects, or a number is no integer.

    Notes
    -----
    O(n), ends at the match. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.find_byte(b"abcabc", ord("b"), 2)
    4
    >>> memops.find_byte(b"abcabc", ord("x"))
    -1
    """
def gather(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, src_off: numpy.typing.NDArray[numpy.uint64], n: numpy.typing.NDArray[numpy.uint64]) -> int:
    """
    Pack pieces of one buffer into another, one after the other.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous; shares no byte with `src`; may be larger than needed.
    src : buffer
        C-contiguous.
    src_off, n : ndarray of uint64, shape (n_pieces,)
        Offsets in `src` and sizes, in bytes.

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    InvalidArgumentError
        As `copy_batch`; if `dst` is too small, ``index`` is the first piece that does not fit.
    TypeError
        As `copy_batch`.

    Notes
    -----
    O(n_pieces + bytes). From 513 pieces on the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import memops
    >>> packed = bytearray(5)
    >>> memops.gather(packed, b"abcdef", np.array([4, 0], np.uint64), np.array([2, 3], np.uint64))
    5
    >>> bytes(packed)
    b'efabc'
    """
def guest_copy(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, atom: int = 16) -> None:
    """
    Copy bytes that a guest or a device may write or read meanwhile, without tearing.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous; shares no byte with `src`.
    src : buffer
        C-contiguous, of the same length in bytes.
    atom : {16, 8, 32}
        Every naturally aligned piece of up to that many bytes, on either side, is one access.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, the buffers overlap, `dst` is read-only, a buffer is not C-contiguous, or
        `atom` is another number.
    TypeError
        If an argument is no buffer or one of Python objects, or `atom` is no integer.
    UnsupportedError
        If the CPU has no access of that width that cannot tear; 8 always works.

    Notes
    -----
    8 always works. 16 is promised by Intel and AMD for CPUs with AVX, and by Arm with LSE2. 32 is
    observed
    on CPUs with AVX2 and promised by nobody. Each byte is read once; the pieces have no order, and
    there
    is no barrier. A loop over ``volatile`` words is the slow way to the same end: volatile does not
    bypass caches and orders nothing, it keeps the compiler from merging accesses. O(n). Above 64 KiB
    the GIL is released.

    References
    ----------
    Intel SDM vol. 3A 9.1.1; AMD APM vol. 2 7.3.2; Arm ARM B2.2.1.

    Examples
    --------
    >>> from vmperf import memops
    >>> ring = bytearray(16)
    >>> memops.guest_copy(ring, b"0123456789abcdef", atom=8)
    >>> bytes(ring)
    b'0123456789abcdef'
    """
def is_zero(buf: typing_extensions.Buffer) -> bool:
    """
    Whether all bytes of a buffer are zero.

    Parameters
    ----------
    buf : buffer
        C-contiguous.

    Returns
    -------
    bool
        True for an empty buffer, too.

    Raises
    ------
    InvalidArgumentError
        If the buffer is not C-contiguous.
    TypeError
        If the argument is no buffer, or one of Python objects.

    Notes
    -----
    O(n), ends soon after the first byte that is not zero. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.is_zero(bytes(4096)), memops.is_zero(b"\\0\\0\\1")
    (True, False)
    """
def library_path() -> str:
    """
    Path of the shared library with the C face.

    Returns
    -------
    str
        Path of ``libvmperf_memops.so``: ``vmperf_memcpy``, ``vmperf_memmove``, ``vmperf_memset``,
        ``vmperf_memcmp``, ``vmperf_memchr``; header ``<vmperf/memops/memops.h>``.

    Examples
    --------
    >>> from vmperf import memops
    >>> import ctypes
    >>> bool(ctypes.CDLL(memops.library_path()).vmperf_memcpy)
    True
    """
def mismatch(a: typing_extensions.Buffer, b: typing_extensions.Buffer) -> int:
    """
    Index of the first byte in which two buffers differ.

    Parameters
    ----------
    a, b : buffer
        C-contiguous, of the same length in bytes.

    Returns
    -------
    int
        The index in bytes, or -1 where none differs.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, or a buffer is not C-contiguous.
    TypeError
        If an argument is no buffer, or one of Python objects.

    Notes
    -----
    O(n), ends at the first difference. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.mismatch(b"abc", b"abx"), memops.mismatch(b"abc", b"abc")
    (2, -1)
    """
def move(dst: typing_extensions.Buffer, src: typing_extensions.Buffer) -> None:
    """
    Copy bytes between ranges that may overlap.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    src : buffer
        C-contiguous, of the same length in bytes.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, `dst` is read-only, or a buffer is not C-contiguous.
    TypeError
        If an argument is no buffer, or one of Python objects.

    Notes
    -----
    O(n). Above 64 KiB the GIL is released, and the buffers cannot be resized meanwhile.

    Examples
    --------
    >>> from vmperf import memops
    >>> text = bytearray(b"abcdef")
    >>> memops.move(memoryview(text)[2:], memoryview(text)[:4])
    >>> bytes(text)
    b'ababcd'
    """
def page_diff(a: typing_extensions.Buffer, b: typing_extensions.Buffer, page: typing.SupportsIndex = 4096) -> numpy.typing.NDArray[numpy.int64]:
    """
    Which pages of two buffers of one length differ.

    Parameters
    ----------
    a, b : buffer
        C-contiguous, of the same length in bytes.
    page : int
        Bytes of a page, 1 or more; a rest shorter than a page counts as one more.

    Returns
    -------
    ndarray of int64, shape (n_different,)
        Indices of the pages, ascending.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, `page` is out of range, or a buffer is not C-contiguous.
    TypeError
        If an argument is no buffer or one of Python objects, or `page` is no integer.

    Notes
    -----
    O(n); what follows a difference in its page is not read. Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.page_diff(b"aaaabbbbcccc", b"aaaabXbbcccX", page=4).tolist()
    [1, 2]
    """
def plan(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, *, hint: str = 'auto', policy: str = 'balanced') -> collections.abc.Callable[[], None]:
    """
    Check a copy once, to make it many times.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    src : buffer
        C-contiguous, of the same length in bytes.
    hint, policy : str
        As for `copy`.

    Returns
    -------
    callable
        Without arguments: copies what `src` holds then. It keeps both buffers, which cannot be resized
        meanwhile, and the SIMD level of its making.

    Raises
    ------
    InvalidArgumentError
        If the lengths differ, `dst` is read-only, a buffer is not C-contiguous, or a word is unknown.
    TypeError
        If an argument is no buffer, or one of Python objects.

    Notes
    -----
    A call costs about half of `copy`'s. Above 64 KiB it releases the GIL.

    Examples
    --------
    >>> from vmperf import memops
    >>> register, shadow = bytearray(b"ab"), bytearray(2)
    >>> save = memops.plan(shadow, register)
    >>> register[0] = ord("x")
    >>> save()
    >>> bytes(shadow)
    b'xb'
    """
def scatter(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, dst_off: numpy.typing.NDArray[numpy.uint64], n: numpy.typing.NDArray[numpy.uint64]) -> int:
    """
    Put packed pieces to their places: the reverse of `gather`.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous; shares no byte with `src`.
    src : buffer
        C-contiguous: the pieces, one after the other; may be longer than needed.
    dst_off, n : ndarray of uint64, shape (n_pieces,)
        Offsets in `dst` and sizes, in bytes.

    Returns
    -------
    int
        Bytes read.

    Raises
    ------
    InvalidArgumentError
        As `copy_batch`; if `src` is too short, ``index`` is the first piece that is not there.
    TypeError
        As `copy_batch`.

    Notes
    -----
    O(n_pieces + bytes). From 513 pieces on the GIL is released.

    Examples
    --------
    >>> import numpy as np
    >>> from vmperf import memops
    >>> page = bytearray(b"......")
    >>> memops.scatter(page, b"efabc", np.array([4, 0], np.uint64), np.array([2, 3], np.uint64))
    5
    >>> bytes(page)
    b'abc.ef'
    """
def set_simd_level(name: str) -> LevelChange:
    """
    Use another instruction-set level, in the whole process.

    Parameters
    ----------
    name : str
        One of `available_levels`.

    Returns
    -------
    LevelChange
        A context manager that brings the level from before back; may be ignored.

    Raises
    ------
    InvalidArgumentError
        If there is no such level; the message lists them.
    UnsupportedError
        If the CPU or the build lacks it.
    TypeError
        If the name is no str.

    Notes
    -----
    O(1). Operations under way on other threads, and plans, go on with the level that they began with.

    Examples
    --------
    >>> from vmperf import memops
    >>> with memops.set_simd_level("scalar"):
    ...     memops.is_zero(bytes(100))
    True
    """
def set_thresholds(*, stream_copy_bytes: typing.SupportsIndex | None = None, stream_fill_bytes: typing.SupportsIndex | None = None) -> None:
    """
    Set from which sizes on copies and fills go past the caches.

    Parameters
    ----------
    stream_copy_bytes, stream_fill_bytes : int, optional
        Size in bytes, 4096 to 2**64 - 1; a size that is never reached turns it off. None leaves the
        value as it is.

    Raises
    ------
    InvalidArgumentError
        If a size is out of range; then nothing is set.
    TypeError
        If a size is no integer.

    Notes
    -----
    O(1), for the whole process. No measurement replaces the values but `calibrate`, called by its name.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.set_thresholds(stream_copy_bytes=2**24, stream_fill_bytes=2**24)
    >>> memops.thresholds()["stream_copy_bytes"]
    16777216
    """
def simd_level() -> str:
    """
    The instruction-set level in use.

    Returns
    -------
    str
        The best that the CPU has, or what ``VMPERF_SIMD`` or `set_simd_level` chose.

    Raises
    ------
    InvalidArgumentError
        At the first use, if ``VMPERF_SIMD`` names no level.
    UnsupportedError
        At the first use, if ``VMPERF_SIMD`` names a level that the CPU lacks.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.simd_level() in memops.available_levels()
    True
    """
def thresholds() -> dict[str, int]:
    """
    From which sizes on copies and fills with hint 'auto' go past the caches.

    Returns
    -------
    dict
        ``stream_copy_bytes`` and ``stream_fill_bytes``, in bytes, and ``measured``: whether they come
        from `calibrate` and not from an assumption or from `set_thresholds`.

    Examples
    --------
    >>> from vmperf import memops
    >>> sorted(memops.thresholds())
    ['measured', 'stream_copy_bytes', 'stream_fill_bytes']
    """
def zero(dst: typing_extensions.Buffer, *, hint: str = 'auto') -> None:
    """
    Set all bytes of a buffer to zero.

    Parameters
    ----------
    dst : buffer
        Writable and C-contiguous.
    hint : {'auto', 'temporal', 'stream'}
        As for `fill`.

    Raises
    ------
    InvalidArgumentError
        If `dst` is read-only or not C-contiguous, or the hint is unknown.
    TypeError
        If `dst` is no buffer, or one of Python objects.

    Notes
    -----
    O(n). Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> page = bytearray(b"abcd")
    >>> memops.zero(page)
    >>> bytes(page)
    b'\\x00\\x00\\x00\\x00'
    """
def zero_pages(buf: typing_extensions.Buffer, page: typing.SupportsIndex = 4096) -> numpy.typing.NDArray[numpy.bool]:
    """
    Which pages of a buffer are all zero.

    Parameters
    ----------
    buf : buffer
        C-contiguous.
    page : int
        Bytes of a page, 1 or more; a rest shorter than a page counts as one more.

    Returns
    -------
    ndarray of bool, shape (n_pages,)
        True for a page of zeros.

    Raises
    ------
    InvalidArgumentError
        If `page` is out of range, or the buffer is not C-contiguous.
    TypeError
        If `buf` is no buffer or one of Python objects, or `page` is no integer.

    Notes
    -----
    O(n). Above 64 KiB the GIL is released.

    Examples
    --------
    >>> from vmperf import memops
    >>> memops.zero_pages(bytes(8) + b"x", page=4).tolist()
    [True, True, False]
    """
