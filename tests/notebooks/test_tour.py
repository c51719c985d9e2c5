"""The notebooks run from top to bottom, and what they conclude follows from their data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert {"00_tour.ipynb", "01_pools.ipynb"} <= {path.name for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook: Any = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_tour_concludes_from_its_data(execute: Callable[..., list[str]]) -> None:
    # Samples that are known, then swapped, then equal: the conclusion must follow.
    perturb = """
rng = np.random.default_rng(1)
for design, ns in (("stack", 3.0), ("libc", 12.0)):
    scatter = rng.lognormal(0, 0.01, per_op.sel(design=design).shape)
    per_op.loc[{"design": design}] = ns * scatter
print("known:", conclude(per_op, placement)[0])
swapped = per_op.assign_coords(
    design=[{"stack": "libc", "libc": "stack"}.get(d, d) for d in per_op.design.values]
)
print("swapped:", conclude(swapped, placement)[0])
equal = per_op.copy()
equal.loc[{"design": "libc"}] = per_op.sel(design="stack").values
print("equal:", conclude(equal, placement)[0])
"""
    printed = "".join(execute("00_tour.ipynb", perturb))
    assert "stack against libc: " in printed
    assert "known: faster" in printed
    assert "swapped: slower" in printed
    assert "equal: unclear" in printed
