"""What an indicator is: its series, variants, units, bases, method edition and source, as data."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.units import unit

__all__ = ["IndicatorSpec", "MethodEdition", "SeriesSpec", "Variant", "people_codes"]


@dataclass(frozen=True, slots=True)
class MethodEdition:
    """The document that a method follows.

    Parameters
    ----------
    body : str
        Who published it.
    document : str
        Its title.
    edition : str
        Its edition or date.
    section : str
        Where in it.
    """

    body: str
    document: str
    edition: str
    section: str = ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.body, self.document, self.edition, self.section) if part)


@dataclass(frozen=True, slots=True)
class SeriesSpec:
    """One quantity that an indicator gives.

    Parameters
    ----------
    code : str
        Name in the ``series`` column, lower case.
    title : str
        Name for people (English source text).
    unit_measure : str
        Code of its unit.
    base : str
        For shares and rates: the name of what it is of ("people living inside the boundary"); empty otherwise.
    direction : int
        1 when more is better, -1 when less is better, 0 when neither can be said.
    lower, upper : float, optional
        Bounds that no value can leave.
    aggregation : str
        How areas are merged: ``sum``, ``ratio_of_sums`` (numerators and denominators are added) or ``none``.
    headline : bool
        Whether it is shown on the indicator's card.
    variants : tuple of str
        Codes of the indicator's variants in which it is given, the default first; empty for all of them.
    """

    code: str
    title: str
    unit_measure: str
    base: str = ""
    direction: int = 0
    lower: float | None = None
    upper: float | None = None
    aggregation: str = "ratio_of_sums"
    headline: bool = False
    variants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        unit(self.unit_measure)
        if self.unit_measure == "PT" and not self.base:
            raise InvalidValueError(_("A percentage must name its base."), param=self.code)


@dataclass(frozen=True, slots=True)
class Variant:
    """One live reading of a contested method.

    Parameters
    ----------
    code : str
        Name in the ``variant`` column.
    title : str
        Name for people.
    why : str
        One line on why it differs from the default.
    base : str
        For shares and rates whose variants differ in what they are of: the name of that base; empty where the base is
        the series' own.
    """

    code: str
    title: str
    why: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """An indicator as data; documentation pages, command choices and the order of the profile come from it.

    Parameters
    ----------
    code : str
        Module name, e.g. ``sdg_11_3_1``.
    number : str
        The number people know, e.g. ``11.3.1``; empty where there is none.
    title : str
        Short title for people.
    question : str
        The question it answers, in plain words.
    definition : str
        What is counted, of what, within which boundary.
    method : MethodEdition
        The document followed.
    series : tuple of SeriesSpec
        The quantities it gives, the headline first.
    variants : tuple of Variant
        Live variants, the default first; empty where the method is not contested.
    dimensions : tuple of str
        Dimensions by which it may be split.
    inputs : tuple of str
        Roles of the inputs it needs (``population``, ``streets`` …).
    source : str
        Where the definition can be read.
    people_records : bool
        Whether its values come from people's records (households, persons): then only disclosure control lets them
        out, and packages and site take them from nowhere else.

    Examples
    --------
    >>> from ekistics.indicators import spec
    >>> spec("sdg_11_3_1").number
    '11.3.1'
    """

    code: str
    number: str
    title: str
    question: str
    definition: str
    method: MethodEdition
    series: tuple[SeriesSpec, ...]
    variants: tuple[Variant, ...] = ()
    dimensions: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    source: str = ""
    people_records: bool = False
    _by_code: dict[str, SeriesSpec] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {s.code: s for s in self.series})
        if len(self._by_code) != len(self.series):
            raise InvalidValueError(_("Two series of an indicator have one code."), param=self.code)
        known = [v.code for v in self.variants]
        for code in (c for s in self.series for c in s.variants):
            if code not in known:
                raise UnknownNameError.among(code, known, what=_("variant"), where=self.code)

    def variants_of(self, series: str) -> tuple[Variant, ...]:
        """Give the variants in which a series is given, the default first.

        Parameters
        ----------
        series : str
            The series code.

        Returns
        -------
        tuple of Variant
            The variants; empty where the indicator has none.
        """
        codes = self.find_series(series).variants
        by_code = {v.code: v for v in self.variants}
        return tuple(by_code[code] for code in codes) if codes else self.variants

    def base_of(self, series: str, variant: str = "") -> str:
        """Give the name of what a value is of.

        Parameters
        ----------
        series : str
            The series code.
        variant : str, default ""
            The variant code.

        Returns
        -------
        str
            The variant's base where it has one of its own, else the series' base.
        """
        own = {v.code: v.base for v in self.variants_of(series)}
        return own.get(variant) or self.find_series(series).base

    def find_series(self, code: str) -> SeriesSpec:
        """Look a series up by its code.

        Parameters
        ----------
        code : str
            The series code.

        Returns
        -------
        SeriesSpec
            The series.

        Raises
        ------
        UnknownNameError
            The indicator has no such series.
        """
        if code not in self._by_code:
            raise UnknownNameError.among(code, list(self._by_code), what=_("series"), where=self.code)
        return self._by_code[code]


def people_codes(indicators: Iterable[IndicatorSpec]) -> frozenset[str]:
    """Give the indicators whose values come from people's records.

    Parameters
    ----------
    indicators : iterable of IndicatorSpec
        Indicators.

    Returns
    -------
    frozenset of str
        Their codes.
    """
    return frozenset(spec.code for spec in indicators if spec.people_records)
