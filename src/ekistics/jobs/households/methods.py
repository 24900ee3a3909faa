"""Which criteria entered each value, and how its method says so."""

from collections.abc import Mapping, Sequence

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import LONGEST
from ekistics.indicators.households import Criterion, entering
from ekistics.survey.freedom import INTERVALS_BY

__all__ = ["method_text", "reading_of", "readings", "used_by"]

_ONE = "without_"
_BY_CODE = ("living_space", "housing_affordability")  # each reading is judged by the criterion of its name


def reading_of(variant: str) -> str:
    """Give the reading of a variant, without the bound that it may be.

    Parameters
    ----------
    variant : str
        A variant's code.

    Returns
    -------
    str
        The code of its reading.

    Examples
    --------
    >>> reading_of("five:least"), reading_of("most"), reading_of("asked")
    ('five', 'known', 'asked')
    """
    return {"least": "known", "most": "known"}.get(variant, variant.split(":")[0])


def readings(spec: IndicatorSpec) -> tuple[str, ...]:
    """Name the readings of an indicator.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.

    Returns
    -------
    tuple of str
        Codes, in the order of the variants.
    """
    return tuple(dict.fromkeys(reading_of(variant.code) for variant in spec.variants))


def used_by(spec: IndicatorSpec, reading: str, judged: Sequence[Criterion], *, series: str = "") -> tuple[str, ...]:
    """Name the criteria that enter a value.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    reading : str
        Its reading.
    judged : sequence of Criterion
        All criteria of the indicator.
    series : str
        The series; one of a single deprivation or element is judged by that alone, a rung of a ladder by its own.

    Returns
    -------
    tuple of str
        Codes of the criteria that were used.
    """
    used = [each.code for each in judged if each.used]
    stem = series.removeprefix(_ONE).removesuffix("_people").removesuffix("_households")
    if reading == "known" and stem in {each.code for each in judged}:
        return tuple(code for code in used if code == stem)
    enters = entering(spec.code)
    if spec.code in _BY_CODE:
        own = {code for key, codes in enters.items() if key == stem or not series for code in codes}
        return tuple(code for code in used if code == reading or code in own)
    if stem in enters:
        return tuple(code for code in used if code in enters[stem])
    if reading == "four":
        return tuple(code for code in used if code != "tenure")
    return tuple(used)


def method_text(spec: IndicatorSpec, series: str, variant: str, judged: Sequence[Criterion], *,
                freedom: str = "") -> str:
    """Say by which edition and criteria a value was computed, and what stands in for what.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    series, variant : str
        Which value.
    judged : sequence of Criterion
        The criteria of the survey.
    freedom : str, default ""
        What intervals count as degrees of freedom, as in survey.toml; not said when empty.

    Returns
    -------
    str
        At most as long as an observation can hold.
    """
    codes = used_by(spec, reading_of(variant), judged, series=series)
    by_code: Mapping[str, Criterion] = {each.code: each for each in judged}
    named = ", ".join(_(by_code[code].title) for code in codes)
    notes = "; ".join(note for code in codes if (note := by_code[code].note))
    counted = _(INTERVALS_BY[freedom]) if freedom else ""  # before the criteria: what is too long is cut at the end
    text = "; ".join(part for part in (str(spec.method), counted, named, notes) if part)
    most = LONGEST["method"]
    return text if len(text) <= most else f"{text[:most - 1]}\u2026"
