"""Catalogue entries: both vocabularies say the same, leave out what is not known, and cannot break out of a page."""

import json
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekistics.core.errors import InvalidValueError
from ekistics.publish.catalogue import (
    Agent,
    CatalogueEntry,
    Distribution,
    Extent,
    Source,
    dcat_catalogue,
    dcat_dataset,
    embedded,
    schema_org_dataset,
)

SHA = "ab" * 32
ENTRY = CatalogueEntry(
    "https://example.org/data/merrow", "Merrow in numbers", "Every value of Merrow.",
    "https://creativecommons.org/licenses/by/4.0/", Agent("Observatory", "https://example.org/", "data@example.org"),
    "3", issued=date(2026, 1, 5), modified=date(2026, 11, 26), first="2000", last="2020-Q3",
    keywords=("city", "SDG 11"),
    places=(Extent("Merrow", "https://example.org/place/XMU-MERROW", (10.5, -3.25, 11.0, -3.0)),),
    distributions=(Distribution("All rows", "https://example.org/data/merrow.csv", "text/csv", SHA, 1234),),
    sources=(Source("Census 2020", "https://example.org/census", "CC BY 4.0"), Source("Field notes")),
    provenance="Computed by run dbc7.", previous="https://example.org/data/merrow/2", variables=("Open public space",))
BARE = CatalogueEntry("urn:x-city:1", "T", "D", "https://example.org/l", Agent("O"), "1")


def test_dcat_says_all_that_is_known():
    got = dcat_dataset(ENTRY)
    assert got["@context"]["dcat"] == "http://www.w3.org/ns/dcat#"
    assert {name: value for name, value in got.items() if name != "@context"} == {
        "@id": "https://example.org/data/merrow", "@type": "dcat:Dataset",
        "dct:identifier": "https://example.org/data/merrow",
        "dct:title": {"@value": "Merrow in numbers", "@language": "en"},
        "dct:description": {"@value": "Every value of Merrow.", "@language": "en"},
        "dct:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
        "dct:publisher": {"@type": "foaf:Organization", "foaf:name": "Observatory",
                          "foaf:homepage": {"@id": "https://example.org/"}},
        "dcat:contactPoint": {"@type": "vcard:Organization", "vcard:fn": "Observatory",
                              "vcard:hasEmail": {"@id": "mailto:data@example.org"}},
        "dcat:version": "3", "dcat:previousVersion": {"@id": "https://example.org/data/merrow/2"},
        "dcat:landingPage": {"@id": "https://example.org/data/merrow"},
        "dct:issued": {"@value": "2026-01-05", "@type": "xsd:date"},
        "dct:modified": {"@value": "2026-11-26", "@type": "xsd:date"},
        "dcat:keyword": [{"@value": "city", "@language": "en"}, {"@value": "SDG 11", "@language": "en"}],
        "dct:temporal": {"@type": "dct:PeriodOfTime", "dcat:startDate": {"@value": "2000-01-01", "@type": "xsd:date"},
                         "dcat:endDate": {"@value": "2020-09-30", "@type": "xsd:date"}},
        "dct:spatial": [{
            "@id": "https://example.org/place/XMU-MERROW", "@type": "dct:Location",
            "locn:geographicName": {"@value": "Merrow", "@language": "en"},
            "dcat:bbox": {"@value": "POLYGON ((10.5 -3.25, 11 -3.25, 11 -3, 10.5 -3, 10.5 -3.25))",
                          "@type": "gsp:wktLiteral"}}],
        "dcat:distribution": [{
            "@type": "dcat:Distribution", "dct:title": {"@value": "All rows", "@language": "en"},
            "dcat:accessURL": {"@id": "https://example.org/data/merrow"},
            "dcat:downloadURL": {"@id": "https://example.org/data/merrow.csv"},
            "dcat:mediaType": {"@id": "https://www.iana.org/assignments/media-types/text/csv"},
            "dcat:byteSize": {"@value": "1234", "@type": "xsd:nonNegativeInteger"},
            "dct:license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "spdx:checksum": {"@type": "spdx:Checksum", "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                              "spdx:checksumValue": {"@value": SHA, "@type": "xsd:hexBinary"}}}],
        "dct:source": [{"@id": "https://example.org/census", "@type": "prov:Entity", "dct:title": "Census 2020",
                        "dct:rights": {"@type": "dct:RightsStatement", "rdfs:label": "CC BY 4.0"}},
                       {"@type": "prov:Entity", "dct:title": "Field notes"}],
        "dct:provenance": {"@type": "dct:ProvenanceStatement",
                           "rdfs:label": {"@value": "Computed by run dbc7.", "@language": "en"}}}


def test_schema_org_says_all_that_is_known():
    assert schema_org_dataset(ENTRY) == {
        "@context": "https://schema.org/", "@type": "Dataset", "@id": "https://example.org/data/merrow",
        "url": "https://example.org/data/merrow", "identifier": "https://example.org/data/merrow",
        "name": "Merrow in numbers", "description": "Every value of Merrow.", "inLanguage": "en",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        **dict.fromkeys(("publisher", "creator"), {"@type": "Organization", "name": "Observatory",
                                                   "url": "https://example.org/", "email": "data@example.org"}),
        "version": "3", "isAccessibleForFree": True, "datePublished": "2026-01-05", "dateModified": "2026-11-26",
        "keywords": ["city", "SDG 11"], "variableMeasured": ["Open public space"],
        "temporalCoverage": "2000-01-01/2020-09-30",
        "spatialCoverage": [{"@type": "Place", "name": "Merrow", "url": "https://example.org/place/XMU-MERROW",
                             "geo": {"@type": "GeoShape", "box": "-3.25 10.5 -3 11"}}],
        "distribution": [{"@type": "DataDownload", "name": "All rows",
                          "contentUrl": "https://example.org/data/merrow.csv", "encodingFormat": "text/csv",
                          "sha256": SHA, "contentSize": "1234 B"}],
        "isBasedOn": [{"@type": "CreativeWork", "name": "Census 2020", "url": "https://example.org/census"},
                      {"@type": "CreativeWork", "name": "Field notes"}]}


def test_what_is_not_known_is_left_out():
    assert set(dcat_dataset(BARE)) == {"@context", "@id", "@type", "dct:identifier", "dct:title", "dct:description",
                                       "dct:license", "dct:publisher", "dcat:version", "dcat:landingPage"}
    assert set(schema_org_dataset(BARE)) == {"@context", "@type", "@id", "url", "identifier", "name", "description",
                                             "inLanguage", "license", "publisher", "creator", "version",
                                             "isAccessibleForFree"}


def test_every_prefix_stands_in_the_context():
    got = dcat_catalogue([ENTRY, BARE], url="https://example.org/data", title="Data", publisher=Agent("Observatory"))
    context, seen = got["@context"], set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            seen.update(key.split(":")[0] for key in value if ":" in key)
            seen.update(value["@type"].split(":")[:1] if "@type" in value else [])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk({name: value for name, value in got.items() if name != "@context"})
    assert seen == set(context)
    assert [each["@id"] for each in got["dcat:dataset"]] == [ENTRY.url, BARE.url]
    assert all("@context" not in each for each in got["dcat:dataset"])


def test_one_period_is_a_span_and_a_box_may_cross_the_180th_meridian():
    assert replace(ENTRY, first="2020-02", last="").span == (date(2020, 2, 1), date(2020, 2, 29))
    fiji = replace(ENTRY, places=(Extent("Fiji", bbox=(177.0, -19.5, -178.0, -16.0)),))
    assert dcat_dataset(fiji)["dct:spatial"][0]["dcat:bbox"]["@value"] == (
        "MULTIPOLYGON (((177 -19.5, 180 -19.5, 180 -16, 177 -16, 177 -19.5)), "
        "((-180 -19.5, -178 -19.5, -178 -16, -180 -16, -180 -19.5)))")


@pytest.mark.parametrize("change", [
    {"url": "javascript:alert(1)"}, {"url": ""}, {"licence": "CC BY"}, {"previous": "../2"}, {"first": "soon"},
    {"first": "2021", "last": "2020"}, {"url": 'https://x"><script>'}])
def test_what_cannot_be_is_refused(change):
    with pytest.raises(InvalidValueError):
        replace(ENTRY, **change)


@pytest.mark.parametrize("make", [
    lambda: Distribution("t", "file:///etc/passwd", "text/csv"), lambda: Distribution("t", "https://x.org/a", "csv"),
    lambda: Distribution("t", "https://x.org/a", "text/csv", "AB" * 32), lambda: Extent("x", bbox=(0, 5, 1, 4)),
    lambda: Extent("x", bbox=(0, 0, 200, 4)), lambda: Agent("x", "mailto:x"), lambda: Source("x", "data:text/html,x")])
def test_parts_that_cannot_be_are_refused(make):
    with pytest.raises(InvalidValueError):
        make()


class Scripts(HTMLParser):
    """What a browser takes for the content of script elements, and everything else it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.rest: list[str] = []
        self.inside = False

    def handle_starttag(self, tag, attrs):
        self.inside = tag == "script"
        (self.scripts if self.inside else self.rest).append("" if self.inside else tag)

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        if self.inside:
            self.scripts[-1] += data
        else:
            self.rest.append(data)


@given(st.text(st.sampled_from("<>/!-scriptSCRIPT&\u2028\u2029\"'é]")) | st.text(st.characters(codec="utf-8")))
def test_embedded_text_never_leaves_its_element(text):
    document = schema_org_dataset(replace(ENTRY, title=text, description=f"<!--<script>{text}</script>-->"))
    written = embedded(document)
    assert json.loads(written) == document
    assert not set(written) & set("<>&\u2028\u2029")
    page = Scripts()
    page.feed(f'<script type="application/ld+json">{written}</script>')
    page.close()
    assert page.rest == []
    assert json.loads(page.scripts[0]) == document
