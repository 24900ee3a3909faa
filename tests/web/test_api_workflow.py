"""The workflow through the API: the same moves as on the pages, bounded by role and by the scopes of the token."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.policy import SCOPES, Role, State
from ekistics.web.workflow.models import AuditEntry, Comment, Event
from ekistics.web.workflow.moves import MOVES

pytestmark = pytest.mark.django_db

SCOPE = {"submit": "upload", "resubmit": "upload", "review": "review", "revise": "review", "reopen": "review",
         "publish": "publish", "withdraw": "publish"}


def program(user: User, *scopes: str) -> Callable[..., Any]:
    """Give a program that asks with a token of an account."""
    _row, text = make_token(user, "program", scopes)

    def ask(address: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {text}"}
        if body is None:
            return Client().get(address, headers=headers)
        return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", headers=headers)

    return ask


def test_an_edition_goes_from_draft_to_withdrawn_and_the_log_tells_it(publish: Callable[..., Any],
                                                                      person: Callable[..., User]) -> None:
    author = person(Role.CONTRIBUTOR, "GHA", "author")
    edition = publish(state=State.DRAFT, author=author.pk).edition
    mine, theirs = program(author, "read", "upload"), program(person(Role.PUBLISHER, "GHA"), *SCOPES)
    moves, comments = f"/api/v1/editions/{edition}/moves", f"/api/v1/editions/{edition}/comments"
    steps = ((mine, "submit", "", "submitted", []), (theirs, "review", "", "under_review", ["revise", "publish"]),
             (theirs, "revise", "Row 3 has the wrong year.", "needs_revision", ["resubmit"]),
             (mine, "resubmit", "", "submitted", []), (theirs, "review", "", "under_review", ["revise", "publish"]),
             (theirs, "publish", "", "published", ["withdraw"]),
             (theirs, "withdraw", "A wrong boundary.", "withdrawn", ["reopen"]))
    for ask, move, note, state, then in steps:
        answer = ask(moves, {"move": move, "note": note})
        assert answer.status_code == 200, answer.content
        assert answer.json() == {"edition": edition, "state": state, "embargo_until": None, "moves": then}
        if state == "published":
            assert Observation.objects.filter(edition=edition, current=True).count() == 12
    said = theirs(comments, {"text": "Its boundary is that of 2010."})
    assert said.status_code == 200 and Comment.objects.get().text == said.json()["text"]
    told = theirs(f"/api/v1/editions/{edition}/workflow").json()
    assert [e["to_state"] for e in told["events"]] == ["draft"] + [state for _ask, _move, _note, state, _then in steps]
    assert told["events"][3]["note"] == "Row 3 has the wrong year." and told["comments"] == [said.json()]
    assert [e.action for e in AuditEntry.objects.filter(target=f"edition:{edition}", actor__isnull=False)][-8:] == [
        *(f"edition.{move}" for _ask, move, *_rest in steps), "comment.add"]


def test_every_move_needs_its_scope_and_reading(publish: Callable[..., Any], person: Callable[..., User]) -> None:
    edition, root = publish(state=State.DRAFT).edition, person(Role.ADMINISTRATOR)
    for spec, scopes in product(MOVES, (("read",), *(("read", scope) for scope in SCOPES[1:]), SCOPES[1:])):
        Edition.objects.filter(pk=edition).update(state=str(spec.starts[0]))
        before = Event.objects.count()
        answer = program(root, *scopes)(f"/api/v1/editions/{edition}/moves", {"move": spec.name, "note": "A reason."})
        expected = 404 if "read" not in scopes else 200 if SCOPE[spec.name] in scopes else 403
        assert answer.status_code == expected, (spec.name, scopes, answer.content)
        assert Event.objects.count() - before == (expected == 200)


def test_a_token_that_does_not_read_neither_comments_nor_looks(publish: Callable[..., Any],
                                                               person: Callable[..., User]) -> None:
    edition, root = publish().edition, person(Role.ADMINISTRATOR)
    address = f"/api/v1/editions/{edition}"
    for scopes in (("upload",), ("publish",), SCOPES[1:]):
        ask = program(root, *scopes)
        assert ask(f"{address}/comments", {"text": "x"}).status_code == 404, scopes
        assert ask(f"{address}/workflow").status_code == 404, scopes
    assert not Comment.objects.exists() and program(root, "read")(f"{address}/workflow").status_code == 200


@pytest.mark.parametrize("state", [State.PUBLISHED, State.WITHDRAWN])
def test_what_was_said_is_for_those_who_work_there(publish: Callable[..., Any], person: Callable[..., User],
                                                   client_of: Callable[..., Client], state: State) -> None:
    edition, root = publish().edition, person(Role.ADMINISTRATOR)
    ask, address = program(root, *SCOPES), f"/api/v1/editions/{edition}"
    ask(f"{address}/moves", {"move": "withdraw", "note": "The survey of Ama was wrong."})
    if state is State.PUBLISHED:
        for move in ("reopen", "publish"):
            assert ask(f"{address}/moves", {"move": move}).status_code == 200
    ask(f"{address}/comments", {"text": "Kofi looks at it again."})
    hearing = {Role.CONTRIBUTOR, Role.EDITOR, Role.PUBLISHER, Role.ADMINISTRATOR}
    for role, at in product(Role, ("GHA", "KEN")):
        user = person(role, at, f"{role.name}-{at}")
        reads = state is State.PUBLISHED or (at == "GHA" and role >= Role.EDITOR)
        hears = reads and at == "GHA" and role in hearing
        page = client_of(user).get(f"/en/work/editions/{edition}/")
        answer = program(user, "read")(f"{address}/workflow")
        assert (page.status_code, answer.status_code) == ((200, 200) if reads else (404, 404)), (role, at)
        for text in ("The survey of Ama was wrong.", "Kofi looks at it again."):
            assert [text in each.content.decode() for each in (page, answer)] == [hears, hears], (role, at, text)
        if reads:
            told = answer.json()
            assert (told["comments"] is None) is not hears
            assert len(told["events"]) == (4 if state is State.PUBLISHED else 2)
            assert {e["note"] is None for e in told["events"]} == {not hears}


def test_who_may_not_do_it_on_the_page_may_not_do_it_here(publish: Callable[..., Any], person: Callable[..., User],
                                                          ) -> None:
    author = person(Role.PUBLISHER, "GHA", "author")
    edition = publish(state=State.UNDER_REVIEW, author=author.pk).edition
    moves, comments = f"/api/v1/editions/{edition}/moves", f"/api/v1/editions/{edition}/comments"
    for user, status in ((author, 403), (person(Role.EDITOR, "GHA"), 403), (person(Role.ADMINISTRATOR, "KEN"), 404)):
        ask = program(user, *SCOPES)
        assert ask(moves, {"move": "publish"}).status_code == status
        assert ask(comments, {"text": "x"}).status_code == (404 if status == 404 else 200)
    assert Edition.objects.get(pk=edition).state == "under_review" and Event.objects.count() == 1


def test_what_cannot_be_done_is_told_as_a_problem_and_nothing_changes(publish: Callable[..., Any],
                                                                      person: Callable[..., User]) -> None:
    edition = publish(state=State.UNDER_REVIEW).edition
    ask, moves = program(person(Role.ADMINISTRATOR), *SCOPES), f"/api/v1/editions/{edition}/moves"
    past, ahead = (timezone.now() - timedelta(days=1)).isoformat(), (timezone.now() + timedelta(days=9)).isoformat()
    for body, status, param in (
            ({"move": "publish", "seen": "submitted"}, 409, None), ({"move": "submit"}, 409, None),
            ({"move": "revise", "note": "  "}, 422, "note"), ({"move": "dance"}, 422, "move"),
            ({"move": "publish", "embargo_until": past}, 422, "embargo_until"),
            ({"move": "publish", "embargo_until": "2030-01-01T00:00:00"}, 422, "embargo_until"),
            ({"move": "publish", "embargo_until": "9999-12-31T23:59:59-12:00"}, 422, "embargo_until"),
            ({"move": "publish", "note": "a\x00b"}, 422, "note"), ({}, 422, "move")):
        answer = ask(moves, body)
        assert (answer.status_code, answer.json().get("param")) == (status, param), (body, answer.content)
        assert ("2200" in answer.json()["detail"]) is ("9999" in body.get("embargo_until", ""))
        assert answer["Content-Type"] == "application/problem+json"
    assert Event.objects.count() == 1
    assert ask(f"/api/v1/editions/{edition}/comments", {"text": " "}).status_code == 422
    assert ask("/api/v1/editions/999999/moves", {"move": "publish"}).status_code == 404
    waits = ask(moves, {"move": "publish", "embargo_until": ahead, "seen": "under_review"})
    assert waits.json()["state"] == "published"
    assert not Observation.objects.filter(edition=edition, current=True).exists()


def test_a_session_moves_nothing_here_and_the_public_reads_no_workflow(
        publish: Callable[..., Any], person: Callable[..., User], client_of: Callable[..., Client]) -> None:
    edition, client = publish(state=State.UNDER_REVIEW).edition, client_of(person(Role.ADMINISTRATOR))
    address = f"/api/v1/editions/{edition}"
    for who in (client, Client()):
        for part, body in (("moves", {"move": "publish"}), ("comments", {"text": "x"})):
            assert who.post(f"{address}/{part}", body, content_type="application/json").status_code == 401
    assert [who.get(f"{address}/workflow").status_code for who in (client, Client())] == [200, 401]
    assert Event.objects.count() == 1 and not Comment.objects.exists()


def test_an_address_that_takes_moves_tells_its_methods_and_opens_to_no_other_site(publish: Callable[..., Any]) -> None:
    edition, client = publish(state=State.UNDER_REVIEW).edition, Client()
    for part, methods in (("moves", "OPTIONS, POST"), ("comments", "OPTIONS, POST"),
                          ("workflow", "GET, HEAD, OPTIONS")):
        address = f"/api/v1/editions/{edition}/{part}"
        told = client.options(address, headers={"Origin": "https://example.org",
                                                "Access-Control-Request-Method": "POST"})
        assert (told.status_code, told.content, told["Allow"]) == (204, b"", methods)
        opened = [name for name in ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers") if name in told]
        assert len(opened) == (2 if part == "workflow" else 0), part
        for method in ("put", "delete", *(("post",) if part == "workflow" else ("get", "head"))):
            refused = getattr(client, method)(address)
            assert (refused.status_code, refused["Allow"]) == (405, methods), (part, method)
    assert Event.objects.count() == 1
