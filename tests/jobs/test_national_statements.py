"""What a country states of the New Urban Agenda's framework goes from its design into its package."""

import json
from typing import Any

import pytest

from ekistics.core.errors import PackageError
from ekistics.jobs.national.design import parse_national
from ekistics.jobs.national.run import FRAMEWORK, _statements

STATEMENT = {"slot": 12, "reason": "The country has no manufacturing that could be counted.", "by": "An office",
             "day": "2026-11-20"}


def design(*statements: dict[str, Any]) -> Any:
    return parse_national({"country": {"name": "Merrow", "code": "XMU"}, "sample": {"path": "sample"},
                           "observations": {"path": "table.csv"}, "indicator": [{"code": "sdg_11_2_1"}],
                           "not_applicable": list(statements)})


def test_statements_become_the_document_of_the_framework() -> None:
    written = json.loads(_statements(design(STATEMENT))[FRAMEWORK])
    assert written["country"] == "XMU"
    assert written["statements"] == [STATEMENT | {"state": "not-applicable"}]
    assert _statements(design()) == {}


@pytest.mark.parametrize("change", [{"slot": 78}, {"slot": 0}, {"reason": "no"}, {"by": ""}, {"day": "yesterday"}])
def test_a_statement_that_cannot_be_is_refused_with_its_place(change: dict[str, Any]) -> None:
    with pytest.raises(PackageError, match="statements/0"):
        _statements(design(STATEMENT | change))
