"""A statement that is made once gives what its query gives, whatever it is asked with."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ekistics.web import statements
from ekistics.web.observatory.frames import everybody, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.places.models import Place, PlaceName
from ekistics.web.policy import PUBLIC, Actor, Role, readable, visible
from ekistics.web.statements import SHAPES, ActorStatement, Statement

pytestmark = pytest.mark.django_db

HOSTILE = st.sampled_from(["GHA-AVA", "%s", "%", "'", "x' OR '1'='1", '"', "\\", "?", ":1", "", "Ā", "--", "%(code)s"])


def places(code: Any, kind: Any) -> Any:
    return Place.objects.filter(visible(PUBLIC), code=code, kind=kind).select_related("parent").order_by("code")


def editions(place: Any, now: Any) -> Any:
    return Edition.objects.filter(readable(PUBLIC, edition="", now=now), dataset__place=place).select_related(
        "dataset").order_by("-released_at", "-number")


def rows(place: Any, group: Any, now: Any) -> Any:
    return rows_for(PUBLIC, where=Q(place=place, group=group), now=now).order_by("id").values_list(
        "id", "obs_value", "lci", "restricted", "edition__run_record", "edition__released_at")


def plainly(found: list[Any]) -> list[Any]:
    """Give all that rows of a model hold, with what was read beside them."""
    def held(each: Any) -> Any:
        if not hasattr(each, "_state"):
            return each
        fields = {name: value for name, value in vars(each).items() if name != "_state"}
        return fields | {name: held(other) for name, other in each._state.fields_cache.items()}
    return [held(each) for each in found]


@pytest.fixture
def cities(publish) -> list[Place]:
    for code in ("GHA-AVA", "GHA-BEL", "KEN-COR"):
        publish(code, country=code[:3])
    publish("GHA-AVA", access=61.0, year="2021")
    return list(Place.objects.filter(kind="city", listed=True))


def test_models_and_what_is_read_beside_them(cities) -> None:
    statement, now = Statement(editions), timezone.now()
    found = [statement(place=city.pk, now=now) for city in cities]
    assert [plainly(each) for each in found] == [plainly(list(editions(city.pk, now))) for city in cities]
    assert any(found) and all(edition.dataset.title for each in found for edition in each)
    with CaptureQueriesContext(connection) as asked:
        assert statement(place=cities[0].pk, now=now)[0].dataset.title
    assert len(asked) == 1


def test_tuples_with_numbers_truths_times_and_records(cities) -> None:
    statement, now = Statement(rows), timezone.now()
    for city in cities:
        wanted = {"place": city.pk, "group": everybody(), "now": now}
        found = statement(**wanted)
        assert found == list(rows(**wanted)) and found
        assert [type(value) for value in found[0]] == [type(value) for value in rows(**wanted)[0]]


def test_an_embargo_is_judged_by_the_time_of_each_question(cities) -> None:
    statement, now = Statement(editions), timezone.now()
    asked = {"place": cities[0].pk}
    count = len(statement(**asked, now=now))
    Edition.objects.filter(dataset__place=cities[0]).update(embargo_until=now + timedelta(days=1))
    assert count > 0
    assert [len(statement(**asked, now=now + timedelta(days=days))) for days in (0, 2, 0, 2)] == [0, count, 0, count]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=HOSTILE, kind=HOSTILE | st.just("city"))
def test_no_text_becomes_part_of_the_statement(cities, code, kind) -> None:
    assert plainly(Statement(places)(code=code, kind=kind)) == plainly(list(places(code, kind)))


def test_signs_of_the_statement_itself_stay(cities) -> None:
    def named(place: Any) -> Any:
        others = PlaceName.objects.exclude(name__contains="9 %").exclude(name="%s")
        return others.filter(place=place).values_list("name")

    city = PlaceName.objects.values_list("place", flat=True)[0]
    assert Statement(named)(place=city) == list(named(city)) != []


def test_lists_of_any_length_are_asked_for(cities) -> None:
    def named(places: Any, language: Any) -> Any:
        return PlaceName.objects.filter(place__in=places, language=language).values_list("place", "name").order_by("pk")

    keys = list(PlaceName.objects.filter(language="fr").values_list("place", flat=True).order_by("pk"))
    statement = Statement(named)
    for count in (1, 2, SHAPES + 3, 1):
        asked = {"places": keys[:count], "language": "fr"}
        assert statement(**asked) == list(named(**asked)) != []
    for count in range(1, SHAPES + 3):
        assert len(statement(places=keys[:count], language="fr")) == len(named(keys[:count], "fr"))
    assert statement._made.cache_info().currsize == SHAPES


def test_an_actor_sees_what_the_policy_lets_the_actor_see(cities, monkeypatch) -> None:
    statement = ActorStatement(lambda actor, place, now: Edition.objects.filter(
        readable(actor, edition="", now=now), dataset__place=place).order_by("pk"))
    city, now = cities[0], timezone.now()
    Edition.objects.filter(dataset__place=city).update(embargo_until=now + timedelta(days=1))
    editor, elsewhere = (Actor(1, ((path, Role.EDITOR),), frozenset({"read"})) for path in (city.path, "no/such/"))
    for _again in range(2):
        seen = [statement(actor, place=city.pk) != [] for actor in (PUBLIC, editor, elsewhere, Actor())]
        assert seen == [False, True, False, False]
    monkeypatch.setattr(statements, "timezone", SimpleNamespace(now=lambda: now + timedelta(days=2)))
    assert all(statement(actor, place=city.pk) for actor in (PUBLIC, editor, elsewhere))


def test_what_a_statement_cannot_do_is_refused(cities) -> None:
    with pytest.raises(TypeError, match="None: code"):
        Statement(places)(code=None, kind="city")
    with pytest.raises(TypeError, match="empty list"):
        Statement(lambda keys: Place.objects.filter(pk__in=keys))(keys=[])
    with pytest.raises(TypeError, match="further rows"):
        Statement(lambda code: Place.objects.filter(code=code).prefetch_related("names"))(code="GHA-AVA")


def test_a_time_is_written_as_the_database_keeps_it(cities) -> None:
    def before(now: Any) -> Any:
        return Edition.objects.filter(released_at__lt=now).values_list("pk").order_by("pk")

    statement, released = Statement(before), Edition.objects.latest("released_at").released_at
    for step in (-1, 0, 1):
        moment = released + timedelta(microseconds=step)
        assert statement(now=moment) == list(before(moment))
    assert len(statement(now=released)) < len(statement(now=released + timedelta(microseconds=1)))
