"""Operations of the API: what they give, their pages, and what they say when something is wrong."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.api import doors
from ekistics.web.observatory.models import Observation
from ekistics.web.policy import Role, State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "meter", doors.Meter())


def get(client: Client, address: str, **how: Any) -> Any:
    response = client.get(address, **how)
    assert response.status_code == 200, response.content
    return response.json()


def all_items(client: Client, address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        page = get(client, following)
        found += page["items"]
        following = page["next"]
    return found


def test_pages_of_observations_join_to_the_whole(publish: Callable[..., Any], client: Client) -> None:
    first = publish()
    publish("GHA-BAB", name="Babylon", access=40.0)
    for asked in ("", "&indicator=sdg_11_2_1", "&parent=GHA", "&country=GHA&series=either", f"&edition={first.edition}",
                  "&ref_area=GHA-AVA"):
        whole = get(client, f"/api/v1/observations?limit=1000{asked}")
        assert whole["next"] is None
        assert whole["items"]
        paged = all_items(client, f"/api/v1/observations?limit=2{asked}")
        assert paged == whole["items"]
        assert set(whole["items"][0]) == {*OBSERVATION_COLUMNS, "observation", "edition"}
    assert len(get(client, "/api/v1/observations?limit=1000")["items"]) == Observation.objects.count()


def test_filters_select_what_they_say(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish("GHA-BAB", name="Babylon", access=40.0, year="2010")

    def asked(text: str) -> list[dict[str, Any]]:
        return get(client, f"/api/v1/observations?limit=1000&{text}")["items"]

    assert {r["time_period"] for r in asked("period_to=2015")} == {"2010"}
    assert {r["time_period"] for r in asked("period_from=2015")} == {"2020"}
    assert {r["ref_area"] for r in asked("parent=GHA-BAB")} == {"GHA-BAB", "GHA-BAB:N1", "GHA-BAB:N2"}
    assert {r["variant"] for r in asked("indicator=sdg_11_2_1&variant=network")} == {"network"}
    assert asked("sex=F") == []
    assert asked("ref_area=nowhere") == asked("indicator=nothing") == asked("country=XXX") == []


def test_an_old_edition_stays_readable_and_revisions_tell(publish: Callable[..., Any], client: Client) -> None:
    first = publish()
    second = publish(access=61.0, seed=2)
    old = get(client, f"/api/v1/observations?edition={first.edition}&indicator=sdg_11_2_1&variant=network"
                      "&ref_area=GHA-AVA")["items"]
    new = get(client, "/api/v1/observations?indicator=sdg_11_2_1&variant=network&ref_area=GHA-AVA")["items"]
    assert [r["obs_value"] for r in old] == pytest.approx([58.0])
    assert [r["obs_value"] for r in new] == pytest.approx([61.0])
    changes = all_items(client, f"/api/v1/revisions?edition={second.edition}&limit=3")
    assert len(changes) == second.changes
    assert {"old", "new", "kind"} <= set(changes[0])
    assert get(client, f"/api/v1/observations/{new[0]['observation']}") == new[0]


def test_lists_of_the_catalogue(publish: Callable[..., Any], client: Client) -> None:
    made = publish()
    assert [d["code"] for d in get(client, "/api/v1/datasets")["items"]] == ["profile:GHA-AVA"]
    assert get(client, "/api/v1/datasets/profile:GHA-AVA")["place"] == "GHA-AVA"
    (edition,) = get(client, "/api/v1/editions")["items"]
    assert edition["edition"] == made.edition
    assert edition["package"].endswith(f"/packages/{made.edition}.zip")
    assert get(client, f"/api/v1/editions/{made.edition}") == edition
    assert {layer["code"] for layer in get(client, "/api/v1/layers")["items"]} == {"boundary", "neighbourhoods"}
    assert {i["code"] for i in get(client, "/api/v1/indicators")["items"]} >= {"sdg_11_2_1"}
    assert get(client, "/api/v1/indicators/sdg_11_2_1")["specification"]["code"] == "sdg_11_2_1"
    assert all_items(client, "/api/v1/measures?limit=1&indicator=sdg_11_2_1") == get(
        client, "/api/v1/measures?indicator=sdg_11_2_1")["items"]
    assert "2020" in {p["text"] for p in get(client, "/api/v1/periods")["items"]}


def test_places_by_tree_box_and_name(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish("GHA-BAB", name="Babylon", at=(10.0, 5.0))

    def codes(text: str) -> list[str]:
        return [p["code"] for p in all_items(client, f"/api/v1/places?{text}")]

    assert codes("kind=city&limit=1") == ["GHA-AVA", "GHA-BAB"]
    assert codes("kind=city&bbox=-1,5,1,6") == ["GHA-AVA"]
    assert codes("kind=city&bbox=179,5,1,6") == ["GHA-AVA"]
    assert set(codes("parent=GHA-AVA")) == {"GHA-AVA:N1", "GHA-AVA:N2"}
    assert [p["code"] for p in get(client, "/api/v1/places/search?q=babyl")["items"]][0] == "GHA-BAB"
    place = get(client, "/api/v1/places/GHA", headers={"Accept-Language": "fr"})
    assert place["names"]["es"] == "Ghana"
    assert {"scheme": "M49", "value": "288"} in place["codes"]
    assert len(get(client, "/api/v1/places/GHA-AVA")["boundaries"]) == 1


@pytest.mark.parametrize(("address", "status", "param"), [
    ("/api/v1/observations?limit=1001", 422, "limit"), ("/api/v1/observations?limit=x", 422, "limit"),
    ("/api/v1/observations?indicatr=x", 422, "indicatr"), ("/api/v1/observations?cursor=!!", 422, "cursor"),
    ("/api/v1/observations?period_from=soon", 422, "period_from"), ("/api/v1/places?bbox=1,2,3", 422, "bbox"),
    ("/api/v1/observations?edition=99999999999999999999", 422, "edition"),
    ("/api/v1/observations/99999", 404, None), ("/api/v1/places/nowhere", 404, None), ("/api/v1/nothing", 404, None),
    ("/api/v1/jobs", 401, None)])
def test_errors_are_problem_documents(world: Any, client: Client, address: str, status: int, param: str | None) -> None:
    response = client.get(address)
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body.get("param") == param
    assert "Traceback" not in response.content.decode()


def test_methods_head_and_options(publish: Callable[..., Any], client: Client) -> None:
    publish()
    for method in ("post", "put", "patch", "delete"):
        response = getattr(client, method)("/api/v1/observations")
        assert response.status_code == 405
        assert response.headers["Content-Type"] == "application/problem+json"
        assert "GET" in response.headers["Allow"]
    got, head = client.get("/api/v1/observations"), client.head("/api/v1/observations")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(got.content))
    assert client.head("/tables/cities/GHA-AVA.csv").content == b""
    options = client.options("/api/v1/observations")
    assert options.status_code == 204
    assert options.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert options.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in options.headers


def test_accept_size_and_rate(publish: Callable[..., Any], client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    refused = client.get("/api/v1/periods", headers={"Accept": "text/html"})
    assert refused.status_code == 406
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert client.get("/api/v1/periods", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200
    large = client.post("/api/v1/periods", "x" * 3_000_000, content_type="application/json")
    assert large.status_code == 413
    monkeypatch.setattr(doors, "meter", doors.Meter(most=2))
    assert [client.get("/api/v1/periods").status_code for _ in range(3)] == [200, 200, 429]
    last = client.get("/tables/cities/GHA-AVA.csv")
    assert last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 60


def test_the_public_answer_has_a_tag_until_the_record_changes(publish: Callable[..., Any], client: Client) -> None:
    publish()
    first = client.get("/api/v1/observations")
    tag = first.headers["ETag"]
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/api/v1/observations", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert len(queries) == 1
    publish(access=61.0, seed=2)
    after = client.get("/api/v1/observations", headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.headers["ETag"] != tag


def test_a_token_reads_what_its_account_may(publish: Callable[..., Any], person: Callable[..., User],
                                            client: Client) -> None:
    publish(state=State.DRAFT)
    _row, text = make_token(person(Role.EDITOR, "GHA"), "program", ["read"])
    _row, blind = make_token(User.objects.get(), "other program", ["upload"])
    everything = "/api/v1/observations?current=false&limit=1000"
    assert get(client, everything)["items"] == []
    assert get(client, everything, headers={"Authorization": f"Bearer {blind}"})["items"] == []
    seen = client.get(everything, headers={"Authorization": f"Bearer {text}"})
    assert seen.json()["items"]
    assert "no-store" in seen.headers["Cache-Control"]
    assert "ETag" not in seen.headers
    wrong = client.get(everything, headers={"Authorization": f"Bearer {text}x"})
    assert wrong.status_code == 401
    assert wrong.headers["Content-Type"] == "application/problem+json"
    assert get(client, "/api/v1/jobs", headers={"Authorization": f"Bearer {text}"}) == {"items": []}


def test_the_description_says_what_every_field_means(client: Client) -> None:
    described = json.loads(client.get("/api/v1/openapi.json").content)
    assert described["openapi"] == "3.1.0"
    for name, schema in described["components"]["schemas"].items():
        for field, details in schema.get("properties", {}).items():
            assert field == "items" or details.get("description"), (name, field)
    for methods in described["paths"].values():
        for operation in methods.values():
            assert all(p.get("description") or p["in"] == "path" for p in operation["parameters"]), operation
            assert {"200", "422", "429"} <= set(operation["responses"])
