"""Public names and whether their numpydoc docstrings are complete.

A public name is one of ``vmperf.__all__``, a public name of a native submodule, or a public method
or property of a public class. Signatures of native functions come from the line that pybind11 puts
in front of the docstring.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

SECTIONS = (
    "Parameters", "Attributes", "Returns", "Yields", "Raises", "See Also", "Notes", "References",
    "Examples", "Warns",
)  # fmt: skip
_RULE = re.compile(rf"^({'|'.join(SECTIONS)})\n-{{3,}}$", re.MULTILINE)
_SIGNATURE = re.compile(r"^(\w+)(\(.*\))( -> .*)?$")


@dataclass
class Public:
    """A public name with its docstring taken apart."""

    name: str
    kind: str  # module, class, exception, function, method, property, constant
    value: Any
    owner_doc: str = ""
    parameters: list[str] = field(default_factory=list)
    returns: bool = False
    can_raise: bool = False

    @cached_property
    def doc(self) -> str:
        """The docstring without the signatures that pybind11 puts in front."""
        doc = inspect.cleandoc(getattr(self.value, "__doc__", None) or "")
        lines = doc.splitlines()
        while lines and (_SIGNATURE.match(lines[0]) or lines[0] == "Overloaded function."):
            lines = textwrap.dedent("\n".join(lines[1:])).strip().splitlines()
        return "\n".join(lines)

    @cached_property
    def sections(self) -> dict[str, str]:
        """The docstring's sections; the part before the first is ''."""
        parts = _RULE.split(self.doc)
        return {"": parts[0].strip(), **dict(zip(parts[1::2], parts[2::2], strict=True))}


def walk(package: types.ModuleType, native: types.ModuleType | None) -> Iterator[Public]:
    """All public names: first the package's, then the native submodules', each once."""
    seen: set[int] = set()
    for name in getattr(package, "__all__", ()):
        if not name.startswith("__"):
            value = getattr(package, name)
            if isinstance(value, types.ModuleType):
                continue
            yield from _walk_one(f"{package.__name__}.{name}", value, seen)
    if native is None:
        return
    for name, module in sorted(vars(native).items()):
        if isinstance(module, types.ModuleType):
            yield Public(f"{native.__name__}.{name}", "module", module)
            for inner, value in sorted(vars(module).items()):
                if not inner.startswith("_"):
                    yield from _walk_one(f"{native.__name__}.{name}.{inner}", value, seen)


def _walk_one(name: str, value: Any, seen: set[int]) -> Iterator[Public]:
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, type):
        yield from _walk_class(name, value)
    elif callable(value):
        yield _callable(name, "function", value, "")


def _walk_class(name: str, cls: type) -> Iterator[Public]:
    error = issubclass(cls, BaseException)
    one = Public(name, "exception" if error else "class", cls)
    init = vars(cls).get("__init__")
    native_init = init is not None and not isinstance(init, types.FunctionType)
    if not error and init is not None:
        signed = _callable(name, "class", init, "")
        # What a pybind11 constructor documents may stand in the class or in __init__.
        one.parameters, one.can_raise = signed.parameters, signed.can_raise
        if native_init:
            one.__dict__["doc"] = "\n\n".join(filter(None, (one.doc, signed.doc)))
    yield one
    for inner, value in sorted(vars(cls).items()):
        if inner.startswith("_"):
            continue
        if isinstance(value, property) or inspect.isgetsetdescriptor(value):
            yield Public(f"{name}.{inner}", "property", value)
        elif isinstance(value, staticmethod | classmethod):
            yield _callable(f"{name}.{inner}", "method", value.__func__, one.doc)
        elif callable(value) and not isinstance(value, type):
            yield _callable(f"{name}.{inner}", "method", value, one.doc)


def _callable(name: str, kind: str, value: Any, owner_doc: str) -> Public:
    one = Public(name, kind, value, owner_doc)
    if isinstance(value, types.FunctionType):
        signature = inspect.signature(value)
        one.parameters = [p for p in signature.parameters if p not in ("self", "cls")]
        one.returns = signature.return_annotation not in (None, "None")
        one.can_raise = _raises(value)
        return one
    for line in inspect.cleandoc(value.__doc__ or "").splitlines():
        if m := _SIGNATURE.match(re.sub(r"^\d+\. ", "", line)):
            names, returns = native_signature(m[0])
            one.parameters = list(dict.fromkeys([*one.parameters, *names]))
            one.returns = one.returns or returns
    one.can_raise = bool(one.parameters)
    return one


def _raises(function: types.FunctionType) -> bool:
    """Whether a Python function has a raise statement of its own."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError):
        return False
    return any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(tree))


def native_signature(line: str) -> tuple[list[str], bool]:
    """Parameter names, and whether a value is returned, from pybind11's first line."""
    text = re.sub(r"<[^<>]*>", "...", line)
    try:
        function = ast.parse(f"def {text}: ...").body[0]
    except SyntaxError:
        return re.findall(r"[(,] ?\*?\*?(\w+): ", text), not text.endswith("-> None")
    assert isinstance(function, ast.FunctionDef)
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    names += [a.arg for a in function.args.kwonlyargs]
    gives = function.returns is not None and ast.unparse(function.returns) != "None"
    return [name for name in names if name not in ("self", "cls")], gives


def _entries(section: str) -> list[str]:
    """The names that a section documents: ``name : type`` or ``a, b : type`` at the margin."""
    heads = [line for line in section.splitlines() if line and not line[0].isspace()]
    return [name.strip(" *") for head in heads for name in head.split(" :")[0].split(",")]


def faults(one: Public) -> list[str]:
    """What a docstring lacks."""
    if not one.sections[""]:
        return [f"{one.name}: no docstring"]
    if one.kind in ("module", "exception", "property"):
        return []
    bad: list[str] = []
    entries = _entries(one.sections.get("Parameters", ""))
    known = {*entries, *_entries(one.sections.get("Attributes", ""))}
    for name in one.parameters:
        if name not in known:
            bad.append(f"{one.name}: parameter '{name}' is not in Parameters")
    for name in entries:
        if name not in one.parameters:
            bad.append(f"{one.name}: Parameters names '{name}', which it does not take")
    if one.returns and not {"Returns", "Yields"} & one.sections.keys():
        bad.append(f"{one.name}: no Returns")
    never = "never raises" in one.doc.lower()
    if one.can_raise and not never and "Raises" not in one.sections:
        bad.append(f"{one.name}: no Raises (or the words 'Never raises.')")
    shown = ">>>" in one.sections.get("Examples", "")
    short = one.name.rsplit(".", 1)[1]
    if one.kind == "method":
        shown = shown or f".{short}(" in one.owner_doc
    if not shown:
        bad.append(f"{one.name}: no Examples" + (" here or in its class" * (one.kind == "method")))
    return bad
