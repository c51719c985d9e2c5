"""A public header costs little to include."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import expect_none, headers


def test_public_headers_are_cheap(repo_root: Path, cxx: str, include_flags: list[str]) -> None:
    config = repo_root / "tests" / "architecture" / "budget.toml"
    assert len(headers.public(repo_root)) > 50
    expect_none(headers.faults(repo_root, config, [cxx, "-std=c++20", *include_flags]))


def test_a_header_that_grows_is_found(tmp_path: Path, cxx: str) -> None:
    folder = tmp_path / "cpp" / "toy" / "include" / "vmperf" / "toy"
    folder.mkdir(parents=True)
    (folder / "small.hpp").write_text("#pragma once\n#define N 2\n\n// said\nint f();\nint g();\n")
    (folder / "large.hpp").write_text('#pragma once\n#include "small.hpp"\nint h();\n')
    config = tmp_path / "budget.toml"
    config.write_text("[preprocessed]\nmost = 2\n")
    (found,) = headers.faults(tmp_path, config, [cxx, "-std=c++20"])
    assert found.endswith("toy/large.hpp: 3 lines after preprocessing; at most 2")


@pytest.mark.parametrize(
    ("counts", "more", "said"),
    [
        ({"a/x.hpp": 11}, {}, ["a/x.hpp: 11 lines after preprocessing; at most 10"]),
        ({"a/x.hpp": 10}, {}, []),
        ({"a/x.hpp": 11, "b/x.hpp": 10}, {"a/*": 12}, []),
        ({"a/x.hpp": 13}, {"a/*": 12}, ["a/x.hpp: 13 lines after preprocessing; at most 12"]),
        ({"a/x.hpp": 10}, {"a/*": 12}, ["preprocessed: 'a/*' is no longer needed"]),
    ],
)
def test_planted_counts(counts: dict[str, int], more: dict[str, int], said: list[str]) -> None:
    assert headers.judge(counts.items(), 10, more) == said
