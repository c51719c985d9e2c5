"""What a model says shares no column, table, chart or variable with what was measured."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import xarray as xr
from click.testing import CliRunner

import vmperf
from vmperf._results.results import Results
from vmperf.cli.main import cli

MODELLED = {"modelled_ns": 123.5, "before_modelled_ns": 456.25}


def test_rows_say_what_each_figure_is(mixed: Results) -> None:
    for row in mixed.rows():
        kinds = {name: one["provenance"] for name, one in row["metrics"].items()}
        assert {name for name, kind in kinds.items() if kind == "modelled"} == {*MODELLED}
        assert {*kinds.values()} == {"measured", "modelled"}


def test_a_variable_of_a_dataset_is_one_or_the_other(mixed: Results, tmp_path: Path) -> None:
    data = mixed.to_xarray("gc/sizes")
    found = {str(name): data[name].attrs.get("provenance") for name in data.data_vars}
    assert {name for name, kind in found.items() if kind == "modelled"} == {*MODELLED}
    assert found["ns_total"] == found["core_hz"] == found["hits"] == "measured"
    mixed.to_netcdf(tmp_path / "r.nc")
    with xr.open_dataset(tmp_path / "r.nc", group="gc/sizes", engine="h5netcdf") as read:
        assert read["modelled_ns"].attrs["provenance"] == "modelled"


def test_columns_of_files_have_one_kind(mixed: Results, tmp_path: Path) -> None:
    mixed.to_csv(tmp_path / "r.csv")
    with (tmp_path / "r.csv").open() as file:
        lines = list(csv.DictReader(file))
    for line, row in zip(lines, mixed.rows(), strict=True):
        for name in MODELLED:
            value = row["metrics"][name]["value"]
            assert line[name] == ("" if value is None else str(value))
        median = row["ns_per_op"]["median"]
        assert line["median_ns_per_op"] == ("" if median is None else str(median))
    frame = mixed.to_pandas()
    columns = [column for column in frame if "modelled" in str(column)]
    assert not columns or set(columns) <= {*MODELLED}


def test_the_command_line_gives_a_model_its_own_table(mixed: Results) -> None:
    done = CliRunner().invoke(cli, ["show", str(mixed.path)])
    assert done.exit_code == 0, done.output
    parts = re.split(r"(?=gc/sizes: metrics)", done.output)
    measured, modelled = (p for p in parts if p.startswith("gc/sizes: metrics"))
    assert modelled.startswith("gc/sizes: metrics of a model")
    assert "modelled_ns" in modelled
    assert "hits" not in modelled
    assert "modelled_ns" not in measured
    assert "hits" in measured


def test_the_page_shows_one_quantity_at_a_time(mixed: Results, tmp_path: Path) -> None:
    page = vmperf.report(mixed, tmp_path / "page.html").read_text(encoding="utf-8")
    for selector in re.findall(r"<select data-(?:quantity|headline).*?</select>", page, re.S):
        groups = dict(re.findall(r'optgroup label="(.*?)">(.*?)</optgroup>', selector, re.S))
        own = re.findall(r"<option[^>]*>([\w ]+)<", groups.pop("metrics of a model"))
        assert {*own} == {*MODELLED}
        assert not any("modelled" in options for options in groups.values())
    assert re.search(r"\.other \.figures tr > :nth-child\(n \+ 5\)", page)  # times are hidden then
    payload = re.search(r'id="payload">(.*?)</script>', page, re.S)
    assert payload is not None
    benchmark = json.loads(payload[1])["benchmarks"]["b0"]
    names = [name for name, *_ in benchmark["quantities"]]
    for point in benchmark["points"]:
        assert not {*MODELLED.values()} & {t for one in point["series"] for t in one["t"]}
        for figures in point["q"].values():
            found = dict(zip(names, figures, strict=True))
            assert [found[name][0] for name in MODELLED] == [*MODELLED.values()]
