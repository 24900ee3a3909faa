"""What is known of households: yes, no or not known, from standard variables, and how several answers are joined."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Annotated, Any, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.standard_variables import standard_variables

__all__ = ["Codes", "Criterion", "Facilities", "Floors", "Materials", "Roofs", "Sources", "Tenures", "Truth", "Walls",
           "all_of", "among", "any_of", "asked", "blank", "negated", "number", "rules_of", "said_yes", "when", "within"]

Truth = npt.NDArray[np.float64]  # 1 yes, 0 no, NaN not known
_Rules = TypeVar("_Rules")


@dataclass(frozen=True, slots=True)
class Codes:
    """Which codes a rule may hold, as a part of its type.

    Parameters
    ----------
    variables : tuple of str
        Standard variables whose codes they are.
    words : tuple of str
        Words, where they are no codes of a variable.
    """

    variables: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def known(self) -> tuple[str, ...]:
        """Give the codes."""
        return (*self.words, *(code for name in self.variables for code in standard_variables()[name].codes))


Sources = Annotated[tuple[str, ...], Codes(("water_source",))]
Facilities = Annotated[tuple[str, ...], Codes(("sanitation_facility",))]
Walls = Annotated[tuple[str, ...], Codes(("wall_material",))]
Roofs = Annotated[tuple[str, ...], Codes(("roof_material",))]
Floors = Annotated[tuple[str, ...], Codes(("floor_material",))]
Materials = Annotated[tuple[str, ...], Codes(("wall_material", "roof_material", "floor_material"))]
Tenures = Annotated[tuple[str, ...], Codes(("tenure",))]


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """One thing that a classification asks of a household.

    Parameters
    ----------
    code : str
        Its name.
    title : str
        Its name for people.
    truth : numpy.ndarray, shape (n,)
        1 where the household has it, 0 where it has not, NaN where that is not known.
    variables : tuple of str
        Standard variables that it was judged by; none where the survey did not ask.
    note : str
        What was not asked and therefore left out, or what stands in for what.
    """

    code: str
    title: str
    truth: Truth
    variables: tuple[str, ...] = ()
    note: str = field(default="")

    @property
    def used(self) -> bool:
        """Tell whether the survey asked for it."""
        return bool(self.variables)


def asked(frame: pd.DataFrame, *names: str) -> tuple[str, ...]:
    """Give those of some standard variables that the survey has.

    Parameters
    ----------
    frame : pandas.DataFrame
        Households.
    *names : str
        Standard variables.

    Returns
    -------
    tuple of str
        Names of the columns that are there.
    """
    return tuple(name for name in names if name in frame.columns)


def blank(frame: pd.DataFrame) -> Truth:
    """Give 'not known' for every household.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, n_variables)
        Households.

    Returns
    -------
    numpy.ndarray, shape (n,)
        NaN.
    """
    return np.full(len(frame), np.nan)


def among(frame: pd.DataFrame, name: str, codes: Iterable[str], *, unclear: Iterable[str] = ()) -> Truth:
    """Tell whether a code is one of some.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, n_variables)
        Households.
    name : str
        The variable, of codes; missing ones are None or NaN.
    codes : iterable of str
        Codes that count.
    unclear : iterable of str
        Codes that leave it open.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1 where it is one of them, 0 where it is another, NaN where it is missing, leaves it open or was not asked.

    Examples
    --------
    >>> among(pd.DataFrame({"water_source": ["borehole", "surface", None]}), "water_source", ["borehole"]).tolist()
    [1.0, 0.0, nan]
    """
    if name not in frame.columns:
        return blank(frame)
    number, values = pd.factorize(frame[name])
    yes, open_ = set(codes), set(unclear)
    truth = np.array([np.nan if value in open_ else float(value in yes) for value in values] + [np.nan])
    return np.asarray(truth[number], dtype=np.float64)


def said_yes(frame: pd.DataFrame, name: str) -> Truth:
    """Tell whether a question was answered with yes.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, n_variables)
        Households.
    name : str
        The variable, of ``yes`` and ``no``.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1, 0, or NaN where not known or not asked.
    """
    return among(frame, name, ("yes",))


def number(frame: pd.DataFrame, name: str, *, above: float = -np.inf) -> npt.NDArray[np.float64]:
    """Give a number of each household.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, n_variables)
        Households.
    name : str
        The variable.
    above : float
        Values must be greater to be used; others count as not known, such as a dwelling of no rooms.

    Returns
    -------
    numpy.ndarray, shape (n,)
        The numbers, NaN where not known or not asked.

    Raises
    ------
    InputFormatError
        The column holds no numbers.
    InvalidValueError
        A number is negative or infinite.
    """
    if name not in frame.columns:
        return blank(frame)
    try:
        values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InputFormatError(_("A column of numbers holds something else."), where=name,
                               expected=_("numbers")) from error
    if (values < 0).any() or np.isinf(values).any():
        raise InvalidValueError(_("An amount is negative or infinite."), where=name, param=name,
                                expected=_("zero or more"))
    return np.where(values > above, values, np.nan)


def within(amount: npt.NDArray[np.float64], share: float, whole: npt.NDArray[np.float64]) -> Truth:
    """Tell whether an amount is at most a share of another; exactly that share is, whatever the binary fractions say.

    Parameters
    ----------
    amount : numpy.ndarray, shape (n,)
        The amounts; NaN where not known.
    share : float
        The largest share.
    whole : numpy.ndarray, shape (n,)
        What they are a share of; NaN where not known.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1, 0 or NaN. Nothing is at most any share of whatever the other is.

    Examples
    --------
    >>> within(np.array([0.9, 0.91, 0.0]), 0.3, np.array([3.0, 3.0, np.nan])).tolist()
    [1.0, 0.0, 1.0]
    """
    limit = share * whole
    return np.where(amount == 0, 1.0, when((amount <= limit) | np.isclose(amount, limit, rtol=1e-12, atol=0.0),
                                           amount, whole))


def when(condition: npt.NDArray[np.bool_], *numbers: npt.NDArray[np.float64]) -> Truth:
    """Turn a comparison into what is known: it says nothing where a number of it is missing.

    Parameters
    ----------
    condition : numpy.ndarray of bool, shape (n,)
        The comparison.
    *numbers : numpy.ndarray, shape (n,)
        What was compared.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1, 0 or NaN.
    """
    missing = np.any([np.isnan(each) for each in numbers], axis=0)
    return np.where(missing, np.nan, condition.astype(np.float64))


def any_of(truths: Sequence[Truth]) -> Truth:
    """Tell whether at least one holds: one that does is enough, and only if all are known not to is it none.

    Parameters
    ----------
    truths : sequence of numpy.ndarray, shape (n,)
        What is joined; at least one.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1, 0 or NaN.

    Examples
    --------
    >>> any_of([np.array([1.0, 0.0, 0.0]), np.array([np.nan, np.nan, 0.0])]).tolist()
    [1.0, nan, 0.0]
    """
    table = np.stack(truths)
    return np.where((table == 1).any(axis=0), 1.0, np.where(np.isnan(table).any(axis=0), np.nan, 0.0))


def all_of(truths: Sequence[Truth]) -> Truth:
    """Tell whether all hold: one that does not is enough to say no.

    Parameters
    ----------
    truths : sequence of numpy.ndarray, shape (n,)
        What is joined; at least one.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1, 0 or NaN.

    Examples
    --------
    >>> all_of([np.array([1.0, 0.0, 1.0]), np.array([np.nan, np.nan, 1.0])]).tolist()
    [nan, 0.0, 1.0]
    """
    return negated(any_of([negated(each) for each in truths]))


def negated(truth: Truth) -> Truth:
    """Give the opposite; what is not known stays so.

    Parameters
    ----------
    truth : numpy.ndarray, shape (n,)
        1, 0 or NaN.

    Returns
    -------
    numpy.ndarray, shape (n,)
        0, 1 or NaN.
    """
    return 1.0 - truth


def rules_of(kind: type[_Rules], rules: Any) -> _Rules:
    """Give the thresholds of a method: the defaults, with those that were named otherwise.

    Parameters
    ----------
    kind : type
        The dataclass of the thresholds.
    rules : mapping or instance or None
        Thresholds by name.

    Returns
    -------
    object
        An instance of ``kind``.

    Raises
    ------
    UnknownNameError
        A threshold is not of this method; the nearest right name is given.
        A code of a list is none of its variable's.
    InvalidValueError
        A number was given where a list is needed, or the other way round; or a number is negative or infinite.
    """
    if isinstance(rules, kind):
        return rules
    given = dict(rules or {})
    defaults = {f.name: getattr(kind(), f.name) for f in fields(kind)}  # type: ignore[arg-type]
    for name, value in given.items():
        if name not in defaults:
            raise UnknownNameError.among(name, list(defaults), what=_("threshold"), where=kind.__name__)
        given[name] = _like(defaults[name], value, name)
        _check_rule(kind, name, given[name])
    return kind(**given)


def _check_rule(kind: type, name: str, value: Any) -> None:
    """Refuse codes that no variable of the rule has, which would silently count nobody, and limits that cannot be."""
    if isinstance(value, float) and not 0 <= value < np.inf:
        raise InvalidValueError(_("An amount is negative or infinite."), where=name, param=name, got=value,
                                expected=_("zero or more"))
    told = next((each for each in getattr(get_type_hints(kind, include_extras=True)[name], "__metadata__", ())
                 if isinstance(each, Codes)), None)
    known = told.known() if told else ()
    for code in value if isinstance(value, tuple) else (value,):
        if known and code not in known:
            raise UnknownNameError.among(str(code), known, what=_("code"), where=name)


def _like(default: Any, value: Any, name: str) -> Any:
    if is_dataclass(default) and isinstance(value, Mapping):
        return rules_of(type(default), value)
    if isinstance(default, tuple) and isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(default, float) and type(value) in (int, float):
        return float(value)
    if type(value) is type(default):
        return value
    raise InvalidValueError(_("A threshold has the wrong type."), param=name, expected=repr(default), got=repr(value))
