"""Tokens: shown once, kept as a digest, bounded by scopes, revocable, never in a log."""

import io
import logging
from datetime import timedelta
from itertools import product

import pytest
from django.test import RequestFactory
from django.utils import timezone

from ekistics.core.errors import InvalidValueError
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import ApiToken
from ekistics.web.accounts.scrub import ScrubSecrets, scrubbed
from ekistics.web.accounts.tokens import actor_from_header, make_token, revoke_token
from ekistics.web.observatory.frames import rows_for
from ekistics.web.policy import PUBLIC, SCOPES, Action, Actor, Facts, Role, State, allowed, may
from ekistics.web.refusals import TokenRefusedError
from ekistics.web.workflow.models import AuditEntry
from tests.web.signing import confirmed

NEEDED = {Action.READ: "read", Action.HEAR: "read", Action.EDIT: "upload", Action.SUBMIT: "upload",
          Action.COMMENT: "upload", Action.REVIEW: "review", Action.PUBLISH: "publish", Action.AUDIT: "audit"}


def asked(text: str = "", kind: str = "Bearer"):
    headers = {"Authorization": f"{kind} {text}"} if text else {}
    return RequestFactory().get("/api/v1/observations", headers=headers)


@pytest.mark.parametrize(("role", "action", "scope"), list(product(Role, Action, (None, *SCOPES))))
def test_a_scope_lets_its_actions_through_and_gives_none(role: Role, action: Action, scope: str | None) -> None:
    actor = Actor(1, (("001/", role),) if role else (), frozenset({scope} if scope else ()))
    for state, embargoed, restricted, own in product(State, (False, True), (False, True), (False, True)):
        facts = Facts(state, embargoed, restricted, own)
        reached = NEEDED.get(action) == scope and scope is not None
        assert allowed(actor, action, "001/GHA/", facts) is may(role if reached else Role.PUBLIC, action, facts)


def test_all_scopes_together_are_the_person_except_for_managing_people() -> None:
    person, token = Actor(1, (("001/", Role.ADMINISTRATOR),)), Actor(1, (("001/", Role.ADMINISTRATOR),),
                                                                     frozenset(SCOPES))
    facts = Facts(State.UNDER_REVIEW)
    differ = [action for action in Action if allowed(person, action, "001/", facts) != allowed(
        token, action, "001/", facts)]
    assert differ == [Action.MANAGE]


@pytest.mark.django_db
def test_the_filter_knows_scopes(publish, person) -> None:
    publish(conf_status="C")
    viewer = person(Role.VIEWER)
    counts = {scopes: rows_for(actor_of_user(viewer, scopes=scopes)).count()
              for scopes in (None, frozenset({"read"}), frozenset({"upload"}))}
    assert counts == {None: 12, frozenset({"read"}): 12, frozenset({"upload"}): rows_for(PUBLIC).count()}
    assert rows_for(PUBLIC).count() == 9


@pytest.mark.django_db
def test_a_token_is_kept_as_a_digest_only_and_opens_what_its_account_may_do(person) -> None:
    user = person(Role.EDITOR)
    token, text = make_token(user, "harvest", ["read", "upload"])
    held = str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert text not in held and text.rsplit("_", 1)[-1] not in held and len(text) > 50
    actor = actor_from_header(asked(text))
    assert actor == actor_of_user(user, scopes=frozenset({"read", "upload"}))
    assert actor_from_header(asked()) is None
    assert actor_from_header(asked("dXNlcjpwYXNz", kind="Basic")) is None
    assert text not in "".join(AuditEntry.objects.values_list("detail", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("spoil", ["revoked", "ended", "closed", "changed", "cut", "unknown", "odd"])
def test_a_token_that_is_no_longer_good_is_refused(person, spoil: str) -> None:
    user = person(Role.EDITOR)
    token, text = make_token(user, "harvest", ["read"], timezone.now() + timedelta(days=1))
    assert actor_from_header(asked(text)) is not None
    if spoil == "revoked":
        revoke_token(token, actor=user.pk)
    elif spoil == "ended":
        ApiToken.objects.update(expires_at=timezone.now())
    elif spoil == "closed":
        user.is_active = False
        user.save()
    sent = {"changed": text[:-1] + ("a" if text[-1] != "a" else "b"), "cut": text[:-4],
            "unknown": "ek_0123456789_" + "a" * 43, "odd": "__"}.get(spoil, text)
    with pytest.raises(TokenRefusedError):
        actor_from_header(asked(sent))


@pytest.mark.django_db
def test_the_answer_to_a_bad_token_is_401_with_a_problem_document(client) -> None:
    answer = client.get("/api/v1/audit", headers={"Authorization": "Bearer ek_0123456789_nothing"})
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer") and "nothing" not in answer.content.decode()


@pytest.mark.django_db
def test_use_is_noted_at_most_once_a_minute(person, django_assert_num_queries) -> None:
    token, text = make_token(person(Role.VIEWER), "harvest", ["read"])
    actor_from_header(asked(text))
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    with django_assert_num_queries(2):  # the token with its account, and the roles: nothing is written
        actor_from_header(asked(text))
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    actor_from_header(asked(text))
    again = ApiToken.objects.get(pk=token.pk).last_used_at
    assert again is not None and again >= first


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "scopes", "days"), [("x", [], 1), ("x", ["read", "all"], 1), (" ", ["read"], 1),
                                                      ("x", ["read"], -1)])
def test_a_token_without_name_scope_or_future_is_not_made(person, name: str, scopes: list[str], days: int) -> None:
    with pytest.raises(InvalidValueError):
        make_token(person(Role.VIEWER), name, scopes, timezone.now() + timedelta(days=days))
    assert not ApiToken.objects.exists()


@pytest.mark.django_db
def test_the_page_shows_a_token_once_and_revokes_it(person) -> None:
    user = person(Role.CONTRIBUTOR, name="kofi")
    client = confirmed(user)
    made = client.post("/en/account/tokens/new/", {"name": "harvest", "scopes": ["read"]})
    token = ApiToken.objects.get(user=user)
    assert f"ek_{token.prefix}_" in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    listed = client.get("/en/account/tokens/").content.decode()
    assert token.prefix in listed and f"ek_{token.prefix}_" not in listed
    client.post(f"/en/account/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert AuditEntry.objects.filter(action="token.revoke", target=f"token:{token.pk}", actor=user.pk).exists()


@pytest.mark.django_db
def test_nobody_revokes_another_persons_token(person, client_of) -> None:
    token, _text = make_token(person(Role.VIEWER), "harvest", ["read"])
    answer = client_of(person(Role.ADMINISTRATOR)).post(f"/en/account/tokens/{token.pk}/revoke/")
    assert answer.status_code == 404 and ApiToken.objects.get().revoked_at is None


@pytest.mark.django_db
def test_making_a_token_asks_again_for_the_password(person, client_of) -> None:
    answer = client_of(person(Role.VIEWER)).get("/en/account/tokens/new/")
    assert answer.status_code == 302 and "/reauthenticate/" in answer["Location"]


@pytest.mark.parametrize("text", [
    "Authorization: Bearer SECRET12345", "{'Authorization': 'Bearer SECRET12345'}", "authorization=Basic SECRET12345",
    "got ek_0123456789_SECRET12345 here", "bearer SECRET12345", "GET /en/account/password/reset/key/3-SECRET12345/",
    "password=SECRET12345&x=1", "{'password1': 'SECRET12345'}", "sessionid=SECRET12345; csrftoken=SECRET12345"])
def test_secrets_are_scrubbed(text: str) -> None:
    assert "SECRET" in text and "SECRET" not in scrubbed(text)


def test_the_log_file_holds_no_secret_not_even_in_a_traceback() -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(ScrubSecrets())
    log = logging.getLogger("tests.scrub")
    log.addHandler(handler)
    log.propagate = False
    try:
        int("ek_0123456789_SECRET12345")
    except ValueError:
        log.exception("failed with %s", "Bearer SECRET12345")
    finally:
        log.removeHandler(handler)
    assert "ValueError" in out.getvalue() and "SECRET" not in out.getvalue()


def test_every_handler_of_the_site_scrubs() -> None:
    from ekistics.web import settings

    assert all("scrub" in handler["filters"] for handler in settings.LOGGING["handlers"].values())
