"""The one workflow: every move by every role from every state, four eyes, embargo, two at once, and its pages."""

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.utils import timezone

from ekistics.core.errors import EkisticsError, UnknownNameError
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.observatory.frames import rows_for
from ekistics.web.observatory.models import Coverage, Edition, Observation
from ekistics.web.observatory.release import release_due
from ekistics.web.places.models import Place
from ekistics.web.policy import PUBLIC, Role, State
from ekistics.web.refusals import MoveRefusedError, StaleError
from ekistics.web.workflow.audit import verify_chain
from ekistics.web.workflow.kinds import find_target
from ekistics.web.workflow.models import AuditEntry, Comment, Event
from ekistics.web.workflow.moves import MOVES, Move, moves_open_to
from ekistics.web.workflow.remarks import comment, open_reports, resolve

pytestmark = pytest.mark.django_db

# Written down again, so that a change of the table shows: who, at the least, moves another's thing, and one's own.
E, P, A, C = Role.EDITOR, Role.PUBLISHER, Role.ADMINISTRATOR, Role.CONTRIBUTOR
LEAST = {
    ("submit", State.DRAFT): (State.SUBMITTED, E, C), ("resubmit", State.NEEDS_REVISION): (State.SUBMITTED, E, C),
    ("review", State.SUBMITTED): (State.UNDER_REVIEW, E, A), ("revise", State.SUBMITTED): (State.NEEDS_REVISION, E, A),
    ("revise", State.UNDER_REVIEW): (State.NEEDS_REVISION, E, A),
    ("publish", State.UNDER_REVIEW): (State.PUBLISHED, P, A), ("withdraw", State.PUBLISHED): (State.WITHDRAWN, P, A),
    ("reopen", State.WITHDRAWN): (State.UNDER_REVIEW, E, A)}


def set_to(edition: int, state: State, author: int | None = None) -> str:
    Edition.objects.filter(pk=edition).update(state=str(state), author=author)
    return f"edition:{edition}"


def shown_values() -> list[float]:
    return [round(v, 6) for v in rows_for(PUBLIC).filter(
        place__code="GHA-AVA", measure__variant="network").values_list("obs_value", flat=True)]


def test_every_move_by_every_role_from_every_state(publish, person) -> None:
    """At the place, above it and elsewhere; with another person's thing and with one's own."""
    edition = publish(state=State.DRAFT).edition
    people = {(role, at): person(role, at) for role, at in product(Role, ("GHA", "001", "019"))}
    other, cells, done = person(Role.VIEWER, name="other"), 0, 0
    for spec, state, ((role, at), user), own in product(MOVES, State, people.items(), (False, True)):
        name = set_to(edition, state, user.pk if own else other.pk)
        known = LEAST.get((spec.name, state))
        right = at != "019" and known is not None and role >= known[2 if own else 1]
        actor = actor_of_user(user)
        assert (spec in moves_open_to(actor, find_target(name))) is right, (spec.name, state, role, at, own)
        before = (Event.objects.count(), AuditEntry.objects.count())
        try:
            Move(actor, name, spec.name, "because").execute()
        except (PermissionDenied, StaleError, UnknownNameError):
            assert not right, (spec.name, state, role, at, own)
            assert (Event.objects.count(), AuditEntry.objects.count()) == before
            assert Edition.objects.get().state == str(state)
        else:
            assert right, (spec.name, state, role, at, own)
            assert Edition.objects.get().state == str(known[0])
            done += 1
        cells += 1
    assert cells == 7 * 6 * 18 * 2 and done == sum(2 * (6 - least + 6 - own) for _to, least, own in LEAST.values())
    assert list(verify_chain()) == []


def test_the_table_of_moves_is_the_one_written_here() -> None:
    assert {(spec.name, start): spec.ends for spec in MOVES for start in spec.starts} == {
        key: ends for key, (ends, _least, _own) in LEAST.items()}


def test_four_eyes_from_draft_to_published(publish, person) -> None:
    publish()
    author, reviewer = person(Role.PUBLISHER, "GHA", "author"), person(Role.PUBLISHER, "GHA", "reviewer")
    edition = publish(seed=2, access=61.0, state=State.DRAFT, author=author.pk).edition
    mine, theirs, name = actor_of_user(author), actor_of_user(reviewer), f"edition:{edition}"
    Move(mine, name, "submit").execute()
    for step in ("review", "revise"):
        with pytest.raises(PermissionDenied):
            Move(mine, name, step, "mine").execute()
    Move(theirs, name, "review").execute()
    with pytest.raises(PermissionDenied):
        Move(mine, name, "publish").execute()
    assert shown_values() == [58.0]
    Move(theirs, name, "publish").execute()
    assert shown_values() == [61.0]
    events = Event.objects.filter(target=name).values_list("from_state", "to_state", "actor")
    assert list(events)[1:] == [("draft", "submitted", author.pk), ("submitted", "under_review", reviewer.pk),
                                ("under_review", "published", reviewer.pk)]
    told = list(AuditEntry.objects.filter(target=name).values_list("action", flat=True))
    assert told == ["edition.add", "edition.submit", "edition.review", "edition.publish", "edition.release"]


def test_withdrawing_lets_the_earlier_value_stand_again(publish, person) -> None:
    publish()
    second = publish(seed=2, access=61.0, neighbourhoods=1).edition
    assert shown_values() == [61.0] and not Observation.objects.filter(current=True, place__code="GHA-AVA:N2").exists()
    boss = actor_of_user(person(Role.ADMINISTRATOR))
    with pytest.raises(MoveRefusedError, match="reason"):
        Move(boss, f"edition:{second}", "withdraw", "  ").execute()
    assert shown_values() == [61.0]
    Move(boss, f"edition:{second}", "withdraw", "A wrong boundary.").execute()
    assert shown_values() == [58.0] and Observation.objects.filter(current=True, place__code="GHA-AVA:N2").exists()
    Move(boss, f"edition:{second}", "reopen").execute()
    assert shown_values() == [58.0]
    Move(boss, f"edition:{second}", "publish").execute()
    assert shown_values() == [61.0]


def test_a_withdrawn_value_is_taken_out_of_how_cities_spread(publish, person) -> None:
    values = (20.0, 30.0, 40.0, 50.0, 60.0, 70.0)
    editions = [publish(f"GHA-S{i:02d}", name=f"Town {i}", access=value).edition for i, value in enumerate(values)]

    def spread() -> list[float]:
        held = Coverage.objects.get(measure__indicator__code="sdg_11_2_1", measure__variant="network")
        return [round(each, 6) for each in held.quantiles]

    assert spread() == [20.0, 30.0, 40.0, 60.0, 70.0]
    Move(actor_of_user(person(Role.ADMINISTRATOR)), f"edition:{editions[5]}", "withdraw", "A wrong city.").execute()
    assert spread() == [20.0, 30.0, 40.0, 50.0, 60.0]


def test_a_city_whose_only_edition_is_withdrawn_is_no_longer_listed(publish, person) -> None:
    edition = publish().edition
    Move(actor_of_user(person(Role.ADMINISTRATOR)), f"edition:{edition}", "withdraw", "A wrong city.").execute()
    assert not Place.objects.get(code="GHA-AVA").listed and not rows_for(PUBLIC).exists()


def test_an_embargoed_publication_waits_for_its_day(publish, person) -> None:
    publish()
    edition = publish(seed=2, access=61.0, state=State.UNDER_REVIEW).edition
    boss, later = actor_of_user(person(Role.PUBLISHER)), timezone.now() + timedelta(days=3)
    with pytest.raises(MoveRefusedError, match="lie ahead"):
        Move(boss, f"edition:{edition}", "publish", embargo_until=timezone.now() - timedelta(days=1)).execute()
    Move(boss, f"edition:{edition}", "publish", embargo_until=later).execute()
    assert shown_values() == [58.0] and release_due() == 0
    assert not rows_for(PUBLIC, current=False).filter(edition=edition).exists()
    assert release_due(later + timedelta(seconds=1)) == 1
    Edition.objects.filter(pk=edition).update(embargo_until=timezone.now() - timedelta(seconds=1))
    assert shown_values() == [61.0]


@pytest.mark.parametrize("day", ["2200-01-01", "9999-12-31"])
def test_a_day_of_release_beyond_all_calendars_is_refused_at_every_door(publish, person, client_of, day: str) -> None:
    edition, user = publish(state=State.UNDER_REVIEW).edition, person(Role.PUBLISHER)
    with pytest.raises(MoveRefusedError, match="before the year 2200") as caught:
        Move(actor_of_user(user), f"edition:{edition}", "publish",
             embargo_until=datetime.fromisoformat(day).replace(tzinfo=UTC)).execute()
    assert caught.value.param == "embargo_until" and caught.value.hint
    address = f"/en/work/editions/{edition}/"
    refused = client_of(user).post(address, {"do": "publish", "seen": "under_review", "day": day})
    assert refused.status_code == 422 and "before the year 2200" in refused.content.decode()
    assert caught.value.hint in refused.content.decode()
    assert Edition.objects.get().state == "under_review" and Event.objects.count() == 1
    last = client_of(user).post(address, {"do": "publish", "seen": "under_review", "day": "2199-12-31"})
    assert last.status_code == 302 and Edition.objects.get().embargo_until.year == 2199


def test_what_was_out_can_be_published_again_with_a_day(publish, person) -> None:
    edition, boss = publish().edition, actor_of_user(person(Role.ADMINISTRATOR))
    Move(boss, f"edition:{edition}", "withdraw", "Too early.").execute()
    Move(boss, f"edition:{edition}", "reopen").execute()
    later = timezone.now() + timedelta(days=3)
    Move(boss, f"edition:{edition}", "publish", embargo_until=later).execute()
    assert Edition.objects.get().released_at is None and shown_values() == []
    assert release_due(later + timedelta(seconds=1)) == 1


def test_who_looked_at_another_state_is_told(publish, person) -> None:
    edition, boss = publish(state=State.SUBMITTED).edition, actor_of_user(person(Role.PUBLISHER))
    Move(boss, f"edition:{edition}", "review", seen=State.SUBMITTED).execute()
    with pytest.raises(StaleError, match="moved on"):
        Move(boss, f"edition:{edition}", "revise", "late", seen=State.SUBMITTED).execute()
    with pytest.raises(StaleError):
        Move(boss, f"edition:{edition}", "review").execute()


@pytest.mark.parametrize("name", ["edition:0", "edition:x", "edition:", "place:1", "edition:99999999999999999999", ""])
def test_unknown_things_are_not_moved(person, name: str) -> None:
    with pytest.raises(UnknownNameError):
        Move(actor_of_user(person(Role.ADMINISTRATOR)), name, "submit").execute()


def test_what_fails_in_the_middle_leaves_nothing(publish, person, monkeypatch) -> None:
    edition = publish(state=State.UNDER_REVIEW).edition
    monkeypatch.setattr("ekistics.web.workflow.editions.release", lambda *_a, **_k: 1 / 0)
    before = AuditEntry.objects.count()
    with pytest.raises(ZeroDivisionError):
        Move(actor_of_user(person(Role.PUBLISHER)), f"edition:{edition}", "publish").execute()
    assert Edition.objects.get().state == "under_review" and AuditEntry.objects.count() == before
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins(publish, person) -> None:
    edition = publish(state=State.UNDER_REVIEW).edition
    actors = [actor_of_user(person(Role.PUBLISHER, name=name)) for name in ("ama", "kofi")]
    start, outcomes = threading.Barrier(4), []

    def once(actor, step: str) -> str:
        try:
            Move(actor, f"edition:{edition}", step, "because", seen=State.UNDER_REVIEW).execute()
        except EkisticsError as error:
            return error.code
        except OperationalError as error:  # a database in memory, as tests have it, does not wait for a lock
            assert "locked" in str(error)
            time.sleep(0.01)
            return once(actor, step)
        return step

    def move(actor, step: str) -> None:
        start.wait()
        try:
            outcomes.append(once(actor, step))
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(actor, step)) for actor in actors for step in ("publish", "revise")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [o for o in outcomes if o in ("publish", "revise")]
    assert len(won) == 1 and sorted(outcomes) == sorted([*won, "stale", "stale", "stale"])
    assert Edition.objects.get().state == {"publish": "published", "revise": "needs_revision"}[won[0]]
    assert Event.objects.count() == 2 and list(verify_chain()) == []


def test_comments_and_reports_follow_the_rights(publish, person) -> None:
    edition = publish(state=State.SUBMITTED).edition
    editor, viewer, away = (actor_of_user(person(role, at)) for role, at in (
        (Role.EDITOR, "GHA"), (Role.VIEWER, "GHA"), (Role.EDITOR, "019")))
    comment(editor, f"edition:{edition}", " Which boundary? ")
    for actor in (viewer, away):
        with pytest.raises(PermissionDenied):
            comment(actor, f"edition:{edition}", "Hello")
    with pytest.raises(MoveRefusedError):
        comment(editor, f"edition:{edition}", " ")
    assert [c.text for c in Comment.objects.all()] == ["Which boundary?"]
    Edition.objects.update(state="published")
    number = Observation.objects.first().pk
    told = Comment.objects.create(target=f"observation:{number}", text="Too high.", contact="reader@example.org")
    Comment.objects.create(target="observation:x", text="odd")
    assert [r.remark.pk for r in open_reports(editor)] == [told.pk]
    assert open_reports(viewer) == open_reports(away) == open_reports(PUBLIC) == []
    with pytest.raises(PermissionDenied):
        resolve(away, told.pk, "No.")
    with pytest.raises(MoveRefusedError):
        resolve(editor, told.pk, "")
    resolve(editor, told.pk, "Mended in the next edition.")
    with pytest.raises(StaleError):
        resolve(editor, told.pk, "Again.")
    assert open_reports(editor) == [] and Comment.objects.get(pk=told.pk).resolution == "Mended in the next edition."


def test_the_pages_show_what_waits_and_move_it(publish, person, client_of) -> None:
    publish()
    author, reviewer = person(Role.CONTRIBUTOR, "GHA", "kofi"), person(Role.PUBLISHER, "GHA", "ama")
    edition = publish(seed=2, access=61.0, neighbourhoods=3, state=State.DRAFT, author=author.pk).edition
    theirs, mine, address = client_of(author), client_of(reviewer), f"/en/work/editions/{edition}/"
    assert "Submit for review" in theirs.get(address).content.decode()
    theirs.post(address, {"do": "submit", "seen": "draft"})
    page = theirs.get(address).content.decode()
    assert "nobody reviews or publishes their own work" in page and "Take for review" not in page
    assert address in theirs.get("/en/work/").content.decode()
    assert address in mine.get("/en/work/").content.decode()
    page = mine.get(address).content.decode()
    assert "61.0" in page and "(58.0–64.0" in page and "changed" in page and "nothing stands" in page
    refused = mine.post(address, {"do": "revise", "seen": "submitted", "note": ""})
    assert refused.status_code == 422 and "needs a reason" in refused.content.decode()
    assert mine.post(address, {"do": "review", "seen": "draft"}).status_code == 409
    assert theirs.post(address, {"do": "review", "seen": "submitted"}).status_code == 403
    mine.post(address, {"do": "revise", "seen": "submitted", "note": "Which <b>boundary</b>?"})
    assert "Which &lt;b&gt;boundary&lt;/b&gt;?" in theirs.get(address).content.decode()
    theirs.post(address, {"do": "comment", "text": "The one of 2024."})
    theirs.post(address, {"do": "resubmit", "seen": "needs_revision"})
    mine.post(address, {"do": "review", "seen": "submitted"})
    assert mine.post(address, {"do": "publish", "seen": "under_review", "day": "soon"}).status_code == 422
    assert mine.post(address, {"do": "publish", "seen": "under_review"}).status_code == 302
    page = mine.get(address).content.decode()
    assert "The one of 2024." in page and "Withdraw" in page and page.count("<time") >= 6
    assert shown_values() == [61.0]


def test_a_zero_byte_in_a_note_is_refused_and_nothing_is_done(publish, person, client_of) -> None:
    edition = publish().edition
    client = client_of(person(Role.ADMINISTRATOR))
    for given in ({"do": "comment", "text": "a\0b"}, {"do": "withdraw", "note": "a\0b"}):
        refused = client.post(f"/en/work/editions/{edition}/", given)
        assert refused.status_code == 422 and "Type the text anew" in refused.content.decode()
    assert Edition.objects.get(pk=edition).state == "published" and not Comment.objects.exists()


def test_an_edition_in_work_is_hidden_from_others(publish, person, client_of) -> None:
    edition = publish(state=State.DRAFT).edition
    address = f"/en/work/editions/{edition}/"
    assert client_of().get(address).status_code == 302
    for role, at in ((Role.VIEWER, "001"), (Role.CONTRIBUTOR, "001"), (Role.ADMINISTRATOR, "019")):
        assert client_of(person(role, at)).get(address).status_code == 404
        assert client_of(person(role, at, f"{role.name}2")).post(address, {"do": "submit"}).status_code == 404
    assert client_of(person(Role.EDITOR, "GHA")).get(address).status_code == 200


def test_rows_of_an_edition_come_in_parts(publish, person, client_of, monkeypatch) -> None:
    monkeypatch.setattr("ekistics.web.workflow.pages.work.ROWS", 5)
    edition = publish(state=State.DRAFT).edition
    client, address, seen = client_of(person(Role.EDITOR)), f"/en/work/editions/{edition}/", 0
    while address:
        page = client.get(address).content.decode()
        seen += page.count("<tr><th scope=\"row\">")
        start = page.find('rel="next" href="?after=')
        address = "" if start < 0 else f"/en/work/editions/{edition}/?after=" + page[start + 24:].split("#")[0]
    assert seen == 12


def test_a_report_is_closed_by_the_page(publish, person, client_of) -> None:
    publish()
    told = Comment.objects.create(target=f"observation:{Observation.objects.first().pk}", text="Too high.")
    client = client_of(person(Role.EDITOR, "GHA"))
    assert "Too high." in client.get("/en/work/").content.decode()
    assert client_of(person(Role.VIEWER)).post(f"/en/work/reports/{told.pk}/", {"answer": "No."}).status_code == 403
    client.post(f"/en/work/reports/{told.pk}/", {"answer": "Mended."})
    told.refresh_from_db()
    assert told.resolution == "Mended." and "Too high." not in client.get("/en/work/").content.decode()
