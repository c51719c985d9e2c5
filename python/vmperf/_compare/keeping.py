"""What a comparison leaves behind: a baseline, a line of the history, and what it must say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .._builds.source import Build
from .._core import VmperfError
from .._errors import invalid
from .._history.baselines import check_alike, check_name, load, save
from .._history.fingerprint import fingerprint_of
from .._history.history import History
from .._history.store import baseline_folder
from .._machine import machine
from .arms import Arm, revision_of

if TYPE_CHECKING:
    from .result import Comparison

__all__ = ["Keeping", "check_salts", "identities"]


class Keeping:
    """Looks at baseline and history before anything is measured, writes them after.

    Attributes
    ----------
    machine : dict
        The fingerprint of this machine.
    notes : tuple of str
        What must be said of unlike machines.
    """

    def __init__(
        self,
        arms: tuple[Arm, Arm],
        *,
        save: str | None,
        history: str | Path | None,
        force: bool,
        metric: str | None = None,
    ) -> None:
        self.machine = machine()
        here = fingerprint_of(self.machine)
        kept = [arm.baseline for arm in arms if arm.baseline is not None]
        notes = [check_alike(one.fingerprint, here, force=force) for one in kept]
        self.notes = tuple(note for note in notes if note)
        self._name = save
        self._revision = revision_of(arms[1])
        if metric is not None and history is not None:
            raise invalid("history", history, "none with a metric: a history is of times")
        wanted = metric is None and (history is not None or save is not None or bool(kept))
        self._history = History(history) if wanted else None
        if save is not None:
            if arms[1].kind in ("design", "param"):
                raise invalid("save", repr(save), f"with a build as B, not the {arms[1].kind}")
            if (baseline_folder() / check_name(save)).exists():
                load(save)  # what cannot be read must not be replaced
        if self._history is not None:
            self._history.check_writable()

    def keep(self, found: Comparison, builds: Sequence[Build]) -> Comparison:
        """Write the history, then the baseline; what fails is told in the result."""
        failed = []
        if self._history is not None:
            try:
                self._history.append(found)
            except (VmperfError, OSError) as error:
                failed.append(f"not appended to the history: {error}")
        if self._name is not None:
            try:
                save(
                    self._name,
                    builds,
                    revision=self._revision,
                    fingerprint=fingerprint_of(self.machine),
                    settings=asdict(found.settings),
                )
            except (VmperfError, OSError) as error:
                failed.append(f"not saved as baseline {self._name}: {error}")
        return replace(found, unkept=tuple(failed)) if failed else found


def check_salts(arm: Arm, salts: int) -> None:
    """Refuse more code layouts than an arm can have."""
    if arm.source is None and (arm.baseline is None or len(arm.baseline.builds) < salts):
        most = len(arm.baseline.builds) if arm.baseline else 1
        raise invalid(
            "salts", salts, f"up to {most} with {arm.label}, which cannot be linked again"
        )


def code_of(builds: Sequence[Build]) -> str:
    """Return the hash of all that the builds of one side consist of."""
    whole = hashlib.sha256()
    for build in builds:
        for path in _files_of(build):
            whole.update(hashlib.sha256(Path(path).read_bytes()).digest())
    return whole.hexdigest()[:16]


def _files_of(build: Build) -> list[str]:
    return [build.core, *build.libraries, *(one["path"] for one in build.imports)]


def identities(arms: tuple[Arm, Arm], builds: Sequence[Sequence[Build]]) -> tuple[str, str]:
    """Return for each side what tells its code from other code."""
    a, b = (_identity(arm, own[0]) for arm, own in zip(arms, builds, strict=True))
    return a, b


def _identity(arm: Arm, build: Build) -> str:
    if arm.source is not None and arm.source.revision:
        return arm.source.revision
    whole = hashlib.sha256()
    for path in _files_of(build):
        whole.update(Path(path).read_bytes())
    words = {"design": arm.design, "param": str(arm.params)}.get(arm.kind, "")
    return f"{whole.hexdigest()[:16]}{' ' * bool(words)}{words}"
