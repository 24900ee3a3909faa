"""Survey and sample workspaces: views of an edition, let in by the policy as the edition is, at each state of it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html

from ekistics.package import write_package
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.places.models import Place
from ekistics.web.policy import Role, State
from ekistics.web.workflow.moves import Move
from tests.web.nations import documents, national_package, sample_document, survey_document

pytestmark = pytest.mark.django_db
PARTS = ("design", "balance", "estimates", "cities", "withheld")


@pytest.fixture
def draft(world: Place, tmp_path: Path) -> Callable[..., Edition]:
    """Bring a package of Ghana into the record as a draft."""

    def done(author: User, *, state: State = State.DRAFT, conf_status: str = "F", seed: int = 1,
             **papers: dict[str, Any]) -> Edition:
        folder = tmp_path / f"p{len(list(tmp_path.iterdir()))}"
        write_package(national_package("GHA", name="Ghana", conf_status=conf_status, seed=seed), folder,
                      documents=documents(**papers))
        (outcome,) = publish_packages([folder], author=author.pk, state=state)
        assert outcome.error is None, outcome.error
        return Edition.objects.get(pk=outcome.edition)

    return done


def shown(client: Client, edition: Edition, part: str) -> str:
    answer = client.get(f"/en/work/editions/{edition.pk}/{part}/")
    assert answer.status_code == 200, (part, answer.status_code)
    return " ".join(html.fromstring(answer.content.decode()).text_content().replace("\xa0", " ").split())


def test_a_draft_is_seen_by_its_author_and_editors(draft: Callable[..., Edition], person: Callable[..., User],
                                                   client_of: Callable[..., Client]) -> None:
    author = person(Role.CONTRIBUTOR, "GHA", "author")
    edition = draft(author, sample=sample_document("GHA"), survey=survey_document("GHA"))
    may = {"author": (author, True), "editor": (person(Role.EDITOR, "GHA"), True),
           "viewer": (person(Role.VIEWER, "GHA"), False), "other": (person(Role.CONTRIBUTOR, "GHA"), False),
           "far": (person(Role.EDITOR, "KEN"), False)}
    for who, (user, expected) in may.items():
        client = client_of(user)
        for address in (*(f"{part}/" for part in PARTS), "map.json"):
            answer = client.get(f"/en/work/editions/{edition.pk}/{address}")
            assert (answer.status_code == 200) is expected, (who, address, answer.status_code)
            assert not expected or "no-store" in answer.headers["Cache-Control"]
    nobody = client_of(None).get(f"/en/work/editions/{edition.pk}/design/")
    assert nobody.status_code == 302
    assert Client().get("/en/countries/GHA/").content.decode().count("58.9") == 0


def test_each_part_says_what_it_is_for(draft: Callable[..., Edition], person: Callable[..., User],
                                       client_of: Callable[..., Client]) -> None:
    editor = person(Role.EDITOR, "GHA")
    edition = draft(editor, sample=sample_document("GHA"), survey=survey_document("GHA"))
    client = client_of(editor)
    design = shown(client, edition, "design")
    for words in ("2" * 64, "an example, not a secret", "Household survey of Example City 2024", "Improved water",
                  "1.31 times", "Main source of drinking water"):
        assert words in design, words
    assert "107.3 %" in shown(client, edition, "balance")
    estimates = shown(client, edition, "estimates")
    assert "58.9 %" in estimates
    assert "withheld: too few cases to publish" in estimates
    page = html.fromstring(client.get(f"/en/work/editions/{edition.pk}/estimates/").content.decode())
    (place,) = page.xpath("//section[@id='estimates']/details[contains(@class, 'within')]")  # a fold a place
    assert place.get("open") is not None and place.xpath("./details[@class='fold' and not(@open)]//table")
    cities = shown(client, edition, "cities")
    assert "Ostharbour" in cities
    assert "Cities of the frame that are not in the sample" in cities
    assert "1 of 1 cities." in cities
    assert re.search(r"Fenbridge ?200,000 to 1,000,000 ?310,000 ?1", cities), cities[-900:]
    withheld = shown(client, edition, "withheld")
    assert "minimum count" in withheld
    assert "refugees" in withheld
    first = client.get(f"/en/work/editions/{edition.pk}/").content.decode()
    assert f"/en/work/editions/{edition.pk}/balance/" in first


def test_an_edition_has_the_parts_of_its_documents(draft: Callable[..., Edition], person: Callable[..., User],
                                                   client_of: Callable[..., Client],
                                                   publish: Callable[..., Any]) -> None:
    editor = person(Role.EDITOR, "GHA")
    client = client_of(editor)
    survey = draft(editor, survey=survey_document("GHA"))
    sample = draft(editor, sample=sample_document("GHA"), seed=2)
    there = {name: {part for part in PARTS if client.get(f"/en/work/editions/{held.pk}/{part}/").status_code == 200}
             for name, held in (("survey", survey), ("sample", sample))}
    assert there == {"survey": {"design", "estimates", "withheld"},
                     "sample": {"design", "balance", "estimates", "cities"}}
    profile = publish("GHA-AVA").edition
    assert client.get(f"/en/work/editions/{profile}/design/").status_code == 404
    assert client.get(f"/en/work/editions/{sample.pk}/nothing/").status_code == 404


def test_the_public_sees_what_was_published_and_no_more(draft: Callable[..., Edition], person: Callable[..., User],
                                                        client_of: Callable[..., Client]) -> None:
    author, publisher = person(Role.CONTRIBUTOR, "GHA", "author"), person(Role.PUBLISHER, "GHA")
    edition = draft(author, sample=sample_document("GHA"))
    for user, name in ((author, "submit"), (publisher, "review"), (publisher, "publish")):
        assert "58.9" not in Client().get("/en/countries/GHA/").content.decode()
        Move(actor_of_user(user), f"edition:{edition.pk}", name).execute()
    page = Client().get("/en/countries/GHA/").content.decode()
    assert "58.9" in page
    assert "Ostharbour" in page
    Move(actor_of_user(publisher), f"edition:{edition.pk}", "withdraw", "Its frame was found to be wrong.").execute()
    page = Client().get("/en/countries/GHA/").content.decode()
    assert "58.9" not in page
    assert "Ostharbour" not in page


def test_documents_of_restricted_numbers_are_for_viewers(draft: Callable[..., Edition], person: Callable[..., User],
                                                         client_of: Callable[..., Client]) -> None:
    """The document of a sample holds the values again, so it is shown to those only who may read all of them."""
    root = person(Role.ADMINISTRATOR)
    draft(root, state=State.PUBLISHED, conf_status="C", sample=sample_document("GHA"))
    viewer = client_of(person(Role.VIEWER, "GHA"))
    for client, expected in ((Client(), False), (client_of(person(Role.VIEWER, "KEN")), False), (viewer, True)):
        page = client.get("/en/countries/GHA/").content.decode()
        assert ("58.9" in page) is expected
        assert ("Ostharbour" in page) is expected
        marks = client.get("/en/countries/GHA/map.json").json()["features"]
        assert bool(marks) is expected
