"""The one type in which values from people's records leave: made by ``control`` alone, and not to be changed."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Never, Self, TypeGuard
from weakref import WeakKeyDictionary

import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Disclosed", "is_disclosed"]


@dataclass(frozen=True, slots=True, eq=False)
class _Contents:
    """What one disclosed table holds; kept beside the objects, so that an object made otherwise holds nothing."""

    rows: pd.DataFrame
    cases: pd.Series
    report: dict[str, Any]
    private_report: dict[str, Any]
    digest: str


class Disclosed:
    """A table that went through disclosure control; :func:`~ekistics.survey.disclosure.control` alone makes it.

    Raises
    ------
    TypeError
        Always, when it is called, inherited from or pickled.

    Examples
    --------
    >>> Disclosed()
    Traceback (most recent call last):
    TypeError: a disclosed table is made by ekistics.survey.disclosure.control() alone
    """

    __slots__ = ("__weakref__",)

    def __new__(cls, *_args: object, **_named: object) -> Self:
        """Refuse: only ``control`` knows that a table was checked."""
        raise TypeError("a disclosed table is made by ekistics.survey.disclosure.control() alone")

    def __init_subclass__(cls, **_named: object) -> Never:
        raise TypeError("Disclosed cannot be inherited from: it says that a table was checked")

    def __reduce_ex__(self, _protocol: object) -> Never:
        raise TypeError("a disclosed table cannot be pickled: what was checked is this table in this process")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _memo: object) -> Self:
        return self

    def __repr__(self) -> str:
        if self not in _HELD:
            return "<Disclosed: not made by control()>"
        counts = _HELD[self].report["counts"]
        return f"<Disclosed: {counts['published']} rows published, {counts['withheld']} withheld>"

    @property
    def rows(self) -> pd.DataFrame:
        """Give a copy of the rows: observation columns, in the order in which they came."""
        return _contents(self).rows.copy(deep=True)

    @property
    def cases(self) -> pd.Series:
        """Give a copy of the rows' numbers of unweighted cases, NaN where the row is withheld: they may be shown."""
        return _contents(self).cases.copy(deep=True)

    @property
    def report(self) -> dict[str, Any]:
        """Give a copy of the report that is published with the rows."""
        return deepcopy(_contents(self).report)

    @property
    def private_report(self) -> dict[str, Any]:
        """Give a copy of the report for those who hold the records; it tells which cells are small. Never publish."""
        return deepcopy(_contents(self).private_report)

    @property
    def digest(self) -> str:
        """Give the digest of the rows, as ``digest_rows`` gives it."""
        return _contents(self).digest


_HELD: WeakKeyDictionary[Disclosed, _Contents] = WeakKeyDictionary()


def _contents(table: Disclosed) -> _Contents:
    if table not in _HELD:
        raise InvalidValueError(_("This table did not come from disclosure control."),
                              hint=_("Make it with ekistics.survey.disclosure.control."))
    return _HELD[table]


def _seal(contents: _Contents) -> Disclosed:
    table: Disclosed = object.__new__(Disclosed)
    _HELD[table] = contents
    return table


def is_disclosed(value: object) -> TypeGuard[Disclosed]:
    """Tell whether something is a table that disclosure control has made.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    bool
        Whether it is; an object of the type that was made in another way is not.

    Examples
    --------
    >>> is_disclosed(pd.DataFrame()), is_disclosed(object.__new__(Disclosed))
    (False, False)
    """
    return type(value) is Disclosed and value in _HELD
