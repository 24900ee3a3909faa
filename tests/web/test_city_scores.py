"""What published indices say of a city on its page: whose they are, who may see them, and what asking costs."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import html

from ekistics.jobs.index import build_index
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.observatory.pages import city_scores
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.release import release_due
from ekistics.web.places.models import Place
from ekistics.web.policy import Role, State
from ekistics.web.workflow.stamp import renew_stamp

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


@pytest.fixture
def index(world: Place, tmp_path: Path) -> Callable[..., Edition]:
    """Publish the example's index of some cities, and give its edition."""

    def done(*codes: str, hole: str = "", **how: Any) -> Edition:
        rng = np.random.default_rng(len(codes))
        rows = [f"{code},Town {code},{code[:3]},{rng.uniform(500, 9000):.1f},"
                f"{'' if code == hole else f'{rng.uniform(20, 300):.1f}'}" for code in codes]
        folder = tmp_path / f"index-{len(list(tmp_path.iterdir()))}"
        values = folder.with_suffix(".csv")
        values.write_text("\n".join(["code,name,country,population_density,built_up_per_person", *rows]) + "\n")
        build_index(str(ROOT / "examples/index/centres.toml"), values, folder, time_period="2020")
        (outcome,) = publish_packages([folder], **how)
        assert outcome.error is None, outcome.error
        return Edition.objects.get(pk=outcome.edition)

    return done


GHANA = ("GHA-AVA", "GHA-BOR", "GHA-COR", "GHA-DOR")


def part(client: Client | None = None, code: str = "GHA-AVA") -> html.HtmlElement | None:
    """Give the part of a city's page about indices; None where there is none."""
    answer = (client or Client()).get(f"/en/cities/{code}/")
    assert answer.status_code == 200
    return next(iter(html.fromstring(answer.content.decode()).xpath("//section[@id='indices']")), None)


def words(found: html.HtmlElement) -> str:
    return " ".join(found.text_content().replace("⁨", "").replace("⁩", "").split())


def results(edition: Edition, settings: Any) -> Path:
    return Path(settings.MEDIA_ROOT) / edition.folder / "package" / "results.json"


def test_a_city_shows_its_score_its_place_and_the_way_to_the_live_page(index, publish, settings) -> None:
    publish()
    edition = index(*GHANA)
    shown = part()
    assert shown is not None
    held = json.loads(results(edition, settings).read_text("utf-8"))
    unit = next(each for each in held["units"] if each["code"] == "GHA-AVA")
    assert f"{unit['score']:.1f} points of 100, place {unit['rank']:.0f} of 4." in words(shown)
    assert all(group["title"] in words(shown) for group in held["groups"] if group["parent"])
    assert "2 of 2 values, 100 % of the index by weight" in words(shown)
    assert shown.xpath(".//a/@href") == ["/en/index/sparing_land/?p=GHA#c=GHA-AVA"]


def test_a_city_with_a_hole_says_what_is_missing_and_has_no_score(index, publish) -> None:
    publish()
    index(*GHANA, hole="GHA-AVA")
    shown = part()
    assert shown is not None
    assert "No score: 1 of the 2 values that the index asks for are missing." in words(shown)
    assert "points of 100" not in words(shown)


def test_a_city_that_no_index_holds_shows_none(index, publish) -> None:
    publish()
    publish("GHA-ZZZ", name="Zed")
    index(*GHANA)
    assert part() is not None and part(code="GHA-ZZZ") is None


def test_an_index_of_another_place_has_no_say_even_where_it_names_the_city(index, publish) -> None:
    publish()
    kenya = index("KEN-A", "KEN-B", "KEN-C")
    Edition.objects.filter(pk=index(*GHANA).pk).update(place=kenya.place)
    renew_stamp()
    assert part() is None


@pytest.mark.parametrize("how", [{"state": State.DRAFT}, {"embargo_until": timezone.now() + timedelta(days=3)}])
def test_an_index_that_is_not_released_is_shown_to_nobody(index, publish, person, client_of, how) -> None:
    publish()
    index(*GHANA, **how)
    readers = [Client(), *(client_of(person(role, "GHA")) for role in (Role.VIEWER, Role.EDITOR))]
    assert [part(reader) for reader in readers] == [None] * 3


def test_an_index_is_shown_from_the_end_of_its_embargo(index, publish) -> None:
    publish()
    index(*GHANA, embargo_until=timezone.now() + timedelta(days=3))
    assert part() is None
    Edition.objects.filter(dataset__kind="index").update(embargo_until=timezone.now() - timedelta(seconds=1))
    release_due()
    assert part() is not None


def test_an_index_with_a_restricted_number_is_shown_to_those_who_may_have_it(index, publish, person, client_of) -> None:
    publish()
    edition = index(*GHANA)
    first = Observation.objects.filter(edition=edition, obs_value__isnull=False).first()
    assert first is not None
    Observation.objects.filter(pk=first.pk).update(restricted=True)
    renew_stamp()
    readers = (Client(), client_of(person(Role.ADMINISTRATOR, "KEN")), client_of(person(Role.VIEWER, "GHA")), Client())
    assert [part(reader) is not None for reader in readers] == [False, False, True, False]


def test_a_withdrawn_index_is_not_shown(index, publish) -> None:
    publish()
    edition = index(*GHANA)
    assert part() is not None
    Edition.objects.filter(pk=edition.pk).update(state=str(State.WITHDRAWN))
    renew_stamp()
    assert part() is None


@pytest.mark.parametrize("content", [b"{", b"[]", b"[" * 200_000, b'{"units": [{"code": "GHA-AVA"}]}',
                                     b'{"units": [{"code": "GHA-AVA"}], "uncertainty": {"units": {}}}'])
def test_results_that_another_program_wrote_do_not_take_the_page_away(index, publish, settings, content) -> None:
    publish()
    results(index(*GHANA), settings).write_bytes(content)
    assert part() is None


@pytest.mark.parametrize(("key", "value"), [
    ("score", 1e308), ("score", 10**400), ("score", "high"), ("rank", float("inf")), ("rank", None),
    ("known", "half a sign \ud800"), ("coverage", {"total": "5"}), ("missing", [{"a": 1}]), ("scores", [])])
def test_a_city_whose_results_cannot_be_said_keeps_its_page(index, publish, settings, key, value) -> None:
    publish()
    path = results(index(*GHANA), settings)
    held = json.loads(path.read_text("utf-8"))
    next(unit for unit in held["units"] if unit["code"] == "GHA-AVA")[key] = value
    path.write_text(json.dumps(held), "utf-8")
    assert part() is None


def test_a_count_in_results_is_a_number_and_no_text(index, publish, settings) -> None:
    publish()
    path = results(index(*GHANA), settings)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"ranked": "<b id=own>x</b>"}), "utf-8")
    assert part() is None


def test_names_in_results_are_text_on_the_page(index, publish, settings) -> None:
    publish()
    path = results(index(*GHANA), settings)
    held = json.loads(path.read_text("utf-8"))
    held["index"]["title"] = held["groups"][0]["title"] = "<b id=own>x</b>"
    path.write_text(json.dumps(held), "utf-8")
    shown = part()
    assert shown is not None and shown.xpath(".//*[@id='own']") == []
    assert words(shown).count("<b id=own>") >= 2


def asked() -> int:
    """Count what the page of a city asks the database for, once the process knows the record."""
    for _round in range(2):
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as queries:
            assert Client().get("/en/cities/GHA-AVA/").status_code == 200
    return len(queries)


def test_an_index_costs_a_page_two_queries_and_nothing_where_it_does_not_hold_the_city(
        index, publish, settings, monkeypatch) -> None:
    publish()
    without = asked()
    edition = index("GHA-BOR", "GHA-COR", "GHA-DOR")
    assert asked() == without
    index(*GHANA)
    assert asked() == without + 2  # the name of its place, and the edition that its score, a value, stands in
    results(edition, settings).unlink()  # what was read is remembered
    monkeypatch.setattr(city_scores, "open_editions", None)  # and so is what the public may see
    assert asked() == without + 2
