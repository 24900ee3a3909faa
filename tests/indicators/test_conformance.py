"""Every indicator passes the suite, and the suite catches planted faults."""

import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.indicators import module, modules
from ekistics.indicators.conformance import CHECKS, check_indicator

RIGHT = module("population_density")


@pytest.mark.parametrize("code", list(modules()))
def test_indicator_conforms(code: str) -> None:
    assert check_indicator(module(code)) == ()


def mutant(change=lambda rows, areas: rows, spoil=None):
    """Make an indicator with one fault: in what it returns, or in what it does to its input."""
    def compute(areas, *, time_period=""):
        if spoil is not None:
            spoil(areas)
        return change(RIGHT.compute(areas, time_period=time_period), areas)
    return SimpleNamespace(SPEC=RIGHT.SPEC, compute=compute, example_inputs=RIGHT.example_inputs)


def infinite(rows, areas):
    return rows.assign(obs_value=rows["obs_value"].where(rows["reason"] != "zero-denominator", np.inf),
                       reason="", obs_status="A")


def mean_of_others(rows, areas):
    return rows.assign(obs_value=0.9 * rows["obs_value"] + 0.1 * rows["obs_value"].mean())


def wrong_name(rows, areas):
    return rows.assign(series="densty")


def wrong_variant(rows, areas):
    return rows.assign(variant="per_acre")


def by_position(rows, areas):
    return rows.assign(obs_value=rows["obs_value"].to_numpy() + np.arange(len(rows)))


def dropped(rows, areas):
    return rows.dropna(subset=["obs_value"])


def filled(rows, areas):
    return rows.assign(obs_value=rows["obs_value"].fillna(0.0))


def no_reason(rows, areas):
    return rows.assign(reason="")


def negative(rows, areas):
    return rows.assign(obs_value=-rows["obs_value"])


def upside_down(rows, areas):
    return rows.assign(lci=2.0, uci=1.0)


def fewer_columns(rows, areas):
    return rows.drop(columns="numerator")


def text_numbers(rows, areas):
    return rows.assign(obs_value=rows["obs_value"].astype(object))


def doubled(rows, areas):
    return pd.concat([rows, rows])


def random(rows, areas):
    return rows.assign(se=np.random.default_rng().random(len(rows)))


def noisy(rows, areas):
    if (areas["built_up_area_m2"] == 0).any():
        warnings.warn("division by zero", RuntimeWarning, stacklevel=2)
    return rows


def refuses_missing(rows, areas):
    if areas.isna().any(axis=None):
        raise InvalidValueError("no missing values")
    return rows


@pytest.mark.parametrize(("fault", "check"), [
    (infinite, "zero"), (mean_of_others, "areas-independent"), (wrong_name, "shape"), (wrong_variant, "shape"),
    (by_position, "row-order"), (dropped, "missing"), (filled, "missing"), (no_reason, "missing"),
    (negative, "example"),
    (upside_down, "example"), (fewer_columns, "shape"), (text_numbers, "shape"), (doubled, "shape"),
    (random, "repeatable"), (noisy, "zero"), (refuses_missing, "missing")])
def test_fault_is_caught(fault, check: str) -> None:
    found = check_indicator(mutant(fault))
    assert any(text.startswith(f"{check}:") for text in found), found


def test_changed_input_is_caught() -> None:
    def spoil(areas):
        areas["population"] = areas["population"] + 1
    assert any(text.startswith("inputs-unchanged") for text in check_indicator(mutant(spoil=spoil)))


def test_percentage_without_its_parts_is_caught() -> None:
    right = module("11.2.1")
    wrong = SimpleNamespace(SPEC=right.SPEC, example_inputs=right.example_inputs,
                            compute=lambda *a, **k: right.compute(*a, **k).assign(numerator=np.nan))
    assert any("numerator" in text for text in CHECKS["example"](wrong))
