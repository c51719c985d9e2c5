"""A machine with two nodes: QEMU boots a kernel whose first process places and moves pages there.

Skipped where QEMU or a kernel image is missing; cpp/numa/README.md says how to get them.
"""

from __future__ import annotations

import errno
import gzip
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vmperf._files.cache import cache_root

QEMU = "qemu-system-x86_64"
HERE = Path(__file__).parent
OS_FILES = ("raw_pages", "thread_exit", "pages", "files", "numa", "numa_nodes")
N_PAGES = 64


def _kernel(unpacked: Path) -> Path | None:
    """A kernel image: VMPERF_GUEST_KERNEL, one in the cache's folder `kernels`, or this system's.

    Each may be an image or a Debian package with one.
    """
    named = os.environ.get("VMPERF_GUEST_KERNEL")
    folder = cache_root() / "kernels"
    found = [Path(named)] if named else [*folder.glob("linux-image-*.deb")]
    found += [*folder.glob("vmlinuz*"), *Path("/boot").glob("vmlinuz-*")]
    for file in found:
        if file.suffix != ".deb":
            return file
        if shutil.which("dpkg-deb") is None:
            continue
        subprocess.run(["dpkg-deb", "-x", file, unpacked], check=True)
        if images := [*unpacked.glob("boot/vmlinuz-*")]:
            return images[0]
    return None


def _entry(name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)) -> bytes:
    """One file of a cpio archive of the form newc."""
    path = name.encode() + b"\0"
    numbers = [0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0]
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + path
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def _initramfs(init: bytes) -> bytes:
    files = [
        _entry("dev", 0o040755),
        _entry("dev/console", 0o020600, device=(5, 1)),
        _entry("init", 0o100755, init),
        _entry("TRAILER!!!", 0),
    ]
    return gzip.compress(b"".join(files), compresslevel=1)


def _boot(kernel: Path, initramfs: Path) -> str:
    command = [
        QEMU, "-machine", "q35,accel=tcg", "-cpu", "qemu64", "-m", "384M", "-smp", "2",
        "-object", "memory-backend-ram,id=m0,size=192M",
        "-object", "memory-backend-ram,id=m1,size=192M",
        "-numa", "node,nodeid=0,cpus=0,memdev=m0", "-numa", "node,nodeid=1,cpus=1,memdev=m1",
        "-numa", "dist,src=0,dst=1,val=21", "-kernel", str(kernel), "-initrd", str(initramfs),
        "-append", "console=ttyS0 quiet panic=-1 numa_balancing=disable mitigations=off",
        "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
    ]  # fmt: skip
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")


@pytest.fixture(scope="module")
def said(
    compile_cpp: Callable[..., Path], repo_root: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, str]]:
    """What the guest printed: first two words of a line -> its fields."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed: apt-get install qemu-system-x86")
    folder = tmp_path_factory.mktemp("guest")
    kernel = _kernel(folder)
    if kernel is None:
        pytest.skip(f"no kernel image: put a linux-image-*.deb into {cache_root() / 'kernels'}")
    cpp = repo_root / "cpp"
    sources = [file for part in ("alloc", "numa") for file in (cpp / part / "src").glob("*.cpp")]
    sources = [file for file in sources if "Eigen" not in file.read_text()]  # costs on a model
    sources += [cpp / "os" / "src" / f"{name}.cpp" for name in OS_FILES]
    program = compile_cpp(HERE / "cpp" / "guest.cpp", *sorted(sources), "-O1", "-static", "-s")
    initramfs = folder / "initramfs.gz"
    initramfs.write_bytes(_initramfs(program.read_bytes()))
    text = _boot(kernel, initramfs)
    assert "guest ends" in text, text
    lines = [line.split() for line in text.partition("guest begins")[2].splitlines()]
    return {
        " ".join(words[:2]): dict(re.findall(r"(\w+)=(\S+)", " ".join(words))) | {"last": words[-1]}
        for words in lines
        if words
    }


pytestmark = pytest.mark.slow


def test_guest_has_two_nodes(said: dict[str, dict[str, str]]) -> None:
    assert said["node 0"]["cpus"] == said["node 1"]["cpus"] == "1"
    assert (said["node 0"]["distance"], said["node 1"]["distance"]) == ("10,21", "21,10")


@pytest.mark.parametrize(
    ("what", "cycle", "policy"),
    [
        ("local0", "0", 1), ("local1", "1", 1), ("many0", "0", 1), ("many1", "1", 1),
        ("bind1", "1", 2), ("preferred1", "1", 1), ("interleave", "01", 3),
        ("weighted31", "0001", 6),
    ],
)  # fmt: skip
def test_kernel_has_pages_where_the_policy_says(
    said: dict[str, dict[str, str]], what: str, cycle: str, policy: int
) -> None:
    if what == "weighted31" and "no weights" in said:
        pytest.skip("the guest's kernel has no weighted_interleave: Linux 6.9")
    found = said[f"placed {what}"]
    assert found["before"] == "-" * N_PAGES  # placed before they are touched
    assert found["kernel"] == found["table"] == cycle * (N_PAGES // len(cycle))
    assert found["pages"] == found["matching"] == str(N_PAGES)
    # As get_mempolicy says of the page; an arena of one node prefers it, whoever touches its pages.
    assert found["policy"] == str(policy)


def test_pages_really_move(said: dict[str, dict[str, str]]) -> None:
    found = said["moved status=" + "1" * (N_PAGES // 2 - 1) + "-"]
    assert found["kernel"] == "01" * (N_PAGES // 2 - 1) + "0-"
    assert found["table"][:-1] == found["kernel"][:-1]
    assert found["kept"] == "1"  # contents go with the page
    assert (found["matching"], found["unverified"]) == (str(N_PAGES - 1), "1")


def test_absent_node_is_what_the_kernel_says(said: dict[str, dict[str, str]]) -> None:
    assert said["absent bind"]["last"] == str(errno.EINVAL)
    assert said["absent move"]["last"] == str(errno.ENODEV)
