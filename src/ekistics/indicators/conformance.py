"""The suite that every indicator must pass, also offered to indicators of other packages.

A test of another package reads ``assert check_indicator(my_module) == ()``. The suite cannot tell a right denominator
from a wrong one: only a golden case computed outside can (:mod:`ekistics.indicators.certificate`).
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS, RESULT_COLUMNS
from ekistics.core.reasons import Reason
from ekistics.indicators.registry import IndicatorModule

__all__ = ["CHECKS", "check_indicator"]

Inputs = dict[str, Any]
KEY = ["ref_area", "series", "variant", "time_period", *DIMENSIONS]
_STOPS = (EkisticsError, Warning, ArithmeticError, LookupError, TypeError, ValueError)
NUMBERS = ["obs_value", "numerator", "denominator", "se", "lci", "uci"]


def check_indicator(module: IndicatorModule) -> tuple[str, ...]:
    """Run the conformance suite on an indicator.

    Parameters
    ----------
    module : module
        Anything with ``SPEC``, ``compute`` and ``example_inputs``. The frames among the example inputs hold areas
        (``ref_area`` as column or index), at least two; their float columns are measured quantities.

    Returns
    -------
    tuple of str
        What is wrong, a line each, beginning with the name of the check; empty when the indicator conforms. A result of
        the wrong shape is not judged further.

    Examples
    --------
    >>> from ekistics.indicators import module
    >>> check_indicator(module("population_density"))
    ()
    """
    found: list[str] = []
    for name, check in CHECKS.items():
        try:
            found += [f"{name}: {text}" for text in check(module)]
        except _STOPS as error:
            found.append(f"{name}: {_('refused what it must take')}: {type(error).__name__}: {error}")
        if found and name == "shape":  # the others read the columns that this one asks for
            break
    return tuple(dict.fromkeys(found))


def _run(module: IndicatorModule, inputs: Inputs) -> pd.DataFrame:
    with warnings.catch_warnings(), np.errstate(divide="raise", invalid="raise", over="raise"):
        warnings.simplefilter("error")
        return module.compute(**inputs)


def _frames(inputs: Inputs) -> dict[str, pd.DataFrame]:
    return {name: value for name, value in inputs.items() if isinstance(value, pd.DataFrame)}


def _mapped(inputs: Inputs, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Inputs:
    return {name: change(value) if isinstance(value, pd.DataFrame) else value for name, value in inputs.items()}


def _areas(frame: pd.DataFrame) -> pd.Index:
    return pd.Index(frame["ref_area"]) if "ref_area" in frame.columns else frame.index


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.reset_index().sort_values(KEY, ignore_index=True)


def _differs(first: pd.DataFrame, second: pd.DataFrame) -> str:
    try:
        pd.testing.assert_frame_equal(_sorted(first), _sorted(second), check_dtype=False, rtol=1e-9)
    except AssertionError as error:
        return " ".join(str(error).split())[:200]
    return ""


def _shape(module: IndicatorModule) -> Iterator[str]:
    """Name, dtype and index of the result."""
    rows = _run(module, module.example_inputs())
    if list(rows.columns) != list(RESULT_COLUMNS) or rows.index.name != "ref_area":
        yield _("the result must have the columns of a result and be indexed by ref_area")
        return
    if any(rows[name].dtype != np.float64 for name in NUMBERS):
        yield _("numbers must be 64-bit floats")
    unknown = set(rows["series"]) - {s.code for s in module.SPEC.series}
    if unknown:
        yield _("series that the spec does not name: {names}").format(names=", ".join(sorted(unknown)))
        return
    for series, variant in set(zip(rows["series"], rows["variant"], strict=True)):
        codes = [v.code for v in module.SPEC.variants_of(series)] or [""]
        if variant not in codes:
            yield _("series {series} has no variant {variant!r}").format(series=series, variant=variant)
    wanted = set().union(*(_areas(f) for f in _frames(module.example_inputs()).values()))
    if set(rows.index) != wanted:
        yield _("every area must have rows, and no other")
    if rows.reset_index().duplicated(KEY).any():
        yield _("two rows have the same area, series, variant, period and dimensions")


def _sound(module: IndicatorModule, rows: pd.DataFrame, what: str) -> Iterator[str]:
    """Judge a result: finite, within bounds, absent with a reason, shares with their parts."""
    if np.isinf(rows[NUMBERS].to_numpy(dtype=float)).any():
        yield _("infinite value when {what}").format(what=what)
    bounds = {s.code: (s.lower, s.upper) for s in module.SPEC.series}
    for series, part in rows.groupby("series"):
        lower, upper = bounds.get(str(series), (None, None))
        values = part["obs_value"]
        low, high = (-np.inf if lower is None else lower), (np.inf if upper is None else upper)
        if ((values < low - 1e-9) | (values > high + 1e-9)).any():
            yield _("{series} leaves its bounds when {what}").format(series=series, what=what)
    missing = rows["obs_value"].isna()
    if not set(rows.loc[missing, "reason"]) <= {r.value for r in Reason}:
        yield _("an absent value has no known reason when {what}").format(what=what)
    if (rows.loc[~missing, "reason"] != "").any() or (missing != (rows["obs_status"] == "O")).any():
        yield _("status and reason do not fit the values when {what}").format(what=what)
    percent = [s.code for s in module.SPEC.series if s.unit_measure == "PT"]
    parts = rows.loc[rows["series"].isin(percent) & ~missing, ["numerator", "denominator"]]
    if parts.isna().to_numpy().any():
        yield _("a percentage lacks numerator or denominator when {what}").format(what=what)
    if (rows["lci"] > rows["uci"]).any():
        yield _("an interval is upside down when {what}").format(what=what)


def _example(module: IndicatorModule) -> Iterator[str]:
    yield from _sound(module, _run(module, module.example_inputs()), _("given its example"))


def _unchanged(module: IndicatorModule) -> Iterator[str]:
    """Leave the inputs as they were."""
    inputs, before = module.example_inputs(), module.example_inputs()
    _run(module, inputs)
    for name, frame in _frames(inputs).items():
        if not frame.equals(before[name]):
            yield _("the input {name} was changed").format(name=name)


def _repeatable(module: IndicatorModule) -> Iterator[str]:
    text = _differs(_run(module, module.example_inputs()), _run(module, module.example_inputs()))
    if text:
        yield text


def _row_order(module: IndicatorModule) -> Iterator[str]:
    """Row order irrelevant."""
    inputs = module.example_inputs()
    text = _differs(_run(module, inputs), _run(module, _mapped(inputs, lambda frame: frame.iloc[::-1])))
    if text:
        yield text


def _independent(module: IndicatorModule) -> Iterator[str]:
    """One area's value does not depend on the others."""
    inputs = module.example_inputs()
    whole = _run(module, inputs)
    for area in whole.index.unique():
        alone = _run(module, _mapped(inputs, lambda frame, area=area: frame[_areas(frame) == area]))  # type: ignore[misc]
        text = _differs(whole[whole.index == area], alone)
        if text:
            yield f"{area}: {text}"


def _measured(inputs: Inputs) -> Iterator[tuple[str, str]]:
    for name, frame in _frames(inputs).items():
        yield from ((name, column) for column in frame.columns if frame[column].dtype == np.float64)


def _with_column(inputs: Inputs, name: str, column: str, value: float) -> Inputs:
    return {**inputs, name: inputs[name].assign(**{column: value})}


def _one_column(value: float, what: str) -> Callable[[IndicatorModule], Iterator[str]]:
    def check(module: IndicatorModule) -> Iterator[str]:
        inputs = module.example_inputs()
        areas = set(_run(module, inputs).index)
        for name, column in _measured(inputs):
            label = f"{name}.{column} {what}"
            try:
                rows = _run(module, _with_column(inputs, name, column, value))
            except (Warning, FloatingPointError, ZeroDivisionError) as error:
                yield f"{label}: {type(error).__name__}: {error}"
                continue
            yield from _sound(module, rows, label)
            if set(rows.index) != areas:
                yield _("areas are dropped when {what}").format(what=label)
    return check


def _empty(module: IndicatorModule) -> Iterator[str]:
    """No rows in, no rows out."""
    rows = _run(module, _mapped(module.example_inputs(), lambda frame: frame.iloc[:0]))
    if len(rows) or list(rows.columns) != list(RESULT_COLUMNS) or rows.index.name != "ref_area":
        yield _("without areas the result must be empty, with the columns of a result")


CHECKS: Mapping[str, Callable[[IndicatorModule], Iterator[str]]] = {
    "shape": _shape,
    "example": _example,
    "inputs-unchanged": _unchanged,
    "repeatable": _repeatable,
    "row-order": _row_order,
    "areas-independent": _independent,
    "zero": _one_column(0.0, _("is zero")),
    "missing": _one_column(float("nan"), _("is missing")),
    "constant": _one_column(1.0, _("is constant")),
    "empty": _empty,
}
