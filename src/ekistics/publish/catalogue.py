"""Catalogue entries as JSON-LD: DCAT 3 for catalogues that harvest us, schema.org for search engines."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.period import Period

__all__ = ["Agent", "CatalogueEntry", "Distribution", "Extent", "Source", "dcat_catalogue", "dcat_dataset", "embedded",
           "schema_org_dataset"]

JsonLd = dict[str, Any]
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#", "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "locn": "http://www.w3.org/ns/locn#", "xsd": "http://www.w3.org/2001/XMLSchema#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
}
_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"
_ADDRESS = re.compile(r"(?:https?://[^\s<>\"{}|\\^`]+|urn:[a-zA-Z0-9][a-zA-Z0-9-]{0,31}:[^\s<>\"{}|\\^`]+)")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(;.*)?", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def _check(value: str, form: re.Pattern[str], *, param: str, expected: str, optional: bool = False) -> None:
    if not (optional and not value) and not form.fullmatch(value):
        raise InvalidValueError(_("A catalogue entry has a part that cannot be read."), param=param, expected=expected,
                                got=repr(value))


def _check_address(value: str, param: str, *, optional: bool = True) -> None:
    _check(value, _ADDRESS, param=param, expected=_("an address that begins with https:// or http://, or a URN"),
           optional=optional)


@dataclass(frozen=True, slots=True)
class Agent:
    """Who publishes or answers.

    Parameters
    ----------
    name : str
        Name of the body.
    url, email : str, optional
        Its page and address.
    """

    name: str
    url: str = ""
    email: str = ""

    def __post_init__(self) -> None:
        _check_address(self.url, "url")


@dataclass(frozen=True, slots=True)
class Source:
    """An input that the data were made from.

    Parameters
    ----------
    title : str
        Name of the source.
    url, licence : str, optional
        Where it is, and its terms as its maker states them.
    """

    title: str
    url: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        _check_address(self.url, "url")


@dataclass(frozen=True, slots=True)
class Extent:
    """A place that the data cover.

    Parameters
    ----------
    name : str
        Name for people.
    url : str, optional
        Stable address of the place.
    bbox : tuple of float, optional
        West, south, east, north in degrees (WGS 84); west is greater than east across the 180th meridian.
    """

    name: str
    url: str = ""
    bbox: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        _check_address(self.url, "url")
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
                raise InvalidValueError(_("This is not a box in degrees."), param="bbox",
                                        expected=_("west, south, east, north"), got=self.bbox)


@dataclass(frozen=True, slots=True)
class Distribution:
    """One file of the data.

    Parameters
    ----------
    title : str
        What it is, for people.
    url : str
        Where it is downloaded.
    media_type : str
        Its media type, e.g. ``text/csv``.
    sha256 : str, optional
        Checksum, 64 hexadecimal digits in lower case.
    bytes : int, optional
        Size.
    conforms_to : str, optional
        Address of the standard it follows.
    """

    title: str
    url: str
    media_type: str
    sha256: str = ""
    bytes: int | None = None
    conforms_to: str = ""

    def __post_init__(self) -> None:
        _check_address(self.url, "url", optional=False)
        _check_address(self.conforms_to, "conforms_to")
        _check(self.media_type, _MEDIA_TYPE, param="media_type", expected=_("e.g. text/csv"))
        _check(self.sha256, _SHA256, param="sha256", expected=_("64 hexadecimal digits"), optional=True)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A data set as a catalogue shows it.

    Parameters
    ----------
    url : str
        Stable address of the entry, which is also its name in RDF.
    title, description : str
        For people, in ``language``.
    licence : str
        Address of the licence.
    publisher : Agent
        Who publishes it.
    version : str
        Edition.
    language : str, default "en"
        Language of title and description (BCP 47).
    issued, modified : datetime.date, optional
        First publication, and last change.
    first, last : str, optional
        First and last period covered, in SDMX forms.
    keywords : tuple of str
        Words to find it by.
    places : tuple of Extent
        What it covers.
    distributions : tuple of Distribution
        Its files.
    sources : tuple of Source
        What it was made from.
    provenance : str, optional
        How it was made, in words.
    previous : str, optional
        Address of the edition before.
    variables : tuple of str
        Names of the indicators in it.
    """

    url: str
    title: str
    description: str
    licence: str
    publisher: Agent
    version: str
    language: str = "en"
    issued: date | None = None
    modified: date | None = None
    first: str = ""
    last: str = ""
    keywords: tuple[str, ...] = ()
    places: tuple[Extent, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    sources: tuple[Source, ...] = ()
    provenance: str = ""
    previous: str = ""
    variables: tuple[str, ...] = ()
    _span: tuple[date, date] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_address(self.url, "url", optional=False)
        _check_address(self.licence, "licence", optional=False)
        _check_address(self.previous, "previous")
        object.__setattr__(self, "_span", self._covered())

    def _covered(self) -> tuple[date, date] | None:
        if not self.first and not self.last:
            return None
        start = Period.parse(self.first or self.last).start
        end = Period.parse(self.last or self.first).end
        if start > end:
            raise InvalidValueError(_("The first period is after the last."), param="first", got=self.first)
        return start, end

    @property
    def span(self) -> tuple[date, date] | None:
        """Give the first and last day covered; None where no period is stated."""
        return self._span


def dcat_dataset(entry: CatalogueEntry) -> JsonLd:
    """Describe a data set in DCAT 3.

    Parameters
    ----------
    entry : CatalogueEntry
        The entry.

    Returns
    -------
    dict
        JSON-LD with its context; what is not known is left out.

    Examples
    --------
    >>> entry = CatalogueEntry("https://example.org/d/1", "Cities", "All cities.", "https://example.org/licence",
    ...                        Agent("Observatory"), "3")
    >>> dcat_dataset(entry)["dct:title"]
    {'@value': 'Cities', '@language': 'en'}
    """
    return {"@context": _CONTEXT, **_dcat(entry)}


def dcat_catalogue(entries: Iterable[CatalogueEntry], *, url: str, title: str, publisher: Agent,
                   language: str = "en") -> JsonLd:
    """Describe a whole catalogue in DCAT 3.

    Parameters
    ----------
    entries : iterable of CatalogueEntry
        Its data sets.
    url, title : str
        Address and name of the catalogue.
    publisher : Agent
        Who keeps it.
    language : str, default "en"
        Language of the title.

    Returns
    -------
    dict
        JSON-LD with its context.
    """
    _check_address(url, "url", optional=False)
    return {"@context": _CONTEXT, "@id": url, "@type": "dcat:Catalog", "dct:title": _text(title, language),
            "dct:publisher": _agent(publisher), "dcat:dataset": [_dcat(entry) for entry in entries]}


def _dcat(entry: CatalogueEntry) -> JsonLd:
    language = entry.language
    return _known({
        "@id": entry.url, "@type": "dcat:Dataset", "dct:identifier": entry.url,
        "dct:title": _text(entry.title, language), "dct:description": _text(entry.description, language),
        "dct:license": _link(entry.licence), "dct:publisher": _agent(entry.publisher),
        "dcat:contactPoint": _contact(entry.publisher), "dcat:version": entry.version,
        "dcat:previousVersion": _link(entry.previous), "dcat:landingPage": _link(entry.url),
        "dct:issued": _day(entry.issued), "dct:modified": _day(entry.modified),
        "dcat:keyword": [_text(word, language) for word in entry.keywords],
        "dct:temporal": _temporal(entry.span), "dct:spatial": [_location(place, language) for place in entry.places],
        "dcat:distribution": [_distribution(each, entry) for each in entry.distributions],
        "dct:source": [_source(each) for each in entry.sources],
        "dct:provenance": {"@type": "dct:ProvenanceStatement", "rdfs:label": _text(entry.provenance, language)}
        if entry.provenance else None,
    })


def _known(given: JsonLd) -> JsonLd:
    return {name: value for name, value in given.items() if value not in (None, "", [], {})}


def _text(text: str, language: str) -> JsonLd:
    return {"@value": text, "@language": language}


def _link(url: str) -> JsonLd | None:
    return {"@id": url} if url else None


def _day(day: date | None) -> JsonLd | None:
    return None if day is None else {"@value": day.isoformat(), "@type": "xsd:date"}


def _agent(agent: Agent) -> JsonLd:
    return _known({"@type": "foaf:Organization", "foaf:name": agent.name, "foaf:homepage": _link(agent.url)})


def _contact(agent: Agent) -> JsonLd | None:
    if not agent.email:
        return None
    return {"@type": "vcard:Organization", "vcard:fn": agent.name, "vcard:hasEmail": {"@id": f"mailto:{agent.email}"}}


def _temporal(span: tuple[date, date] | None) -> JsonLd | None:
    if span is None:
        return None
    return {"@type": "dct:PeriodOfTime", "dcat:startDate": _day(span[0]), "dcat:endDate": _day(span[1])}


def _location(place: Extent, language: str) -> JsonLd:
    box = None if place.bbox is None else {"@value": _wkt(place.bbox), "@type": "gsp:wktLiteral"}
    return _known({"@id": place.url, "@type": "dct:Location", "locn:geographicName": _text(place.name, language),
                   "dcat:bbox": box})


def _wkt(bbox: tuple[float, float, float, float]) -> str:
    west, south, east, north = bbox
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    rings = [_ring(_degrees(w), _degrees(south), _degrees(e), _degrees(north)) for w, e in halves]
    return f"POLYGON {rings[0]}" if len(rings) == 1 else f"MULTIPOLYGON ({', '.join(rings)})"


def _ring(west: str, south: str, east: str, north: str) -> str:
    return f"(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


def _degrees(value: float) -> str:
    return f"{value:.10g}"


def _distribution(each: Distribution, entry: CatalogueEntry) -> JsonLd:
    size = None if each.bytes is None else {"@value": str(each.bytes), "@type": "xsd:nonNegativeInteger"}
    checksum = {"@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                "spdx:checksumValue": {"@value": each.sha256, "@type": "xsd:hexBinary"}} if each.sha256 else None
    return _known({
        "@type": "dcat:Distribution", "dct:title": _text(each.title, entry.language),
        "dcat:accessURL": _link(entry.url), "dcat:downloadURL": _link(each.url),
        "dcat:mediaType": _link(_MEDIA_TYPES + each.media_type.partition(";")[0]), "dcat:byteSize": size,
        "dct:license": _link(entry.licence), "dct:conformsTo": _link(each.conforms_to), "spdx:checksum": checksum})


def _source(source: Source) -> JsonLd:
    rights = {"@type": "dct:RightsStatement", "rdfs:label": source.licence} if source.licence else None
    return _known({"@id": source.url, "@type": "prov:Entity", "dct:title": source.title, "dct:rights": rights})


def schema_org_dataset(entry: CatalogueEntry) -> JsonLd:
    """Describe a data set in the words of schema.org, for the page of the entry.

    Parameters
    ----------
    entry : CatalogueEntry
        The entry.

    Returns
    -------
    dict
        JSON-LD; embed it with :func:`embedded`.
    """
    span = entry.span
    return {"@context": "https://schema.org/", **_known({
        "@type": "Dataset", "@id": entry.url, "url": entry.url, "identifier": entry.url, "name": entry.title,
        "description": entry.description, "inLanguage": entry.language, "license": entry.licence,
        "publisher": _organisation(entry.publisher), "creator": _organisation(entry.publisher),
        "version": entry.version, "isAccessibleForFree": True,
        "datePublished": entry.issued.isoformat() if entry.issued else None,
        "dateModified": entry.modified.isoformat() if entry.modified else None,
        "keywords": list(entry.keywords), "variableMeasured": list(entry.variables),
        "temporalCoverage": f"{span[0].isoformat()}/{span[1].isoformat()}" if span else None,
        "spatialCoverage": [_covered_place(place) for place in entry.places],
        "distribution": [_download(each) for each in entry.distributions],
        "isBasedOn": [_known({"@type": "CreativeWork", "name": s.title, "url": s.url}) for s in entry.sources],
    })}


def _organisation(agent: Agent) -> JsonLd:
    return _known({"@type": "Organization", "name": agent.name, "url": agent.url, "email": agent.email})


def _covered_place(place: Extent) -> JsonLd:
    box = None
    if place.bbox is not None:
        west, south, east, north = place.bbox
        box = {"@type": "GeoShape", "box": " ".join(map(_degrees, (south, west, north, east)))}
    return _known({"@type": "Place", "name": place.name, "url": place.url, "geo": box})


def _download(each: Distribution) -> JsonLd:
    return _known({"@type": "DataDownload", "name": each.title, "contentUrl": each.url,
                   "encodingFormat": each.media_type, "sha256": each.sha256,
                   "contentSize": None if each.bytes is None else f"{each.bytes} B"})


def embedded(document: JsonLd) -> str:
    r"""Write JSON-LD so that it can stand inside a ``script`` element: nothing in it can end the element.

    Parameters
    ----------
    document : dict
        The document.

    Returns
    -------
    str
        JSON with ``<``, ``>``, ``&`` and the two line separators of JavaScript escaped; it is not to be escaped again.

    Examples
    --------
    >>> print(embedded({"name": "</script>"}))
    {"name": "\u003c/script\u003e"}
    """
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text
