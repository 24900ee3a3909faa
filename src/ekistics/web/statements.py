"""Queries that every page asks: their statements are made once, then asked with other values."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

__all__ = ["Statement"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Mark:
    """Stands where a value will."""

    name: str


class Statement(Generic[T]):
    """A query with values left open.

    Django makes the text of a query anew each time, which takes two to four times as long as a database needs to answer
    one that reads a few rows.

    Parameters
    ----------
    build : callable
        Gives the query; it takes the values by name, and its text must not depend on what they are. Each is given as
        an expression, so it may stand on the right of a comparison, but not in a list.

    Notes
    -----
    Texts, numbers and times can be asked for, None cannot: it is compared in another way.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, T]"]) -> None:
        self._build = build
        self._made: dict[str, tuple[Any, Any, str, tuple[Any, ...]]] = {}

    def __call__(self, **values: Any) -> list[T]:
        """Ask with values.

        Parameters
        ----------
        **values : str, int, float or datetime.datetime
            The values by name.

        Returns
        -------
        list
            What the query gives.
        """
        query, held, text, marked = self._made.get(connection.vendor) or self._make(values)
        taken = {name: _taken(value) for name, value in values.items()}
        compiler = copy(held)
        compiler.connection = connection
        filled = tuple(taken[p.name] if type(p) is _Mark else p for p in marked)
        compiler.as_sql = lambda *_args, **_kwargs: (text, filled)
        asked = SimpleNamespace(**query.__dict__)
        asked.db, asked.query = connection.alias, copy(query.query)
        asked.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(query._iterable_class(asked))  # noqa: SLF001 - of this query

    def _make(self, names: Any) -> tuple[Any, Any, str, tuple[Any, ...]]:
        query = self._build(**{name: RawSQL("%s", [_Mark(name)]) for name in names})  # noqa: S611 - a mark alone
        compiler = query.query.get_compiler(connection=connection)
        text, marked = compiler.as_sql()
        made = self._made[connection.vendor] = query, compiler, text, tuple(marked)
        return made


def _taken(value: Any) -> Any:
    if value is None:
        raise TypeError("a statement cannot be asked with None")
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
