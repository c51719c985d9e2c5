"""Baselines: the native module of one side, kept with what it was, so that it can be run again.

A baseline is a folder of the store: the files of the build under the hash of their contents, and
``baseline.json``, which names them. The manifest is written last, aside and then renamed, so that
a baseline is the old one or the new one, and a kill leaves no half of it. What is kept is the code,
not its timings: those are taken anew, paired with the other side.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .._builds.source import Build
from .._errors import invalid, measurement, near, trace_format
from .._files.kept import BASELINE
from .._files.whole_file import write_whole
from .fingerprint import FIELDS, differences
from .store import baseline_folder

__all__ = ["Baseline", "baseline_names", "check_alike", "check_name", "load", "save"]

_MANIFEST = BASELINE
_FORMAT, _SCHEMA = "vmperf baseline", 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_KEYS = {
    "name": str, "revision": str, "date": str, "fingerprint": dict, "settings": dict, "python": str,
    "builds": list, "libraries": list, "imports": list,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a manifest says, with its files looked at.

    Attributes
    ----------
    name, revision, date : str
        Of what, and when it was saved (UTC).
    fingerprint : dict
        Of the machine that it was saved on; see `fingerprint_of`.
    settings : dict
        Of the comparison that saved it.
    builds : tuple of Build
        One per code layout; the first is the build as it was.
    """

    name: str
    revision: str
    date: str
    fingerprint: dict[str, str]
    settings: dict[str, Any]
    builds: tuple[Build, ...]


def check_name(name: str) -> str:
    """Return the name of a baseline if it can be one, else InvalidArgumentError."""
    if not _NAME.fullmatch(name):
        raise invalid("baseline", repr(name), "letters, digits, '.', '_' and '-', no path")
    return name


def baseline_names() -> list[str]:
    """Return the names of all baselines of the store."""
    return sorted(path.parent.name for path in baseline_folder().glob(f"*/{_MANIFEST}"))


def save(
    name: str,
    builds: Sequence[Build],
    *,
    revision: str,
    fingerprint: Mapping[str, str],
    settings: Mapping[str, Any],
) -> Path:
    """Keep the builds of one side; a baseline of the same name is replaced.

    Parameters
    ----------
    name : str
        Letters, digits, ``._-``.
    builds : sequence of Build
        One per code layout, all with the same libraries.
    revision : str
        What was built, or empty.
    fingerprint : mapping
        Of this machine.
    settings : mapping
        Of the comparison.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    TraceFormatError
        What bears the name is no baseline or a damaged one; it stays as it is.
    """
    target = baseline_folder() / check_name(name)
    old = _files(_manifest(target / _MANIFEST)) if target.exists() else []
    # A new one comes into being with its folder; an old one changes with its manifest.
    folder = target if target.exists() else target.with_name(f".{name}.{os.getpid()}.new")
    about = {
        "revision": revision,
        "fingerprint": dict(fingerprint),
        "settings": dict(settings),
    }
    try:
        return _save(name, builds, folder, target, old, about)
    except BaseException:
        if folder != target:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _save(
    name: str,
    builds: Sequence[Build],
    folder: Path,
    target: Path,
    old: list[dict[str, Any]],
    about: Mapping[str, Any],
) -> Path:
    """Write a baseline into its folder, give that its name, and clear away what was before."""
    manifest = {
        "format": _FORMAT,
        "schema": _SCHEMA,
        "name": name,
        **about,
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "python": builds[0].python,
        "builds": [_keep(Path(build.core), folder) for build in builds],
        "libraries": [_keep(Path(path), folder) for path in builds[0].libraries],
        "imports": [{**one, "file": _keep(Path(one["path"]), folder)} for one in builds[0].imports],
    }
    write_whole(folder / _MANIFEST, json.dumps(manifest, indent=2) + "\n", own=True)
    if folder != target:
        folder.rename(target)
    kept = {entry["file"] for entry in _files(manifest)}
    for entry in old:
        if entry["file"] not in kept:
            (target / entry["file"]).unlink(missing_ok=True)
    return target


def load(name: str) -> Baseline:
    """Return a baseline of the store.

    Parameters
    ----------
    name : str
        The name it was saved under.

    Raises
    ------
    InvalidArgumentError
        No baseline has this name.
    TraceFormatError
        The manifest is no manifest, is of a newer schema, or names a file that is missing, cut
        short or another one.
    """
    folder = baseline_folder() / check_name(name)
    if not folder.exists():
        raise invalid("baseline", repr(name), near(name, baseline_names()))
    manifest = _manifest(folder / _MANIFEST)
    for entry in _files(manifest):
        _check_file(folder / entry["file"], entry)
    python = manifest["python"]
    build = Build(
        core="",
        python=python if Path(python).is_file() else sys.executable,
        libraries=tuple(str(folder / entry["file"]) for entry in manifest["libraries"]),
        imports=tuple(
            {"name": e["name"], "prefix": e["prefix"], "path": str(folder / e["file"]["file"])}
            for e in manifest["imports"]
        ),
    )
    return Baseline(
        **{key: manifest[key] for key in ("name", "revision", "date", "fingerprint", "settings")},
        builds=tuple(
            replace(build, core=str(folder / entry["file"])) for entry in manifest["builds"]
        ),
    )


def check_alike(fingerprint: Mapping[str, str], here: Mapping[str, str], *, force: bool) -> str:
    """Return what is to be said of a baseline's machine: nothing where it is this one.

    Raises
    ------
    MeasurementError
        ``unlike_machines`` with the fields that differ, unless `force`.
    """
    found = differences(fingerprint, here)
    if not found:
        return ""
    text = "the baseline's machine is unlike this one (" + "; ".join(found) + ")"
    if not force:
        raise measurement("unlike_machines", f"{text}; force (--force) to compare all the same")
    return f"forced: {text}"


def _keep(source: Path, folder: Path) -> dict[str, Any]:
    data = source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    # The whole name after the first dot: an interpreter knows its own modules by it.
    kept = folder / f"{source.stem.partition('.')[0]}-{digest[:16]}{''.join(source.suffixes)}"
    if not kept.is_file() or hashlib.sha256(kept.read_bytes()).hexdigest() != digest:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(kept, data, own=True)
    return {"file": kept.name, "sha256": digest, "n_bytes": len(data)}


def _files(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    imports = [entry["file"] for entry in manifest["imports"]]
    return [*manifest["builds"], *manifest["libraries"], *imports]


def _manifest(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise trace_format(path, 0, f"not a vmperf baseline: {error.strerror}") from error
    try:
        found = json.loads(data)
    except ValueError as error:
        raise trace_format(
            path, getattr(error, "pos", 0), f"truncated or no JSON: {error}"
        ) from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise trace_format(path, 0, "not a vmperf baseline")
    if found.get("schema") != _SCHEMA:
        raise trace_format(path, 0, f"schema {found.get('schema')}; this vmperf reads {_SCHEMA}")
    for key, kind in _KEYS.items():
        if not isinstance(found.get(key), kind):
            raise trace_format(path, 0, f"{key} is missing or no {kind.__name__}")
    if set(found["fingerprint"]) != set(FIELDS) or not found["builds"]:
        raise trace_format(path, 0, "no whole fingerprint or no build in it")
    try:
        entries = [(e["file"], e["sha256"], e["n_bytes"]) for e in _files(found)]
        names = [(entry["name"], entry["prefix"]) for entry in found["imports"]]
    except (KeyError, TypeError):
        raise trace_format(path, 0, "a file without name, hash or size") from None
    if any(Path(str(entry[0])).name != entry[0] for entry in entries) or any(
        not isinstance(word, str) for pair in names for word in pair
    ):
        raise trace_format(path, 0, "a file name that is a path")
    return found


def _check_file(path: Path, entry: Mapping[str, Any]) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise trace_format(path, 0, f"the baseline's file: {error.strerror}") from error
    if len(data) != entry["n_bytes"]:
        what = f"truncated or replaced; {entry['n_bytes']} bytes expected"
        raise trace_format(path, min(len(data), entry["n_bytes"]), what)
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise trace_format(path, 0, "another file than the one that was saved")
