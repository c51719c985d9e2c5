"""Edits of the pool's header, some that cost time and some that must not: what a comparison says.

    python benchmarks/campaign_edits.py pairs.jsonl

Builds a client of the pool against the headers as they are and against a copy with each edit, and
compares the two libraries. Needs a source tree and a compiler; about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import vmperf
from campaign_journal import Whole, write_whole

_ROOT = Path(__file__).resolve().parent.parent
_CLIENT = Path(__file__).with_name("edits") / "pool.cpp"
_HEADER = Path("pool/include/vmperf/pool/raw_stack_pool.hpp")
# As the project's own benchmarks are built (cpp/cmake/VmperfComponent.cmake).
_FLAGS = "-std=c++20 -O2 -fPIC -shared -falign-functions=64 -falign-loops=64 -falign-jumps=64"
_TIMES = 10

Edit = Callable[[str], str]


def _instead(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        if text.count(old) != 1:
            raise SystemExit(f"the header has {text.count(old)} of {old!r}, not one")
        return text.replace(old, new)

    return edit


def _swap(first: str, second: str, end: str) -> Edit:
    """Exchange two neighbouring parts of the text, each given by its beginning."""

    def edit(text: str) -> str:
        a, b = text.index(first), text.index(second)
        c = text.index(end, b)
        return text[:a] + text[b:c] + text[a:b] + text[c:]

    return edit


_ALLOCATE = "    Slot *const slot = *top_;\n"
_PRIVATE = "private:\n  // The stack of a pool without slabs"

# One multiplication by 1 that the next instruction waits for.
PLANTED = _instead(_ALLOCATE, '    Slot *slot = *top_;\n    asm("imul $1, %0, %0" : "+r"(slot));\n')

INERT: dict[str, Edit] = {
    "a comment at the top": lambda text: "// Another line that says nothing new.\n" + text,
    "a comment in allocate": _instead(_ALLOCATE, "    // The uppermost.\n" + _ALLOCATE),
    "empty lines": lambda text: text.replace("public:\n", "public:\n\n\n\n", 1),
    "a renamed local": lambda text: (
        text.replace("Slot **const entry", "Slot **const place")
        .replace("*entry =", "*place =")
        .replace("top_ = entry;", "top_ = place;")
    ),
    "an unused constant": _instead(
        _PRIVATE,
        "private:\n  static constexpr int kUnused = 7;\n\n" + _PRIVATE[len("private:\n") :],
    ),
    "an unused alias": _instead(
        _PRIVATE, "private:\n  using Unused = Slot *const *;\n\n" + _PRIVATE[len("private:\n") :]
    ),
    "an unused member function": _instead(
        "  [[nodiscard]] Mark mark() const noexcept {",
        "  [[nodiscard]] bool is_unused() const noexcept { return n_leases_ == 7; }\n"
        "  [[nodiscard]] Mark mark() const noexcept {",
    ),
    "an unused function that is kept": _instead(
        "class RawStackPool {\n",
        "[[gnu::used, gnu::noinline]] static std::size_t unused(std::size_t n) {\n"
        "  std::size_t sum = 1;\n  for (; n != 0; n /= 3) {\n    sum = sum * 31 + n;\n  }\n"
        "  return sum;\n}\n\nclass RawStackPool {\n",
    ),
    "allocate after deallocate": _swap(
        "  /// An uninitialised slot;",
        "  /// Takes back a slot of this pool",
        "  /// Writes n slots",
    ),
    "rows before single slots": _swap(
        "  /// Takes back a slot of this pool", "  /// Writes n slots", "  /// Takes n live slots"
    ),
}


def _build(headers: Path, target: Path, *flags: str) -> Path:
    compiler = os.environ.get("CXX", "g++")
    includes = [f"-I{folder}" for folder in sorted(headers.glob("*/include"))]
    sources = [
        *sorted((headers / "pool/src").glob("*.cpp")),
        headers / "os/src/pages.cpp",
        headers / "os/src/files.cpp",
    ]
    words = [compiler, *_FLAGS.split(), *flags, *includes, _CLIENT, *sources, "-o", target]
    subprocess.run([str(word) for word in words], check=True)
    return target


def _edited(work: Path, name: str, edit: Edit) -> Path:
    tree = work / name.replace(" ", "_")
    shutil.copytree(_ROOT / "cpp", tree)
    header = tree / _HEADER
    text = header.read_text()
    changed = edit(text)
    if changed == text:
        raise SystemExit(f"{name}: nothing was changed")
    header.write_text(changed)
    return _build(tree, tree / "client.so")


def _compare(journal: Path, series: str, a: Path, b: Path, seed: int) -> None:
    began = time.monotonic()
    (row,) = vmperf.compare(str(a), str(b), benchmarks="edited/pool", seed=seed).rows()
    if row["status"] != "ok":
        raise SystemExit(f"{series}: {row['status']}: {row['reason']}")
    seconds = time.monotonic() - began
    write_whole(journal, series, Whole(row["verdict"], row["effect"], row["instr_effect"], seconds))
    print(
        f"{series}: {row['verdict']} {row['effect']:+.3%}, instructions {row['instr_effect']:+.3%}"
    )


def main() -> None:
    """Build, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("journal", type=Path)
    journal = parser.parse_args().journal
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        base = _build(_ROOT / "cpp", work / "base.so")
        slower = _edited(work, "planted", PLANTED)
        extra = _build(_ROOT / "cpp", work / "extra.so", "-DVMPERF_EXTRA=1")
        for seed in range(_TIMES):
            _compare(journal, "edits/planted", base, slower, seed)
        for seed in range(_TIMES):
            _compare(journal, "edits/instructions", base, extra, seed)
        for seed, (name, edit) in enumerate(INERT.items()):
            print(name, file=sys.stderr)
            _compare(journal, "edits/inert", base, _edited(work, name, edit), seed)


if __name__ == "__main__":
    main()
