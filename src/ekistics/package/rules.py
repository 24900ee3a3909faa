"""What every observation of a package must keep; each rule gives the rows that break it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ekistics.core.codelists import CONF_STATUS_WORDS, EITHER_STATUSES, MISSING_STATUSES, OBS_STATUS_WORDS
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.observation import DIMENSIONS, LONGEST
from ekistics.core.period import Period
from ekistics.core.place import Place
from ekistics.core.units import UNITS
from ekistics.package.table import NUMBER_COLUMNS, TEXT_COLUMNS, Columns

__all__ = ["KEY_COLUMNS", "Breach", "observation_breaches"]

KEY_COLUMNS = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS)
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


def observation_breaches(columns: Columns, *, places: Iterable[Place], run: str,
                         indicators: Iterable[IndicatorSpec] = ()) -> list[Breach]:
    """Hold observations against the rules.

    Parameters
    ----------
    columns : mapping of str to list
        Canonical observations, as :func:`~ekistics.package.table.columns_of` gives them.
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
    c = _Columns(columns)
    codes = {place.code for place in places}
    masks = [*_status_masks(c), *_number_masks(c), *_percent_masks(c), *_spec_masks(c, indicators)]
    masks += [
        ("ref-area", "place-unknown", ("ref_area",), _("names no place of the package"), ~c.among("ref_area", codes)),
        ("run", "run-other", ("run",), _("is not of the package's run"), ~c.among("run", {run})),
        ("unit", "unit-unknown", ("unit_measure",), _("has an unknown unit"), ~c.among("unit_measure", UNITS)),
        ("time-period", "period-unreadable", ("time_period", "obs_value"), _("has no readable time period"),
         ~_good_periods(c)),
        ("duplicate", "duplicate", KEY_COLUMNS, _("occurs twice"), c.repeated(KEY_COLUMNS)),
        *_length_masks(c),
    ]
    return [Breach(code, words, tuple(int(i) + 1 for i in np.flatnonzero(mask)), rule, columns)
            for code, rule, columns, words, mask in masks if mask.any()]


_Bools = npt.NDArray[np.bool_]
_Floats = npt.NDArray[np.float64]
_Mask = tuple[str, str, tuple[str, ...], str, _Bools]
_Known = Mapping[tuple[str, ...], tuple[IndicatorSpec, SeriesSpec]]


class _Columns:
    """The columns of a table, and what several rules ask of them."""

    def __init__(self, columns: Columns) -> None:
        self.texts: dict[str, Sequence[str]] = {n: columns[n] for n in TEXT_COLUMNS}
        self.numbers: dict[str, _Floats] = {n: np.array(columns[n], dtype=np.float64) for n in NUMBER_COLUMNS}
        self.absent: dict[str, _Bools] = {n: np.isnan(values) for n, values in self.numbers.items()}
        self.count = len(columns[NUMBER_COLUMNS[0]])

    def where(self, found: Iterable[bool]) -> _Bools:
        """Give truth values as an array, a row each."""
        return np.fromiter(found, dtype=bool, count=self.count)

    def among(self, name: str, known: Container[str]) -> _Bools:
        """Tell in which rows a text is one of some."""
        texts = self.texts[name]
        good = {text for text in dict.fromkeys(texts) if text in known}
        return self.where(text in good for text in texts)

    def joined(self, *names: str) -> list[tuple[str, ...]]:
        """Give the texts of some columns row by row."""
        return list(zip(*(self.texts[name] for name in names), strict=True))

    def repeated(self, names: tuple[str, ...]) -> _Bools:
        """Tell which rows have the texts of a row before them."""
        keys = self.joined(*names)
        first = {key: i for i, key in reversed(list(enumerate(keys)))}
        return self.where(first[key] != i for i, key in enumerate(keys))


def _length_masks(c: _Columns) -> Iterator[_Mask]:
    for name, most in LONGEST.items():
        long = {text for text in dict.fromkeys(c.texts[name]) if len(text) > most}
        if long:
            yield "text", "text-long", (name,), _("has a text that is too long"), c.among(name, long)


def _status_masks(c: _Columns) -> Iterator[_Mask]:
    missing, silent = c.absent["obs_value"], c.among("reason", {""})
    told, valued = ("reason", "obs_value"), ("obs_status", "obs_value")
    yield "reason", "reason-absent", told, _("has no value and no reason for that"), missing & silent
    yield "reason", "reason-needless", told, _("has a value and a reason why it has none"), ~missing & ~silent
    says_missing, either = c.among("obs_status", MISSING_STATUSES), c.among("obs_status", EITHER_STATUSES)
    yield ("status", "status-unfit", valued, _("has a status that does not fit its value"),
           (says_missing != missing) & ~either)
    yield ("status", "status-unknown", ("obs_status",), _("has an unknown status"),
           ~c.among("obs_status", OBS_STATUS_WORDS))
    yield ("status", "confidentiality-unknown", ("conf_status",), _("has an unknown confidentiality"),
           ~c.among("conf_status", CONF_STATUS_WORDS))


def _number_masks(c: _Columns) -> Iterator[_Mask]:
    n, absent = c.numbers, c.absent
    yield ("infinite", "infinite", NUMBER_COLUMNS, _("is infinite"),
           np.any([np.isinf(values) for values in n.values()], axis=0))
    interval = ~(absent["se"] & absent["lci"] & absent["uci"])
    yield ("interval", "interval-around-missing", ("lci", "uci", "se", "obs_value"),
           _("has an interval around a missing value"), interval & absent["obs_value"])
    yield ("interval", "interval-half", ("lci", "uci"), _("has half an interval"), absent["lci"] != absent["uci"])
    yield ("interval", "interval-turned", ("lci", "uci"), _("has an interval that is turned round"),
           n["lci"] > n["uci"])
    yield "interval", "se-negative", ("se",), _("has a negative standard error"), n["se"] < 0


def _percent_masks(c: _Columns) -> Iterator[_Mask]:
    n, percent = c.numbers, c.among("unit_measure", {"PT"})
    shown = percent & ~c.absent["obs_value"]
    yield ("base", "base-absent", ("base", "unit_measure"), _("is a percentage that does not name its base"),
           percent & c.among("base", {""}))
    whole = ~(c.absent["numerator"] | c.absent["denominator"])
    parts = ("numerator", "denominator", "obs_value", "unit_measure")
    yield ("base", "percent-without-parts", parts, _("is a percentage without numerator and denominator"),
           shown & ~whole)
    with np.errstate(all="ignore"):  # what is infinite or not a number is told by its own rule
        expected = 100 * n["numerator"] / np.where(n["denominator"] == 0, np.nan, n["denominator"])
        off = np.abs(n["obs_value"] - expected) > _ROUNDING * np.maximum(np.abs(expected), 1)
    yield ("base", "percent-unequal", ("obs_value", "numerator", "denominator", "unit_measure"),
           _("is a percentage that is not its numerator by its denominator"),
           shown & whole & (off | np.isnan(expected)))


def _spec_masks(c: _Columns, indicators: Iterable[IndicatorSpec]) -> Iterator[_Mask]:
    known: _Known = {(spec.code, series.code): (spec, series) for spec in indicators for series in spec.series}
    if not known:
        return
    pairs, of_series = c.joined("indicator", "series"), ("indicator", "series")
    named = c.among("indicator", {pair[0] for pair in known})
    given = c.where(pair in known for pair in pairs)
    yield ("series", "indicator-unknown", ("indicator",), _("is of an indicator that the package does not describe"),
           ~named)
    yield ("series", "series-unknown", ("series", "indicator"), _("is of a series that the package does not describe"),
           named & ~given)
    units = {pair: series.unit_measure for pair, (_spec, series) in known.items()}
    yield ("unit", "unit-other", ("unit_measure", *of_series), _("has a unit that is not its series'"),
           c.where(units.get(pair, unit) != unit for pair, unit in zip(pairs, c.texts["unit_measure"], strict=True)))
    bases = {(*pair, code): base for pair, both in known.items() for code, base in _variant_bases(*both).items()}
    wanted = c.joined("indicator", "series", "variant")
    yield ("series", "variant-unknown", ("variant", *of_series),
           _("is of a variant that the package does not describe"), given & ~c.where(key in bases for key in wanted))
    yield ("base", "base-other", ("base", *of_series, "variant"), _("has a base that is not its series'"),
           c.where(bases.get(key, base) != base for key, base in zip(wanted, c.texts["base"], strict=True)))
    value, bounded = c.numbers["obs_value"], ("obs_value", *of_series)
    slack = _ROUNDING * np.maximum(np.abs(value), 1)
    yield ("bounds", "below-bound", bounded, _("is below the lowest possible value"),
           value < _limit(pairs, known, "lower") - slack)
    yield ("bounds", "above-bound", bounded, _("is above the highest possible value"),
           value > _limit(pairs, known, "upper") + slack)


def _variant_bases(spec: IndicatorSpec, series: SeriesSpec) -> dict[str, str]:
    """Give the base of a series in each of its variants; a quantity without live readings has the empty variant."""
    bases = {variant.code: variant.base or series.base for variant in spec.variants}
    given = {code: bases.get(code, series.base) for code in series.variants or bases}
    return {"": series.base, **given}


def _limit(pairs: list[tuple[str, ...]], known: _Known, name: str) -> _Floats:
    limits = {pair: value for pair, (_spec, series) in known.items() if (value := getattr(series, name)) is not None}
    return np.array([limits.get(pair, np.nan) for pair in pairs], dtype=np.float64)


def _good_periods(c: _Columns) -> _Bools:
    """Tell which time periods can be read; one may be absent only where the value is."""
    texts = c.texts["time_period"]
    good = {text for text in dict.fromkeys(texts) if _is_period(text)}
    return c.where(text in good for text in texts) | (c.among("time_period", {""}) & c.absent["obs_value"])


@lru_cache(maxsize=4096)
def _is_period(text: str) -> bool:
    try:
        Period.parse(text)
    except InvalidValueError:
        return False
    return True
