"""From observations to figures: which rows a profile shows first, and the words and digits they are shown with."""

from collections import namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from math import isclose, isfinite, nan
from operator import attrgetter
from typing import Any

import pandas as pd

from ekistics.core.codelists import AGE_FORM, DIMENSION_CODES
from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec, SeriesSpec, Variant
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.core.reasons import reason_text
from ekistics.indicators.sdg_11_3_1 import regime_text
from ekistics.publish.content import Figure
from ekistics.publish.numbers import NBSP, digits_of_half, interval_text, number_text, period_text, value_text

__all__ = ["Rows", "absence_text", "default_of", "default_variant", "dimension_text", "figure", "group_text", "grouped",
           "headline_of", "headline_series", "latest", "listed", "newest_of_groups", "newest_rows", "numbered",
           "ordered", "rows_of", "share_text", "totals", "variant_of"]

# Rows of one indicator as named tuples, by series: cutting a frame for every card and series takes far longer.
Rows = dict[str, list[Any]]

_SERIES = attrgetter("indicator", "series", "variant", "ref_area")
_GROUP = attrgetter(*DIMENSIONS)
_PART_DIGITS = 4  # of a numerator or denominator that has no interval
_ROUNDING = 1e-9  # of a sum of weights that is a whole number


def numbered(observations: pd.DataFrame) -> pd.DataFrame:
    """Give the observations with their position as index, so that a shown figure can name its row.

    Parameters
    ----------
    observations : pandas.DataFrame
        Rows of ``OBSERVATION_COLUMNS``.

    Returns
    -------
    pandas.DataFrame
        The same rows with a fresh index and blanks for missing texts.
    """
    frame = observations.reset_index(drop=True)
    texts = ["variant", "time_period", "reason", "base", "uncertainty", *DIMENSIONS]
    blanks = {name: frame[name].astype(object).where(frame[name].notna(), "") for name in texts
              if frame[name].dtype != object or frame[name].hasnans}
    return frame.assign(**blanks)


def totals(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that are not split by any dimension.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations.

    Returns
    -------
    pandas.DataFrame
        Those with the total in every dimension.
    """
    split = list(zip(*(rows[name].tolist() for name in DIMENSIONS), strict=True))
    whole = _whole(split)
    return rows[pd.Series([values in whole for values in split], index=rows.index, dtype=bool)]


def _whole(groups: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """Give the groups of people that are not split."""
    return {values for values in set(groups) if all(value in ("_T", "") for value in values)}


def latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the newest row of each series, variant and area.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations.

    Returns
    -------
    pandas.DataFrame
        One row for each; rows with a value go before rows without.
    """
    keys = zip(*(rows[name] for name in ("indicator", "series", "variant", "ref_area", *DIMENSIONS)), strict=True)
    return rows.iloc[_newest(keys, rows["obs_value"].notna(), rows["time_period"])]


def _newest(keys: Iterable[tuple[Any, ...]], known: Iterable[bool], times: Iterable[str]) -> list[int]:
    """Give the positions of the newest row of each key; a row with a value goes before one without."""
    ends: dict[str, int] = {"": 0}
    best: dict[tuple[Any, ...], tuple[tuple[bool, int], int]] = {}
    for position, (key, has, text) in enumerate(zip(keys, known, times, strict=True)):
        if text not in ends:
            ends[text] = Period.parse(text).end.toordinal()
        rank, held = (has, ends[text]), best.get(key)
        if held is None or held[0] <= rank:
            best[key] = rank, position
    return sorted(position for _rank, position in best.values())


def newest_rows(rows: Sequence[Any]) -> list[Any]:
    """Keep the newest row of each series, variant and area, of those for everybody: a list that is quicker than frames.

    Parameters
    ----------
    rows : sequence of namedtuple
        Observations from :func:`listed`.

    Returns
    -------
    list of namedtuple
        What :func:`latest` and :func:`totals` keep, in the same order.
    """
    groups = list(map(_GROUP, rows))
    whole = _whole(groups)
    found = [(row, group) for row, group in zip(rows, groups, strict=True) if group in whole]
    return _newest_of(found)


def newest_of_groups(rows: Sequence[Any]) -> list[Any]:
    """Keep the newest row of each series, variant, area and group of people.

    Parameters
    ----------
    rows : sequence of namedtuple
        Observations from :func:`listed`.

    Returns
    -------
    list of namedtuple
        In the same order; rows with a value go before rows without.
    """
    return _newest_of([(row, _GROUP(row)) for row in rows])


def _newest_of(found: Sequence[tuple[Any, tuple[str, ...]]]) -> list[Any]:
    return [found[i][0] for i in _newest([(_SERIES(row), group) for row, group in found],
                                         [row.obs_value == row.obs_value for row, _ in found],  # noqa: PLR0124 - NaN
                                         [row.time_period for row, _ in found])]


def rows_of(rows: pd.DataFrame, spec: IndicatorSpec, series: str | None = None) -> pd.DataFrame:
    """Keep the rows of an indicator or of one of its series.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations.
    spec : IndicatorSpec
        The indicator.
    series : str, optional
        The series code.

    Returns
    -------
    pandas.DataFrame
        The rows.
    """
    keep = rows["indicator"] == spec.code
    return rows[keep if series is None else keep & (rows["series"] == series)]


def listed(rows: pd.DataFrame) -> list[Any]:
    """Give the rows of a frame as named tuples.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations from :func:`numbered`.

    Returns
    -------
    list of namedtuple
        In the order of the frame, the position of each as ``Index``.
    """
    made = _row_type(tuple(rows.columns))
    return [made._make(values) for values in zip(rows.index.tolist(), *(rows[name].tolist() for name in rows.columns),
                                                 strict=True)]


def grouped(rows: Iterable[Any]) -> dict[str, Rows]:
    """Gather rows by indicator and series, in one walk.

    Parameters
    ----------
    rows : iterable of namedtuple
        Observations from :func:`listed`.

    Returns
    -------
    dict of str to dict of str to list
        By indicator and series, in the order in which they came.
    """
    found: dict[str, Rows] = {}
    for row in rows:
        found.setdefault(row.indicator, {}).setdefault(row.series, []).append(row)
    return found


@lru_cache(maxsize=16)
def _row_type(columns: tuple[str, ...]) -> Any:
    """Make the type of rows with some columns, once: making it takes longer than making the rows."""
    return namedtuple("Row", ("Index", *columns))  # noqa: PYI024 - the columns are known when it runs only


def variant_of(spec: IndicatorSpec, code: str) -> Variant | None:
    """Look a variant up; None where the indicator has no such variant.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    code : str
        The variant's code.

    Returns
    -------
    Variant or None
        The variant.
    """
    return next((v for v in spec.variants if v.code == code), None)


def default_variant(spec: IndicatorSpec, rows: pd.DataFrame) -> str:
    """Give the code of the variant that stands first among some rows.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    rows : pandas.DataFrame
        Rows of one of its series.

    Returns
    -------
    str
        The first of the indicator's variants that has a row; else the first that the rows name.
    """
    series = rows["series"].iloc[0] if len(rows) else spec.series[0].code
    return default_of(spec, series, rows["variant"])


def default_of(spec: IndicatorSpec, series: str, present: Iterable[str]) -> str:
    """Give the code of the variant that stands first among those of a series.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    series : str
        The series.
    present : iterable of str
        Variants that are there, as often as they come.

    Returns
    -------
    str
        As :func:`default_variant`.
    """
    there = dict.fromkeys(present)
    return next((v.code for v in spec.variants_of(series) if v.code in there), next(iter(there), ""))


def absence_text(row: Any) -> str:
    """Say why an observation has no value.

    Parameters
    ----------
    row : namedtuple
        The observation.

    Returns
    -------
    str
        Words, never a dash and never zero.
    """
    reason = reason_text(str(row.reason)) if row.reason else _("no reason was recorded")
    if str(row.conf_status) not in ("F", "", "nan") or str(row.obs_status) == "Q":
        return _("withheld: {reason}").format(reason=reason)
    return _("not computed: {reason}").format(reason=reason)


def share_text(row: Any, *, language: str) -> str:
    """Write what a share is of: numerator, denominator and the name of the base.

    Parameters
    ----------
    row : namedtuple
        The observation.
    language : str
        Language of the numbers.

    Returns
    -------
    str
        The text; empty where the observation has none.
    """
    base = _(str(row.base)) if row.base else ""
    if _absent(row.numerator) or _absent(row.denominator):
        return _("base: {base}").format(base=base) if base else ""
    parts = [number_text(part, _part_digits(part, row), language=language) for part in (row.numerator, row.denominator)]
    if str(row.unit_measure) != "PT":
        text = _("{numerator} divided by {denominator}").format(numerator=parts[0], denominator=parts[1])
        return text + (" " + _("(base: {base})").format(base=base) if base else "")
    return _("{numerator} of {denominator}; base: {base}").format(numerator=parts[0], denominator=parts[1], base=base)


def _absent(value: float | None) -> bool:
    return value is None or value != value  # noqa: PLR0124 - NaN differs from itself


def _part_digits(part: float, row: Any) -> int:
    """Give the digits after the point of a numerator or denominator: as many as the value's interval bears, if any."""
    if abs(part) >= 100 or isclose(part, round(part), rel_tol=_ROUNDING):
        return 0
    half = (row.uci - row.lci) / 2 * abs(part / row.obs_value) if row.obs_value else nan
    return min(max(digits_of_half(half), 0), _PART_DIGITS) if isfinite(half) and half > 0 else _PART_DIGITS


def group_text(row: Any) -> str:
    """Name the group of people an observation is about.

    Parameters
    ----------
    row : namedtuple
        The observation.

    Returns
    -------
    str
        E.g. ``women and girls, 0-14 years``; words for everybody where it is a total.
    """
    parts = []
    for name in DIMENSIONS:
        code = str(getattr(row, name))
        if code in ("_T", ""):
            continue
        parts.append(dimension_text(name, code))
    return joined(parts) or _("everybody")


def dimension_text(name: str, code: str) -> str:
    """Say a code of a dimension in words.

    Parameters
    ----------
    name : str
        The dimension, one of ``ekistics.core.observation.DIMENSIONS``.
    code : str
        The code.

    Returns
    -------
    str
        Words in the language in use; the code itself where its dimension has no list, or the list not that code.

    Examples
    --------
    >>> dimension_text("income_quantile", "B40"), dimension_text("age", "Y15T24"), dimension_text("tenure", "LEASE")
    ('the poorest 40 percent', '15 to 24 years', 'LEASE')
    """
    words = DIMENSION_CODES.get(name, {}).get(code)
    if words:
        return _(words)
    return _age_text(code) if name == "age" else code


def _age_text(code: str) -> str:
    """Say an age of the SDMX form in words; it has no list, for any bounds may stand in it."""
    whole = {"_T": _("all ages"), "_U": _("age not known"), "_X": _("age not available")}
    if code in whole:
        return whole[code]
    if not AGE_FORM.fullmatch(code):
        return code
    if code.startswith("Y_GE"):
        return _("{age} years and older").format(age=code[4:])
    if code.startswith("Y_LT"):
        return _("under 1 year") if code[4:] == "1" else _("under {age} years").format(age=code[4:])
    first, found, last = code[1:].partition("T")
    if code.startswith("M"):
        span, one = _("{first} to {last} months"), _("age in months: {age}")
    else:
        span, one = _("{first} to {last} years"), _("age in years: {age}")
    return span.format(first=first, last=last) if found and first != last else one.format(age=first)


def figure(row: Any, spec: IndicatorSpec, *, language: str, default: bool = True) -> Figure:
    """Write an observation as a figure.

    Parameters
    ----------
    row : namedtuple
        The observation, with its position as ``Index``.
    spec : IndicatorSpec
        Its indicator.
    language : str
        Language of the numbers.
    default : bool
        Whether it is the default variant.

    Returns
    -------
    Figure
        The figure.
    """
    series = spec.find_series(str(row.series))
    variant = variant_of(spec, str(row.variant))
    named = {"label": _(series.title), "row": int(row.Index), "default": default,
             "variant": _(variant.title) if variant else str(row.variant),
             "why": _(variant.why) if variant and variant.why else "",
             "period": period_text(str(row.time_period), language=language) if row.time_period else ""}
    if _absent(row.obs_value):
        return Figure(text=absence_text(row), absent=True, **named)
    if row.series == "regime":
        return Figure(text=regime_text(float(row.obs_value)), **named)
    bounds = {"lci": float(row.lci), "uci": float(row.uci)}
    text = value_text(float(row.obs_value), str(row.unit_measure), language=language, **bounds)
    number, _gap, symbol = text.partition(NBSP)
    return Figure(text=text, number=number, unit=symbol,
                  interval=interval_text(unit_measure=str(row.unit_measure), language=language, **bounds),
                  of=share_text(row, language=language), **named)


def headline_series(spec: IndicatorSpec, rows: pd.DataFrame) -> tuple[SeriesSpec, ...]:
    """Choose the series of an indicator's card, in the order of the specification.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    rows : pandas.DataFrame
        Its rows.

    Returns
    -------
    tuple of SeriesSpec
        Headline series that have rows; the first series with rows where none is marked.
    """
    return headline_of(spec, set(rows["series"]))


def headline_of(spec: IndicatorSpec, present: Collection[str]) -> tuple[SeriesSpec, ...]:
    """Choose the series of an indicator's card among those that are there.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    present : collection of str
        Codes of the series that have rows.

    Returns
    -------
    tuple of SeriesSpec
        As :func:`headline_series`.
    """
    shown = tuple(s for s in spec.series if s.headline and s.code in present)
    return shown or tuple(s for s in spec.series if s.code in present)[:1]


def ordered(rows: pd.DataFrame, order: Iterable[str], column: str) -> pd.DataFrame:
    """Order rows by a list of codes; unknown codes go last in their own order.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows.
    order : iterable of str
        Codes, first to last.
    column : str
        The column that holds the code.

    Returns
    -------
    pandas.DataFrame
        The rows, ordered.
    """
    rank: Mapping[str, int] = {code: i for i, code in enumerate(order)}
    return rows.iloc[rows[column].map(lambda c: rank.get(c, len(rank))).argsort(kind="stable")]
