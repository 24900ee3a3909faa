"""What is told of an index beside its scores: how much is known, and what in the values is likely a slip.

A slip is told and never mended, and nothing is refused for it: what is odd may be true.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import numpy as np

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.quality import QualityFlag
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.index.compute import Built
from ekistics.jobs.index.values import BESIDE

__all__ = ["flags", "scales", "slips"]

RESTRICTED = "values-restricted"  # flag of values that were left out
_GOOD, _WARN = 0.95, 0.5  # share of cities with a score: above is good, below is bad
_NAMED = 5  # of what is told by name; the rest is counted
_PERCENT = (0.0, 100.0)


def flags(made: Built) -> tuple[QualityFlag, ...]:
    """Say how many cities have a score, how many values were left out, what is odd, how many benchmarks are doubtful.

    Parameters
    ----------
    made : Built
        The index.

    Returns
    -------
    tuple of QualityFlag
        What ``checks.json`` holds.
    """
    scored, cities = int(np.isfinite(made.base.total).sum()), len(made.values.places)
    status = "good" if scored / cities >= _GOOD else "warn" if scored / cities >= _WARN else "bad"
    doubtful = Counter(item.status for item in made.definition.items)["doubtful"]
    items = len(made.definition.items)
    left_out = made.values.restricted
    restricted = () if not left_out else (
        QualityFlag(RESTRICTED, _("Values that may not be published, and were left out"), float(left_out), "NUMBER",
                    "warn", note=_("Scores would tell them. The table of inputs gives each its reason.")),)
    return (
        *restricted, *slips(made),
        QualityFlag("cities-scored", _("Cities with a score"), 100 * scored / cities, "PT", status,
                    note=_("A city in which a value is missing has its coverage and no score, unless the index allows "
                           "it."), numerator=float(scored), denominator=float(cities), base=_("cities of the index")),
        QualityFlag("items-doubtful", _("Items with a doubtful benchmark"), 100 * doubtful / items, "PT",
                    "warn" if doubtful else "good", note=_("The file of the index says of each why."),
                    numerator=float(doubtful), denominator=float(items), base=_("items of the index")))


def slips(made: Built) -> tuple[QualityFlag, ...]:
    """Say what in the values is likely a slip.

    Parameters
    ----------
    made : Built
        The index.

    Returns
    -------
    tuple of QualityFlag
        Items without a value in any city, each with the column that may have been meant; values that cannot be on
        their scale; cities that are present under several codes. Nothing where there is none.
    """
    found = (("items-empty", _("Items without a value in any city"), _empty(made)),
             ("values-off-scale", _("Values outside the scale of their item"), _off_scale(made)),
             ("cities-alike", _("Cities that are likely one and the same"), _alike(made)))
    return tuple(QualityFlag(code, title, float(len(told)), "NUMBER", "warn", note=_first(told))
                 for code, title, told in found if told)


def _first(told: Sequence[str]) -> str:
    """Name the first few, and count the rest."""
    named, more = "; ".join(told[:_NAMED]), len(told) - _NAMED
    return named if more <= 0 else _("{named}; and {count} more").format(named=named, count=more)


def _empty(made: Built) -> list[str]:
    """Name the items that no city has a value of: those first of which a column that fills nothing may be meant."""
    items = made.definition.items
    codes = [items[column].code for column in np.flatnonzero(np.isnan(made.base.data.values).all(axis=0))]
    columns = {name.casefold(): name for name in made.values.ignored if not name.endswith(BESIDE)}
    meant, others = [], []
    for code in codes:
        near = _nearest(code, columns)
        if near and _nearest(near, codes) == code:  # a column is offered once: to the item that it is most like
            meant.append(_("{item} (did you mean the column {column!r}?)").format(item=code, column=columns[near]))
        else:
            others.append(code)
    return meant + others


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, list(known), 1, UnknownNameError.NEAR)), "")


def scales(definition: IndexDefinition) -> list[tuple[int, float, float]]:
    """Give the least and largest value that an item can have, where its form or its unit says so.

    Benchmarks beyond 0 and 100 widen the scale of a share: who set them holds such values for possible. The form of an
    item that is divided by another is about the quotient, and says nothing of the value.

    Parameters
    ----------
    definition : IndexDefinition
        The index.

    Returns
    -------
    list of (int, float, float)
        The place of an item among the items, its least and its largest value; items without such ends are left out.
    """
    forms, steps = definition.forms(), definition.scenario.denominate or {}
    found = []
    for column, item in enumerate(definition.items):
        form = None if item.code in steps.get("by", {}) else forms.get(item.code)
        marks = [] if form is None else [each for each in (form.low, form.high, form.target) if each is not None]
        if form is not None and form.kind == "direct":
            found.append((column, *_PERCENT))
        elif item.unit.startswith("%") and not (form is not None and form.rooted):
            found.append((column, min((_PERCENT[0], *marks)), max((_PERCENT[1], *marks))))
    return found


def _off_scale(made: Built) -> list[str]:
    values, told = made.base.data.values, []
    for column, low, high in scales(made.definition):
        item = made.definition.items[column]
        for row in np.flatnonzero((values[:, column] < low) | (values[:, column] > high)):
            told.append(_("{item} of {city}: {value} {unit}, not between {low} and {high}").format(
                item=item.code, city=made.values.places[row].code, value=f"{values[row, column]:.6g}", unit=item.unit,
                low=f"{low:g}", high=f"{high:g}"))
    return told


def _alike(made: Built) -> list[str]:
    """Name the codes of cities of one name whose values are all the same; of nothing known nothing is told."""
    values, groups = made.base.data.values, defaultdict(list)
    for row, place in enumerate(made.values.places):
        if np.isfinite(values[row]).any():
            known = tuple(np.where(np.isnan(values[row]), None, values[row]))
            groups[place.name.strip().casefold(), known].append(place)
    return [_("{codes}: one name, {name}, and the same values").format(
        codes=", ".join(place.code for place in places), name=places[0].name)
        for places in groups.values() if len(places) > 1]
