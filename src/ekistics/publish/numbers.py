"""Numbers as people read them: digits that the interval bears, thousands by locale, words for what is absent."""

import math
from datetime import date
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.core.units import unit

__all__ = ["day_text", "digits_borne", "digits_of_half", "interval_text", "number_text", "period_text", "value_text"]

NBSP = "\u00a0"
EN_DASH = "\u2013"
MOST_DIGITS = 6
PLAIN = 1e9  # below it, a number with that many digits is held exactly enough to be written by either way alike


def digits_borne(unit_measure: str, *, lci: float = math.nan, uci: float = math.nan) -> int:
    """Give the digits after the point that a value may be shown with.

    With an interval, its half width is shown with at most two figures; without one the unit says how many digits.

    Parameters
    ----------
    unit_measure : str
        Code of the unit.
    lci, uci : float, optional
        The interval; NaN when not stated.

    Returns
    -------
    int
        Digits after the point; negative when even tens or hundreds are not borne.

    Examples
    --------
    >>> digits_borne("PT", lci=54.1, uci=61.8), digits_borne("PS", lci=780_000, uci=840_000), digits_borne("PT")
    (1, -3, 1)
    """
    half = (uci - lci) / 2
    if not math.isfinite(half) or half <= 0:
        return unit(unit_measure).digits
    return min(digits_of_half(half), unit(unit_measure).digits + 1, MOST_DIGITS)


def digits_of_half(half: float) -> int:
    """Give the digits after the point that show the half width of an interval with two figures.

    Parameters
    ----------
    half : float
        Half width, above zero and finite.

    Returns
    -------
    int
        Digits after the point; negative when even tens or hundreds are not borne.

    Examples
    --------
    >>> digits_of_half(3.85), digits_of_half(30_000)
    (1, -3)
    """
    return 1 - math.floor(math.log10(half))


@lru_cache(maxsize=65_536)
def number_text(value: float, digits: int, *, language: str = "en") -> str:
    """Write a number with a fixed count of digits and the locale's separators.

    Parameters
    ----------
    value : float
        A finite number.
    digits : int
        Digits after the point; negative rounds to tens, hundreds and so on.
    language : str
        Language of the locale's separators.

    Returns
    -------
    str
        The number; one that is not zero but would round to zero is written as less than the smallest step.

    Examples
    --------
    >>> number_text(812934.6, 0), number_text(0.0004, 2), number_text(-1.25, 1, language="fr")
    ('812,935', '<0.01', '-1,2')
    """
    shown = round(float(value), digits)
    if 0 < abs(shown) < PLAIN and digits <= MOST_DIGITS:
        return _plain_text(shown, digits, language)
    step = 10.0 ** -digits
    pattern = "#,##0" + ("." + "0" * digits if digits > 0 else "")
    if shown == 0 and value != 0:
        smallest = format_decimal(step, format=pattern, locale=language)
        return f"<{smallest}" if value > 0 else f">-{smallest}"
    return format_decimal(shown + 0.0, format=pattern, locale=language)


@cache
def _signs(language: str) -> tuple[str, str]:
    """Give what parts thousands and decimals in a language."""
    signs = Locale.parse(language).number_symbols["latn"]
    return str(signs["group"]), str(signs["decimal"])


def _plain_text(shown: float, digits: int, language: str) -> str:
    """Write a rounded number as ``format_decimal`` does, which takes twenty times as long."""
    thousands, point = _signs(language)
    whole, _point, part = f"{abs(shown):,.{max(digits, 0)}f}".partition(".")
    return ("-" if shown < 0 else "") + whole.replace(",", thousands) + (point + part if part else "")


def value_text(value: float, unit_measure: str, *, lci: float = math.nan, uci: float = math.nan,
               language: str = "en") -> str:
    """Write a value with its unit.

    Parameters
    ----------
    value : float
        A finite number.
    unit_measure : str
        Code of its unit.
    lci, uci : float, optional
        Its interval, which decides the digits.
    language : str
        Language of the text.

    Returns
    -------
    str
        Number and unit, held together by a no-break space.

    Examples
    --------
    >>> value_text(58.04, "PT", lci=54.1, uci=61.8).replace(chr(160), " ")
    '58.0 %'
    """
    if not math.isfinite(value):
        raise InvalidValueError(_("A value that is absent has no digits."), got=value)
    number = number_text(value, digits_borne(unit_measure, lci=lci, uci=uci), language=language)
    symbol = _(unit(unit_measure).symbol) if unit(unit_measure).symbol else ""
    return f"{number}{NBSP}{symbol.replace(' ', NBSP)}".rstrip()


def interval_text(lci: float, uci: float, unit_measure: str, *, language: str = "en") -> str:
    """Write an interval, or that it is not stated.

    Parameters
    ----------
    lci, uci : float
        Its ends; NaN when not stated.
    unit_measure : str
        Code of the unit.
    language : str
        Language of the text.

    Returns
    -------
    str
        The ends without unit, e.g. ``(54.1-61.8)`` with an en dash, or the words that it is not stated.

    Examples
    --------
    >>> interval_text(-0.4, 1.2, "PT"), interval_text(float("nan"), float("nan"), "PT")
    ('(-0.40 to 1.20)', 'interval not stated')
    """
    if not (math.isfinite(lci) and math.isfinite(uci)):
        return _("interval not stated")
    digits = digits_borne(unit_measure, lci=lci, uci=uci)
    low, high = (number_text(end, digits, language=language) for end in (lci, uci))
    if lci < 0:
        return _("({low} to {high})").format(low=low, high=high)
    return f"({low}{EN_DASH}{high})"


def period_text(text: str, *, language: str = "en") -> str:
    """Write a time period as people do.

    Parameters
    ----------
    text : str
        The SDMX form; may be empty.
    language : str
        Language of month names.

    Returns
    -------
    str
        E.g. ``2020``, ``2000-2020`` with an en dash, ``14 May 2019``; words where the time is not stated.

    Examples
    --------
    >>> period_text("2019-05-14"), period_text("2020"), period_text("")
    ('14 May 2019', '2020', 'year not stated')
    """
    return _period_text(text, language) if text else _("year not stated")


@lru_cache(maxsize=4096)  # few times are told of many values
def _period_text(text: str, language: str) -> str:
    period = Period.parse(text)
    if period.start == period.end:
        return day_text(period.start, language=language)
    return period.label.replace("-", EN_DASH) if "/" in period.text else period.label


def day_text(day: date, *, language: str = "en") -> str:
    """Write a day, e.g. ``20 Nov 2026``.

    Parameters
    ----------
    day : datetime.date
        The day.
    language : str
        Language of the month's name.

    Returns
    -------
    str
        The day in the medium form of the locale; day first in English.

    Examples
    --------
    >>> day_text(date(2026, 11, 20)), day_text(date(2026, 11, 20), language="fr")
    ('20 Nov 2026', '20 nov. 2026')
    """
    english = Locale.parse(language).language == "en"
    return format_date(day, "d MMM y" if english else "medium", locale=language)
