"""The notebooks run from top to bottom, and what they conclude follows from their data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def execute(path: Path, monkeypatch: pytest.MonkeyPatch, extra: str = "") -> list[str]:
    """Run a notebook, `extra` as one more cell at its end; return what its cells printed."""
    monkeypatch.setenv("VMPERF_NOTEBOOK_BUDGET_S", "1.5")
    notebook: Any = nbformat.read(path, as_version=4)
    if extra:
        notebook.cells.append(nbformat.v4.new_code_cell(extra))
    NotebookClient(notebook, timeout=240, kernel_name="python3").execute()
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output["output_type"] == "stream" and output["name"] == "stdout"
    ]


def test_there_are_notebooks() -> None:
    assert "00_tour.ipynb" in [path.name for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook: Any = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_tour_concludes_from_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    [tour] = [path for path in NOTEBOOKS if path.stem == "00_tour"]
    # Swap the two designs' samples, then make them equal: the conclusion must follow.
    perturb = """
process = np.zeros(per_op.sizes["sample"], dtype=np.int64)
swapped = per_op.assign_coords(
    design=[{"stack": "libc", "libc": "stack"}.get(d, d) for d in per_op.design.values]
)
print("swapped:", conclude(swapped, process)[0])
equal = per_op.copy()
equal.loc[{"design": "libc"}] = per_op.sel(design="stack").values
print("equal:", conclude(equal, process)[0])
"""
    printed = "".join(execute(tour, monkeypatch, perturb))
    assert "stack against libc: faster" in printed
    assert "swapped: slower" in printed
    assert "equal: unclear" in printed
