"""THE TABLE of cpp/CMakeLists.txt: components, layers and dependencies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from house import tree

_LINE = re.compile(
    r"^\s*vmperf_component\(\s*(\w+)\s+LAYER\s+(\d+)(?:\s+DEPS\s+([\w\s]*?))?\s*\)", re.MULTILINE
)
NOT_COMPONENTS = {"cmake", "module"}
LEAF = "peers"
WITHOUT_BENCHMARK = {"base", "os", "stats", "bench", "peers"}


@dataclass(frozen=True)
class Component:
    """One line of the table."""

    name: str
    layer: int
    deps: tuple[str, ...]


def read(root: Path) -> dict[str, Component]:
    """The components in the order of their lines."""
    text = re.sub(r"#[^\n]*", "", tree.read(root / "cpp" / "CMakeLists.txt"))
    return {
        m[1]: Component(m[1], int(m[2]), tuple((m[3] or "").split())) for m in _LINE.finditer(text)
    }


def closure(table: dict[str, Component], name: str) -> set[str]:
    """A component and all it depends on, directly or not."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in seen and one in table:
            seen.add(one)
            todo.extend(table[one].deps)
    return seen


def order(root: Path) -> list[str]:
    """Arrows point downward only, to components declared above; nothing depends on a leaf."""
    table = read(root)
    bad: list[str] = []
    above: set[str] = set()
    for one in table.values():
        for dep in one.deps:
            if dep not in above:
                bad.append(
                    f"cpp/CMakeLists.txt: '{one.name}' depends on '{dep}': not declared above"
                )
            elif table[dep].layer >= one.layer:
                bad.append(
                    f"cpp/CMakeLists.txt: layer violation: '{one.name}' (layer {one.layer}) "
                    f"depends on '{dep}' (layer {table[dep].layer})"
                )
            if dep == LEAF:
                bad.append(f"cpp/CMakeLists.txt: '{one.name}' depends on the leaf '{LEAF}'")
        above.add(one.name)
    return bad


def rooms(root: Path) -> list[str]:
    """Each folder is in the table; each component has code, tests, a page and a benchmark."""
    table = read(root)
    inside: dict[str, set[str]] = {}
    for file in tree.files(root):
        if file.parts[0] in ("cpp", "tests") and len(file.parts) > 2:
            name = "/".join(file.parts[2:])
            inside.setdefault(f"{file.parts[0]}/{file.parts[1]}", set()).add(name)
    folders = {key.removeprefix("cpp/") for key in inside if key.startswith("cpp/")}
    bad = [f"cpp/{name}: not in the table" for name in sorted(folders - {*table, *NOT_COMPONENTS})]
    for name in table:
        names = inside.get(f"cpp/{name}", set())
        if not any(n.endswith((".hpp", ".cpp")) for n in names):
            bad.append(f"cpp/{name}: an empty room: no code")
        if "README.md" not in names:
            bad.append(f"cpp/{name}: no README.md")
        if not any(re.match(r"(.*/)?test_\w+\.py$", n) for n in inside.get(f"tests/{name}", ())):
            bad.append(f"tests/{name}: no tests for component '{name}'")
        if name not in WITHOUT_BENCHMARK and not any(n.startswith("benches") for n in names):
            bad.append(f"cpp/{name}: no benchmark (benches.cpp)")
    return bad
