"""Observations: one table for every value, with numerator, denominator, interval or its stated absence, and status.

Indicators return *results*: long frames indexed by ``ref_area`` with :data:`RESULT_COLUMNS`. A job adds unit, base,
method and run and gets *observations* with :data:`OBSERVATION_COLUMNS`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason

__all__ = ["DIMENSIONS", "LONGEST", "OBSERVATION_COLUMNS", "RESULT_COLUMNS", "Estimate", "absent_rows", "free_values",
           "is_restricted", "observations", "result_rows", "share_rows"]

DIMENSIONS = ("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
              "migrant_status")
RESULT_COLUMNS = ("series", "variant", "time_period", *DIMENSIONS, "obs_value", "numerator", "denominator", "se", "lci",
                  "uci", "uncertainty", "obs_status", "reason")
OBSERVATION_COLUMNS = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS, "obs_value",
                       "unit_measure", "numerator", "denominator", "base", "se", "lci", "uci", "uncertainty",
                       "obs_status", "conf_status", "reason", "method", "run")
# Characters that texts of an observation may have; a record that keeps them has columns of these lengths. A time
# period has a form of its own.
LONGEST = {"indicator": 60, "series": 60, "variant": 80, "ref_area": 80, "sex": 12, "age": 16,
           "disability": 24, "urbanisation": 16, "income_quantile": 16, "tenure": 24, "displacement_status": 24,
           "migrant_status": 24, "unit_measure": 20, "base": 200, "uncertainty": 24, "obs_status": 1, "conf_status": 1,
           "reason": 40, "method": 300}
_NUMBERS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")

NOT_STATED = "not-stated"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its uncertainty, or the stated absence of it.

    Parameters
    ----------
    value : float
        The value; NaN when absent.
    se, lci, uci : float
        Standard error and interval; NaN when not known.
    uncertainty : str
        How the interval was made (``monte-carlo``, ``taylor``, ``bounds`` …), or ``not-stated``.

    Examples
    --------
    >>> Estimate(58.0).uncertainty
    'not-stated'
    """

    value: float
    se: float = float("nan")
    lci: float = float("nan")
    uci: float = float("nan")
    uncertainty: str = NOT_STATED


def result_rows(obs_value: pd.Series, *, series: str, variant: str = "", **columns: Any) -> pd.DataFrame:
    """Make result rows of one series: a value an area.

    Parameters
    ----------
    obs_value : pandas.Series, shape (n_areas,)
        Values, indexed by area; NaN needs a ``reason``.
    series : str
        Series code.
    variant : str, default ""
        Variant code.
    **columns : scalar or pandas.Series
        Any other of :data:`RESULT_COLUMNS`.

    Returns
    -------
    pandas.DataFrame, shape (n_areas, n_columns)
        Rows with all of :data:`RESULT_COLUMNS`, indexed by ``ref_area``; ``obs_status`` is ``O`` where the value is
        missing and ``A`` where it is not, unless given; total (``_T``) in every dimension unless given.

    Examples
    --------
    >>> rows = result_rows(pd.Series([1.0, np.nan], ["a", "b"]), series="total", reason="no-streets")
    >>> rows[["obs_value", "obs_status", "reason"]].values.tolist()
    [[1.0, 'A', ''], [nan, 'O', 'no-streets']]
    """
    unknown = set(columns) - set(RESULT_COLUMNS)
    if unknown:
        raise TypeError(f"not columns of a result: {sorted(unknown)}")
    index = obs_value.index.rename("ref_area")
    defaults: dict[str, Any] = {"time_period": "", "uncertainty": NOT_STATED, "reason": "",
                                **dict.fromkeys(DIMENSIONS, "_T"), **dict.fromkeys(_NUMBERS[1:], np.nan)}
    given = {**defaults, "series": series, "variant": variant, **columns, "obs_value": obs_value.astype(float)}
    content = {name: _along(value, index) for name, value in given.items()}
    missing = np.isnan(content["obs_value"])
    content.setdefault("obs_status", np.where(missing, "O", "A").astype(object))
    told = missing & ~pd.isna(content["reason"])
    content["reason"] = np.where(told, content["reason"], "").astype(str).astype(object)
    content |= {name: np.where(missing, np.nan, content[name].astype(float)) for name in ("se", "lci", "uci")}
    return pd.DataFrame({name: content[name] for name in RESULT_COLUMNS}, index=index)


def _along(value: Any, index: pd.Index) -> npt.NDArray[Any]:
    """Lay a scalar, an array or a Series (by its labels) along the areas."""
    if isinstance(value, pd.Series):
        return np.asarray(value if value.index.equals(index) else value.reindex(index))
    if np.ndim(value):
        return np.asarray(value)
    return np.full(len(index), value, dtype=object if isinstance(value, str) else float)


def share_rows(numerator: pd.Series, denominator: pd.Series, *, series: str, variant: str = "", scale: float = 100.0,
               zero: str = Reason.ZERO_DENOMINATOR, **columns: Any) -> pd.DataFrame:
    """Make result rows of a share or ratio, keeping numerator and denominator.

    Parameters
    ----------
    numerator, denominator : pandas.Series, shape (n_areas,)
        What is counted, and of what; same index.
    series : str
        Series code.
    variant : str, default ""
        Variant code.
    scale : float, default 100
        100 for percentages, 1 for ratios.
    zero : str
        Reason where the denominator is zero.
    **columns : scalar or pandas.Series
        Any other of :data:`RESULT_COLUMNS`; ``reason`` is used where an input is missing.

    Returns
    -------
    pandas.DataFrame, shape (n_areas, n_columns)
        As :func:`result_rows`; NaN with its reason where the denominator is zero or an input is missing.

    Examples
    --------
    >>> rows = share_rows(pd.Series([1.0, 0.0], ["a", "b"]), pd.Series([4.0, 0.0], ["a", "b"]), series="share")
    >>> rows["obs_value"].tolist(), rows["reason"].tolist()
    ([25.0, nan], ['', 'zero-denominator'])
    """
    numerator, denominator = numerator.astype(float), denominator.astype(float)
    is_zero = denominator == 0
    value = scale * numerator / denominator.mask(is_zero)
    given = columns.pop("reason", "")
    reason = pd.Series(given, index=value.index, dtype=object).mask(is_zero, str(zero))
    return result_rows(value, series=series, variant=variant, numerator=numerator, denominator=denominator,
                       reason=reason, **columns)


def absent_rows(areas: pd.Index, spec: IndicatorSpec, reason: str, *, time_period: str = "") -> pd.DataFrame:
    """Make the rows that say an indicator was not computed, and why: one a headline series and area.

    Parameters
    ----------
    areas : pandas.Index
        Area codes.
    spec : IndicatorSpec
        The indicator.
    reason : str
        Code of :class:`~ekistics.core.reasons.Reason`.
    time_period : str, default ""
        The period asked for, if any.

    Returns
    -------
    pandas.DataFrame
        As :func:`result_rows`, with NaN values and status ``O``.
    """
    empty = pd.Series(np.nan, index=areas)
    shown = [s.code for s in spec.series if s.headline] or [spec.series[0].code]
    first = {code: next((v.code for v in spec.variants_of(code)), "") for code in shown}
    return pd.concat([result_rows(empty, series=code, variant=variant, reason=str(reason), time_period=time_period)
                      for code, variant in first.items()])


def observations(results: pd.DataFrame, spec: IndicatorSpec, *, run: str) -> pd.DataFrame:
    """Turn an indicator's results into observations: unit, base, method and run are added from the spec.

    Parameters
    ----------
    results : pandas.DataFrame
        Rows of :data:`RESULT_COLUMNS`, indexed by ``ref_area``.
    spec : IndicatorSpec
        The indicator.
    run : str
        Id of the run.

    Returns
    -------
    pandas.DataFrame
        Rows of :data:`OBSERVATION_COLUMNS`.
    """
    frame = results.reset_index()
    by_series = {code: spec.find_series(code) for code in frame["series"].unique()}
    frame["indicator"] = spec.code
    frame["unit_measure"] = frame["series"].map({c: s.unit_measure for c, s in by_series.items()})
    frame["base"] = [spec.base_of(*pair) for pair in zip(frame["series"], frame["variant"], strict=True)]
    frame["conf_status"] = "F"
    frame["method"] = str(spec.method)
    frame["run"] = run
    return frame[list(OBSERVATION_COLUMNS)]


def is_restricted(frame: pd.DataFrame) -> pd.Series:
    """Tell which rows may not be published, whether or not they have a value: any status but free counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        Observations, with ``conf_status``; an empty status is free.

    Returns
    -------
    pandas.Series of bool
        One a row.

    Examples
    --------
    >>> is_restricted(pd.DataFrame({"conf_status": ["F", "", "C"]})).tolist()
    [False, False, True]
    """
    return ~frame["conf_status"].isin(["F", ""])


def free_values(frame: pd.DataFrame) -> pd.DataFrame:
    """Take out the values that may not be published, for what everybody shall read; any status but free counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        Observations, with ``obs_value``, ``conf_status`` and ``reason``.

    Returns
    -------
    pandas.DataFrame
        The same rows; a value that may not be published is NaN with its parts and interval, its reason ``restricted``.

    Examples
    --------
    >>> frame = pd.DataFrame({"obs_value": [1.0, 2.0], "se": [0.1, 0.2], "conf_status": ["F", "C"], "reason": ""})
    >>> free_values(frame)[["obs_value", "se", "reason"]].to_dict("list")
    {'obs_value': [1.0, nan], 'se': [0.1, nan], 'reason': ['', 'restricted']}
    """
    secret = is_restricted(frame)
    told = secret & frame["obs_value"].notna()
    return frame.assign(**{name: frame[name].mask(secret) for name in _NUMBERS if name in frame},
                        reason=frame["reason"].mask(told, str(Reason.RESTRICTED)))
