"""From the record to what ``publish`` draws: a place's values, editions and quality as one typed profile."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ekistics.core import place as core
from ekistics.core.provenance import Provenance, Run
from ekistics.core.quality import QualityFlag
from ekistics.package.model import ProfilePackage
from ekistics.web.observatory.frames import frame, indicator_specs, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor, readable

__all__ = ["CityRecord", "city_record", "run_of"]


@dataclass(frozen=True, slots=True, eq=False)
class CityRecord:
    """What the record holds of a city.

    Parameters
    ----------
    place : Place
        The city.
    profile : ProfilePackage
        Its current values, and run, quality and certificates of its newest edition.
    edition : Edition or None
        The newest released edition of its profile.
    editions : tuple of Edition
        All editions that the reader may see, the newest first.
    """

    place: Place
    profile: ProfilePackage
    edition: Edition | None
    editions: tuple[Edition, ...]


def city_record(actor: Actor, place: Place, *, language: str) -> CityRecord:
    """Read a city and its neighbourhoods.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The city.
    language : str
        Language of names.

    Returns
    -------
    CityRecord
        The record.
    """
    inside = list(Place.objects.filter(Q(pk=place.pk) | Q(parent=place, kind="neighbourhood")).order_by("code"))
    named = names_of([p.pk for p in inside], language)
    places = tuple(core.Place(p.code, named.get(p.pk, p.name), p.kind, p.country,
                              place.code if p.pk != place.pk else None) for p in inside)
    editions = tuple(Edition.objects.filter(readable(actor, edition=""), dataset__place=place).select_related(
        "dataset").order_by("-released_at", "-number"))
    newest = next((e for e in editions if e.whole and e.released_at is not None), None)
    table = frame(rows_for(actor, where=Q(place__in=[p.pk for p in inside])).order_by("id"))
    specs = indicator_specs()
    shown = tuple(specs[code] for code in specs if code in set(table["indicator"]))
    own = next(p for p in places if p.code == place.code)
    profile = ProfilePackage(own, places, run_of(newest), table, (), _flags(newest),
                             tuple(newest.certificates) if newest else (),
                             newest.made_at.isoformat() if newest and newest.made_at else "",
                             newest.label if newest else "", shown)
    return CityRecord(place, profile, newest, editions)


def run_of(edition: Edition | None) -> Run:
    """Give the run that an edition keeps; an empty one where there is none.

    Parameters
    ----------
    edition : Edition or None
        The edition.

    Returns
    -------
    Run
        The run.
    """
    kept: dict[str, Any] = edition.run_record if edition is not None else {}
    inputs = tuple(Provenance(**{k: v for k, v in entry.items() if k != "id"}) for entry in kept.get("inputs", ()))
    return Run(inputs, kept.get("parameters", {}), kept.get("methods", {}), kept.get("code_version", ""))


def _flags(edition: Edition | None) -> tuple[QualityFlag, ...]:
    rows = edition.checks if edition is not None else []
    return tuple(QualityFlag(**{**row, "indicators": tuple(row["indicators"])}) for row in rows)
