"""What people met who came to the site for the first time: that each page says what they need to know there."""

import re
from types import SimpleNamespace

import pytest

from ekistics.core.errors import UnknownNameError
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.provenance import Provenance, digest_bytes
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.observatory.frames import frame
from ekistics.web.observatory.models import Dataset, Edition, Observation
from ekistics.web.observatory.pages.proof import interval_words
from ekistics.web.observatory.release import release
from ekistics.web.observatory.uploads import Upload, store_upload
from ekistics.web.places.choosing import chosen_place
from ekistics.web.places.models import Place
from ekistics.web.policy import Role, State
from tests.web.signing import PASSWORD

pytestmark = pytest.mark.django_db
PARTS = "change the numerator (or the denominator) as well as the value"


def text_of(client, address: str) -> str:
    """Give a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def share(**more) -> Observation:
    return Observation.objects.get(**{"place__code": "GHA-AVA", "measure__indicator__code": "sdg_11_2_1",
                                      "measure__variant": "network", "current": True, **more})


def test_who_corrects_a_percentage_is_told_beforehand_of_its_parts(publish, person, client_of) -> None:
    publish()
    client = client_of(person(Role.CONTRIBUTOR, "GHA-AVA"))
    dense = Observation.objects.get(place__code="GHA-AVA", measure__indicator__code="population_density", current=True)
    assert PARTS in text_of(client, f"/en/values/{share().pk}/")
    assert PARTS in text_of(client, "/en/uploads/")
    assert PARTS not in text_of(client, f"/en/values/{dense.pk}/")
    assert 'id="correcting"' not in text_of(client_of(None), f"/en/values/{share().pk}/")


def corrected(author, numerator: float = 6_000.0, title: str = "Census correction") -> Edition:
    """Publish a correction of the share that stands, as an upload brings it."""
    table = frame(Observation.objects.filter(pk=share().pk))[[*OBSERVATION_COLUMNS]]
    row = table.assign(numerator=numerator, obs_value=100 * numerator / table["denominator"], lci=float("nan"),
                       uci=float("nan"), se=float("nan"), uncertainty="not-stated", run="upload")
    source = Provenance("census.csv", digest_bytes(title.encode()), role="upload", licence="CC-BY-4.0")
    edition, _added = store_upload(Upload(Place.objects.get(code="GHA-AVA"), title, row, author, State.SUBMITTED,
                                          source, "A wrong area was used.", "CC-BY-4.0"))
    edition.state = str(State.PUBLISHED)
    edition.save(update_fields=["state"])
    release(edition)
    return edition


def test_a_value_that_was_brought_says_so_and_why_where_it_is_shown(publish, person, client_of) -> None:
    publish()
    computed = text_of(client_of(None), f"/en/values/{share().pk}/")
    assert "How was this computed" in computed and "Brought by an upload" not in computed
    edition = corrected(person(Role.CONTRIBUTOR, "GHA-AVA"))
    page = text_of(client_of(None), f"/en/values/{share(edition=edition).pk}/")
    assert "Brought by an upload: Census correction, edition 1." in page and "How was this computed" not in page
    assert "Its method as stated: " + share().measure.method in page
    for address in (f"/en/values/{share(edition=edition).pk}/", f"/en/releases/{edition.pk}/"):
        whole = text_of(client_of(None), address)
        assert "A wrong area was used." in whole and "CC-BY-4.0" in whole and "census.csv" in whole, address


def test_an_interval_says_how_it_was_made_and_its_absence_why(publish, client_of) -> None:
    publish()
    dense = Observation.objects.get(place__code="GHA-AVA", measure__indicator__code="population_density", current=True)
    bare_page = text_of(client_of(None), f"/en/values/{dense.pk}/")
    assert "Interval: none, as the inputs carry no standard errors." in bare_page
    page = text_of(client_of(None), f"/en/values/{share().pk}/")
    assert "Interval: the lowest and the highest value that the inputs allow; not a level of confidence." in page
    run = {"parameters": {"uncertainty.draws": 10_000, "uncertainty.built_up_relative_sd": 0.05}}
    own = Edition(dataset=Dataset(kind="profile"), run_record=run)
    drawn = SimpleNamespace(uncertainty="monte-carlo", lci=1.0, uci=2.0)
    bare = SimpleNamespace(uncertainty="not-stated", lci=float("nan"), uci=float("nan"))
    assert interval_words(drawn, own) == (
        "95 %, the middle of 10,000 random draws within the stated errors of the inputs")
    assert interval_words(bare, own) == "none, as the method of this value carries no errors of inputs into an interval"
    other = Edition(dataset=Dataset(kind="upload"), run_record={})
    assert interval_words(drawn, other) == "simulation"
    assert interval_words(bare, other) == "none, as whoever brought the value stated none"


def test_places_are_found_by_name_code_or_a_slip_of_it(publish, person, client_of) -> None:
    publish()
    publish("GHA-BOR", name="Borneau", at=(-1.0, 6.0))
    publish("GHA-BO2", name="Borneau", at=(-1.5, 6.5))
    actor = actor_of_user(person(Role.CONTRIBUTOR, "GHA"))
    for typed in ("gha-ava", "Avalon", "avalon", "Avalon (GHA-AVA)", "AVÁLON", "Any name (gha-ava)"):
        assert chosen_place(actor, typed, lambda _place: True).code == "GHA-AVA", typed
    for typed, words in (("Borneau", "Several places have this name. Choose one of them: Borneau (GHA-BO2); Borneau"),
                         ("Avalin", "There is no place with this code or name. Near it: Avalon (GHA-AVA)"),
                         ("Avlaon", "There is no place with this code or name. Near it: Avalon (GHA-AVA)"),
                         ("Avalon", "There is no place with this code or name.")):
        with pytest.raises(UnknownNameError) as found:
            chosen_place(actor, typed, lambda place, mine=typed != "Avalon": mine)
        assert str(found.value).startswith(words), typed
    with pytest.raises(UnknownNameError) as found:
        chosen_place(actor, "Avalin", lambda _place: False)
    assert "GHA-AVA" not in str(found.value)
    publish("KEN-NEW", name="Newtown", country="KEN", state="draft")
    for typed in ("KEN-NEW", "Newtown (KEN-NEW)", "Newtown"):
        with pytest.raises(UnknownNameError, match="^There is no place with this code or name.$"):
            chosen_place(actor, typed, lambda _place: True)


def test_the_forms_offer_the_places_of_the_person_and_explain_roles(publish, person, client_of) -> None:
    publish()
    publish("GHA-BOR", name="Borneau", at=(-1.0, 6.0))
    own = text_of(client_of(person(Role.CONTRIBUTOR, "GHA-AVA")), "/en/uploads/")
    assert 'value="Avalon (GHA-AVA)" aria-describedby="hint_place"' in own and "Borneau" not in own
    wide = text_of(client_of(person(Role.CONTRIBUTOR, "GHA")), "/en/uploads/")
    assert '<option value="Borneau (GHA-BOR)">' in wide and 'value="Ghana (GHA)" aria-describedby' in wide
    boss = client_of(person(Role.ADMINISTRATOR, "GHA"))
    boss.post("/en/account/reauthenticate/", {"password": PASSWORD})
    page = text_of(boss, "/en/people/invite/")
    assert '<option value="Avalon (GHA-AVA)">' in page and "contributor: also uploads values" in page
    work = text_of(boss, "/en/work/")
    assert "administrator: Ghana and all places below it" in work and "also invites people" in work


def test_the_page_of_an_old_edition_has_its_values_and_leads_to_those_that_stand(publish, person, client_of) -> None:
    publish()
    publish(access=61.0, seed=2)
    old, new = Edition.objects.order_by("number")
    before = Observation.objects.get(edition=old, place__code="GHA-AVA", measure=share().measure)
    page = text_of(client_of(None), f"/en/releases/{old.pk}/").replace("\u00a0", " ")
    assert "A newer edition of this data set was released" in page
    assert f'href="/en/releases/{new.pk}/">Edition 2' in page
    row = next(part for part in page.split("<tr>") if f'href="/en/values/{before.pk}/"' in part)
    assert "58.0 %" in row and f'<a href="/en/values/{share().pk}/">replaced by 61.0 %</a>' in row
    standing, count = old.observations.filter(current=True).count(), old.observations.count()
    assert f"Standing now: {standing} of {count}." in page and 0 < standing + page.count("replaced by ") == count
    newest = text_of(client_of(None), f"/en/releases/{new.pk}/")
    assert "A newer edition" not in newest and "As they were released; all of them stand now." in newest
    assert "replaced by" not in newest


def test_values_of_an_edition_come_in_pages_to_who_may_read_them(publish, person, client_of, monkeypatch) -> None:
    monkeypatch.setattr("ekistics.web.observatory.pages.edition_values.SHOWN", 5)
    publish(conf_status="C")
    publish(access=61.0, seed=2, conf_status="C")
    old, new = Edition.objects.order_by("number")
    seen = {}
    for who, user in (("public", None), ("viewer", person(Role.VIEWER, "GHA-AVA"))):
        pages = [text_of(client_of(user), f"/en/releases/{old.pk}/?values={n}") for n in range(1, 5)]
        seen[who] = {int(n) for page in pages for n in re.findall(r"/en/values/(\d+)/", page.split('id="values"')[1])}
    hidden = set(old.observations.filter(restricted=True).values_list("pk", flat=True)) | set(
        new.observations.filter(restricted=True).values_list("pk", flat=True))
    assert hidden and not hidden & seen["public"] and hidden <= seen["viewer"]
    assert set(old.observations.values_list("pk", flat=True)) - hidden <= seen["public"]
    last = text_of(client_of(None), f"/en/releases/{old.pk}/?values=99")
    assert "Page 2 of 2" in last and 'href="?values=1#values"' in last
