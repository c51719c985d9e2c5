"""A component's bindings are registered at its first use, whatever that is, and not before."""

from __future__ import annotations

import json
import subprocess
import sys
import types
from typing import Any

import pytest

import vmperf
from vmperf import _core

COMPONENTS = sorted(n for n, v in vars(_core).items() if isinstance(v, types.ModuleType))

# A module that is not bound yet is of a class of its own, and asking for that is no use.
START = """
import json, types, vmperf
from vmperf import _core
def bound():
    modules = {n: v for n, v in vars(_core).items() if isinstance(v, types.ModuleType)}
    return sorted(n for n, v in modules.items() if type(v) is types.ModuleType)
"""

DOCS = """
def docs(value, name=""):
    found = {name: [value.__doc__, getattr(value, "__module__", None)]}
    if isinstance(value, (type, types.ModuleType)):
        for inner, one in vars(value).items():
            if not inner.startswith("_"):
                found.update(docs(one, f"{name}.{inner}"))
    return found
"""


def fresh(program: str) -> Any:
    """What a program prints last, as JSON, in an interpreter of its own."""
    command = [sys.executable, "-c", START + program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "program",
    [
        "",
        "import vmperf.pool, vmperf._core.memops; from vmperf import stats, os as o",
        "from vmperf._core import bench; from vmperf import *",
        "dir(vmperf), repr(vmperf.pool), vmperf.pool.__name__, hasattr(vmperf.pool, '__path__')",
    ],
)
def test_import_binds_nothing(program: str) -> None:
    assert fresh(f"{program}\nprint(json.dumps(bound()))") == []
    assert len(COMPONENTS) >= 5


@pytest.mark.parametrize(
    "use",
    [
        "vmperf.pool.StackPool",
        "from vmperf.pool import StackPool",
        "assert 'StackPool' in dir(vmperf.pool)",
        "assert 'StackPool' in vars(vmperf.pool)",
        "assert vmperf.pool.__doc__.startswith('Pools of')",
        "getattr(vmperf.pool, 'nothing', None)",
        "import vmperf._core.pool as p; p.SharedPool",
    ],
)
def test_use_binds_one(use: str) -> None:
    assert fresh(f"{use}\nprint(json.dumps(bound()))") == ["pool"]


def test_what_is_missing_is_said_as_ever() -> None:
    with pytest.raises(AttributeError, match=r"module 'vmperf\._core\.pool' has no .*'nothing'"):
        _ = vmperf.pool.nothing
    program = "try:\n vmperf.pool.nothing\nexcept AttributeError as e:\n print(json.dumps(str(e)))"
    assert fresh(program) == "module 'vmperf._core.pool' has no attribute 'nothing'"


@pytest.mark.parametrize("name", COMPONENTS)
def test_each_component_stands_alone(name: str) -> None:
    """Also its signatures: a type that is not registered yet would have its C++ name there."""
    alone = fresh(f"{DOCS}\nprint(json.dumps(docs(_core.{name})))")
    space: dict[str, Any] = {"types": types}
    exec(DOCS, space)
    for other in COMPONENTS:
        dir(getattr(_core, other))
    assert alone == json.loads(json.dumps(space["docs"](getattr(_core, name))))
    assert len(alone) >= 5


def test_the_registry_is_filled_with_bench() -> None:
    program = "print(json.dumps([b['id'] for b in _core.bench.catalog()]))"
    ids = fresh(program)
    assert {one.split("/")[0] for one in ids} >= {"bench", "memops", "pool"}
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("collections", [1, 20, 100])
def test_threads_may_meet_at_the_first_use(collections: int) -> None:
    """A garbage collection in the midst of binding runs Python code: there, another thread looks.

    It waits until all is bound; the collection goes on without it after a while.
    """
    program = f"""
import gc, threading
def look():
    begun.set()
    seen.append(sorted(vars(module)))
def collecting(phase, info):
    global left
    left -= 1
    if left == 0:
        other.start()
        begun.wait()
        other.join(0.1)
gc.callbacks.append(collecting)
gc.set_threshold(1)
for name in {COMPONENTS!r}:
    module, seen = getattr(_core, name), []
    begun, other = threading.Event(), threading.Thread(target=look)
    left = {collections}
    own = sorted(vars(module))
    met = left <= 0
    left = 0
    if met:
        other.join()
    assert all(one == own for one in seen), (name, own, seen)
print(json.dumps(bound()))
"""
    assert fresh(program) == COMPONENTS
