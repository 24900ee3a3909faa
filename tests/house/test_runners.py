"""The runners of benchmarks and of what is shown: a missed bar and a broken line count as failed."""

import sys
import types

import pytest
from rich.console import Console

from benchmarks.__main__ import Row, page, verdict
from tools import show


def test_row_is_measured_against_its_bar() -> None:
    assert [verdict(Row("a", met=met)) for met in (True, False, None)] == ["pass", "fail", "skipped"]


def test_row_gives_how_many_times_faster_it_is() -> None:
    row = Row("snap", ours_s=0.02, peer="pandana", peer_s=1.0, bar=">= 50", peak_mib=1234.5)
    assert row.cells() == ("snap", "0.02", "pandana", "1", "50", ">= 50", "", "1,234", "")
    assert row.figure() == "ours, s 0.02, peer pandana, peer, s 1, times faster 50, bar >= 50, peak MiB 1,234"


def test_page_has_machine_versions_and_date(monkeypatch: pytest.MonkeyPatch) -> None:
    text = page([Row("snap", ours_s=0.02)], quick=True)
    assert "- Date: " in text and "the short run" in text
    assert "numpy" in text and "cores of" in text
    assert text.splitlines()[-1].startswith("| snap | 0.02 |")


def test_broken_line_is_a_failed_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    planted = types.ModuleType("tools.shown.main.planted")
    planted.lines = lambda: 1 / 0  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tools.shown.main.planted", planted)
    found = list(show.gather("main", ["planted"], Console(quiet=True)))
    assert found == [("?", "planted", "ZeroDivisionError: division by zero", "fail")]


@pytest.mark.parametrize(("status", "code"), [("pass", 0), ("skipped", 0), ("fail", 1)])
def test_exit_code_says_whether_a_line_failed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                              status: str, code: int) -> None:
    planted = types.ModuleType("tools.shown.main.planted")
    planted.lines = lambda: [(3, "a line", "1.00", status)]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tools.shown.main.planted", planted)
    monkeypatch.setattr(show, "modules", lambda issue, chosen: ["planted"])
    monkeypatch.setattr(sys, "argv", ["show", "main"])
    assert show.main() == code
    assert "a line" in capsys.readouterr().out


def test_long_lines_come_last() -> None:
    names = show.modules("main", [])
    assert names[-1] == "fresh"
    assert {"bench", "goldens"} <= set(names)
