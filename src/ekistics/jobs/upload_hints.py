"""What would have been right in a cell of an upload: the code list, the unit of the series, the nearest code."""

from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd

from ekistics.core.codelists import CONF_STATUS_WORDS, DIMENSION_CODES, MISSING_STATUSES, OBS_STATUS_WORDS
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.observation import LONGEST, OBSERVATION_COLUMNS
from ekistics.core.place import Place
from ekistics.core.units import UNITS
from ekistics.jobs.upload_problems import UploadProblem

__all__ = ["Hints", "nearest"]

_MANY = 300  # more names than this are looked through only where they begin alike
_LISTED = 12
_SYNONYMS = {"value": "obs_value", "unit": "unit_measure", "year": "time_period", "date": "time_period",
             "period": "time_period", "time": "time_period", "area": "ref_area", "place": "ref_area",
             "city": "ref_area", "status": "obs_status", "location": "ref_area"}


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the known name that is most like another.

    Parameters
    ----------
    name : str
        What was written.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        The nearest, or nothing where none is near; case does not count.

    Examples
    --------
    >>> nearest("pt", ["PS", "PT"]), nearest("obs_valeu", ["obs_value", "obs_status"]), nearest("x", ["abc"])
    ('PT', 'obs_value', '')
    """
    folded = {each.casefold(): each for each in known}
    name = name.casefold()
    if len(folded) > _MANY:
        folded = dict([(k, v) for k, v in folded.items() if k == name or k[:4] == name[:4]][:_MANY])
    found = get_close_matches(name, folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


class Hints:
    """Knows what is right in each row; called for problems that are shown only.

    Parameters
    ----------
    frame : pandas.DataFrame
        The observations as far as they could be read.
    indicators : tuple of IndicatorSpec
        The indicators that may be reported on.
    places : tuple of Place
        The places that may be reported on.
    """

    def __init__(self, frame: pd.DataFrame, indicators: tuple[IndicatorSpec, ...], places: tuple[Place, ...]) -> None:
        self.frame = frame
        self.specs = {spec.code: spec for spec in indicators}
        self.places = places
        self.named: dict[str, list[Place]] = {}
        for place in places:
            self.named.setdefault(place.name.casefold(), []).append(place)
        self._cache: dict[tuple[str, str], tuple[str, str]] = {}

    def for_column(self, column: str) -> tuple[str, str]:
        """Give the nearest column name.

        Parameters
        ----------
        column : str
            The field that there is not.

        Returns
        -------
        tuple of str and str
            Expected, and hint.
        """
        return "", _did_you_mean(_SYNONYMS.get(column) or nearest(column, OBSERVATION_COLUMNS))

    def __call__(self, problem: UploadProblem, row: int, field: str) -> tuple[str, str]:
        """Give what is expected in a row, and a nearer hint.

        Parameters
        ----------
        problem : UploadProblem
            The problem.
        row : int
            Place of the row in the table; -1 for the header.
        field : str
            The field concerned.

        Returns
        -------
        tuple of str and str
            Expected, and hint; empty where there is nothing to say.
        """
        if problem is UploadProblem.UNKNOWN_COLUMN:
            return self.for_column(field)
        if row < 0 or problem not in _SAYS:
            return "", ""
        return _SAYS[problem](self, row, field)

    def cell(self, row: int, field: str) -> str:
        """Give a cell of the frame.

        Parameters
        ----------
        row : int
            Place of the row.
        field : str
            The field.

        Returns
        -------
        str
            Its text.
        """
        return str(self.frame.at[row, field])

    def series(self, row: int) -> tuple[IndicatorSpec | None, SeriesSpec | None]:
        """Give indicator and series of a row.

        Parameters
        ----------
        row : int
            Place of the row.

        Returns
        -------
        tuple of IndicatorSpec or None, and SeriesSpec or None
            None where there is none of that code.
        """
        spec = self.specs.get(self.cell(row, "indicator"))
        code = self.cell(row, "series")
        return spec, next((s for s in spec.series if s.code == code), None) if spec else None

    def listed(self, field: str, got: str, known: Iterable[str]) -> tuple[str, str]:
        """Give the codes of a list and the nearest of them; remembered, as a fault often fills a column.

        Parameters
        ----------
        field : str
            Name of the list.
        got : str
            What was written.
        known : iterable of str
            The codes.

        Returns
        -------
        tuple of str and str
            Expected, and hint.
        """
        if (field, got) not in self._cache:
            codes = list(known)
            more = _("{codes} and {count} more").format(codes=", ".join(codes[:_LISTED]), count=len(codes) - _LISTED)
            self._cache[field, got] = (more if len(codes) > _LISTED else ", ".join(codes),
                                       _did_you_mean(nearest(got, codes)))
        return self._cache[field, got]


def _did_you_mean(name: str) -> str:
    return _("Did you mean {name!r}?").format(name=name) if name else ""


def _dimension(hints: Hints, row: int, field: str) -> tuple[str, str]:
    if field in DIMENSION_CODES:
        return hints.listed(field, hints.cell(row, field), DIMENSION_CODES[field])
    return _("an SDMX code such as Y0T14, Y_GE65 or _T") if field == "age" else _("letters, digits, _ and -"), ""


def _place(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    """Name the places of that name with country and code, for the uploader to choose; none is taken for them."""
    got = hints.cell(row, "ref_area")
    if same := hints.named.get(got.casefold()):
        codes = ", ".join(f"{place.code} ({place.name}, {place.country})" for place in same[:_LISTED])
        return "", _("Places of that name: {codes}.").format(codes=codes)
    return "", hints.listed("ref_area", got, (place.code for place in hints.places))[1]


def _unit(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    _spec, series = hints.series(row)
    expected, hint = hints.listed("unit_measure", hints.cell(row, "unit_measure"), UNITS)
    return (series.unit_measure, "") if series else (expected, hint)


def _indicator(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    return hints.listed("indicator", hints.cell(row, "indicator"), hints.specs)


def _series(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    spec, _none = hints.series(row)
    known = [s.code for s in spec.series] if spec else []
    return hints.listed(f"series {hints.cell(row, 'indicator')}", hints.cell(row, "series"), known)


def _variant(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    spec, series = hints.series(row)
    known = [v.code for v in spec.variants_of(series.code)] if spec and series else []
    key = f"variant {hints.cell(row, 'indicator')} {hints.cell(row, 'series')}"
    return hints.listed(key, hints.cell(row, "variant"), known)


def _base(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    spec, series = hints.series(row)
    variants = [v.code for v in spec.variants_of(series.code)] if spec and series else []
    variant = hints.cell(row, "variant")
    return (spec.base_of(series.code, variant if variant in variants else "") if spec and series else ""), ""


def _bound(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    _spec, series = hints.series(row)
    if series is None:
        return "", ""
    low, high = series.lower, series.upper
    parts = [f">= {low:g}"] if low is not None else []
    return ", ".join([*parts, *([f"<= {high:g}"] if high is not None else [])]), ""


def _percent(hints: Hints, row: int, _field: str) -> tuple[str, str]:
    """Say what the parts make, and which numerator the value would need: the value itself may be what is meant."""
    value, numerator, denominator = (float(hints.frame.at[row, n]) for n in ("obs_value", "numerator", "denominator"))
    if not denominator:
        return _("a denominator that is not zero"), ""
    made = repr(100 * numerator / denominator)
    return (_("{value}, which is what this numerator and denominator make").format(value=made),
            _("If {value} is right, the numerator of this denominator is {numerator}.").format(
                value=f"{value:.15g}", numerator=f"{value * denominator / 100:.15g}"))


_SAYS = {
    UploadProblem.CODE_NOT_IN_LIST: _dimension,
    UploadProblem.PLACE_UNKNOWN: _place,
    UploadProblem.UNIT_UNKNOWN: _unit,
    UploadProblem.UNIT_OTHER: _unit,
    UploadProblem.INDICATOR_UNKNOWN: _indicator,
    UploadProblem.SERIES_UNKNOWN: _series,
    UploadProblem.VARIANT_UNKNOWN: _variant,
    UploadProblem.BASE_ABSENT: _base,
    UploadProblem.BASE_OTHER: _base,
    UploadProblem.BELOW_BOUND: _bound,
    UploadProblem.ABOVE_BOUND: _bound,
    UploadProblem.PERCENT_UNEQUAL: _percent,
    UploadProblem.STATUS_UNKNOWN: lambda hints, row, field: hints.listed(
        field, hints.cell(row, field), OBS_STATUS_WORDS),
    UploadProblem.CONFIDENTIALITY_UNKNOWN: lambda hints, row, field: hints.listed(
        field, hints.cell(row, field), CONF_STATUS_WORDS),
    UploadProblem.STATUS_UNFIT: lambda hints, row, field: (
        ", ".join(MISSING_STATUSES) if pd.isna(hints.frame.at[row, "obs_value"]) else "A", ""),
    UploadProblem.TOO_LONG: lambda hints, row, field: (
        _("at most {count} characters").format(count=LONGEST[field]), ""),
    UploadProblem.PERIOD_UNREADABLE: lambda hints, row, field: (_("e.g. 2020, 2020-Q1, 2020-02 or 2020-02-29"), ""),
}
