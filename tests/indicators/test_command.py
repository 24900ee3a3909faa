"""The command ``ekistics indicators``."""

import json

import pytest
import typer
from typer.testing import CliRunner

from ekistics.cli.indicators import indicators
from ekistics.core.errors import UnknownNameError
from ekistics.indicators import specs

APP = typer.Typer()
APP.command()(indicators)


def run(*arguments: str) -> str:
    outcome = CliRunner().invoke(APP, list(arguments), env={"COLUMNS": "200"}, catch_exceptions=False)
    assert outcome.exit_code == 0
    return outcome.stdout


def test_list_names_every_indicator() -> None:
    text = run()
    assert all(spec.code in text and spec.question in text for spec in specs())


def test_list_for_machines() -> None:
    found = json.loads(run("--json"))
    assert [entry["code"] for entry in found] == [spec.code for spec in specs()]
    assert set(found[0]) == {"code", "number", "title", "question", "inputs"}


def test_one_indicator_shows_method_variants_and_golden_cases() -> None:
    text = run("11.2.1")
    assert "SDG indicator metadata 11.2.1" in text and "straight_line" in text
    assert "Porto Alegre 2019" in text and "3 of 3 golden cases agree." in text


def test_one_indicator_for_machines() -> None:
    found = json.loads(run("sdg_11_3_1", "--json"))
    assert found["certificate"]["passed"] == found["certificate"]["cases"] == len(found["golden_cases"])
    assert {"definition", "method", "series", "variants", "dimensions", "source"} <= set(found)
    assert found["series"][0]["code"] == "ratio" and len(found["series"][0]["variants"]) == 16


def test_an_unknown_code_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="sdg_11_6_2"):
        CliRunner().invoke(APP, ["sdg_11_6_3"], catch_exceptions=False)
