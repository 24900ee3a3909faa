"""Whether an estimate is precise enough to publish: rules as data, and codes of why not."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.survey._layout import Bools, Floats
from ekistics.survey.estimates import Estimates
from ekistics.survey.intervals import INTERVALS, effective_size, interval

__all__ = ["PUBLISH", "RULES", "SUPPRESS", "REVIEW", "PublicationRules", "Verdicts", "judge", "read_rules", "rules"]

PUBLISH, REVIEW, SUPPRESS = "publish", "review", "suppress"
RULES = ("nchs-2017",)
LIMITS = ("fewest_cases", "fewest_effective", "widest", "narrow", "widest_relative", "largest_cv", "fewest_df")
ABSENT = "no-value"


@dataclass(frozen=True, slots=True)
class PublicationRules:
    """Limits of what is published; a limit that is None is not asked.

    Parameters
    ----------
    code, title, source : str
        Name of the set, what it is and where it comes from.
    fewest_cases, fewest_effective : float, optional
        Suppressed below so many cases, or effective cases (of proportions).
    widest, narrow, widest_relative : float, optional
        Suppressed where the interval of a proportion has at least the width ``widest``; below it, where it is wider
        than ``narrow`` and its width over the proportion is above ``widest_relative``.
    largest_cv : float, optional
        Suppressed where the standard error over the estimate is larger; for totals, means and ratios.
    fewest_df : float, optional
        For review below so many degrees of freedom.
    interval : str
        Kind of interval whose width is judged.
    confidence : float
        Its level.
    unsure : tuple of str
        Limits that were not held against their source.

    Examples
    --------
    >>> rules("nchs-2017").fewest_cases
    30
    """

    code: str
    title: str
    source: str
    fewest_cases: float | None = None
    fewest_effective: float | None = None
    widest: float | None = None
    narrow: float | None = None
    widest_relative: float | None = None
    largest_cv: float | None = None
    fewest_df: float | None = None
    interval: str = "korn-graubard"
    confidence: float = 0.95
    unsure: tuple[str, ...] = ()

    @property
    def of_proportions(self) -> bool:
        """Whether a limit is one of proportions only."""
        return any(limit is not None for limit in (self.fewest_effective, self.widest, self.widest_relative))


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """What is done with each estimate, and why.

    Parameters
    ----------
    status : numpy.ndarray of str, shape (d,)
        ``publish``, ``review`` (a person decides) or ``suppress``.
    reason : numpy.ndarray of str, shape (d,)
        Code of the first limit that was broken: ``few-cases``, ``few-effective-cases``, ``wide-interval``,
        ``wide-relative-interval``, ``large-cv``, ``few-degrees-of-freedom``; ``no-value`` where there is no estimate,
        no standard error or, for rules of proportions, no interval; empty where it is published.
    effective : numpy.ndarray, shape (d,)
        Effective cases of proportions; NaN where not asked.
    width, relative_width : numpy.ndarray, shape (d,)
        Width of the interval, and over the proportion; NaN where not asked.
    """

    status: npt.NDArray[np.str_]
    reason: npt.NDArray[np.str_]
    effective: Floats
    width: Floats
    relative_width: Floats


def judge(found: Estimates, given: PublicationRules) -> Verdicts:
    """Decide which estimates are precise enough.

    Parameters
    ----------
    found : Estimates
        Estimates; proportions from 0 to 1 where the rules have limits of proportions.
    given : PublicationRules
        The rules.

    Returns
    -------
    Verdicts
        A verdict an estimate. It says nothing about disclosure, which is another question.

    Raises
    ------
    ConfigurationError
        When rules of proportions are asked about something that is none.

    Examples
    --------
    >>> from ekistics.survey.design import Design
    >>> from ekistics.survey.estimates import proportion
    >>> found = proportion(Design.of(np.ones(20)), np.arange(20) % 2)
    >>> judge(found, rules("nchs-2017")).reason.tolist()
    ['few-cases']
    """
    effective = width = relative = np.full(len(found), np.nan)
    if given.of_proportions:
        _check_proportions(found, given)
        effective, width = _width(found, given)
        relative = np.where(found.value > 0, width / np.where(found.value > 0, found.value, 1.0), np.inf)
    broken = [(np.isnan(found.value) | np.isnan(found.se) | (np.isnan(width) & given.of_proportions), ABSENT)]
    broken += _broken(found, given, effective=effective, width=width, relative=relative)
    reason = np.select([wrong for wrong, _code in broken], [code for _wrong, code in broken], "")
    few = _below(found.df, given.fewest_df) & (reason == "")
    status = np.where(reason != "", SUPPRESS, np.where(few, REVIEW, PUBLISH))
    return Verdicts(status, np.where(few, "few-degrees-of-freedom", reason), effective, width, relative)


def _check_proportions(found: Estimates, given: PublicationRules) -> None:
    """Refuse rules of proportions for something that is none."""
    known = found.value[~np.isnan(found.value)]
    if len(known) and (known.min() < 0 or known.max() > 1):
        raise ConfigurationError(_("These rules are for proportions."), where=given.code, expected="0 ... 1",
                                 got=f"{known.min():g} ... {known.max():g}")


def _broken(found: Estimates, given: PublicationRules, *, effective: Floats, width: Floats,
            relative: Floats) -> list[tuple[Bools, str]]:
    """List which estimates break which limit, in the order in which limits are told."""
    wide = np.zeros(len(found), dtype=np.bool_) if given.widest is None else width >= given.widest
    narrow = np.zeros(len(found), dtype=np.bool_) if given.narrow is None else width <= given.narrow
    size = np.where(found.value != 0, np.abs(found.value), np.nan)
    return [(_below(found.n.astype(np.float64), given.fewest_cases), "few-cases"),
            (_below(effective, given.fewest_effective), "few-effective-cases"),
            (wide, "wide-interval"),
            (_above(relative, given.widest_relative) & ~narrow, "wide-relative-interval"),
            (_above(found.se / size, given.largest_cv), "large-cv")]


def _width(found: Estimates, given: PublicationRules) -> tuple[Floats, Floats]:
    """Give effective cases, at most the cases, and the width of the interval that is judged."""
    n = found.n.astype(np.float64)
    size, _counted = effective_size(found.value, found.se, n, df=found.df, confidence=given.confidence)
    lower, upper, _counted = interval(found.value, found.se, df=found.df, n=n, kind=given.interval,
                                      confidence=given.confidence)
    certain = (found.se == 0) & (found.lci == found.uci)  # a census has an interval without degrees of freedom
    return np.where(certain, n, np.minimum(size, n)), np.where(certain, 0.0, upper - lower)


def _below(values: Floats, limit: float | None) -> Bools:
    """Tell which values are below a limit, if there is one."""
    return np.zeros(len(values), dtype=np.bool_) if limit is None else np.asarray(values < limit)


def _above(values: Floats, limit: float | None) -> Bools:
    """Tell which values are above a limit, if there is one."""
    return np.zeros(len(values), dtype=np.bool_) if limit is None else np.asarray(values > limit)


@cache
def rules(code: str) -> PublicationRules:
    """Give a set of rules that comes with the program.

    Parameters
    ----------
    code : str
        One of :data:`RULES`.

    Returns
    -------
    PublicationRules
        The rules.

    Raises
    ------
    UnknownNameError
        When there is no such set.

    Examples
    --------
    >>> rules("nchs-2017").unsure[0]
    'fewest_cases'
    """
    if code not in RULES:
        raise UnknownNameError(_("There are no publication rules of this name."), got=code, expected=", ".join(RULES))
    text = (files("ekistics.survey") / "rules" / f"{code.replace('-', '_')}.toml").read_text(encoding="utf-8")
    return read_rules(tomllib.loads(text), where=code)


def read_rules(given: Mapping[str, Any], *, where: str) -> PublicationRules:
    """Read rules from a table as in the files of this folder.

    Parameters
    ----------
    given : mapping
        Keys ``code``, ``title``, ``source``, ``interval``, ``confidence`` and ``limits``, a table of limits with
        ``value`` and ``sure``.
    where : str
        Where it comes from, for errors.

    Returns
    -------
    PublicationRules
        The rules.

    Raises
    ------
    ConfigurationError
        When a key is unknown or missing, or a limit is no positive number.

    Examples
    --------
    >>> read_rules({"code": "cv", "title": "t", "source": "s", "limits": {"largest_cv": {"value": 0.3, "sure": True}}},
    ...            where="example").largest_cv
    0.3
    """
    limits = given.get("limits", {})
    missing = {"code", "title", "source"} - set(given)
    unknown = (set(limits) - set(LIMITS)) | (set(given) - {"code", "title", "source", "interval", "confidence",
                                                           "limits"})
    wrong = sorted(name for name, limit in limits.items() if name in LIMITS and not _is_limit(limit))
    kind = given.get("interval", "korn-graubard")
    if missing or unknown or wrong or kind not in INTERVALS:
        raise ConfigurationError(_("These publication rules cannot be read."), where=where,
                                 expected=", ".join(LIMITS),
                                 got=", ".join(sorted(missing | unknown) + wrong) or kind)
    values = {name: limit["value"] for name, limit in limits.items()}
    unsure = tuple(name for name, limit in limits.items() if not limit["sure"])
    return PublicationRules(given["code"], given["title"], given["source"], **values, interval=kind,
                            confidence=given.get("confidence", 0.95), unsure=unsure)


def _is_limit(limit: Any) -> bool:
    """Tell whether a limit has a positive value and a mark."""
    return (isinstance(limit, Mapping) and set(limit) == {"value", "sure"} and isinstance(limit["sure"], bool)
            and isinstance(limit["value"], int | float) and limit["value"] > 0)
