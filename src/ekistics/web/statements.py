"""Queries that every page asks: their statements are made once, then asked with other values."""

from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from ekistics.web.policy import PUBLIC, Actor

__all__ = ["ActorStatement", "Statement"]

T = TypeVar("T")
SHAPES = 64  # statements of one query that are kept: its lists may be of so many lengths
Shape = tuple[tuple[str, int], ...]  # the names of the values, and of each how many it is


@dataclass(frozen=True, slots=True)
class _Mark:
    """Stands where a value will."""

    name: str
    place: int


class Statement(Generic[T]):
    """A query with values left open.

    Django makes the text of a query anew each time, which takes longer than a database needs to answer one that reads
    a few rows.

    Parameters
    ----------
    build : callable
        Gives the query; it takes the values by name, and its text must not depend on what they are. Each is given as
        an expression that may stand on the right of a comparison, a list on the right of ``__in``.

    Notes
    -----
    Texts, numbers, times and lists of them can be asked for. None cannot, which is compared in another way, nor an
    empty list, which databases read differently; a query that fetches further rows by ``prefetch_related`` cannot
    either.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, T]"]) -> None:
        self._build = build
        self._made = lru_cache(maxsize=SHAPES)(self._make)

    def __call__(self, **values: Any) -> list[T]:
        """Ask with values.

        Parameters
        ----------
        **values : str, int, float, datetime.datetime or list
            The values by name.

        Returns
        -------
        list
            What the query gives.
        """
        taken = {name: [_taken(each, name) for each in (value if isinstance(value, list) else [value])]
                 for name, value in values.items()}
        if [] in taken.values():
            raise TypeError(f"a statement cannot be asked with an empty list: {values}")
        query, held, text, marked = self._made(connection.vendor, tuple((n, len(each)) for n, each in taken.items()))
        return list(query._iterable_class(_asked(query, held, text, _filled(marked, taken))))  # noqa: SLF001

    def _make(self, _vendor: str, shape: Shape) -> tuple[Any, Any, str, tuple[Any, ...]]:
        query = self._build(**{name: RawSQL(", ".join(["%s"] * count), [_Mark(name, i) for i in range(count)])  # noqa: S611
                               for name, count in shape})
        if query._prefetch_related_lookups:  # noqa: SLF001
            raise TypeError("a statement reads no further rows")
        compiler = query.query.get_compiler(connection=connection)
        text, marked = compiler.as_sql()
        return query, compiler, text, tuple(marked)


class ActorStatement(Generic[T]):
    """A query that the policy is part of: one statement for all who have no account, a query of its own for others.

    Parameters
    ----------
    build : callable
        Gives the query for an actor and ``now``, the time by which embargoes are judged; all else as :class:`Statement`
        takes it.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, T]"]) -> None:
        self._build = build
        self._public = Statement(partial(build, PUBLIC))

    def __call__(self, actor: Actor, **values: Any) -> list[T]:
        """Ask for an actor with values.

        Parameters
        ----------
        actor : Actor
            Who asks.
        **values : str, int, float, datetime.datetime or list
            The values by name.

        Returns
        -------
        list
            What the actor may read of what the query gives.
        """
        values["now"] = timezone.now()
        return self._public(**values) if actor == PUBLIC else list(self._build(actor, **values))


def _asked(query: Any, held: Any, text: str, values: tuple[Any, ...]) -> SimpleNamespace:
    """Give what Django reads rows by, with a statement that stands and with these values."""
    compiler = copy(held)
    compiler.as_sql = lambda *_args, **_kwargs: (text, values)
    asked = SimpleNamespace(**query.__dict__)
    asked.db, asked.query = connection.alias, copy(query.query)
    asked.query.get_compiler = lambda *_args, **_kwargs: compiler
    return asked


def _filled(marked: Collection[Any], taken: Mapping[str, list[Any]]) -> tuple[Any, ...]:
    return tuple(taken[each.name][each.place] if type(each) is _Mark else each for each in marked)


def _taken(value: Any, name: str) -> Any:
    if value is None:
        raise TypeError(f"a statement cannot be asked with None: {name}")
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
