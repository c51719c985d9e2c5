"""One test for each `Raises` of SoftTlb's and PageMap's docstrings."""

from __future__ import annotations

from typing import Any

import pytest

from vmperf import InvalidArgumentError, tlb

np = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"entries": 0}, "entries"),
        ({"entries": -1}, "entries"),
        ({"entries": 2**70}, "entries"),
        ({"entries": 2**25}, "entries"),
        ({"entries": 48}, "entries"),
        ({"entries": 30, "ways": 4}, "entries"),
        ({"entries": 24, "ways": 2}, "entries"),
        ({"ways": 0}, "ways"),
        ({"ways": -4}, "ways"),
        ({"ways": 65, "entries": 65}, "ways"),
        ({"ways": 3, "entries": 48}, "ways"),
        ({"ways": 3, "entries": 49, "policy": "lru"}, "entries"),
        ({"page_sizes": ()}, "page_sizes"),
        ({"page_sizes": (4096, 16384)}, "page_sizes"),
        ({"page_sizes": (4096, 4096)}, "page_sizes"),
        ({"page_sizes": (2 << 20, 4096)}, "page_sizes"),
        ({"page_sizes": (-4096,)}, "page_sizes"),
        ({"policy": "mru"}, "policy"),
        ({"policy": ""}, "policy"),
        ({"index": "sub"}, "index"),
        ({"victim": 65}, "victim"),
        ({"victim": -1}, "victim"),
        ({"second_level": 1000}, "second_level"),
        ({"second_level_ways": 0}, "second_level_ways"),
        ({"second_level_ways": 12}, "second_level_ways"),
        ({"second_level_ways": 12, "policy": "lru"}, "second_level"),
        ({"prefetch": "psychic"}, "prefetch"),
        ({"prefetch": ""}, "prefetch"),
        ({"degree": 0}, "degree"),
        ({"degree": 9}, "degree"),
        ({"prefetch_buffer": 0}, "prefetch_buffer"),
        ({"prefetch_buffer": 65}, "prefetch_buffer"),
        ({"sync": "mutex"}, "sync"),
        ({"sync": "packed", "ways": 4}, "sync"),
        ({"sync": "seqlock", "index": "crc"}, "sync"),
        ({"sync": "packed", "va_bits": 57}, "sync"),
        ({"sync": "packed", "pa_bits": 46}, "sync"),
        ({"sync": "packed", "entries": 16}, "sync"),
        ({"va_bits": 31}, "va_bits"),
        ({"va_bits": 64}, "va_bits"),
        ({"pa_bits": 31}, "pa_bits"),
        ({"pa_bits": 53}, "pa_bits"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**64}, "seed"),
    ],
)
def test_bad_construction(options: dict[str, Any], name: str) -> None:
    with pytest.raises(InvalidArgumentError) as caught:
        tlb.SoftTlb(**options)
    assert caught.value.argument == name
    assert caught.value.value in str(caught.value)
    assert caught.value.allowed in str(caught.value)


@pytest.mark.parametrize("name", ["entries", "ways", "victim", "second_level", "degree", "seed"])
def test_not_an_integer(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        tlb.SoftTlb(**{name: 4.0})


BAD_VA = [-1, 2**64, 1 << 47, 2**63, 2**64 - (1 << 47) - 1]


@pytest.mark.parametrize("va", BAD_VA)
def test_an_address_that_is_none(va: int) -> None:
    t = tlb.SoftTlb()
    for call in (t.lookup, lambda v: t.fill(v, 0)):
        with pytest.raises(InvalidArgumentError) as caught:
            call(va)
        assert caught.value.argument == "va"
    with pytest.raises(TypeError, match="va must be an integer"):
        t.lookup(4096.0)  # type: ignore[arg-type]


def test_widths_of_addresses() -> None:
    wide = tlb.SoftTlb(va_bits=57, pa_bits=52)
    assert wide.sync != "packed"
    wide.fill(2**56 - 4096, 2**52 - 4096)
    assert wide.lookup(2**56 - 1) == 2**52 - 1
    wide.fill(2**64 - 4096, 4096)
    assert wide.lookup(2**64 - 1) == 8191
    with pytest.raises(InvalidArgumentError):
        wide.lookup(2**56)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"pa": 1 << 40}, "pa"),
        ({"pa": -4096}, "pa"),
        ({"pa": 0x5001}, "pa"),
        ({"pa": 0x5000, "size_bytes": 2 << 20}, "pa"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": 8192}, "size_bytes"),
        ({"size_bytes": 2**64}, "size_bytes"),
        ({"perms": ""}, "perms"),
        ({"perms": "rr"}, "perms"),
        ({"perms": "z"}, "perms"),
        ({"asid": -1}, "asid"),
        ({"asid": 65536}, "asid"),
    ],
)
def test_bad_fill(arguments: dict[str, Any], name: str) -> None:
    t = tlb.SoftTlb()
    with pytest.raises(InvalidArgumentError) as caught:
        t.fill(**{"va": 0x1000, "pa": 0x2000, **arguments})
    assert caught.value.argument == name
    assert t.lookup(0x1000) is None


def test_a_page_size_that_this_one_lacks() -> None:
    t = tlb.SoftTlb(page_sizes=(4096,))
    for call in (lambda: t.fill(0, 0, 2 << 20), lambda: t.flush_page(0, 2 << 20)):
        with pytest.raises(InvalidArgumentError, match="size_bytes is 2097152; allowed: 4096"):
            call()


def test_other_bad_calls() -> None:
    t = tlb.SoftTlb()
    for word in ("", "rw", "read"):
        with pytest.raises(InvalidArgumentError, match="access"):
            t.lookup(0, word)
    with pytest.raises(InvalidArgumentError, match="asid"):
        t.lookup(0, "r", 65536)
    with pytest.raises(InvalidArgumentError, match="asid"):
        t.flush_asid(65536)
    with pytest.raises(InvalidArgumentError, match="hi is 1; allowed: lo"):
        t.flush_range(2, 1)
    with pytest.raises(TypeError):
        t.flush_page(None)  # type: ignore[arg-type]
    t.flush_range(0, 2**64 - 1)


@pytest.mark.parametrize(
    "bad",
    [
        np.array([4096], "i8"), np.array([4096.0]), np.array([True]), np.array(["4096"]),
        [4096.0], ["4096"], "4096", 4096, None,
    ],
    ids=lambda bad: f"{type(bad).__name__}-{getattr(bad, 'dtype', bad)}",
)  # fmt: skip
def test_arrays_that_are_none_of_addresses(bad: Any) -> None:
    with pytest.raises(TypeError, match="vas"):
        tlb.SoftTlb().translate(bad)


def test_arrays_that_are_converted() -> None:
    t = tlb.SoftTlb()
    t.fill(4096, 8192)
    every_other = np.array([4096, 0, 4097, 0], "u8")[::2]
    for vas in ([4096, 4097], (4096, 4097), every_other, np.array([4096, 4097], "u2")):
        pa, fault = t.translate(vas)
        assert (pa.tolist(), fault.tolist()) == ([8192, 8193], [0, 0])
        assert (pa.dtype, fault.dtype) == ("u8", "u1")
    pa, fault = t.translate([])
    assert pa.size == fault.size == 0


def test_out_gets_the_results_or_is_refused() -> None:
    t = tlb.SoftTlb()
    t.fill(4096, 8192)
    vas, pa, fault = np.array([4096, 0], "u8"), np.zeros(2, "u8"), np.ones(2, "u1")
    given = t.translate(vas, out=(pa, fault))
    assert given[0] is pa
    assert given[1] is fault
    assert (pa.tolist(), fault.tolist()) == ([8192, 2**64 - 1], [0, 1])
    locked = np.zeros(2, "u8")
    locked.flags.writeable = False
    bad: list[tuple[Any, type[Exception], str]] = [
        (pa, TypeError, "out"),
        ((pa,), TypeError, "out"),
        ((pa.astype("i8"), fault), TypeError, r"out\[0\]"),
        ((pa, fault.astype("i1")), TypeError, r"out\[1\]"),
        ((np.zeros(4, "u8")[::2], fault), TypeError, r"out\[0\]"),
        ((pa[:1], fault), InvalidArgumentError, r"out\[0\] is 1 items"),
        ((pa, np.zeros(3, "u1")), InvalidArgumentError, r"out\[1\] is 3 items"),
        ((locked, fault), InvalidArgumentError, "read-only"),
        ((pa.reshape(2, 1), fault), InvalidArgumentError, "dimension"),
        ((vas, fault), InvalidArgumentError, "share"),
        ((pa, pa.view("u1")[:2]), InvalidArgumentError, "share"),
    ]
    for out, error, says in bad:
        with pytest.raises(error, match=says):
            t.translate(vas, out=out)
    with pytest.raises(InvalidArgumentError, match="dimension"):
        t.translate(np.zeros((2, 2), "u8"))


def test_page_map() -> None:
    pages = tlb.PageMap()
    for arguments, name in [
        ((1, 0), "va"), ((0, 1), "pa"), ((4096, 0, 2 << 20), "va"), ((0, 0, 8192), "size_bytes"),
        ((0, 0, 4096, ""), "perms"), ((0, 0, 4096, "r", 65536), "asid"), ((-4096, 0), "va"),
    ]:  # fmt: skip
        with pytest.raises(InvalidArgumentError) as caught:
            pages.map(*arguments)
        assert caught.value.argument == name
    with pytest.raises(InvalidArgumentError, match="va"):
        pages.unmap(1)
    with pytest.raises(TypeError):
        pages.map("0", 0)
    assert len(pages) == 0


def test_hits_are_counted_where_asked_for() -> None:
    for count_hits, expected in ((False, 1), (True, 3)):
        t = tlb.SoftTlb(count_hits=count_hits)
        t.fill(4096, 8192)
        assert t.lookup(4096) == t.lookup(4096) == 8192
        assert t.lookup(0) is None
        assert (t.stats["lookups"], t.stats["misses"]) == (expected, 1)
        assert t.stats["hits"] == expected - 1


def test_a_sequence_that_grows_while_it_is_read() -> None:
    t = tlb.SoftTlb()
    vas: list[object] = []

    class Growing:
        def __index__(self) -> int:
            vas.extend([4096] * 10_000)
            return 4096

    vas += [Growing(), 8192]
    pa, fault = t.translate(vas)
    assert pa.shape == fault.shape == (2,)
