"""The catalogue of what the public may read, in DCAT."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import Exists, Max, Min, OuterRef, QuerySet
from django.urls import reverse

from ekistics.core.i18n import _
from ekistics.publish.catalogue import Agent, CatalogueEntry, Distribution, Extent, Source, dcat_catalogue
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Dataset, Edition, Observation
from ekistics.web.observatory.records import run_of
from ekistics.web.places.naming import names_of
from ekistics.web.policy import PUBLIC, readable

__all__ = ["Covered", "catalogue_document", "covered_by", "entries", "entry_of"]

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_KINDS = {"csv": "text/csv", "json": "application/json",
          "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "parquet": "application/vnd.apache.parquet",
          "sdmx.csv": "application/vnd.sdmx.data+csv"}


@dataclass(frozen=True, slots=True)
class Covered:
    """What the values of an edition cover; a list of thousands of datasets leaves it out.

    Parameters
    ----------
    first, last : str
        First and last day, ISO; empty where none is known.
    variables : tuple of str
        Names of the indicators.
    """

    first: str = ""
    last: str = ""
    variables: tuple[str, ...] = ()


NOTHING = Covered()


def catalogue_document(site: str, *, language: str) -> dict[str, Any]:
    """Describe the datasets that have a released edition.

    Parameters
    ----------
    site : str
        Address of the site, ending in a slash.
    language : str
        Language of titles.

    Returns
    -------
    dict
        JSON-LD.
    """
    return dcat_catalogue(entries(site, language=language), url=f"{site}tables/catalogue.jsonld",
                          title=_("Ekistics, the open urban observatory"), publisher=Agent("Ekistics", site),
                          language=language)


def entries(site: str, *, language: str) -> list[CatalogueEntry]:
    """Give the entries of the catalogue.

    Parameters
    ----------
    site : str
        Address of the site, ending in a slash.
    language : str
        Language of titles.

    Returns
    -------
    list of CatalogueEntry
        One a dataset that the public may read.
    """
    open_ones = _released().filter(dataset=OuterRef("pk"))
    rows = list(Dataset.objects.filter(Exists(open_ones)).select_related("place").order_by("pk"))
    came_out: dict[int, list[Edition]] = {row.pk: [] for row in rows}
    for edition in _released().filter(dataset__in=list(came_out)).order_by("released_at", "number"):
        came_out[edition.dataset_id].append(edition)
    named = names_of([row.place_id for row in rows], language)
    return [entry_of(row, came_out[row.pk], site=site, language=language, name=named.get(row.place_id, row.place.name))
            for row in rows]


def _released() -> QuerySet[Edition]:
    return Edition.objects.filter(readable(PUBLIC, edition=""), released_at__isnull=False)


def covered_by(edition: Edition) -> Covered:
    """Look up what the free values of an edition cover.

    Parameters
    ----------
    edition : Edition
        The edition.

    Returns
    -------
    Covered
        Span and indicators, these in the order of the registry and the language of the request.
    """
    rows = Observation.objects.filter(edition=edition, obs_value__isnull=False, restricted=False)
    span = rows.aggregate(first=Min("period__start"), last=Max("period__end"))
    codes = set(rows.values_list("measure__indicator__code", flat=True).distinct())
    return Covered(str(span["first"] or ""), str(span["last"] or ""),
                   tuple(_(spec.title) for code, spec in indicator_specs().items() if code in codes))


def entry_of(row: Dataset, editions: Sequence[Edition], *, site: str, language: str,  # noqa: PLR0913 - an entry's parts
             name: str, covered: Covered = NOTHING, with_package: bool = False) -> CatalogueEntry:
    """Describe a dataset for the vocabularies of catalogues.

    Parameters
    ----------
    row : Dataset
        The dataset.
    editions : sequence of Edition
        Its editions that the reader may read, the one that is described last.
    site : str
        Address of the site, ending in a slash.
    language : str
        Language of titles.
    name : str
        Name of its place in that language.
    covered : Covered
        What its values cover, where that was looked up.
    with_package : bool
        Whether the reader may have the whole package of the edition.

    Returns
    -------
    CatalogueEntry
        The entry.
    """
    newest, place = editions[-1], row.place
    days = [e.released_at.date() for e in editions if e.released_at is not None]
    url = f"{site.rstrip('/')}{reverse('dataset', kwargs={'code': row.code})}"
    box = [float(b) for b in (place.west, place.south, place.east, place.north) if b is not None]
    about = Extent(name, f"{site}api/v1/places/{quote(place.code)}", tuple(box) if len(box) == 4 else None)
    return CatalogueEntry(
        url, f"{name}: {_('City profile')}" if row.kind == "profile" else row.title,
        row.description or _("Indicators of {place}.").format(place=name), _licence(row.licence, url),
        Agent(row.publisher or _("Ekistics, the open urban observatory")), str(newest.number), language=language,
        issued=min(days, default=None), modified=max(days, default=None), first=covered.first, last=covered.last,
        places=(about,), distributions=tuple(_files(row, newest, site, with_package)), variables=covered.variables,
        sources=tuple(Source(p.citation or p.name, licence=p.licence) for p in run_of(newest).inputs),
        provenance=newest.run)


def _files(row: Dataset, newest: Edition, site: str, with_package: bool) -> Iterator[Distribution]:
    for ending, kind in _KINDS.items():
        yield Distribution(ending.upper().replace(".", "-"), f"{site}tables/datasets/{quote(row.code)}.{ending}", kind)
    if with_package and newest.folder:
        yield Distribution(_("Whole package with map layers as ZIP"), f"{site}packages/{newest.pk}.zip",
                           "application/zip")


def _licence(text: str, url: str) -> str:
    """Give the address of a licence: SPDX knows those with a short name, others are stated on the page itself."""
    return f"https://spdx.org/licenses/{text}" if _SPDX.fullmatch(text) else f"{url}#licence"

