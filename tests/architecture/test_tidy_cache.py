"""What clang-tidy has seen is not asked again, and what changed is: every part of a key counts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from house import tidy_cache
from house.tidy_cache import Keys

FILES = {
    ".clang-tidy": "Checks: bugprone",
    "cpp/pool/src/a.cpp": '#include "a.hpp"\n#include <vmperf/base/b.hpp>\n',
    "cpp/pool/src/a.hpp": '#include "vmperf/base/b.hpp"\n',
    "cpp/base/include/vmperf/base/b.hpp": "#include <vmperf/list.inc>\n",
    "cpp/base/include/vmperf/base/other.hpp": "",
    "cpp/pool/src/loop.inl": "",
    "build/tidy/generated/vmperf/list.inc": "A(pool)\n",
}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    entry = {"file": str(tmp_path / "cpp/pool/src/a.cpp"), "command": f"g++ -I{tmp_path}/cpp -O2"}
    (tmp_path / "build/tidy/compile_commands.json").write_text(json.dumps([entry]))
    return tmp_path


def key(top: Path, outside: str = "clang-tidy 1") -> str:
    return Keys(top, top / "build/tidy", outside).of(top / "cpp/pool/src/a.cpp")


@pytest.mark.parametrize(
    "name", [name for name in FILES if not name.endswith("other.hpp")], ids=lambda name: name
)
def test_what_it_depends_on_changes_the_key(top: Path, name: str) -> None:
    before = key(top)
    assert key(top) == before
    (top / name).write_text(FILES[name] + "// changed\n")
    assert key(top) != before


def test_flags_and_versions_count_and_other_files_do_not(top: Path) -> None:
    before = key(top)
    assert key(top, "clang-tidy 2") != before
    (top / "cpp/base/include/vmperf/base/other.hpp").write_text("// changed\n")
    assert key(top) == before
    commands = top / "build/tidy/compile_commands.json"
    commands.write_text(commands.read_text().replace("-O2", "-O3"))
    assert key(top) != before


def test_only_what_was_clean_is_not_asked_again(top: Path, tmp_path: Path) -> None:
    file, kept = top / "cpp/pool/src/a.cpp", tmp_path / "kept"
    keys = Keys(top, top / "build/tidy", "")
    (mark,) = tidy_cache.unseen(keys, [file], kept).values()
    assert [*tidy_cache.unseen(keys, [file], kept)] == [file]
    tidy_cache.keep(mark)
    assert tidy_cache.unseen(keys, [file], kept) == {}
