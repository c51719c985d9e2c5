// Docstrings of the functions that are bound without pybind11, which would write their first line:
// the signature, from which the stubs are made. Examples run as tests.
#pragma once

namespace vmperf::memops {

inline constexpr const char *kCopyDoc =
    R"doc(copy(dst: typing_extensions.Buffer, src: typing_extensions.Buffer, )doc"
    R"doc(*, nbytes: int | None = None, hint: str = 'auto', policy: str = 'balanced') -> None

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
)doc";

inline constexpr const char *kMoveDoc =
    R"doc(move(dst: typing_extensions.Buffer, src: typing_extensions.Buffer) -> None

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
)doc";

inline constexpr const char *kFillDoc =
    R"doc(fill(dst: typing_extensions.Buffer, byte: int, *, hint: str = 'auto') -> None

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
)doc";

inline constexpr const char *kZeroDoc =
    R"doc(zero(dst: typing_extensions.Buffer, *, hint: str = 'auto') -> None

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
b'\x00\x00\x00\x00'
)doc";

inline constexpr const char *kEqualDoc =
    R"doc(equal(a: typing_extensions.Buffer, b: typing_extensions.Buffer) -> bool

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
)doc";

inline constexpr const char *kIsZeroDoc = R"doc(is_zero(buf: typing_extensions.Buffer) -> bool

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
>>> memops.is_zero(bytes(4096)), memops.is_zero(b"\0\0\1")
(True, False)
)doc";

inline constexpr const char *kFindByteDoc =
    R"doc(find_byte(buf: typing_extensions.Buffer, byte: int, start: int = 0, )doc"
    R"doc(stop: int | None = None) -> int

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
)doc";

inline constexpr const char *kGuestCopyDoc =
    R"doc(guest_copy(dst: typing_extensions.Buffer, )doc"
    R"doc(src: typing_extensions.Buffer, atom: int = 16) -> None

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
)doc";

} // namespace vmperf::memops
