"""An index package on the site: an entry of its own, its live page, who may see it, and what a broken one is told."""

import json
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from lxml import html

from ekistics.core.errors import PackageError
from ekistics.jobs.index import Uncertainty, build_index
from ekistics.package.live_index import require_live
from ekistics.web.observatory.models import Dataset
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.places.models import Place
from tests.publish import indices

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def table(path: Path, countries: tuple[str, ...], *, seed: int = 3) -> Path:
    """Write a table of cities for the example's index; one city lacks a value."""
    rng = np.random.default_rng(seed)
    rows = [f"{countries[i % len(countries)]}-{i:03d},City {i:03d},{countries[i % len(countries)]},"
            f"{rng.uniform(500, 9000):.1f},{rng.uniform(20, 300):.1f}" for i in range(12)]
    rows[5] = ",".join(rows[5].split(",")[:4]) + ","
    path.write_text("\n".join(["code,name,country,population_density,built_up_per_person", *rows]) + "\n")
    return path


def built_in(folder: Path, name: str, *countries: str, uncertainty: Uncertainty | None = None) -> Path:
    """Build the example's index of some countries."""
    values = table(folder / f"{name}.csv", countries)
    build_index(str(ROOT / "examples/index/centres.toml"), values, folder / name, time_period="2020",
                uncertainty=uncertainty)
    return folder / name


@pytest.fixture
def made(tmp_path: Path):
    """Give the function that builds the example's index of some countries."""
    return partial(built_in, tmp_path)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the live page's data of an index whose ranks were tried."""
    folder = tmp_path_factory.mktemp("tried")
    return (built_in(folder, "ghana", "GHA", uncertainty=Uncertainty(20, 1, 0.3, 64)) / "live.json").read_text("utf-8")


def page_of(address: str):
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content.decode())


def text(page) -> str:
    return " ".join(page.text_content().split())


def test_a_published_index_has_its_live_page_and_its_published_ranks(world: Place, made) -> None:
    folder = made("ghana", "GHA")
    (outcome,) = publish_packages([folder])
    assert outcome.error is None, outcome.error
    held = Dataset.objects.get(kind="index")
    assert held.code == "index:GHA:sparing_land"
    page = page_of("/en/index/sparing_land/")
    live = json.loads((folder / "live.json").read_text("utf-8"))
    names = [unit["name"] for unit, rank in sorted(zip(live["units"], live["check"]["ranks"], strict=True),
                                                   key=lambda pair: pair[1] or 99) if rank is not None]
    assert page.xpath("//*[@data-published]//tbody//th/text()") == names
    assert json.loads(page.xpath("//script[@id='index-data']")[0].text)["check"] == live["check"]
    assert page.xpath("//tr[@data-unit]/th/text()") == ["City 005"]
    assert not page.xpath("//*[@data-index]//*[@style]")
    assert "/en/index/sparing_land/?p=GHA" in page_of("/en/index/").xpath("//main//a/@href")
    assert "/en/index/" in page_of("/en/indicators/").xpath("//main//a/@href")
    assert "/en/index/sparing_land/?p=GHA" in page_of(f"/en/data/{held.code}/").xpath("//main//a/@href")


def test_an_index_ends_no_other_values_of_its_place(world: Place, made, write) -> None:
    assert all(each.error is None for each in publish_packages([write("GHA-AVA"), made("ghana", "GHA")]))
    assert sorted(Dataset.objects.values_list("kind", flat=True)) == ["index", "profile"]
    assert Client().get("/en/cities/GHA-AVA/").status_code == 200


def test_one_index_of_two_places_shows_the_one_that_is_asked_for(world: Place, made) -> None:
    assert all(each.error is None for each in publish_packages([made("ghana", "GHA"), made("two", "KEN", "BRA")]))
    page = page_of("/en/index/sparing_land/?p=GHA")
    assert "Index of cities, Ghana" in text(page)
    assert page.xpath("//main//a[@href='?p=001']")
    whole = page_of("/en/index/sparing_land/?p=001")
    assert whole.xpath("//p[@class='kind']/text()") == ["Index of cities, world, example"]


def test_what_the_ranks_are_worth_stands_on_the_page(world: Place, made) -> None:
    folder = made("ghana", "GHA", uncertainty=Uncertainty(30, 1, 0.3, 64))
    (outcome,) = publish_packages([folder])
    assert outcome.error is None, outcome.error
    page, alone = (part.xpath("//section[@aria-labelledby='worth-title']") for part in (
        page_of("/en/index/sparing_land/"), html.fromstring((folder / "index.html").read_text("utf-8"))))
    assert text(page[0]) == text(alone[0])
    assert "In 30 trials with all that is uncertain" in text(page[0])
    assert len(page[0].xpath(".//details//tbody/tr")) == 11  # the city with a hole has no place to lose


@pytest.mark.parametrize(("way", "value", "said"), [
    ("choices/tried/0/of", "nobody", "not of this index"), ("choices/tried/0/kind", "guess", "schema asks for"),
    ("choices/units", {}, "not of this index"), ("replicates", 0, "schema asks for"),
    ("choices/units/GHA-000", {"choice": 99, "rank": 1}, "not of this index"),
    ("choices/units/GHA-000", {"choice": 0, "rank": 0}, "schema asks for"),
    ("choices/tried/0", {"kind": "choice", "of": "aggregate", "variant": "nobody"}, "not of this index"),
    ("without/parts/0/of", "nobody", "not of this index"), ("without/units/GHA-000", [1], "not of this index"),
    ("without/parts/0/largest", {"unit": "nobody", "from": 1, "to": 2}, "not of this index"),
    ("without/units", {}, "not of this index"), ("sobol/inputs/0/of", "moods", "schema asks for"),
    ("sobol/inputs/0/total_interval", [0.1], "schema asks for"), ("mean_rank_shift", "much", "schema asks for"),
    ("mean_rank_shift", float("nan"), "no number")])
def test_trials_of_another_index_are_refused(tried: str, way, value, said) -> None:
    live = json.loads(tried)
    assert require_live(live) == live
    put(live["worth"], way, value)
    with pytest.raises(PackageError, match=said) as refused:
        require_live(live)
    assert str(refused.value.where).startswith("live.json")


def test_an_index_that_is_not_published_is_not_there(world: Place) -> None:
    assert Client().get("/en/index/sparing_land/").status_code == 404
    assert "No index is published yet" in text(page_of("/en/index/"))


def test_a_withdrawn_index_is_not_shown(world: Place, made) -> None:
    publish_packages([made("ghana", "GHA")])
    Dataset.objects.get(kind="index").editions.update(state="withdrawn")
    assert Client().get("/en/index/sparing_land/").status_code == 404


def test_a_package_with_a_broken_live_document_is_refused(world: Place, made, tmp_path: Path) -> None:
    folder = made("ghana", "GHA")
    live = json.loads((folder / "live.json").read_text("utf-8"))
    live["values"][0] = live["values"][0][:-1]
    broken = shutil.copytree(folder, tmp_path / "broken")
    (broken / "live.json").write_text(json.dumps(live), "utf-8")
    (outcome,) = publish_packages([broken])
    assert outcome.error is not None
    assert not Dataset.objects.filter(kind="index").exists()


def changed(**changes):
    live = indices.live(4)
    for name, value in changes.items():
        live[name] = value(live[name])
    return live


@pytest.mark.parametrize(("change", "said"), [
    ({"format": lambda _old: 2}, "schema asks for"), ({"units": lambda old: [old[0], *old[:-1]]}, "there twice"),
    ({"groups": lambda old: old[::-1]}, "lowest up"), ({"values": lambda old: old[1:]}, "another shape"),
    ({"values": lambda old: [[True, *old[0][1:]], *old[1:]]}, "no number"),
    ({"check": lambda old: old | {"ranks": [float("nan")] * 4}}, "no number"),
    ({"items": lambda old: [old[0] | {"parent": "nowhere"}, *old[1:]]}, "lowest up")])
def test_what_is_wrong_with_a_live_document_is_told(change, said) -> None:
    with pytest.raises(PackageError, match=said):
        require_live(changed(**change))


def put(content, way: str, value):
    """Put a value at a place, as ``variants/0/scenario``."""
    *over, last = [int(step) if step.isdigit() else step for step in way.split("/")]
    for step in over:
        content = content[step]
    content[last] = value


@pytest.mark.parametrize(("way", "value", "said"), [
    ("scenario/weigh/weights", ["d0"], "another type"), ("scenario/weigh/weights", {"nobody": 1}, "nobody"),
    ("variants/0/scenario/aggregate/method", "guess", "guess"), ("scenario/aggregate/method", ["geometric"], "level"),
    ("variants/0/scenario/aggregate/floor", "1", "another type"), ("variants/0/scenario", {"stir": {}}, "stir"),
    ("items/0/form", {"kind": "linear"}, "low and a high"), ("items/0/form", {"kind": "round"}, "round"),
    ("items/0/form/low", "0", "another type"), ("items/0/form/high", 1e90, "no number"),
    ("items/0/weight", float("nan"), "no number"), ("groups/0/weight", float("inf"), "no number"),
    ("bands/0/from", float("nan"), "no number"), ("values/0/0", 10**400, "no number"),
    ("index/title", "half a sign \ud800", "schema asks for"), ("units/0/name", "an end\0", "schema asks for"),
    ("check/ranks/0", None, "schema asks for"), ("check/ranks/0", 9, "schema asks for"),
    ("check/ranks/0", 1.5, "schema asks for")])
def test_what_no_page_could_say_or_compute_is_refused_before_it_is_published(way, value, said) -> None:
    live = indices.live(4)
    put(live, way, value)
    with pytest.raises(PackageError, match=said) as refused:
        require_live(live)
    assert str(refused.value.where).startswith("live.json")


def test_weights_that_sum_to_zero_are_refused() -> None:
    live = indices.live(4)
    live["scenario"]["weigh"]["weights"] = {item["code"]: 0 for item in live["items"] if item["parent"] == "d0s0"}
    with pytest.raises(PackageError, match="sum to zero"):
        require_live(live)


def test_a_whole_live_document_is_taken() -> None:
    live = indices.live(4)
    assert require_live(live) == live
