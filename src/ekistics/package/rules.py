"""What every observation of a package must keep; each rule gives the rows that break it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.core.place import Place
from ekistics.core.units import UNITS
from ekistics.package.table import NUMBER_COLUMNS

__all__ = ["CONF_STATUSES", "KEY_COLUMNS", "MISSING_STATUSES", "OBS_STATUSES", "Breach", "observation_breaches"]

KEY_COLUMNS = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS)
# Codes of the SDMX lists CL_OBS_STATUS and CL_CONF_STATUS.
MISSING_STATUSES = ("O", "M", "L", "Q")
OBS_STATUSES = ("A", "B", "D", "E", "F", "G", "I", "K", "N", "P", "S", "T", "U", "V", *MISSING_STATUSES)
CONF_STATUSES = ("F", "N", "C", "D", "S", "A", "O", "T", "G", "M", "E", "P", "R", "U")
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that some rows break.

    Parameters
    ----------
    code : str
        Name of the rule.
    message : str
        What is wrong, in words.
    rows : tuple of int
        The rows, counted from 1.
    rule : str
        Name of the single rule; several rules share a code.
    columns : tuple of str
        The columns that the rule looks at; the first is the one to mend.
    """

    code: str
    message: str
    rows: tuple[int, ...]
    rule: str = ""
    columns: tuple[str, ...] = ()


def observation_breaches(table: pd.DataFrame, *, places: Iterable[Place], run: str,
                         indicators: Iterable[IndicatorSpec] = ()) -> list[Breach]:
    """Hold observations against the rules.

    Parameters
    ----------
    table : pandas.DataFrame
        Canonical observations.
    places : iterable of Place
        The areas that ``ref_area`` may name.
    run : str
        The run that made them.
    indicators : iterable of IndicatorSpec
        Where given, units, bases and bounds must be theirs, and no other indicator may occur.

    Returns
    -------
    list of Breach
        The broken rules; empty when all is well.
    """
    codes = [place.code for place in places]
    masks = [*_status_masks(table), *_number_masks(table), *_percent_masks(table), *_spec_masks(table, indicators)]
    masks += [
        ("ref-area", "place-unknown", ("ref_area",), _("names no place of the package"),
         ~table["ref_area"].isin(codes)),
        ("run", "run-other", ("run",), _("is not of the package's run"), table["run"] != run),
        ("unit", "unit-unknown", ("unit_measure",), _("has an unknown unit"), ~table["unit_measure"].isin(list(UNITS))),
        ("time-period", "period-unreadable", ("time_period", "obs_value"), _("has no readable time period"),
         ~_good_periods(table)),
        ("duplicate", "duplicate", KEY_COLUMNS, _("occurs twice"), table.duplicated(list(KEY_COLUMNS), keep="first")),
    ]
    return [Breach(code, words, tuple(int(i) + 1 for i in np.flatnonzero(mask.to_numpy(dtype=bool))), rule, columns)
            for code, rule, columns, words, mask in masks if mask.any()]


_Mask = tuple[str, str, tuple[str, ...], str, "pd.Series[bool]"]
_Known = Mapping[tuple[str, str], tuple[IndicatorSpec, SeriesSpec]]


def _status_masks(table: pd.DataFrame) -> Iterator[_Mask]:
    missing = table["obs_value"].isna()
    told, valued = ("reason", "obs_value"), ("obs_status", "obs_value")
    yield ("reason", "reason-absent", told, _("has no value and no reason for that"), missing & (table["reason"] == ""))
    yield ("reason", "reason-needless", told, _("has a value and a reason why it has none"),
           ~missing & (table["reason"] != ""))
    unknown = ~table["obs_status"].isin(OBS_STATUSES)
    says_missing = table["obs_status"].isin(MISSING_STATUSES)
    yield "status", "status-unfit", valued, _("has a status that does not fit its value"), says_missing != missing
    yield "status", "status-unknown", ("obs_status",), _("has an unknown status"), unknown
    yield ("status", "confidentiality-unknown", ("conf_status",), _("has an unknown confidentiality"),
           ~table["conf_status"].isin(CONF_STATUSES))


def _number_masks(table: pd.DataFrame) -> Iterator[_Mask]:
    numbers = table[list(NUMBER_COLUMNS)]
    yield ("infinite", "infinite", NUMBER_COLUMNS, _("is infinite"),
           pd.Series(np.isinf(numbers.to_numpy(dtype=float)).any(axis=1), table.index))
    interval = numbers[["se", "lci", "uci"]].notna().any(axis=1)
    yield ("interval", "interval-around-missing", ("lci", "uci", "se", "obs_value"),
           _("has an interval around a missing value"), interval & table["obs_value"].isna())
    yield ("interval", "interval-half", ("lci", "uci"), _("has half an interval"),
           table["lci"].isna() != table["uci"].isna())
    yield ("interval", "interval-turned", ("lci", "uci"), _("has an interval that is turned round"),
           table["lci"] > table["uci"])
    yield "interval", "se-negative", ("se",), _("has a negative standard error"), table["se"] < 0


def _percent_masks(table: pd.DataFrame) -> Iterator[_Mask]:
    percent = table["unit_measure"] == "PT"
    shown = percent & table["obs_value"].notna()
    yield ("base", "base-absent", ("base", "unit_measure"), _("is a percentage that does not name its base"),
           percent & (table["base"] == ""))
    whole = table["numerator"].notna() & table["denominator"].notna()
    parts = ("numerator", "denominator", "obs_value", "unit_measure")
    yield ("base", "percent-without-parts", parts, _("is a percentage without numerator and denominator"),
           shown & ~whole)
    expected = 100 * table["numerator"] / table["denominator"].mask(table["denominator"] == 0)
    off = (table["obs_value"] - expected).abs() > _ROUNDING * expected.abs().clip(lower=1)
    yield ("base", "percent-unequal", ("obs_value", "numerator", "denominator", "unit_measure"),
           _("is a percentage that is not its numerator by its denominator"), shown & whole & (off | expected.isna()))


def _spec_masks(table: pd.DataFrame, indicators: Iterable[IndicatorSpec]) -> Iterator[_Mask]:
    known = {(spec.code, series.code): (spec, series) for spec in indicators for series in spec.series}
    if not known:
        return
    pairs = _joined(table, "indicator", "series")
    named = table["indicator"].isin([code for code, _series in known])
    yield ("series", "indicator-unknown", ("indicator",), _("is of an indicator that the package does not describe"),
           ~named)
    yield ("series", "series-unknown", ("series", "indicator"), _("is of a series that the package does not describe"),
           named & ~pairs.isin(list(known)))
    of_series = ("indicator", "series")
    units = pairs.map({pair: series.unit_measure for pair, (_spec, series) in known.items()})
    yield ("unit", "unit-other", ("unit_measure", *of_series), _("has a unit that is not its series'"),
           units.notna() & (units != table["unit_measure"]))
    bases = {(*pair, code): base for pair, both in known.items() for code, base in _variant_bases(*both).items()}
    wanted = _joined(table, "indicator", "series", "variant").map(bases)
    yield ("series", "variant-unknown", ("variant", *of_series),
           _("is of a variant that the package does not describe"), pairs.isin(list(known)) & wanted.isna())
    yield ("base", "base-other", ("base", *of_series, "variant"), _("has a base that is not its series'"),
           wanted.notna() & (wanted != table["base"]))
    slack = _ROUNDING * table["obs_value"].abs().clip(lower=1)
    bounded = ("obs_value", *of_series)
    yield ("bounds", "below-bound", bounded, _("is below the lowest possible value"),
           table["obs_value"] < _limit(pairs, known, "lower") - slack)
    yield ("bounds", "above-bound", bounded, _("is above the highest possible value"),
           table["obs_value"] > _limit(pairs, known, "upper") + slack)


def _joined(table: pd.DataFrame, *names: str) -> "pd.Series[str]":
    return pd.Series(list(zip(*(table[name] for name in names), strict=True)), table.index, dtype=object)


def _variant_bases(spec: IndicatorSpec, series: SeriesSpec) -> dict[str, str]:
    """Give the base of a series in each of its variants; a quantity without live readings has the empty variant."""
    bases = {variant.code: variant.base or series.base for variant in spec.variants}
    given = {code: bases.get(code, series.base) for code in series.variants or bases}
    return {"": series.base, **given}


def _limit(pairs: "pd.Series[str]", known: _Known, name: str) -> "pd.Series[float]":
    limits = {pair: value for pair, (_spec, series) in known.items() if (value := getattr(series, name)) is not None}
    return pairs.map(limits).astype(float)


def _good_periods(table: pd.DataFrame) -> "pd.Series[bool]":
    """Tell which time periods can be read; one may be absent only where the value is."""
    good = {text: _is_period(text) for text in table["time_period"].unique()}
    absent = (table["time_period"] == "") & table["obs_value"].isna()
    return table["time_period"].map(good).astype(bool) | absent


def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except InvalidValueError:
        return False
    return True
