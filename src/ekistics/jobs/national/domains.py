"""Values of parts of the country, such as its regions: from the same sample, where they are precise enough."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.reasons import Reason
from ekistics.jobs.sample_cities.frame import CityFrame
from ekistics.survey.estimates import Estimates
from ekistics.survey.publication import judge, rules
from ekistics.survey.sampling import NationalEstimate, Selection, national_ratio, national_total

__all__ = ["RULES", "STRATUM", "Asked", "domain_rows", "parts_of"]

RULES, STRATUM = "nchs-2017", "stratum"
_MOST = 40  # parts of a country by one column
_MANY = 10**9  # cases of a share of all people of the cities: their number is no limit, effective cases are
_HIDDEN = ("value", "se", "lci", "uci")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a value is estimated.

    Parameters
    ----------
    scale : float
        Factor of a ratio; zero asks for a total.
    interval : str
        Kind of the interval.
    confidence : float
        Its confidence.
    counted : bool
        Whether cities are counted, which makes cities its cases.
    share : bool
        Whether the value is a share in percent, which the rules are for.
    """

    scale: float
    interval: str
    confidence: float
    counted: bool
    share: bool


def parts_of(frame: CityFrame, column: str) -> dict[str, set[str]]:
    """Give the parts of a country by a column of the frame, or by stratum.

    Parameters
    ----------
    frame : CityFrame
        The frame.
    column : str
        A column of ``frame.csv``, or ``stratum``.

    Returns
    -------
    dict of str to set of str
        Codes of all cities of each part, by its name.

    Raises
    ------
    UnknownNameError
        The frame has no such column.
    ConfigurationError
        It has too many values.
    """
    if column == STRATUM:
        names: Sequence[str] = [frame.titles[i] for i in frame.kernel.stratum.tolist()]
    elif column in frame.rows[0]:
        names = frame.column(column)
    else:
        raise UnknownNameError.among(column, [STRATUM, *frame.rows[0]], what=_("column"), where="estimation.by")
    order = frame.titles if column == STRATUM else sorted(set(names))
    if len(order) > _MOST:
        raise ConfigurationError(_("This column has too many values to make parts of the country."),
                                 where="estimation.by", param=column, expected=f"<= {_MOST}", got=len(order))
    return {name: {code for code, own in zip(frame.kernel.code, names, strict=True) if own == name} for name in order}


def domain_rows(selection: Selection, told: pd.DataFrame, parts: Mapping[str, set[str]],
                asked: Asked) -> Iterator[dict[str, Any]]:
    """Estimate a value for each part of the country.

    Parameters
    ----------
    selection : Selection
        The cities that were drawn and answered.
    told : pandas.DataFrame
        What each of them says, by its code, in the same order.
    parts : mapping of str to set of str
        Cities of the frame in each part.
    asked : Asked
        How it is estimated.

    Yields
    ------
    dict
        Name of the part, its cities, value, error and interval; these are None where the rules let none be published.
    """
    for name, codes in parts.items():
        inside = told.index.isin(list(codes))
        found = _estimate(selection, told, np.asarray(inside, dtype=np.bool_), asked) if inside.any() else None
        status, reason = _verdict(found, asked)
        row = {"group": name, "frame": len(codes), "cities": int(inside.sum()), "status": status, "reason": reason}
        numbers = {key: _number(getattr(found, key)) for key in (*_HIDDEN, "df")} if found else {}
        hidden = () if status != "suppress" else _HIDDEN
        yield row | {key: None if key in hidden else numbers.get(key) for key in (*_HIDDEN, "df")}


def _estimate(selection: Selection, told: pd.DataFrame, inside: Any, asked: Asked) -> NationalEstimate:
    if not asked.scale:
        form = "normal" if asked.interval == "normal" else "t"
        return national_total(selection, told["obs_value"], se_y=told["se"], interval=form,
                              confidence=asked.confidence, domain=inside)
    se = told["se"] / asked.scale * told["denominator"]
    return national_ratio(selection, told["numerator"], told["denominator"], se_y=se, interval=asked.interval,
                          confidence=asked.confidence, scale=asked.scale, domain=inside)


def _verdict(found: NationalEstimate | None, asked: Asked) -> tuple[str, str]:
    """Say whether a value is published, looked at by a person, or withheld, and why."""
    if found is None:
        return "suppress", str(Reason.NO_CASES)
    if np.isnan(found.value):
        return "suppress", str(Reason.ZERO_DENOMINATOR)
    if np.isnan(found.se):
        return "suppress", str(Reason.UNRELIABLE)
    given = rules(RULES)
    if np.isinf(found.df) and found.se == 0:
        return "publish", ""  # every city of it is in the sample
    if not asked.share:
        few = given.fewest_df is not None and found.df < given.fewest_df
        return ("review" if few else "publish"), ""
    given = given if asked.counted else replace(given, fewest_cases=None)
    verdict = judge(_shares(found, asked), given)
    code = str(verdict.reason[0])
    if verdict.status[0] != "suppress":
        return str(verdict.status[0]), ""
    return "suppress", str(Reason.BELOW_THRESHOLD if code == "few-cases" else Reason.UNRELIABLE)


def _shares(found: NationalEstimate, asked: Asked) -> Estimates:
    """Give a value in percent as the rules take it: from 0 to 1."""
    value, se, lci, uci = (np.array([getattr(found, key) / 100]) for key in _HIDDEN)
    n, one = np.array([found.n if asked.counted else _MANY]), np.ones(1)
    return Estimates(value, se, lci, uci, np.array([found.df]), n, found.n * one, np.zeros(1, dtype=np.int64),
                     found.numerator * one, found.denominator * one, found.deff * one, np.array([""]), "taylor",
                     found.denominator * one, interval="logit")


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
