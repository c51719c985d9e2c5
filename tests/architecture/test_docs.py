"""The generator of docstrings: what it writes, what it refuses, and that the module has it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from house import native_build
from vmperf import _core

CLAUSES = "== closed\nInvalidArgumentError\n    If {} is closed.\n\n== id\nid : str\n    Of it.\n"
DOCS = """== module
Toys.

== Toy.close
Close it.

Parameters
----------
{{id}}

Raises
------
{{closed: the toy}}
"""
CLOSE = """Close it.

Parameters
----------
id : str
    Of it.

Raises
------
InvalidArgumentError
    If the toy is closed.
"""


@pytest.fixture(scope="module")
def embed_docs(repo_root: Path) -> ModuleType:
    file = repo_root / "cpp" / "cmake" / "embed_docs.py"
    spec = importlib.util.spec_from_file_location("embed_docs", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["embed_docs"] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


def toy(root: Path, docs: str = DOCS, clauses: str = CLAUSES) -> Path:
    component = root / "toy"
    component.mkdir(exist_ok=True)
    (component / "bind.docs").write_text(docs)
    (component / "clauses.docs").write_text(clauses)
    return component


def test_clauses_are_expanded(embed_docs: ModuleType, tmp_path: Path) -> None:
    texts = embed_docs.expand(toy(tmp_path))
    assert texts == {tmp_path / "toy" / "bind.docs": {"module": "Toys.\n", "Toy.close": CLOSE}}


def test_a_clause_keeps_its_indent(embed_docs: ModuleType, tmp_path: Path) -> None:
    (texts,) = embed_docs.expand(toy(tmp_path, "== f\nA\n  {{c}}\n", "== c\nb\n\n c\n")).values()
    assert texts["f"] == "A\n  b\n\n   c\n"


@pytest.mark.parametrize(
    ("docs", "clauses", "said"),
    [
        ("Stray.\n== f\nA\n", "", "bind.docs:1: text before the first"),
        ("== f\nA", "", "bind.docs:2: the last line does not end"),
        ("== f\nA \n", "", "bind.docs:2: blanks at the end"),
        ("== f g\nA\n", "", "bind.docs:1: 'f g' is no name"),
        ("== f\n\n== g\nB\n", "", "bind.docs:1: 'f' has no text"),
        ("== f\nA\n\n== f\nB\n", "", "bind.docs:4: 'f' stands at "),
        ("== a.b\nA\n\n== a_b\nB\n", "", "bind.docs:4: 'a_b' stands at "),
        ("== f\nA\n{{d}}\n", "== c\nB\n", "bind.docs:3: no clause 'd'; there are: c"),
        ("== f\nA {{c}}\n", "== c\nB\n", "bind.docs:2: a clause {{name}} stands on a line"),
        ("== f\n{{c}}\n", "== c\nIf {}.\n", "bind.docs:2: 'c' is written {{c: what}}"),
        ("== f\n{{c: it}}\n", "== c\nB\n", "bind.docs:2: 'c' is written {{c}}"),
        ("== f\nA\n", "== c\nB\n", "clauses.docs:1: no entry uses the clause 'c'"),
        ("== f\n{{c}}\n", "== c\nB\n== c\nC\n", "clauses.docs:3: 'c' stands at "),
    ],
)
def test_planted_mistake_is_refused(
    repo_root: Path, tmp_path: Path, docs: str, clauses: str, said: str
) -> None:
    script = repo_root / "cpp" / "cmake" / "embed_docs.py"
    command = [
        sys.executable,
        str(script),
        str(toy(tmp_path, docs, clauses)),
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_header_that_says_the_same_is_left(embed_docs: ModuleType, tmp_path: Path) -> None:
    assert embed_docs.main(toy(tmp_path), tmp_path / "out") == 0
    header = tmp_path / "out" / "bind.docs.hpp"
    before = header.stat().st_mtime_ns
    embed_docs.main(toy(tmp_path), tmp_path / "out")
    assert header.stat().st_mtime_ns == before
    embed_docs.main(toy(tmp_path, DOCS.replace("Toys", "A toy")), tmp_path / "out")
    assert "A toy." in header.read_text()


def test_any_text_is_the_same_in_cpp(
    embed_docs: ModuleType, compile_cpp: Callable[..., Path], tmp_path: Path
) -> None:
    """Quotes, backslashes and what would end a raw literal; two entries, so that none runs on."""
    text = 'a "q" \\n \\\\ ??/ )" )docs" )docs_" R"( µs\n'
    embed_docs.main(toy(tmp_path, f"== f\n{text}\n== Toy.g\nB\n", ""), tmp_path)
    program = compile_cpp(
        '#include "bind.docs.hpp"\n#include <cstdio>\n'
        "int main() { std::fputs(vmperf::toy::docs::f, stdout);"
        " std::fputs(vmperf::toy::docs::Toy_g, stdout); }",
        f"-I{tmp_path}",
    )
    done = subprocess.run([str(program)], capture_output=True, check=True)
    assert done.stdout.decode() == text + "B\n"


PROJECT = """cmake_minimum_required(VERSION 3.26)
project(toys LANGUAGES CXX)
find_package(Python 3.11 REQUIRED COMPONENTS Interpreter)
include({module})
file(WRITE ${{CMAKE_BINARY_DIR}}/bind.cpp [[
#include "bind.docs.hpp"
const char *text() {{ return vmperf::toy::docs::module; }}
]])
add_library(vmperf_toy_bind OBJECT ${{CMAKE_BINARY_DIR}}/bind.cpp)
vmperf_embed_docs(toy ${{CMAKE_CURRENT_SOURCE_DIR}}/toy)
vmperf_write_bind_files(toy ${{CMAKE_BINARY_DIR}}/bind.cpp)
"""


def test_a_changed_text_is_built_anew(repo_root: Path, tmp_path: Path) -> None:
    module = repo_root / "cpp" / "cmake" / "VmperfComponent.cmake"
    (tmp_path / "CMakeLists.txt").write_text(PROJECT.format(module=module.as_posix()))
    toy(tmp_path)
    build = native_build.configure(tmp_path, "toy")
    native_build.ninja(build)
    (unit,) = build.rglob("bind.cpp.o")
    assert b"Toys." in unit.read_bytes()
    toy(tmp_path, DOCS.replace("Toys", "Puppets"))
    native_build.ninja(build)
    assert b"Puppets." in unit.read_bytes()
    toy(tmp_path, DOCS.replace("{{id}}", "{{ids}}"))
    with pytest.raises(RuntimeError, match=r"bind\.docs:\d+: no clause 'ids'"):
        native_build.ninja(build)


def test_the_module_has_the_texts(embed_docs: ModuleType, repo_root: Path) -> None:
    """Each entry is the docstring of what it names."""
    bad: list[str] = []
    seen = 0
    for folder in sorted({file.parent for file in (repo_root / "cpp").glob("*/bind*.docs")}):
        component = getattr(_core, folder.name)
        for texts in embed_docs.expand(folder).values():
            for name, text in texts.items():
                seen += 1
                value = component
                for part in () if name == "module" else name.split("."):
                    value = getattr(value, part)
                if not (value.__doc__ or "").strip().endswith(text.strip()):
                    bad.append(f"{folder.name}: {name}")
    assert bad == []
    assert seen > 100
