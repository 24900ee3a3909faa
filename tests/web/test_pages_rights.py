"""What is not for everybody is on no page, in no file and in no list of the site."""

import re
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.policy import Role, State

pytestmark = pytest.mark.django_db

LINK = re.compile(r'(?:href|data-source|data-spec|action|src)="(/[^"#]*)')
SECRETS = {"restricted": "33.3", "embargoed": "77.7", "draft": "22.2"}


@pytest.fixture
def secrets(publish) -> dict[str, Edition]:
    """Publish a city whose newest numbers wait, one whose numbers are restricted, and one that is a draft."""
    publish()
    later = timezone.now() + timedelta(days=3)
    made = {"embargoed": publish(seed=2, access=77.7, embargo_until=later),
            "restricted": publish("GHA-BOR", name="Boria", access=33.3, conf_status="C"),
            "draft": publish("GHA-COR", name="Corvania", access=22.2, state=State.DRAFT)}
    return {name: Edition.objects.get(pk=outcome.edition) for name, outcome in made.items()}


def walk(client: Client) -> dict[str, str]:
    """Follow every link from the first page, and give what each answered."""
    waiting, seen = ["/en/", "/layers/city/GHA-BOR/manifest.json?lang=en"], {}
    while waiting:
        address = waiting.pop()
        if address in seen or not address.startswith(("/en/", "/layers/", "/tables/cities/GHA-BOR.csv")):
            continue
        if re.search(r"/account|brief\.(pdf|docx|xlsx)|report\.(pdf|docx|xlsx)", address):
            continue
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        seen[address] = body.decode("utf-8", "replace")
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            waiting += [link.replace("&amp;", "&") for link in LINK.findall(seen[address])]
    return seen


def test_no_secret_number_is_on_any_page_or_file(secrets) -> None:
    seen = walk(Client())
    assert len(seen) > 60
    for name, secret in SECRETS.items():
        assert [address for address, body in seen.items() if secret in body] == [], name
        digits = secret.replace(".", "")  # numerator of 10,000 people
        assert [a for a, body in seen.items() if f"{digits[0]},{digits[1:]}0 of" in body] == [], name
    assert not any("Corvania" in body for body in seen.values())


def test_addresses_of_secrets_are_not_there_for_the_public(secrets) -> None:
    client = Client()
    for edition in secrets.values():
        rows = Observation.objects.filter(edition=edition, obs_value__isnull=False, measure__variant="network")
        assert all(client.get(f"/en/values/{pk}/").status_code == 404 for pk in rows.values_list("pk", flat=True)[:2])
        assert all(client.get(f"/en/values/{pk}/report/").status_code == 404 for pk in rows.values_list(
            "pk", flat=True)[:1])
    for name in ("embargoed", "draft"):
        assert client.get(f"/en/releases/{secrets[name].pk}/").status_code == 404
        assert client.get(f"/layers/{secrets[name].pk}/boundary.pmtiles").status_code == 404
    assert client.get("/en/cities/GHA-COR/").status_code == 404
    assert client.get("/layers/city/GHA-COR/manifest.json").status_code == 404
    assert "/packages/" not in client.get("/en/cities/GHA-BOR/").content.decode()
    assert "/packages/" in client.get("/en/cities/GHA-AVA/").content.decode()


def test_the_calendar_announces_day_and_title_only(secrets) -> None:
    page = Client().get("/en/releases/").content.decode()
    coming = page[page.index("To be released"):page.index(">Released<")]
    assert "Avalon" in coming and "77" not in coming and "Corvania" not in page


def test_people_with_the_right_see_what_is_theirs(secrets, person, client_of) -> None:
    viewer, editor = client_of(person(Role.VIEWER, "GHA")), client_of(person(Role.EDITOR, "GHA"))
    elsewhere = client_of(person(Role.ADMINISTRATOR, "KEN"))
    for client, allowed in ((viewer, True), (editor, True), (elsewhere, False)):
        assert ("33.3" in client.get("/en/cities/GHA-BOR/").content.decode()) is allowed
    value = Observation.objects.filter(edition=secrets["embargoed"], measure__variant="network").first()
    assert value is not None
    assert [c.get(f"/en/values/{value.pk}/").status_code for c in (viewer, editor, elsewhere)] == [404, 200, 404]
    tiles = editor.get(f"/layers/{secrets['draft'].pk}/boundary.pmtiles")
    assert b"".join(tiles.streaming_content)[:7] == b"PMTiles" and "private" in tiles["Cache-Control"]


def test_what_a_person_with_rights_saw_is_not_kept_for_the_public(secrets, person, client_of) -> None:
    caches["pages"].clear()
    viewer = client_of(person(Role.VIEWER, "GHA"))
    assert "33.3" in viewer.get("/en/cities/GHA-BOR/").content.decode()
    assert "33.3" not in Client().get("/en/cities/GHA-BOR/").content.decode()


def test_a_city_that_is_only_in_work_is_told_to_people_with_a_role_there_and_nobody_else(
        secrets, person, client_of) -> None:
    lists = ("/api/v1/places?kind=city&limit=1000", "/api/v1/places/search?q=Corvania",
             "/ogc/collections/cities/items", "/ogc/collections/neighbourhoods/items")
    own = ("/en/cities/GHA-COR/", "/api/v1/places/GHA-COR", "/ogc/collections/cities/items/GHA-COR",
           "/tables/cities/GHA-COR.csv")
    at_home, elsewhere = client_of(person(Role.VIEWER, "GHA")), client_of(person(Role.ADMINISTRATOR, "KEN"))
    for client, told in ((Client(), False), (elsewhere, False), (at_home, True)):
        assert [("GHA-COR" in client.get(address).content.decode()) for address in lists] == [told] * len(lists)
        assert [client.get(address).status_code for address in own] == [200 if told else 404] * len(own)
    of_data = "/tables/datasets/profile:GHA-COR.csv"  # a viewer may know of the city, and reads no draft
    editor = client_of(person(Role.EDITOR, "GHA"))
    assert [c.get(of_data).status_code for c in (Client(), elsewhere, at_home, editor)] == [404, 404, 404, 200]
