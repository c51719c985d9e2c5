"""What A and B of a comparison may be, and how words are taken for them."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import _core
from .._builds.source import Build, Source, here, no_commit, source_of
from .._catalog.catalog import list as list_benchmarks
from .._errors import invalid, near
from .._files.cache import cache_folder
from .._files.git import git
from .._files.kept import is_kept
from .._files.named import home_expanded, is_there
from .._files.tool import run_tool
from .._files.whole_file import write_whole
from .._history.baselines import Baseline, load

__all__ = ["Arm", "resolve", "revision_of"]

_KINDS = ("path", "design", "param", "rev")


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison as the user named it.

    Attributes
    ----------
    kind : str
        ``path``, ``design``, ``param``, ``rev`` or ``baseline``.
    label : str
        The user's words.
    build : Build or None
        What to load; None where `source` must be built.
    source : Source or None
        What to build.
    design : str
        For kind ``design``: its name.
    params : dict
        For kind ``param``: axis -> value.
    baseline : Baseline or None
        For kind ``baseline``: where `build` is from, with its other code layouts.
    """

    kind: str
    label: str
    build: Build | None = None
    source: Source | None = None
    design: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    baseline: Baseline | None = None


def resolve(text: str, *, repository: Path | None = None) -> Arm:
    """Return what a word means: a path, a design, AXIS=VALUE or a revision, tried in that order.

    Parameters
    ----------
    text : str
        The word, with one of the prefixes ``path:``, ``design:``, ``param:``, ``rev:`` where only
        that is meant; ``baseline:NAME`` is a saved build.
    repository : Path, optional
        Where revisions are looked up; by default the current folder.

    Raises
    ------
    InvalidArgumentError
        A word that is none of them; the message says what was tried.
    """
    if not text.strip():
        raise invalid("arm", repr(text), "a word; is a variable not set?")
    kind, _, rest = text.partition(":")
    if kind == "baseline" and rest:
        kept = load(rest)
        return Arm(kind, text, build=kept.builds[0], baseline=kept)
    if kind in _KINDS and rest:
        found = _TRY[kind](rest, repository or Path())
        if found is None:
            raise invalid(kind, repr(rest), _ALLOWED[kind](rest, repository or Path()))
        return found
    for kind in _KINDS:
        found = _TRY[kind](text, repository or Path())
        if found is not None:
            return found
    raise invalid(
        "arm",
        repr(text),
        "a path (module, library, wheel, virtual environment, source tree), a design, AXIS=VALUE "
        f"or {no_commit(text, repository or Path())}; designs: {near(text, _designs())}",
    )


def _designs() -> list[str]:
    return [design.name for b in list_benchmarks("*") for design in b.designs]


def _axes() -> list[str]:
    names = (axis.name for b in list_benchmarks("*") for axis in b.axes)
    return [name for name in dict.fromkeys(names) if name != "design"]


def _try_path(text: str, _: Path) -> Arm | None:
    path = home_expanded(text)
    if not is_there(path):
        return None
    path = path.resolve()
    if path.is_dir() and (path / "pyproject.toml").is_file():
        return Arm("path", text, source=Source(path))
    if path.is_dir():
        return Arm("path", text, build=_environment(path))
    if path.suffix == ".whl":
        return Arm("path", text, build=_wheel(path))
    if path == Path(str(_core.__file__)).resolve():
        return Arm("path", text, build=here())  # with what is loaded into it
    data = path.read_bytes()
    if not data.startswith(b"\x7fELF"):
        what = "results are shown side by side by 'vmperf report A B'; " if is_kept(path) else ""
        allowed = "a module, library, wheel, virtual environment or source tree"
        raise invalid("path", text, f"{allowed}; {what}that file is no shared library")
    if b"PyInit__core\0" in data:
        return Arm("path", text, build=Build(core=str(path)))
    build = here()
    return Arm("path", text, build=Build(build.core, libraries=(*build.libraries, str(path))))


def _environment(folder: Path) -> Build:
    python = folder / "bin" / "python"
    if not python.is_file():
        raise invalid("path", folder, "a virtual environment (bin/python) or a source tree")
    # -P: whatever lies in the current folder is not what is installed there.
    words = ["-P", "-c", "import vmperf._core as core; print(core.__file__)"]
    # Not resolved: a virtual environment's interpreter is a link that knows its folder by its name.
    done = run_tool([python, *words])
    if done.code != 0:
        raise invalid("path", folder, f"an environment with vmperf: {done.said[-200:]}")
    return Build(core=done.path, python=str(python))


def _wheel(path: Path) -> Build:
    folder = cache_folder("wheels", path)
    try:
        with zipfile.ZipFile(path) as wheel:
            cores = [n for n in wheel.namelist() if n.startswith("vmperf/_core.")]
            modules = [name for name in cores if name.endswith(".so")]
            if not modules:
                raise invalid("path", path, "a wheel of vmperf: it has no vmperf/_core module")
            module = folder / Path(modules[0]).name
            data = wheel.read(modules[0])
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise invalid("path", path, f"a wheel: {error}") from None
    # Never written over: another process may run it, which would die of SIGBUS.
    if not module.is_file() or module.read_bytes() != data:
        write_whole(module, data)
    return Build(core=str(module))


def _try_design(text: str, _: Path) -> Arm | None:
    if "=" in text or text not in _designs():
        return None
    return Arm("design", text, build=here(), design=text)


def _try_param(text: str, _: Path) -> Arm | None:
    axis, equals, value = text.partition("=")
    if not equals or axis not in _axes():
        return None
    return Arm("param", text, build=here(), params={axis: value})


def _try_revision(text: str, repository: Path) -> Arm | None:
    found = source_of(text, repository)
    return None if found is None else Arm("rev", text, source=found)


def revision_of(arm: Arm) -> str:
    """Return the commit that an arm is of, with ``-dirty`` for a tree that differs from it."""
    if arm.baseline is not None:
        return arm.baseline.revision
    if arm.source is None:
        return ""
    if arm.source.revision:
        return arm.source.revision
    head = git(arm.source.tree, "rev-parse", "HEAD") or ""
    changed = git(arm.source.tree, "status", "--porcelain", "--untracked-files=no")
    return f"{head}-dirty" if head and changed else head


_TRY: dict[str, Callable[[str, Path], Arm | None]] = {
    "path": _try_path,
    "design": _try_design,
    "param": _try_param,
    "rev": _try_revision,
}
_ALLOWED: dict[str, Callable[[str, Path], str]] = {
    "path": lambda _, __: "a path that exists",
    "design": lambda text, _: near(text, _designs()),
    "param": lambda text, _: f"AXIS=VALUE with an axis among {near(text.split('=')[0], _axes())}",
    "rev": no_commit,
}
