"""The forms of standardisation: the worked vectors of the project's notes on instruments, and what is refused.

Reference: instruments.md 3.6 (City Prosperity rows; inputs invented, arithmetic checked by the authors of the notes,
2026-08), to three decimals as printed there.
"""

import math

import numpy as np
import pytest

from ekistics.composite import Form, score
from ekistics.composite.forms import FORMULAS, KINDS, TAKES
from ekistics.core.errors import EkisticsError, InvalidValueError, UnknownNameError

VECTORS = {
    "city product per capita": (Form("log", low=714.64, high=108_818.96), 20_000, 66.294),
    "unemployment": (Form("root", low=1, high=28.2, k=4, inverse=True), 8, 47.732),
    "population density": (Form("target", target=15_000), 9_000, 60.000),
    "Gini": (Form("linear", low=0.24, high=0.63, inverse=True), 0.41, 56.410),
    "CO2 per capita": (Form("root", low=0.39, high=2.09, k=5, rooted=True, inverse=True), 4.5, 43.473),
    "intersections": (Form("one-sided", target=100, side="above"), 60, 60.000),
    "subnational debt": (Form("one-sided", target=60, side="below"), 90, 50.000),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_worked_vectors(name) -> None:
    form, value, expected = VECTORS[name]
    found = float(score(form, value))
    assert round(found, 3) == expected
    print(f"SHOWN {name}, {value}: {found:.3f}")


@pytest.mark.parametrize(("form", "values", "scores"), [
    (Form("linear", low=10, high=30), [0, 10, 20, 30, 99], [0, 0, 50, 100, 100]),
    (Form("linear", low=10, high=30, inverse=True), [0, 10, 20, 30, 99], [100, 100, 50, 0, 0]),
    (Form("log", low=1, high=100), [0.1, 1, 10, 100, 500], [0, 0, 50, 100, 100]),
    (Form("root", low=1, high=16, k=4), [0, 1, 5.0625, 16], [0, 0, 50, 100]),
    (Form("target", target=50), [-1, 0, 25, 50, 75, 100, 400], [0, 0, 50, 100, 50, 0, 0]),
    (Form("one-sided", target=50, side="above"), [0, 25, 50, 75], [0, 50, 100, 100]),
    (Form("one-sided", target=30, side="below"), [0, 30, 45, 60, 90], [100, 100, 50, 0, 0]),
    (Form("direct"), [-3, 0, 41, 100, 120], [0, 0, 41, 100, 100]),
    (Form("direct", inverse=True), [30], [70]),
    (Form("checklist", points=10), [0, 4, 10], [0, 40, 100])])
def test_each_form_at_its_ends_and_between(form, values, scores) -> None:
    """By hand: the ends, half way, and beyond."""
    np.testing.assert_allclose(score(form, values), scores, atol=1e-12)


@pytest.mark.parametrize(("form", "x"), [
    (Form("linear", low=2, high=9), 4.0), (Form("log", low=2, high=9), 4.0), (Form("root", low=2, high=9, k=3), 4.0),
    (Form("target", target=9), 4.0), (Form("one-sided", target=9, side="above"), 4.0), (Form("direct"), 4.0),
    (Form("checklist", points=9), 4.0)])
def test_the_formula_that_is_told_is_the_one_that_scores(form, x) -> None:
    """The texts of the reference are computed as they stand; the one-sided form is held short of its target."""
    text = FORMULAS[form.kind].split(", else ")[-1]
    told = eval(text, {"log": math.log, "abs": abs}, {"x": x, **form.as_mapping()})  # noqa: S307 - our own text
    assert score(form, [x])[0] == pytest.approx(told)
    assert set(FORMULAS) == set(KINDS) == set(TAKES)


def test_missing_stays_missing() -> None:
    for form, _value, _score in VECTORS.values():
        assert np.isnan(score(form, [np.nan])).all()


@pytest.mark.parametrize(("plain", "error", "says"), [
    ({"kind": "linear", "low": 5, "high": 3}, InvalidValueError, "upside down"),
    ({"kind": "linear", "low": 5, "high": 5}, InvalidValueError, "upside down"),
    ({"kind": "linear", "low": 5}, InvalidValueError, "low and a high benchmark. Expected high: the upper benchmark"),
    ({"kind": "log", "low": 0, "high": 5}, InvalidValueError, "above zero"),
    ({"kind": "root", "low": 1, "high": 5, "k": 6}, InvalidValueError, "2 to 5"),
    ({"kind": "root", "low": -1, "high": 5, "k": 2}, InvalidValueError, "zero or more"),
    ({"kind": "root", "low": 1, "high": 5}, InvalidValueError, "k. Expected k: which root, 2 to 5"),
    ({"kind": "root", "low": 1, "high": 5, "k": 2.5}, InvalidValueError, "another type"),
    ({"kind": "target", "target": 0}, InvalidValueError, "above zero"),
    ({"kind": "target"}, InvalidValueError, "target needs its parameter target. Expected target: the best"),
    ({"kind": "target", "target": float("nan")}, InvalidValueError, "above zero"),
    ({"kind": "one-sided", "target": 3}, InvalidValueError, "one-sided needs its parameter side. Expected side: above"),
    ({"kind": "one-sided"}, InvalidValueError, "needs its parameter target, side. Expected target: .*; side: above"),
    ({"kind": "one-sided", "target": 3, "side": "abov"}, UnknownNameError, "Did you mean 'above'?"),
    ({"kind": "checklist"}, InvalidValueError, "checklist needs its parameter points. Expected points: the number of"),
    ({"kind": "checklist", "points": 0}, InvalidValueError, "above zero"),
    ({"kind": "linaer", "low": 1, "high": 2}, UnknownNameError, "Did you mean 'linear'?"),
    ({"kind": "linear", "lo": 1, "high": 2}, UnknownNameError, "Did you mean 'low'?"),
    ({"kind": "target", "target": 5, "inverse": True}, UnknownNameError, "inverse"),
    ({"low": 1, "high": 2}, InvalidValueError, "kind"),
    ({"kind": "linear", "low": "1", "high": 2}, InvalidValueError, "a number"),
    ({"kind": "linear", "low": True, "high": 2}, InvalidValueError, "a number")])
def test_a_form_that_cannot_be_is_refused_with_its_place(plain, error, says) -> None:
    with pytest.raises(error, match=says.replace("?", r"\?")) as raised:
        Form.from_mapping(plain, where="index.toml, rent")
    assert str(raised.value).startswith("index.toml, rent")


@pytest.mark.parametrize(("form", "values"), [
    (Form("log", low=1, high=100), [5, 0]), (Form("log", low=1, high=100), [-2]),
    (Form("root", low=1, high=16, k=3), [-8]), (Form("checklist", points=10), [11]),
    (Form("checklist", points=10), [-1])])
def test_a_value_that_the_form_cannot_take_is_refused(form, values) -> None:
    with pytest.raises(InvalidValueError, match="the first of 1"):
        score(form, values)


@pytest.mark.parametrize("name", VECTORS)
def test_a_form_comes_back_from_plain_data(name) -> None:
    form = VECTORS[name][0]
    assert Form.from_mapping(form.as_mapping()) == form


def test_every_refusal_is_an_error_of_ours() -> None:
    with pytest.raises(EkisticsError):
        Form("sideways")
