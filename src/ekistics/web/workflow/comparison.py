"""An edition in work beside what stands: row by row, as far as the reader may see."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db.models import Q

from ekistics.core.i18n import _
from ekistics.publish.figures import absence_text, group_text
from ekistics.publish.numbers import interval_text, value_text
from ekistics.web.observatory.frames import frame, indicator_specs, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor
from ekistics.web.render import language_now

__all__ = ["Compared", "compared"]

_KEY = ("ref_area", "indicator", "series", "variant", "unit_measure", "base", "method", "time_period", "sex", "age",
        "disability", "urbanisation", "income_quantile", "tenure", "displacement_status", "migrant_status")


@dataclass(frozen=True, slots=True)
class Compared:
    """A row of an edition and what stands for the same place, measure, period and group.

    Parameters
    ----------
    number : int
        The observation.
    place, quantity, period, group : str
        What it is about, in words.
    new, old : str
        The value in the edition, and the one that stands; words where there is none.
    change : str
        ``added``, ``changed``, ``same``.
    """

    number: int
    place: str
    quantity: str
    period: str
    group: str
    new: str
    old: str
    change: str


def compared(actor: Actor, edition: Edition, *, after: int = 0, limit: int = 100) -> list[Compared]:
    """Compare a part of an edition with what stands.

    Parameters
    ----------
    actor : Actor
        Who looks.
    edition : Edition
        The edition.
    after : int
        The observation after which the part begins.
    limit : int
        Most rows.

    Returns
    -------
    list of Compared
        In the order of the record.
    """
    rows = rows_for(actor, current=False, where=Q(edition=edition, id__gt=after)).order_by("id")
    keys = list(rows.values_list("id", "place_id", "measure_id")[:limit])
    new = frame(rows.filter(id__in=[key[0] for key in keys]))
    beside = Q(place__in={k[1] for k in keys}, measure__in={k[2] for k in keys}) & ~Q(edition=edition)
    if edition.released_at is None:
        standing = rows_for(actor, where=beside)
    else:  # what stood when it was released, so that the review can be read afterwards as it was
        earlier = Q(edition__released_at__lt=edition.released_at)
        standing = rows_for(actor, current=False, where=beside & earlier).order_by("edition__released_at", "id")
    held = {_key(row): row for row in frame(standing).itertuples(index=False)}
    names = _place_names({key[1] for key in keys})
    specs = indicator_specs()
    return [_compared(row, held.get(_key(row)), names, specs) for row in new.itertuples(index=False)]


def _key(row: Any) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in _KEY)


def _place_names(keys: set[int]) -> dict[str, str]:
    named = names_of(keys, language_now())
    return {code: named.get(key, name)
            for key, code, name in Place.objects.filter(pk__in=keys).values_list("pk", "code", "name")}


def _compared(row: Any, old: Any, names: dict[str, str], specs: dict[str, Any]) -> Compared:
    spec = specs.get(row.indicator)
    series = next((s.title for s in spec.series if s.code == row.series), row.series) if spec else row.series
    variant = next((v.title for v in spec.variants if v.code == row.variant), row.variant) if spec else row.variant
    quantity = f"{_(series)} ({_(variant)})" if row.variant else _(series)
    return Compared(int(row.observation), names.get(row.ref_area, row.ref_area), quantity, row.time_period,
                    group_text(row), _shown(row), _("nothing stands") if old is None else _shown(old),
                    "added" if old is None else "same" if _same(row, old) else "changed")


def _same(row: Any, old: Any) -> bool:
    numbers = ("obs_value", "lci", "uci", "se", "numerator", "denominator")
    return all((pd.isna(getattr(row, n)) and pd.isna(getattr(old, n))) or getattr(row, n) == getattr(old, n)
               for n in numbers) and (row.obs_status, row.reason) == (old.obs_status, old.reason)


def _shown(row: Any) -> str:
    if pd.isna(row.obs_value):
        return absence_text(row)
    limits = {"lci": float(row.lci), "uci": float(row.uci)}
    value = value_text(float(row.obs_value), row.unit_measure, language=language_now(), **limits)
    if pd.isna(row.lci) or pd.isna(row.uci):
        return value
    return f"{value} {interval_text(row.lci, row.uci, row.unit_measure, language=language_now())}"
