"""The stubs of the native module, as pybind11-stubgen writes them from the built module."""

from __future__ import annotations

import builtins
import importlib
import re
import subprocess
import sys
from pathlib import Path

STUBS = Path("python/vmperf/_core")


def generate(into: Path) -> dict[str, str]:
    """Write the stubs of vmperf._core below a folder; returns their texts by file name."""
    command = [sys.executable, "-m", "pybind11_stubgen", "vmperf._core", "-o", str(into)]
    command += ["--exit-code", "--numpy-array-use-type-var"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pybind11-stubgen failed:\n{done.stdout}\n{done.stderr}")
    texts = read(into / "vmperf" / "_core")
    texts = {name: _with_members(name, text) for name, text in texts.items()}
    return texts | {"__init__.pyi": _with_errors(texts["__init__.pyi"])}


def _with_members(name: str, text: str) -> str:
    """Give the members of enumerations their values: without one, to mypy, none is a member."""
    folder = name.removesuffix(".pyi").removesuffix("__init__").replace("/", ".").strip(".")
    home = f"vmperf._core.{folder}".strip(".")
    for enum in re.findall(r"^class (\w+)\(enum\.IntEnum\):", text, re.MULTILINE):
        kind = getattr(importlib.import_module(home), enum)
        member = re.compile(rf"^    (\w+): typing\.ClassVar\[{enum}\]$", re.MULTILINE)
        text = member.sub(lambda found, kind=kind: f"    {found[1]} = {kind[found[1]]:d}", text)
        text = re.sub(
            rf"(class {enum}\(.*?)    @classmethod\n    def __new__.*?def __format__.*?\.\.\.\n",
            r"\1", text, flags=re.DOTALL,
        )  # fmt: skip
    return text


def _with_errors(text: str) -> str:
    """Define the error classes, which stubgen would import from the package that imports them."""
    import vmperf

    imported = re.compile(r"^from vmperf import (\w+)\n", re.MULTILINE)
    errors = [getattr(vmperf, name) for name in imported.findall(text)]
    errors.sort(key=lambda error: (len(error.__mro__), error.__name__))
    text = imported.sub("", text).replace(
        "from __future__ import annotations\n",
        "from __future__ import annotations\nimport builtins\nimport typing\n",
        1,
    )
    return text + "".join(_error_class(error) for error in errors)


def _error_class(error: type[Exception]) -> str:
    """Write an error with the fields that its docstring names and its bases lack."""
    bases = ", ".join(
        f"builtins.{b.__name__}" if hasattr(builtins, b.__name__) else b.__name__
        for b in error.__bases__
    )
    doc = error.__doc__ or ""
    named = re.search(r"fields? ([\w, ]+)\.", doc)
    fields = re.findall(r"\w+", named[1]) if named else []
    body = [f'    """\n    {doc}\n    """']
    body += [f"    {field}: typing.Any" for field in fields if not hasattr(error, field)]
    return "\n".join([f"class {error.__name__}({bases}):", *body]) + "\n"


def read(folder: Path) -> dict[str, str]:
    """The texts of a folder's stubs by file name."""
    files = sorted(folder.rglob("*.pyi"))
    return {file.relative_to(folder).as_posix(): _plain(file.read_text()) for file in files}


def _plain(text: str) -> str:
    """No blanks at the ends of lines; one line break at the end."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def differences(fresh: dict[str, str], kept: dict[str, str]) -> list[str]:
    """Which stubs are stale, missing or left over."""
    bad = [f"{STUBS}/{name}: missing" for name in sorted(fresh.keys() - kept.keys())]
    bad += [f"{STUBS}/{name}: left over" for name in sorted(kept.keys() - fresh.keys())]
    both = sorted(fresh.keys() & kept.keys())
    return bad + [f"{STUBS}/{name}: stale" for name in both if fresh[name] != kept[name]]
