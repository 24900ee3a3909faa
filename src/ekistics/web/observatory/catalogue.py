"""The catalogue of what the public may read, in DCAT."""

import re
from datetime import date
from typing import Any
from urllib.parse import quote

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from ekistics.core.i18n import _
from ekistics.publish.catalogue import Agent, CatalogueEntry, Distribution, Extent, Source, dcat_catalogue
from ekistics.web.observatory.models import Dataset, Edition
from ekistics.web.observatory.records import run_of
from ekistics.web.places.naming import names_of
from ekistics.web.policy import PUBLIC, readable

__all__ = ["catalogue_document", "entries"]

_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_KINDS = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet",
          "sdmx.csv": "application/vnd.sdmx.data+csv"}


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
    newest: dict[int, Edition] = {}
    for edition in _released().filter(dataset__in=[row.pk for row in rows]).order_by("released_at", "number"):
        newest[edition.dataset_id] = edition
    named = names_of([row.place_id for row in rows], language)
    return [_entry(site, row, newest[row.pk], named.get(row.place_id, row.place.name), language) for row in rows]


def _released() -> QuerySet[Edition]:
    return Edition.objects.filter(readable(PUBLIC, edition=""), released_at__isnull=False)


def _entry(site: str, row: Dataset, edition: Edition, name: str, language: str) -> CatalogueEntry:
    place = row.place
    url = f"{site.rstrip('/')}{reverse('dataset', kwargs={'code': row.code})}"
    box = (place.west, place.south, place.east, place.north)
    known = tuple(float(b) for b in box if b is not None)
    about = Extent(name, f"{site}api/v1/places/{quote(place.code)}", known if len(known) == 4 else None)
    return CatalogueEntry(
        url, f"{name}: {_('City profile')}" if row.kind == "profile" else row.title,
        row.description or _("Observations with interval, status and method."), _licence(row.licence, url),
        Agent(row.publisher or "Ekistics"), str(edition.number), language=language,
        issued=_day(row.created_at), modified=_day(edition.released_at), places=(about,),
        distributions=tuple(Distribution(ending.upper(), f"{site}tables/datasets/{quote(row.code)}.{ending}", kind)
                            for ending, kind in _KINDS.items()),
        sources=tuple(Source(p.citation or p.name, licence=p.licence) for p in run_of(edition).inputs),
        provenance=edition.run)


def _licence(text: str, url: str) -> str:
    """Give the address of a licence: SPDX knows those with a short name, others are stated on the page itself."""
    return f"https://spdx.org/licenses/{text}" if _SPDX.fullmatch(text) else f"{url}#licence"


def _day(moment: Any) -> date | None:
    return None if moment is None else moment.date()
