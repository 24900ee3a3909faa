"""Scenarios: written, read again, changed; everything unknown is refused with the nearest name."""

import json

import pytest

from ekistics.composite import (
    Aggregate,
    Denominate,
    Form,
    Impute,
    Scenario,
    Screen,
    Standardise,
    Treat,
    Weigh,
)
from ekistics.core.errors import InvalidValueError, UnknownNameError

NAN, INF = float("nan"), float("inf")
FULL = Scenario(Denominate({"a": "people"}), Impute("group-median", "region"), Screen(0.8, 0.1, count_imputed=True),
                Treat(3, 1.5, 3.0, "nothing"),
                Standardise("goalposts", forms={"a": Form("target", target=5.0)}, targets={"a": 3.0}),
                Weigh("equal", {"a": 2.0}), Aggregate(("arithmetic", "geometric"), 0.5, whole=True, floor=1.0))


@pytest.mark.parametrize("scenario", [Scenario(), FULL])
def test_a_scenario_comes_back_from_json(scenario) -> None:
    assert Scenario.from_mapping(json.loads(json.dumps(scenario.as_mapping()))) == scenario


@pytest.mark.parametrize(("plain", "error", "says"), [
    ({"tret": {}}, UnknownNameError, "no step 'tret'. Did you mean 'treat'"),
    ({"treat": {"winsorize": 3}}, UnknownNameError, "treat: .*'winsorize'. Did you mean 'winsorise'"),
    ({"treat": {"winsorise": 2.5}}, InvalidValueError, "winsorise: a whole number"),
    ({"treat": {"winsorise": True}}, InvalidValueError, "winsorise: a whole number"),
    ({"treat": {"winsorise": -1}}, InvalidValueError, "out of its range"),
    ({"treat": {"then": "root"}}, UnknownNameError, "no method 'root'"),
    ({"treat": 3}, InvalidValueError, "treat: A step is given by its parameters"),
    ({"screen": {"data_share": 1.2}}, InvalidValueError, "out of its range"),
    ({"screen": {"data_share": float("nan")}}, InvalidValueError, "out of its range"),
    ({"treat": {"kurtosis": NAN}}, InvalidValueError, "out of its range"),
    *(({"standardise": {param: wrong}}, InvalidValueError, f"out of its range. Expected {param}: a number, got {wrong}")
      for param, wrong in (("lower", -INF), ("upper", INF), ("mean", NAN), ("sd", INF))),
    ({"standardise": {"targets": {"mean": INF}}}, InvalidValueError, "Expected targets, mean: a number, got inf"),
    ({"aggregate": {"floor": INF}}, InvalidValueError, "floor: a number"),
    ({"impute": {"method": "group-mean"}}, InvalidValueError, "name of a grouping"),
    ({"impute": {"method": "mean", "by": "region"}}, InvalidValueError, "name of a grouping"),
    ({"denominate": {"by": {"a": 3}}}, InvalidValueError, "a table of names"),
    ({"standardise": {"method": "minmax"}}, UnknownNameError, "Did you mean 'min-max'"),
    ({"standardise": {"lower": 100, "upper": 1}}, InvalidValueError, "upside down"),
    ({"standardise": {"sd": 0}}, InvalidValueError, "above zero"),
    ({"standardise": {"targets": {"a": "high"}}}, InvalidValueError, "a table of numbers"),
    ({"standardise": {"forms": {"a": {"kind": "linear", "low": 3, "high": 1}}}}, InvalidValueError,
     "standardise, a, linear: The benchmarks are upside down"),
    ({"weigh": {"method": "entropy"}}, UnknownNameError, "no method 'entropy'"),
    ({"weigh": {"weights": {"a": -1}}}, InvalidValueError, "zero or more"),
    ({"aggregate": {"method": "geometrical"}}, UnknownNameError, "Did you mean 'geometric'"),
    ({"aggregate": {"method": ["arithmetic", "geo"]}}, UnknownNameError, "no method 'geo'"),
    ({"aggregate": {"method": 1}}, InvalidValueError, "another type"),
    ({"aggregate": {"minimum_share": 2}}, InvalidValueError, "out of its range"),
    ({"aggregate": {"floor": 0}}, InvalidValueError, "above zero"),
    ({"aggregate": {"penalty": 2}}, InvalidValueError, "penalty")])
def test_what_is_unknown_or_cannot_be_is_refused(plain, error, says) -> None:
    with pytest.raises(error, match=says):
        Scenario.from_mapping(plain)


def test_the_place_is_told() -> None:
    with pytest.raises(UnknownNameError, match="index.toml, treat: There is no parameter"):
        Scenario.from_mapping({"treat": {"x": 1}}, where="index.toml")


def test_one_parameter_is_changed_and_the_rest_stays() -> None:
    other = FULL.changed("treat.winsorise", 5)
    assert (other.treat, other.replace(treat=FULL.treat)) == (Treat(5, 1.5, 3.0, "nothing"), FULL)
    assert Scenario().changed("aggregate.method", ["geometric"]).aggregate.method == ("geometric",)


def test_a_step_that_the_scenario_does_not_have_is_not_varied() -> None:
    with pytest.raises(InvalidValueError, match="does not have this step"):
        Scenario().changed("treat.winsorise", 3)
    with pytest.raises(UnknownNameError, match="no step 'treatment'"):
        Scenario().changed("treatment.winsorise", 3)
    with pytest.raises(UnknownNameError, match="no parameter of the step 'winsorised'"):
        FULL.changed("treat.winsorised", 3)


def test_a_step_is_replaced_by_one_of_its_kind_alone() -> None:
    assert FULL.replace(treat=None).treat is None
    for steps in ({"treat": Screen()}, {"aggregate": None}):
        with pytest.raises(InvalidValueError, match="not the step of that name"):
            Scenario().replace(**steps)
    with pytest.raises(UnknownNameError):
        Scenario().replace(treatment=Treat())


def test_methods_by_level_need_one_for_each() -> None:
    with pytest.raises(InvalidValueError, match="one for each level"):
        Aggregate(("arithmetic",)).methods(2)
