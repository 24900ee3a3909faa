"""From the record to what ``publish`` draws: a place's values, editions and quality as one typed profile."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ekistics.core import place as core
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.provenance import Provenance, Run
from ekistics.core.quality import QualityFlag
from ekistics.package.model import ProfilePackage
from ekistics.web.observatory.frames import Row, indicator_specs, listed_at
from ekistics.web.observatory.models import Edition
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor, State, readable
from ekistics.web.statements import ActorStatement, Statement

__all__ = ["CityRecord", "city_record", "made_by", "newest_edition", "run_of", "run_profile"]


@dataclass(frozen=True, slots=True, eq=False)
class CityRecord:
    """What the record holds of a city.

    Parameters
    ----------
    place : Place
        The city.
    profile : ProfilePackage
        Its indicators, and run, quality and certificates of its newest edition; its values stand beside it.
    rows : list of Row
        Its current values.
    edition : Edition or None
        The newest released edition of its profile.
    editions : tuple of Edition
        All editions that the reader may see, the newest first.
    """

    place: Place
    profile: ProfilePackage
    rows: list[Row]
    edition: Edition | None
    editions: tuple[Edition, ...]


def city_record(actor: Actor, place: Place, *, language: str, stamp: str = "") -> CityRecord:
    """Read a city and its neighbourhoods: the values for everybody, not those for groups of people.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The city.
    language : str
        Language of names.
    stamp : str, optional
        Stamp of the record, read before.

    Returns
    -------
    CityRecord
        The record.
    """
    inside = [place, *_NEIGHBOURHOODS(city=place.pk)]
    named = names_of([p.pk for p in inside], language)
    places = tuple(core.Place(p.code, named.get(p.pk, p.name), p.kind, p.country,
                              place.code if p.pk != place.pk else None) for p in inside)
    editions = tuple(_editions(actor, place))
    newest = _leading(editions)
    rows = listed_at(actor, {p.pk: p.code for p in inside})
    specs, present = indicator_specs(stamp), {row.indicator for row in rows}
    shown = tuple(spec for code, spec in specs.items() if code in present)
    profile = ProfilePackage(places[0], places, run_of(newest), pd.DataFrame(), (), _flags(newest),
                             tuple(newest.certificates) if newest else (),
                             newest.made_at.isoformat() if newest and newest.made_at else "",
                             newest.label if newest else "", shown)
    return CityRecord(place, profile, rows, newest, editions)


def newest_edition(actor: Actor, place: Place) -> Edition | None:
    """Give the newest released edition of a city's profile that an actor may read.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The city.

    Returns
    -------
    Edition or None
        The edition.
    """
    return _leading(_editions(actor, place))


_NEIGHBOURHOODS = Statement(lambda city: Place.objects.filter(parent=city, kind="neighbourhood").order_by("code"))
_EDITIONS = ActorStatement(lambda actor, place, now: Edition.objects.filter(
    readable(actor, edition="", now=now), dataset__place=place).select_related("dataset").order_by(
    "-released_at", "-number"))


def _editions(actor: Actor, place: Place) -> Iterator[Edition]:
    for edition in _EDITIONS(actor, place=place.pk):
        edition.place = place  # that of its data set, and need not be asked for again
        yield edition


LEADING = {"profile": 0, "sample": 1, "survey": 2}  # what a page says of its place rests on the first of these


def _leading(editions: Iterable[Edition]) -> Edition | None:
    """Give the newest released edition of the kind that leads: a survey of a city is not its profile."""
    whole = (e for e in editions if e.whole and e.released_at is not None and e.state == str(State.PUBLISHED))
    return min(whole, key=lambda e: LEADING.get(e.dataset.kind, len(LEADING)), default=None)


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


def run_profile(edition: Edition, *specs: IndicatorSpec) -> ProfilePackage:
    """Give an edition's run, quality and certificates, without values, for the tables that tell of them.

    Parameters
    ----------
    edition : Edition
        The edition.
    *specs : IndicatorSpec
        Indicators; the inputs of other ones are left out, and nothing is where none is given.

    Returns
    -------
    ProfilePackage
        A profile without observations.
    """
    run = run_of(edition)
    wanted = {role for spec in specs for role in spec.inputs}
    own = tuple(p for p in run.inputs if not specs or p.role in wanted or p.role.split(":")[0] in wanted)
    place = core.Place(edition.place.code, edition.place.name, edition.place.kind, edition.place.country)
    return ProfilePackage(place, (place,), Run(own if own or not specs else run.inputs, run.parameters, run.methods,
                                               run.code_version), pd.DataFrame(), (), _flags(edition),
                          tuple(edition.certificates), "", edition.label, specs)


def made_by(profile: ProfilePackage, edition: Edition) -> ProfilePackage:
    """Give a profile with the run, quality and certificates of another edition.

    Parameters
    ----------
    profile : ProfilePackage
        The profile.
    edition : Edition
        The edition.

    Returns
    -------
    ProfilePackage
        The profile of the same place, as that edition was made.
    """
    return replace(profile, run=run_of(edition), checks=_flags(edition), certificates=tuple(edition.certificates))


def _flags(edition: Edition | None) -> tuple[QualityFlag, ...]:
    rows = edition.checks if edition is not None else []
    return tuple(QualityFlag(**{**row, "indicators": tuple(row["indicators"])}) for row in rows)
