"""The layers of cpp/ hold: each rule returns nothing here and finds a planted mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from house import docs, expect_none, layers, platform, table

Rule = Callable[[Path], list[str]]
RULES = [
    table.order,
    table.rooms,
    layers.direction,
    layers.reach,
    layers.cycles,
    layers.foreign,
    platform.system,
    platform.instruction_sets,
    docs.unused,
    docs.beside,
]

TABLE = """# THE TABLE
vmperf_component(base  LAYER 0)
vmperf_component(os    LAYER 1 DEPS base)
vmperf_component(bench LAYER 2 DEPS base os)
vmperf_component(pool  LAYER 3 DEPS base
                 os)
vmperf_component(peers LAYER 9 DEPS base pool bench)
"""
CLEAN = {
    "cpp/CMakeLists.txt": TABLE,
    "cpp/base/README.md": "base",
    "cpp/base/include/vmperf/base/bits.hpp": "#pragma once\n#include <cstddef>\n",
    "cpp/os/README.md": "os",
    "cpp/os/include/vmperf/os/pages.hpp": '#pragma once\n#include "vmperf/base/bits.hpp"\n',
    "cpp/os/src/pages.cpp": '#include <sys/mman.h>\n#include "vmperf/os/pages.hpp"\n'
    "#ifdef __x86_64__\n#include <cpuid.h>\n#endif\nint f() { return munmap(0, 0); }\n",
    "cpp/bench/README.md": "bench",
    "cpp/bench/include/vmperf/bench/sink.hpp": '#pragma once\n// asm\nvoid f() { asm volatile("" '
    ': : : "memory"); }\n',
    "cpp/pool/README.md": "pool",
    "cpp/pool/include/vmperf/pool/stack.hpp": '#pragma once\n#include "vmperf/os/pages.hpp"\n',
    "cpp/pool/include/vmperf/pool/api.hpp": '#pragma once\n#include "vmperf/bench/sink.hpp"\n',
    "cpp/pool/src/stack.cpp": '#include "vmperf/pool/stack.hpp"\n#include "private.hpp"\n'
    'const char *k = "mmap(1)"; // mmap(2) "\nvoid g() { os::mmap(3); a.open(4); b->close(5); }\n',
    "cpp/pool/src/private.hpp": "#pragma once\n",
    "cpp/pool/benches.cpp": '#include "vmperf/bench/sink.hpp"\n#include "vmperf/pool/api.hpp"\n',
    "cpp/pool/bind.cpp": '#include "bind.docs.hpp"\n#include <pybind11/pybind11.h>\n'
    "void bind(py::module_ &m) { m.doc() = docs::module; }\n",
    "cpp/pool/bind.docs": "== module\nPools.\n",
    "cpp/peers/README.md": "peers",
    "cpp/peers/boost.cpp": '#include "vmperf/pool/api.hpp"\n#include <boost/pool/pool.hpp>\n',
    "cpp/module/module.cpp": '#include "vmperf/bench/sink.hpp"\n#include "vmperf/version.hpp"\n',
    **{f"tests/{c}/test_unit.py": "" for c in ("base", "os", "bench", "pool", "peers")},
}

# rule, file, text that replaces it, what the rule must say
STACK = "cpp/pool/include/vmperf/pool/stack.hpp"
PAGES = "cpp/os/include/vmperf/os/pages.hpp"
BITS = "cpp/base/include/vmperf/base/bits.hpp"
SINK = "cpp/bench/include/vmperf/bench/sink.hpp"
PLANTED: list[tuple[Rule, str, str, str]] = [
    (
        table.order,
        "cpp/CMakeLists.txt",
        TABLE.replace("os    LAYER 1", "os    LAYER 0"),
        "(layer 0)",
    ),
    (table.order, "cpp/CMakeLists.txt", TABLE.replace("DEPS base\n", "DEPS base peers\n"), "leaf"),
    (
        table.order,
        "cpp/CMakeLists.txt",
        TABLE.replace("base os)", "base oz)"),
        "not declared above",
    ),
    (table.rooms, "cpp/tlb/tlb.hpp", "", "not in the table"),
    (table.rooms, "cpp/CMakeLists.txt", TABLE + "vmperf_component(gc LAYER 5)", "empty room"),
    (table.rooms, "cpp/pool/benches.cpp", None, "no benchmark"),
    (table.rooms, "cpp/pool/README.md", None, "no README.md"),
    (table.rooms, "tests/pool/test_unit.py", None, "no tests"),
    (layers.direction, BITS, '#include "vmperf/os/pages.hpp"\n', "'base' may not see"),
    (layers.direction, STACK, "#include <vmperf/bench/sink.hpp>\n", "'pool' may not see"),
    (layers.direction, PAGES, '#include "vmperf/os/none.hpp"\n', "no such file"),
    (layers.direction, STACK, '#include "../../../src/private.hpp"\n', "public header includes"),
    (layers.direction, SINK, '#include "../../../../pool/src/private.hpp"\n', "may not see"),
    (layers.direction, "cpp/peers/boost.cpp", '#include "../pool/src/private.hpp"\n', "is private"),
    (layers.direction, "cpp/pool/benches.cpp", '#include "vmperf/peers/x.hpp"\n', "no such file"),
    (
        layers.reach,
        "cpp/pool/src/private.hpp",
        '#include "vmperf/pool/api.hpp"\n',
        "reaches cpp/bench",
    ),
    (layers.direction, "cpp/pool/bind.cpp", '#include "bind_x.docs.hpp"\n', "no such file"),
    (layers.cycles, BITS, '#include "vmperf/base/bits.hpp"\n', "include cycle"),
    (layers.cycles, BITS, '#include "vmperf/os/pages.hpp"\n', "component cycle"),
    (layers.foreign, STACK, "#include <pybind11/numpy.h>\n", "pybind11 belongs"),
    (layers.foreign, "cpp/pool/benches.cpp", "#include <Python.h>\n", "pybind11 belongs"),
    (layers.foreign, "cpp/pool/src/stack.cpp", "#include <Eigen/Core>\n", "Eigen belongs"),
    (platform.system, STACK, "#include <sys/mman.h>\n", "sys/mman.h"),
    (platform.system, "cpp/peers/boost.cpp", "#include <dlfcn.h>\n", "dlfcn.h"),
    (platform.system, STACK, "void f() { mmap(0); }\n", ":1: mmap("),
    (platform.system, STACK, "\nint f() { return clock_gettime(0, 0); }\n", ":2: return clock"),
    (platform.system, STACK, "auto x = ::dlopen(0, 0);\n", "dlopen"),
    (platform.instruction_sets, STACK, "#include <immintrin.h>\n", "immintrin.h"),
    (platform.instruction_sets, STACK, "#if X || defined(__AVX2__)\n#endif\n", "__AVX2__"),
    (platform.instruction_sets, STACK, '[[gnu::target("avx2")]] void f();\n', "target"),
    (platform.instruction_sets, STACK, 'void f() { asm volatile("nop"); }\n', "asm belongs"),
    (platform.instruction_sets, SINK, 'void f() { asm volatile("nop"); }\n', "empty template"),
    (docs.unused, "cpp/pool/bind.docs", "== module\nA\n\n== Pool.close\nB\n", ":4: no bind file"),
    (
        docs.unused,
        "cpp/pool/bind.cpp",
        'const char *k = "docs::module"; // docs::module\n',
        "no bind",
    ),
    (docs.beside, "cpp/pool/bind.cpp", 'auto d = R"(F.\n\nReturns\n-------\n)";\n', ":4: a docstr"),
]


def plant(root: Path, file: str, text: str | None) -> Path:
    """Write the clean tree with one file replaced, or left out."""
    for name, content in {**CLEAN, file: text}.items():
        if content is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
    return root


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule, repo_root: Path) -> None:
    expect_none(rule(repo_root))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_clean_tree_passes(rule: Rule, tmp_path: Path) -> None:
    assert rule(plant(tmp_path, "cpp/base/README.md", "base")) == []


@pytest.mark.parametrize(
    ("rule", "file", "text", "said"), PLANTED, ids=[f"{p[0].__name__}-{p[3]}" for p in PLANTED]
)
def test_planted_mistake_is_found(
    rule: Rule, file: str, text: str | None, said: str, tmp_path: Path
) -> None:
    found = rule(plant(tmp_path, file, text))
    assert any(said in line for line in found), found


def test_table_is_read_wholly(repo_root: Path) -> None:
    lines = (repo_root / "cpp" / "CMakeLists.txt").read_text().splitlines()
    declared = sum(line.lstrip().startswith("vmperf_component(") for line in lines)
    assert len(table.read(repo_root)) == declared > 5
