"""The script library: made once, kept whole, never able to end its script element."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmperf._report import bundle

vl_convert = pytest.importorskip("vl_convert")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the user's."""
    monkeypatch.setenv("VMPERF_CACHE", str(tmp_path / "vmperf"))
    return tmp_path / "vmperf"


def _count_calls(monkeypatch: pytest.MonkeyPatch, text: str) -> list[str]:
    calls: list[str] = []

    def made(*, vl_version: str) -> str:
        calls.append(vl_version)
        return text

    monkeypatch.setattr(vl_convert, "javascript_bundle", made)
    return calls


def test_made_once_then_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _count_calls(monkeypatch, "window.x = 1;")
    first = bundle.javascript()
    assert first.startswith("window.x = 1;")
    assert bundle.javascript() == first
    assert len(calls) == 1
    (file,) = cache.iterdir()
    assert vl_convert.__version__ in file.name
    assert calls[0] in file.name


def test_a_file_cut_short_is_made_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = _count_calls(monkeypatch, "window.x = 1;")
    whole = bundle.javascript()
    (file,) = cache.iterdir()
    file.write_text(whole[:8])
    assert bundle.javascript() == whole
    file.write_bytes(b"\xff\xfe" + whole.encode())
    assert bundle.javascript() == whole
    assert len(calls) == 3


def test_a_cache_that_cannot_be_written(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _count_calls(monkeypatch, "window.x = 1;")
    cache.parent.joinpath("vmperf").write_text("a file where the folder should be")
    assert bundle.javascript().startswith("window.x = 1;")


def test_end_tags_in_the_library(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _count_calls(monkeypatch, "a='</script>';\r\nb='</SCRIPT>';c='<!--';d=x.replace(/</g,'')")
    text = bundle.javascript()
    assert "</script" not in text.lower()
    assert "<!--" not in text
    assert "\r" not in text
    assert "x.replace(/</g,'')" in text


def test_the_real_library(cache: Path) -> None:
    text = bundle.javascript()
    assert 700_000 < len(text) < 1_200_000
    assert "window.vegaEmbed" in text
