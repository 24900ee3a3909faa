"""The world of M49 in the record: a tree with the codes, names and words of search of each place."""

from ekistics.core import m49
from ekistics.core.place_names import area_names
from ekistics.core.search_terms import terms
from ekistics.web.places.models import Place, PlaceCode, PlaceName, SearchTerm
from ekistics.web.places.tree import ensure_country, seed_world


def test_the_world_is_a_tree_of_every_area_and_stays_as_it_is(world):
    assert seed_world() == 0
    waiting, areas = [m49.area(m49.WORLD)], {}
    while waiting:
        area = waiting.pop()
        areas[area.iso_alpha3 or area.m49] = area
        waiting += m49.children(area.m49)
    places = {p.code: p for p in Place.objects.select_related("parent")}
    assert set(places) == set(areas) and places[world.code].parent is None
    for code, place in places.items():
        above = place.parent.path if place.parent else ""
        assert place.path == f"{above}{code}/"
        assert (place.parent is None) == (code == world.code)
        assert (place.kind, place.country) == (areas[code].kind, areas[code].iso_alpha3)
        if place.parent:
            up = m49.area(areas[code].parent)
            assert place.parent.code == (up.iso_alpha3 or up.m49)


def test_every_area_has_its_own_codes_names_and_words(world):
    for place in Place.objects.prefetch_related("codes", "names", "terms"):
        number = next(c.value for c in place.codes.all() if c.scheme == "M49")
        area, names = m49.area(number), area_names(number)
        assert {c.scheme: c.value for c in place.codes.all()} == {
            scheme: value for scheme, value in (("M49", area.m49), ("ISO 3166-1 alpha-2", area.iso_alpha2),
                                                ("ISO 3166-1 alpha-3", area.iso_alpha3)) if value}
        assert {n.language: n.name for n in place.names.all()} == names and place.name == names.get("en", place.code)
        wanted = {place.code.casefold(), *terms(place.name), *(t for name in names.values() for t in terms(name))}
        assert {t.term for t in place.terms.all()} == wanted
        assert all(t.backwards == t.term[::-1] for t in place.terms.all())


def test_what_is_missing_of_the_world_is_added_and_nothing_else(world):
    ghana = Place.objects.get(code="GHA")
    above, kept = ghana.parent, set(SearchTerm.objects.exclude(place=ghana).values_list("id", flat=True))
    counts = [model.objects.count() for model in (Place, PlaceCode, PlaceName, SearchTerm)]
    ghana.delete()
    assert seed_world() == 1
    again = Place.objects.get(code="GHA")
    assert (again.parent, again.path) == (above, ghana.path) and again.codes.filter(value="288").exists()
    assert [model.objects.count() for model in (Place, PlaceCode, PlaceName, SearchTerm)] == counts
    assert set(SearchTerm.objects.exclude(place=again).values_list("id", flat=True)) == kept


def test_a_record_without_the_world_gets_it_with_its_first_country(db):
    while (leaves := Place.objects.filter(children=None)).exists():
        leaves.delete()
    assert ensure_country("GHA").path.startswith("001/") and seed_world() == 0
