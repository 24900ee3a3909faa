"""The table of areas against other programs' data and against the United Nations' own code list."""

import hashlib
import tomllib
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from ekistics.core.errors import UnknownNameError
from ekistics.core.m49 import WORLD, area, areas, by_iso3, children, parents
from ekistics.core.place_names import LANGUAGES, area_names, nameless

GOLDEN = tomllib.loads((Path(__file__).parent / "golden_m49.toml").read_text(encoding="utf-8"))
COUNTRIES = [row for row in areas() if row.kind == "country"]


def test_iso_codes_are_those_of_pycountry():
    lines = sorted(f"{row.m49},{row.iso_alpha2},{row.iso_alpha3}" for row in COUNTRIES
                   if row.iso_alpha3 and row.iso_alpha3 != "XKX")
    assert len(lines) == GOLDEN["iso"]["count"]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == GOLDEN["iso"]["sha256"]


def test_countries_by_region_are_those_of_country_converter():
    expected = {code: n for code, n in GOLDEN["countries_by_region"].items() if code.isdigit()}
    expected["057"] += 1  # Nauru, which M49 has in Micronesia
    expected["061"] -= 1
    expected["154"] += 1  # Sark, which has no ISO code
    counted = Counter(above.m49 for row in COUNTRIES for above in parents(row.m49) if above.m49 in expected)
    assert dict(counted) == expected


def test_parents_are_those_of_the_united_nations(shared_data):
    listed = _cl_area(shared_data("sdmx-sdg-dsd/dsd.xml"))
    differ = {row.m49 for row in areas() if row.m49 != WORLD and listed[row.m49] != row.parent}
    assert differ == {"178", "412"}  # docs/decisions/0011-areas.md says why


def _cl_area(path: Path) -> dict[str, str]:
    """Read code and parent of CL_AREA from the structure file, without our reader."""
    structure = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure}"
    found = {}
    for codes in ET.parse(path).iter(f"{structure}Codelist"):
        if codes.get("id") == "CL_AREA":
            for code in codes.iter(f"{structure}Code"):
                parent = code.find(f"{structure}Parent/Ref")
                found[code.get("id").zfill(3)] = "" if parent is None else parent.get("id").zfill(3)
    return found


@pytest.mark.parametrize(("letters", "above"), [
    ("BRA", ["005", "419", "019", "001"]), ("GHA", ["011", "202", "002", "001"]), ("ESP", ["039", "150", "001"]),
    ("COG", ["017", "202", "002", "001"]), ("JEY", ["830", "154", "150", "001"]), ("ATA", ["001"])])
def test_parents_climb_to_the_world(letters, above):
    assert [row.m49 for row in parents(by_iso3(letters).m49)] == above


def test_the_table_is_one_tree():
    codes = [row.m49 for row in areas()]
    assert len(codes) == len(set(codes))
    assert [row.m49 for row in areas() if not row.parent] == [WORLD]
    for row in areas():
        assert row.m49 == WORLD or parents(row.m49)[-1].m49 == WORLD
        assert (row.kind == "country") == (not children(row.m49))


def test_only_known_areas_have_no_iso_letters():
    assert {row.m49 for row in COUNTRIES if not row.iso_alpha3} == {"680"}
    assert {row.m49 for row in areas() if row.listed == "sdg"} == {"158", "412"}


@pytest.mark.parametrize("code", ["999", "", "BRA", "-76", "0076", "٠٧٦"])
def test_an_unknown_code_is_refused(code):
    with pytest.raises(UnknownNameError) as caught:
        area(code)
    assert caught.value.param == "m49"


@pytest.mark.parametrize("letters", ["bra", "ZZZ", "", "BR"])
def test_unknown_letters_are_refused(letters):
    with pytest.raises(UnknownNameError):
        by_iso3(letters)


def test_names_in_six_languages():
    assert area_names("818") == {"ar": "مصر", "en": "Egypt", "es": "Egipto", "fr": "Égypte", "ru": "Египет",
                                 "zh": "埃及"}
    assert area_names("202")["fr"] == "Afrique subsaharienne"
    assert list(area_names("076")) == list(LANGUAGES)


def test_gaps_in_names_are_named():
    assert {row.m49: nameless(row.m49) for row in areas() if nameless(row.m49)} == {
        "680": tuple(LANGUAGES), "830": tuple(LANGUAGES)}
    assert area_names("830") == {}
