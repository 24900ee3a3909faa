"""Golden cases: computed outside, shipped, run; a wrong denominator is caught by them and by nothing else."""

import dataclasses
from types import SimpleNamespace

import pytest

from ekistics.core.errors import InputFormatError
from ekistics.indicators import module, modules
from ekistics.indicators.certificate import certificate, certificates, golden_cases, run_case
from ekistics.indicators.conformance import check_indicator

CASES = [pytest.param(m, case, id=f"{code}: {case.name}") for code, m in modules().items() for case in golden_cases(m)]


@pytest.mark.parametrize(("indicator", "case"), CASES)
def test_golden(indicator, case) -> None:
    assert run_case(indicator, case) == ()


@pytest.mark.parametrize("code", list(modules()))
def test_golden_cases_say_where_they_come_from(code: str) -> None:
    cases = golden_cases(module(code))
    assert cases
    for case in cases:
        assert all((case.source, case.computed_by, case.computed_with, case.computed_on, case.working,
                    case.tolerance_reason, case.expected))
    names = [case.name for case in cases]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", list(modules()))
def test_golden_cases_reach_every_headline_and_series(code: str) -> None:
    reached = {wanted["series"] for case in golden_cases(module(code)) for wanted in case.expected if "value" in wanted}
    assert reached == {s.code for s in module(code).SPEC.series}


def test_certificates_of_golden_cases_pass_for_every_indicator() -> None:
    found = certificates()
    assert [c["indicator"] for c in found] == list(modules())
    assert all(c["passed"] == c["cases"] > 0 and c["source"] and c["differences"] == [] for c in found)


def test_a_changed_expectation_is_reported() -> None:
    case = golden_cases(module("11.6.2"))[0]
    wrong = dataclasses.replace(case, expected=({**case.expected[0], "value": 22.1},))
    assert run_case(module("11.6.2"), wrong) == (
        "Three cells: mean_pm25 population_weighted A value: 22.0 != 22.1",)


def test_a_row_that_is_not_there_is_reported() -> None:
    case = golden_cases(module("11.6.2"))[0]
    wrong = dataclasses.replace(case, expected=({"series": "mean_pm25", "ref_area": "Z", "value": 1.0},))
    assert "0 rows" in run_case(module("11.6.2"), wrong)[0]


def test_a_wrong_reason_and_a_value_instead_of_an_absence_are_reported() -> None:
    case = golden_cases(module("11.6.2"))[0]
    for wanted in ({**case.expected[0], "reason": "no-air"}, {**case.expected[2], "reason": "no-air"}):
        wanted.pop("value", None)
        assert run_case(module("11.6.2"), dataclasses.replace(case, expected=(wanted,)))


def with_wrong_denominator(**inputs):
    """Divide by the built-up area of everybody's neighbour: here, by half as many people."""
    right = module("built_up_per_person").compute
    areas = inputs["areas"]
    rows = right(**{**inputs, "areas": areas.assign(population=areas["population"] / 2)})
    return rows


def test_a_wrong_denominator_passes_the_suite_and_fails_its_golden_case() -> None:
    right = module("built_up_per_person")
    mutant = SimpleNamespace(SPEC=right.SPEC, compute=with_wrong_denominator, example_inputs=right.example_inputs,
                             __name__=right.__name__)
    assert check_indicator(mutant) == ()
    assert certificate(mutant)["passed"] == 0


def test_golden_cases_of_another_package_are_read_from_its_folder(tmp_path) -> None:
    right = module("built_up_per_person")
    outside = SimpleNamespace(SPEC=right.SPEC, compute=right.compute, example_inputs=right.example_inputs)
    assert golden_cases(outside) == ()
    assert golden_cases(right, tmp_path) == ()
    (tmp_path / "built_up_per_person.toml").write_text('[[case]]\nname = "without the rest"\n')
    with pytest.raises(InputFormatError, match="Golden cases cannot be read"):
        golden_cases(right, tmp_path)
