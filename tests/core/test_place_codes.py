"""Codes of places: they fit the place, come apart again, and refuse what is none."""

import numpy as np
import pytest
from affine import Affine

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.m49 import areas
from ekistics.core.place import Place
from ekistics.core.place_codes import OtherCode, area_code, centre_code, centre_parts, checked_country, city_code
from ekistics.core.raster import Grid
from ekistics.geo.degurba import centre_frame, classify


def test_codes_fit_a_place_and_come_apart():
    code = centre_code("GHA", "UCW00021N00695")
    assert Place(code, "Accra", "city", "GHA", "GHA").code == "GHA-UCW00021N00695"
    assert centre_parts(code) == ("GHA", "UCW00021N00695")
    assert centre_parts(centre_code("GHA", "UCE00000S00000b")) == ("GHA", "UCE00000S00000b")


def test_every_area_has_a_code_of_its_own_that_fits_a_place():
    codes = [area_code(row) for row in areas()]
    assert len(set(codes)) == len(codes)
    assert all(Place(code, code, "region", "XXX").code == code for code in codes)


def test_the_ids_that_a_delineation_gives_are_accepted():
    people = np.zeros((40, 40))
    people[2:12, 2:12] = people[20:32, 20:32] = 2000.0
    grid = Grid(MOLLWEIDE, Affine(1000, 0, -20_000, 0, -1000, 20_000), 40, 40)  # the four quarters of the plane
    found = centre_frame(classify(people, people * 100, np.full((40, 40), 1e6), cell_area=1e6).centres, grid)
    assert [centre_code("XXX", text) for text in found["centre_id"]] == ["XXX-UCW00013N00013", "XXX-UCE00006S00006"]


@pytest.mark.parametrize("centre_id", ["UCW21N695", "ucw00021n00695", "UCW00021N00695ab", "", "UCX00021N00695",
                                       "UCW00021N00695\n"])
def test_what_is_no_centre_is_refused(centre_id):
    with pytest.raises(InvalidValueError) as caught:
        centre_code("GHA", centre_id)
    assert caught.value.param == "centre_id"


@pytest.mark.parametrize(("country", "local"), [("gha", "ACC"), ("GH", "ACC"), ("GHA", ""), ("GHA", "A-B"),
                                                ("GHA", "Ácc"), ("GHA", "../x"), ("GHA", "_a")])
def test_what_is_no_city_is_refused(country, local):
    with pytest.raises(InvalidValueError):
        city_code(country, local)


@pytest.mark.parametrize("code", ["BRA-POA", "GHA", "202", "GHA-UCW00021N00695:1", "-UCW00021N00695"])
def test_other_codes_are_no_centres(code):
    assert centre_parts(code) is None


@pytest.mark.parametrize(("scheme", "value"), [
    ("iso3166-2", "GH-AA"), ("un-locode", "GHACC"), ("ghsl-ucdb:R2019A", "1494"), ("m49", "288"),
    ("national:Ghana Statistical Service", "03 05"), ("centre:2015", "UCW00021N00694")])
def test_other_schemes_are_rows(scheme, value):
    assert OtherCode("GHA-UCW00021N00695", scheme, value).value == value


@pytest.mark.parametrize(("scheme", "value"), [
    ("iso3166-2", "GHA"), ("ghsl-ucdb", "1494"), ("m49:2023", "288"), ("m49", "GHA"), ("national:x", " "),
    ("ghsl-ucdb:R2019A", "x"), ("ghsl-ucdb:", "1494"), ("m49", "٠٧٦")])
def test_a_code_that_its_scheme_cannot_hold_is_refused(scheme, value):
    with pytest.raises(InvalidValueError):
        OtherCode("GHA", scheme, value)


def test_an_unknown_scheme_names_the_nearest():
    with pytest.raises(UnknownNameError, match="iso3166-2"):
        OtherCode("GHA", "iso-3166-2", "GH-AA")


@pytest.mark.parametrize("country", ["GHA", "XKX", "XXX", "QMA"])
def test_countries_and_codes_of_users_are_known(country):
    assert checked_country(country) == country


@pytest.mark.parametrize("country", ["GHX", "gha", "QLA", "", "ANT"])
def test_a_country_that_does_not_exist_is_refused(country):
    with pytest.raises(UnknownNameError):
        checked_country(country)
