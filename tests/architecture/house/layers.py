"""Who may include whom: direction, cycles, transitive reach, pybind11 and Eigen."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TypeVar

from house import table as the_table
from house import tree
from house.cpp_source import CppSource, Include

T = TypeVar("T")
_SEES_BENCH = re.compile(
    r"(api|benches|designs)\w*\.(cpp|hpp)$|include/vmperf/\w+/api(/\w+)?\.hpp$"
)
_BIND = re.compile(r"(bind|glue)\w*\.(cpp|hpp)$")
_COMPONENT_HEADER = re.compile(r"vmperf/(\w+)/")


def sources(root: Path) -> dict[Path, CppSource]:
    """The C++ files of the components and the module, by path."""
    return {f: CppSource(root, f) for f in tree.cpp_files(root) if len(f.parts) > 2}


def sees_bench(source: CppSource) -> bool:
    """Benchmarks, designs, a shared API and the leaf may see the harness."""
    return bool(_SEES_BENCH.match(source.inside)) or source.component == the_table.LEAF


def is_bind(source: CppSource) -> bool:
    """Whether a file is one of a component's bindings."""
    return bool(_BIND.match(source.inside))


def resolve(source: CppSource, include: Include) -> Path | None:
    """The file of this tree that an include names, or None for one from outside."""
    if m := _COMPONENT_HEADER.match(include.text):
        return Path("cpp", m[1], "include", *PurePosixPath(include.text).parts)
    if include.quoted and not include.text.startswith("vmperf/"):
        if include.text.endswith(".docs.hpp"):  # generated from the file beside the source
            return source.path.parent / include.text.removesuffix(".hpp")
        if include.text == "bind_files.hpp":  # generated from the names of files
            return None
        parts: list[str] = []
        for part in (*source.path.parent.parts, *PurePosixPath(include.text).parts):
            if part == ".." and parts:
                parts.pop()
            elif part != ".":
                parts.append(part)
        return Path(*parts)
    return None


def _graph(root: Path) -> dict[Path, list[tuple[Include, Path]]]:
    found = sources(root)
    graph: dict[Path, list[tuple[Include, Path]]] = {}
    for path, source in found.items():
        named = ((inc, resolve(source, inc)) for inc in source.includes)
        graph[path] = [(inc, to) for inc, to in named if to is not None]
    return graph


def direction(root: Path) -> list[str]:
    """Each include names the file's own component or one in its DEPS (or bench, where allowed)."""
    table = the_table.read(root)
    found = sources(root)
    known = set(tree.files(root))
    bad: list[str] = []
    for path, edges in _graph(root).items():
        source = found[path]
        one = table.get(source.component)
        allowed = {source.component, *(one.deps if one else table)}
        if sees_bench(source):
            allowed.add("bench")
        for include, to in edges:
            where = f"{path}:{include.line}"
            if to not in known and not re.match(r"vmperf/\w+\.(hpp|inc)$", include.text):
                bad.append(f"{where}: {include.text}: no such file")
            elif to.parts[1] not in allowed:
                names = ", ".join(sorted(allowed))
                bad.append(
                    f"{where}: '{source.component}' may not see {include.text}; only {names}"
                )
            elif to.parts[1] != source.component and to.parts[2] != "include":
                bad.append(f"{where}: {include.text} is private to '{to.parts[1]}'")
            elif _public(path) and not _public(to):
                bad.append(f"{where}: a public header includes the private {include.text}")
    return bad


def _public(path: Path) -> bool:
    return path.parts[2] == "include"


def reach(root: Path) -> list[str]:
    """Whatever a file reaches through other headers is below it, too; bench only where allowed."""
    table = the_table.read(root)
    found = sources(root)
    graph = _graph(root)
    bad: list[str] = []
    for path, source in found.items():
        if source.component not in table:
            continue
        allowed = the_table.closure(table, source.component)
        if sees_bench(source):
            allowed |= the_table.closure(table, "bench")
        for to, via in _reached(graph, path).items():
            if to.parts[1] not in allowed:
                bad.append(f"{path}: reaches cpp/{to.parts[1]} through {via}")
    return bad


def _reached(graph: dict[Path, list[tuple[Include, Path]]], start: Path) -> dict[Path, Path]:
    """Files reached over at least two includes, each with the file that includes it."""
    via: dict[Path, Path] = {}
    todo = [to for _, to in graph.get(start, ())]
    seen = {start, *todo}
    while todo:
        at = todo.pop()
        for _, to in graph.get(at, ()):
            if to not in seen:
                seen.add(to)
                via[to] = at
                todo.append(to)
    return via


def cycles(root: Path) -> list[str]:
    """No file includes itself through others; no two components include each other."""
    graph = {path: [to for _, to in edges] for path, edges in _graph(root).items()}
    folders: dict[str, set[str]] = {}
    for path, targets in graph.items():
        here = folders.setdefault(path.parts[1], set())
        if not sees_bench(CppSource(root, path)):
            here |= {to.parts[1] for to in targets} - {path.parts[1]}
    bad = [f"include cycle: {' -> '.join(map(str, loop))}" for loop in _loops(graph)]
    nodes: dict[str, list[str]] = {name: sorted(to) for name, to in folders.items()}
    return bad + [f"component cycle: {' -> '.join(loop)}" for loop in _loops(nodes)]


def _loops(graph: dict[T, list[T]]) -> list[list[T]]:
    """One path per back edge of a depth-first walk."""
    state: dict[T, int] = {}
    loops: list[list[T]] = []

    def walk(node: T, trail: list[T]) -> None:
        state[node] = 1
        for to in graph.get(node, ()):
            if state.get(to) == 1:
                loops.append([*trail[trail.index(to) :], to])
            elif to not in state:
                walk(to, [*trail, to])
        state[node] = 2

    for node in graph:
        if node not in state:
            walk(node, [node])
    return loops


EIGEN = (("stats", "src"), ("numa", "src"))  # statistics, and shares of bandwidth


def foreign(root: Path) -> list[str]:
    """Only bind files and the module see pybind11 and Python.h; Eigen only stats/src, numa/src."""
    bad: list[str] = []
    for path, source in sources(root).items():
        for include in source.includes:
            top = include.text.split("/")[0]
            where = f"{path}:{include.line}"
            binds = source.component == "module" or is_bind(source)
            if top in ("pybind11", "Python.h") and not binds:
                bad.append(f"{where}: {include.text}: pybind11 belongs in bind*.cpp and cpp/module")
            if top in ("Eigen", "unsupported") and path.parts[1:3] not in EIGEN:
                bad.append(f"{where}: {include.text}: Eigen belongs in cpp/stats/src and numa/src")
    return bad
