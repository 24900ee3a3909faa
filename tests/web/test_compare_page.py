"""Comparing cities: how they are added by name, what is offered, and the table as a file."""

import csv
import html
import io
import re
from urllib.parse import urlencode

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import Http404
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.observatory.models import Observation
from ekistics.web.observatory.pages.adding import typed_cities
from ekistics.web.observatory.pages.compare import MOST_CITIES, asked_of
from ekistics.web.observatory.pages.shared import require_city
from ekistics.web.places import choosing
from ekistics.web.places.choosing import OFFERED
from ekistics.web.places.models import Place
from ekistics.web.places.search import MOST_WORDS, near_places
from ekistics.web.policy import PUBLIC, Role

pytestmark = pytest.mark.django_db
NAMES = {"AVA": "Avalon", "BOR": "Borneau", "BO2": "Borneau", "COR": "Corvo", "WAS": "Wash, D.C."}


@pytest.fixture
def site(publish) -> Client:
    """Give a visitor of a site with five cities, two of one name and one with a comma in it."""
    for i, (code, name) in enumerate(NAMES.items()):
        publish(f"GHA-{code}", name=name, access=0.5 + i * 0.2 if code != "AVA" else 58.0, at=(i * 0.5, 6.0),
                layers=False, neighbourhoods=0)
    return Client()


def page_of(client: Client, query: str) -> tuple[list[str], list[str], str]:
    """Give the codes that are ticked, those that are offered, and the page."""
    page = client.get(f"/en/compare/?{query}").content.decode()
    boxes = re.findall(r'name="c" value="([^"]+)"( checked)?', page)
    return [code for code, on in boxes if on], [code for code, on in boxes if not on], page


@pytest.mark.parametrize(("typed", "ticked", "offered", "words"), [
    ("Corvo", ["GHA-AVA", "GHA-COR"], [], ""),
    ("cor", ["GHA-AVA", "GHA-COR"], [], ""),
    ("gha-cor", ["GHA-AVA", "GHA-COR"], [], ""),
    ("Borneau (GHA-BO2)", ["GHA-AVA", "GHA-BO2"], [], ""),
    ("Borneau", ["GHA-AVA"], ["GHA-BO2", "GHA-BOR"], "Tick the cities to add"),
    ("Corva", ["GHA-AVA"], ["GHA-COR"], "No city is called 'Corva'. Cities with a name near it stand above."),
    ("Zzyzx", ["GHA-AVA"], [], "No city is called 'Zzyzx'. Try the beginning"),
    ("Corvo, Borneau; Zzyzx، avalon", ["GHA-AVA", "GHA-COR"], ["GHA-BO2", "GHA-BOR"], "No city is called 'Zzyzx'."),
    ("Wash, D.C.", ["GHA-AVA", "GHA-WAS"], [], ""),
    ("Ghana", ["GHA-AVA"], [], "No city is called 'Ghana'."),
])
def test_a_city_is_added_by_what_people_type(site, typed, ticked, offered, words) -> None:
    chosen, maybe, page = page_of(site, f"c=GHA-AVA&q={typed.replace(';', '%3B')}")
    assert (chosen, sorted(maybe)) == (ticked, offered)
    assert words.replace("'", "&#39;") in page


def test_a_city_that_is_called_as_a_country_is_coded_is_found(site, publish) -> None:
    publish("OMN-SUR", name="Sur", country="OMN", layers=False, neighbourhoods=0)
    for typed in ("Sur", "OMN-SUR", "Avalon, sur"):
        chosen, maybe, page = page_of(site, f"c=GHA-AVA&q={typed}")
        assert (chosen, maybe) == (["GHA-AVA", "OMN-SUR"], []) and "No city is called" not in page, typed


def test_cities_that_were_offered_stay_until_they_are_ticked(site) -> None:
    _chosen, offered, page = page_of(site, "c=GHA-AVA&q=Borneau")
    assert all(f'type="hidden" name="f" value="{code}"' in page for code in offered)
    chosen, offered, page = page_of(site, "c=GHA-AVA&f=GHA-BOR&f=GHA-BO2&c=GHA-BO2&q=corvo")
    assert (chosen, offered) == (["GHA-AVA", "GHA-BO2", "GHA-COR"], ["GHA-BOR"])
    assert 'data-copy="http://127.0.0.1:8000/en/compare/?c=GHA-AVA&amp;c=GHA-BO2&amp;c=GHA-COR"' in page


def test_more_cities_than_fit_are_offered_and_none_is_lost(site, publish, monkeypatch) -> None:
    monkeypatch.setattr("ekistics.web.observatory.pages.compare.MOST_CITIES", 2)
    chosen, offered, page = page_of(site, "c=GHA-AVA&c=GHA-BOR&q=corvo")
    assert (chosen, offered) == (["GHA-AVA", "GHA-BOR"], ["GHA-COR"]) and "No more than 2 cities fit." in page
    chosen, offered, page = page_of(site, "c=GHA-AVA&c=GHA-BOR&q=corvo&f=GHA-COR&f=GHA-BO2")
    assert (chosen, offered) == (["GHA-AVA", "GHA-BOR"], ["GHA-COR", "GHA-BO2"])
    assert re.findall(r'name="f" value="([^"]+)"', page) == offered


def field_of(page: str) -> str:
    """Give what stands in the field for names."""
    return html.unescape(re.findall(r'name="q"[^>]* value="([^"]*)"', page)[-1])


def test_names_that_are_not_read_at_once_are_told_and_read_next(site) -> None:
    names = [*(f"Zzyzx{i}" for i in range(MOST_CITIES - 1)), "Corvo", "Wash", "Borneau"]
    for asked, left in ((names[:MOST_CITIES], ""), (names, "Wash; Borneau")):
        chosen, _offered, page = page_of(site, urlencode({"c": "GHA-AVA", "q": ", ".join(asked)}))
        assert chosen == ["GHA-AVA", "GHA-COR"] and page.count("No city is called") == MOST_CITIES - 1
        assert ("Not all names were read at once." in page) == bool(left)
        assert field_of(page) == (left or "Zzyzx0")
    chosen, offered, page = page_of(site, urlencode({"c": "GHA-AVA", "q": field_of(page)}))
    assert (chosen, sorted(offered), field_of(page)) == (["GHA-AVA", "GHA-WAS"], ["GHA-BO2", "GHA-BOR"], "")


@pytest.mark.parametrize("names", [
    [f"Nowhere at all number {i}" for i in range(60)], ["y" * 90] * 9, ["x" * 5000, "Corvo"],
    ["Corvo", "z" * 201, "Avalon"]], ids=["many", "long", "longest", "one-long"])
def test_every_name_of_a_long_text_is_read_in_the_end(site, names) -> None:
    text, seen, rounds = ";".join(names), set(), 0
    while text:
        typed = typed_cities(PUBLIC, text, most=MOST_CITIES, offers=5)
        seen |= {*typed.unknown, *(place.name for place in typed.cities)}
        text, rounds = "; ".join(typed.left), rounds + 1
    assert seen == set(names) and 1 < rounds <= len(names)


def test_the_looks_for_slips_do_not_grow_with_the_names(site, monkeypatch) -> None:
    looked_for = []
    monkeypatch.setattr(choosing, "near_places", lambda actor, text, **how: looked_for.append(text) or [])
    for names, looks in ((1000, MOST_CITIES), (15, MOST_CITIES + 1)):  # short texts are looked for as a whole, too
        looked_for.clear()
        page_of(site, urlencode({"q": ",".join(f"zzyzx{i}" for i in range(names))}))
        assert len(looked_for) == looks
    with CaptureQueriesContext(connection) as asked:
        assert near_places(PUBLIC, " ".join(f"zzyzx{i}" for i in range(MOST_WORDS + 1))) == []
    assert not asked.captured_queries


def test_each_name_that_may_be_of_several_cities_has_one_among_those_offered(site, publish, monkeypatch) -> None:
    monkeypatch.setattr("ekistics.web.observatory.pages.compare.FOUND", 2)
    _chosen, offered, page = page_of(site, "q=Borneau, Corva")
    assert offered == ["GHA-BO2", "GHA-COR"] and "Cities with a name near it stand above." in page


def test_the_names_of_cities_are_suggested_where_they_are_not_too_many(site) -> None:
    page = page_of(site, "")[2]
    assert '<option value="Borneau (GHA-BO2)">' in page and 'list="city-names"' in page
    Place.objects.bulk_create(Place(code=f"GHA-X{i}", name=f"X{i}", kind="city", country="GHA", listed=True,
                                    path=f"x{i}/") for i in range(OFFERED))
    assert "<datalist" not in page_of(site, "c=GHA-AVA")[2]


def test_a_city_in_work_is_not_found_by_others(site, publish) -> None:
    publish("GHA-NEW", name="Newtown", state="draft", layers=False, neighbourhoods=0)
    for typed in ("Newtown", "GHA-NEW", "Newtow", "Newtawn"):
        chosen, offered, page = page_of(site, f"c=GHA-AVA&q={typed}&f=GHA-NEW")
        assert (chosen, offered) == (["GHA-AVA"], []), typed
        assert f"No city is called &#39;{typed}&#39;. Try the beginning" in page, typed
        assert page.count("Newtown") == page.count(typed) * (typed == "Newtown"), typed


@pytest.mark.parametrize(("scopes", "knows"), [(None, True), ({"read"}, True), ({"publish"}, False), ((), False)])
def test_who_may_know_of_a_city_is_one_rule(publish, person, scopes, knows) -> None:
    publish("GHA-NEW", name="Newtown", state="draft", layers=False, neighbourhoods=0)
    actor = actor_of_user(person(Role.VIEWER, "GHA"), scopes=None if scopes is None else frozenset(scopes))
    new = Place.objects.get(code="GHA-NEW")
    expected = (new,) if knows else ()
    assert asked_of(RequestFactory().get("/", {"c": "GHA-NEW"}), actor).cities == expected
    assert typed_cities(actor, "Newtown", most=5, offers=5).cities == expected
    if not knows:
        with pytest.raises(Http404):
            require_city(actor, new.code)
    else:
        assert require_city(actor, new.code) == new
    with pytest.raises(Http404):
        require_city(actor, "GHA")  # known, and no city


def test_the_comparison_is_a_table_to_download(site) -> None:
    page = page_of(site, "c=GHA-AVA&c=GHA-COR&i=sdg_11_2_1&i=sdg_11_6_2")[2]
    address = re.search(r'href="(/en/compare/table\.csv\?[^"]+)"', page)
    assert address is not None
    answer = site.get(address[1].replace("&amp;", "&"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="comparison.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(r["indicator"], r["ref_area"], r["place"], r["obs_value"], r["lci"], r["uci"]) for r in rows] == [
        ("sdg_11_2_1", "GHA-AVA", "Avalon", "58.0", "55.0", "61.0"),
        ("sdg_11_2_1", "GHA-COR", "Corvo", "1.1", "0.0", "4.1"),
        ("sdg_11_6_2", "GHA-AVA", "Avalon", "", "", ""), ("sdg_11_6_2", "GHA-COR", "Corvo", "", "", "")]
    assert rows[1]["remark"] == "lower than the first city" and rows[1]["address"].endswith("/")
    assert rows[2]["remark"].startswith("not computed: ") and rows[1]["unit_measure"] == "PT"
    assert site.get("/en/compare/table.csv?c=NOWHERE").status_code == 404


def test_the_marks_are_explained_and_small_shares_fit_their_axis(site) -> None:
    page = page_of(site, "c=GHA-BOR&c=GHA-COR&i=sdg_11_2_1")[2]
    assert "Borneau, the first city" in page and "a mark without a line has none stated" in page
    spec = site.get("/en/charts/compare.json?c=GHA-BOR&c=GHA-COR&i=sdg_11_2_1").json()
    x = spec["layer"][0]["encoding"]["x"]
    assert x["scale"]["domain"][0] == 0 and x["scale"]["domain"][1] < 5
    assert x["axis"]["title"] == ["The axis does not end at 100."]
    whole = site.get("/en/charts/compare.json?c=GHA-AVA&c=GHA-COR&i=sdg_11_2_1").json()
    assert whole["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, 100]


def test_what_no_city_has_a_value_of_is_no_chart(site) -> None:
    _ticked, _offered, page = page_of(site, "c=GHA-AVA&c=GHA-COR")
    assert page.count("data-chart") >= 1
    Observation.objects.filter(measure__indicator__code="population_density").update(
        obs_value=None, se=None, lci=None, uci=None, reason="no-population")
    caches["pages"].clear()
    _ticked, _offered, bare = page_of(site, "c=GHA-AVA&c=GHA-COR")
    assert bare.count("data-chart") == page.count("data-chart") - 1
