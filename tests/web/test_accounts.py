"""Accounts as people meet them: signing in, two factors, limits, invitations, roles, and what a browser is told."""

import base64
import os
import re
import subprocess
import sys

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from ekistics.core.errors import InvalidValueError
from ekistics.web.accounts import people as operations
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.places.models import Place
from ekistics.web.places.tree import ensure_country
from ekistics.web.policy import Role
from ekistics.web.workflow.models import AuditEntry
from tests.web.signing import PASSWORD, code_now, confirmed, signed_in

pytestmark = pytest.mark.django_db

LOGIN = "/en/account/login/"
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh-hans")


def shown(answer) -> str:
    """Check that a page is one of ours, with nothing that the policy for contents forbids, and give its markup."""
    text = answer.content.decode()
    assert '<header class="site">' in text and 'href="/static/site/site.css"' in text
    assert "style=" not in text and not re.search(r"<script(?![^>]*(src=|application/json))", text)
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    return text


@pytest.fixture
def nation(world) -> Place:
    return ensure_country("GHA")


def test_sign_in_by_name_or_address_and_sign_out(person) -> None:
    user = person(Role.VIEWER, name="ama")
    for login in ("ama", "ama@example.org", "AMA@EXAMPLE.ORG"):
        client = Client()
        answer = client.post(LOGIN, {"login": login, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/en/work/")
        assert client.get("/en/work/").status_code == 200
        client.post("/en/account/logout/")
        assert client.get("/en/work/").status_code == 302
    told = AuditEntry.objects.filter(target=f"user:{user.pk}").values_list("action", flat=True)
    assert list(told).count("account.sign_in") == 3 == list(told).count("account.sign_out")


def test_a_wrong_password_says_so_without_saying_whether_the_account_exists(person) -> None:
    person(Role.VIEWER, name="ama")
    texts = []
    for login in ("ama", "nobody"):
        answer = Client().post(LOGIN, {"login": login, "password": "wrong-password-1"})
        texts.append(re.search(r'<div class="errors".*?</div>', shown(answer), re.DOTALL).group())
        assert answer.status_code == 200
    assert texts[0] == texts[1]
    entries = AuditEntry.objects.filter(action="account.sign_in_failed")
    assert [e.target for e in entries] == [f"user:{User.objects.get().pk}", "user:unknown"]
    assert not any("wrong-password-1" in e.detail or "nobody" in e.detail + e.target for e in entries)


def test_after_five_wrong_passwords_the_right_one_has_to_wait(person) -> None:
    person(Role.VIEWER, name="ama")
    client = Client()
    for _attempt in range(5):
        assert client.post(LOGIN, {"login": "ama", "password": "wrong-password-1"}).status_code == 200
    answer = client.post(LOGIN, {"login": "ama", "password": PASSWORD})
    assert answer.status_code == 200 and "sessionid" not in answer.cookies
    assert "Too many failed" in shown(answer)


def test_too_many_requests_get_our_page(person) -> None:
    client = Client()
    answers = [client.post("/en/account/password/reset/", {"email": f"a{i}@example.org"}) for i in range(21)]
    assert [a.status_code for a in answers] == [302] * 20 + [429]
    shown(answers[-1])


def with_totp(user: User) -> tuple[Client, str]:
    """Set up an authenticator app as its owner does, and give the client and the app's key."""
    client = confirmed(user)
    page = shown(client.get("/en/account/2fa/totp/activate/"))
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page).group(1)
    answer = client.post("/en/account/2fa/totp/activate/", {"code": code_now(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/en/account/2fa/recovery-codes/")
    return client, secret


@pytest.mark.django_db(transaction=True)  # the library tells of factors when its transaction has ended
def test_with_a_second_factor_the_password_alone_is_not_enough(person) -> None:
    user = person(Role.EDITOR, name="ama")
    _client, secret = with_totp(user)
    client = Client()
    answer = client.post(LOGIN, {"login": "ama", "password": PASSWORD})
    assert answer["Location"] == "/en/account/2fa/authenticate/"
    assert client.get("/en/work/").status_code == 302
    assert "error" in shown(client.post("/en/account/2fa/authenticate/", {"code": "000000"}))
    assert client.get("/en/work/").status_code == 302
    cache.clear()  # the code that activated the app was used up; another one comes half a minute later
    assert client.post("/en/account/2fa/authenticate/", {"code": code_now(secret)}).status_code == 302
    assert client.get("/en/work/").status_code == 200
    told = set(AuditEntry.objects.filter(target=f"user:{user.pk}").values_list("action", flat=True))
    assert told >= {"account.factor_add", "account.factor_failed", "account.sign_in"}


def test_a_recovery_code_opens_the_account_once(person) -> None:
    first, _secret = with_totp(person(Role.EDITOR, name="ama"))
    code = re.search(r'<pre dir="ltr">(\S+)', shown(first.get("/en/account/2fa/recovery-codes/"))).group(1)
    for status in (302, 200):
        client = Client()
        client.post(LOGIN, {"login": "ama", "password": PASSWORD})
        assert client.post("/en/account/2fa/authenticate/", {"code": code}).status_code == status
    assert code not in first.get("/en/account/2fa/recovery-codes/download/").content.decode().split()
    assert code not in shown(first.get("/en/account/2fa/recovery-codes/"))


def test_administrators_are_asked_for_a_second_factor_and_can_be_made_to_have_one(person, settings) -> None:
    client = signed_in(person(Role.ADMINISTRATOR, name="ama"))
    assert "second factor" in shown(client.get("/en/work/"))
    settings.ADMINISTRATORS_NEED_TWO_FACTOR = True
    assert client.get("/en/people/")["Location"] == "/en/account/2fa/totp/activate/"
    assert client.get("/en/account/").status_code == 200
    assert client.get("/api/v1/audit").status_code == 403
    assert signed_in(person(Role.EDITOR, name="kofi")).get("/en/work/").status_code == 200
    Authenticator.objects.create(user=User.objects.get(username="ama"), type="totp", data={"secret": "A" * 32})
    assert client.get("/en/people/").status_code == 200


def test_a_forgotten_password_is_set_by_a_link_that_works_once(person) -> None:
    user = person(Role.VIEWER, name="ama")
    client = Client()
    answer = client.post("/en/account/password/reset/", {"email": "ama@example.org"})
    assert answer["Location"] == "/en/account/password/reset/done/"
    (sent,) = mail.outbox
    assert sent.subject.startswith("[Ekistics] ") and sent.to == ["ama@example.org"] and "&" not in sent.body
    link = re.search(r"http://testserver(\S+)", sent.body).group(1)
    form = client.get(link, follow=True)
    assert "Set your password" in shown(form)
    assert PASSWORD not in user.password
    new = "another-good-password"
    done = client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert done["Location"] == "/en/account/password/reset/key/done/"
    assert client.login(username="ama", password=new)
    assert "used already" in shown(Client().get(link))


def test_an_unknown_address_gets_the_same_answer_and_a_mail_that_says_so(world) -> None:
    answer = Client().post("/en/account/password/reset/", {"email": "nobody@example.org"})
    assert answer["Location"] == "/en/account/password/reset/done/"
    assert "There is none" in mail.outbox[0].body


def test_nobody_signs_up(world) -> None:
    assert "invitation" in shown(Client().get("/en/account/signup/"))
    new = {"username": "eve", "email": "eve@example.org", "password1": PASSWORD, "password2": PASSWORD}
    Client().post("/en/account/signup/", new)
    assert not User.objects.exists()


def account_addresses() -> list[str]:
    """Give every address of accounts that takes no argument."""
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)
             and name.startswith(("account", "mfa", "token", "people"))]
    found = []
    for name in sorted(names):
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_accounts_is_ours_in_every_language(person, language: str) -> None:
    user = person(Role.ADMINISTRATOR, name="ama")
    plain, client, nobody = confirmed(user), with_totp(person(Role.ADMINISTRATOR, name="kofi"))[0], Client()
    addresses = [address.replace("/en/", f"/{language}/") for address in account_addresses()]
    assert len(addresses) >= 20
    pages = 0
    for address in addresses:
        for asker in (nobody, plain, client):
            if "logout" in address and asker is nobody:
                continue
            answer = asker.get(address, follow=True)
            if answer.headers["Content-Type"].startswith("text/plain"):
                continue
            assert answer.status_code in (200, 404), address
            text = shown(answer)
            assert f'lang="{"zh-Hans" if language == "zh-hans" else language}"' in text
            pages += 1
    assert pages > 50


def test_forms_need_a_token_against_forgery(person) -> None:
    user = person(Role.VIEWER, name="ama")
    client = Client(enforce_csrf_checks=True)
    data = {"login": "ama", "password": PASSWORD}
    assert client.post(LOGIN, data).status_code == 403
    page = client.get(LOGIN).content.decode()
    data["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    assert client.post(LOGIN, data).status_code == 302
    for address in ("/en/account/logout/", "/en/account/tokens/1/revoke/", f"/en/people/{user.pk}/",
                    "/en/work/reports/1/", "/en/account/password/change/"):
        assert client.post(address, {}).status_code == 403, address


@pytest.mark.parametrize("away", ["https://evil.example/", "//evil.example/", "https:evil.example", "/\\evil.example",
                                  "javascript:alert(1)"])
def test_nobody_is_led_away_after_signing_in(person, away: str) -> None:
    person(Role.VIEWER, name="ama")
    answer = Client().post(f"{LOGIN}?next={away}", {"login": "ama", "password": PASSWORD, "next": away})
    assert answer["Location"] == "/en/work/"
    assert Client().post(LOGIN, {"login": "ama", "password": PASSWORD, "next": "/en/account/"})[
        "Location"] == "/en/account/"


def test_headers_and_cookies_keep_the_page_to_itself(person) -> None:
    person(Role.VIEWER, name="ama")
    client = Client()
    page = client.get(LOGIN)
    policy = page["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy and "base-uri 'none'" in policy
    assert (page["X-Frame-Options"], page["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert page["Referrer-Policy"] == "same-origin" and "no-store" in page["Cache-Control"]
    answer = client.post(LOGIN, {"login": "ama", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        assert answer.cookies[name]["httponly"] and answer.cookies[name]["samesite"] == "Lax"


def test_served_by_https_the_cookies_are_secure_and_the_browser_stays_there(tmp_path) -> None:
    """The settings are read once a process, so another process reads them."""
    words = ("import django, json; django.setup(); from django.conf import settings as s; print(json.dumps(["
             "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECURE_SSL_REDIRECT,"
             "s.ALLAUTH_TRUSTED_PROXY_COUNT, s.ADMINISTRATORS_NEED_TWO_FACTOR]))")
    shown_by = {}
    for https in ("0", "1"):
        env = {**os.environ, "EKISTICS_HTTPS": https, "EKISTICS_TWO_FACTOR": https, "EKISTICS_HOME": str(tmp_path),
               "EKISTICS_ADDRESS": "https://observatory.example", "DJANGO_SETTINGS_MODULE": "ekistics.web.settings"}
        shown_by[https] = subprocess.run([sys.executable, "-c", words], env=env, check=True, capture_output=True,
                                         text=True).stdout.strip()
    assert shown_by == {"0": "[false, false, 0, false, 0, false]", "1": "[true, true, 31536000, true, 1, true]"}


def test_hsts_is_sent_when_served_by_https(settings) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    assert Client().get(LOGIN, secure=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_an_invitation_makes_an_account_whose_owner_sets_the_password(person, nation) -> None:
    client = confirmed(person(Role.ADMINISTRATOR, name="ama"))
    wanted = {"name": "Kofi Mensah", "username": "kofi", "email": "kofi@example.org", "place": "gha",
              "role": int(Role.EDITOR)}
    page = shown(client.post("/en/people/invite/", wanted))
    link = re.search(r"http://testserver(/en/account/password/reset/key/[^<\s]+)", page).group(1)
    kofi = User.objects.get(username="kofi")
    assert not kofi.has_usable_password() and link in mail.outbox[0].body
    assert actor_of_user(kofi).role_at("001/002/202/011/GHA/") is Role.EDITOR
    other = Client()
    form = other.get(link, follow=True)
    new = "a-long-and-good-password"
    assert other.post(form.redirect_chain[-1][0], {"password1": "short", "password2": "short"}).status_code == 200
    other.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert "used already" in shown(Client().get(link))
    assert Client().post(LOGIN, {"login": "kofi", "password": new})["Location"] == "/en/work/"
    assert link not in "".join(AuditEntry.objects.values_list("detail", flat=True))
    again = shown(client.post("/en/people/invite/", wanted))
    assert "already" in again and User.objects.count() == 2


def test_who_invites_confirms_before_filling_in_and_mends_a_slip_at_the_right_address(person, nation) -> None:
    client = signed_in(person(Role.ADMINISTRATOR, name="ama"))
    assert client.get("/en/people/invite/")["Location"].startswith("/en/account/reauthenticate/")
    wrong = {"name": "Kofi", "username": "kofi", "email": "kofi@example.org", "place": "nowhere", "role": 2}
    asked = client.post("/en/people/invite/", wrong)["Location"]  # the confirmation ended while it was filled in
    page = client.post(asked, {"password": PASSWORD}).content.decode()
    assert 'action="/en/people/invite/"' in page and 'value="kofi@example.org"' in page and "nowhere" in page
    client.post("/en/people/invite/", {**wrong, "place": "gha"})
    assert User.objects.filter(username="kofi").exists()


def test_an_administrator_acts_within_his_tree_only(person, nation) -> None:
    boss, local, away = (person(Role.ADMINISTRATOR, at, name) for at, name in (
        ("001", "ama"), ("GHA", "kofi"), ("019", "eve")))
    actor, ghana, world = actor_of_user(local), Place.objects.get(code="GHA"), Place.objects.get(code="001")
    assert {u.username for u in operations.people_within(actor)} == {"kofi"}
    assert operations.people_within(actor_of_user(boss)).count() == 3
    invited = operations.Invitation("new", "New", "new@example.org", world, Role.VIEWER)
    for step in (lambda: operations.give(actor, local, world, Role.ADMINISTRATOR),
                 lambda: operations.give(actor, away, Place.objects.get(code="019"), Role.VIEWER),
                 lambda: operations.take(actor, away.grants.get()), lambda: operations.take(actor, boss.grants.get()),
                 lambda: operations.close(actor, boss), lambda: operations.end_sessions(actor, away),
                 lambda: operations.invite(actor, invited), lambda: operations.one_time_link(actor, boss)):
        with pytest.raises(PermissionDenied):
            step()
    before = AuditEntry.objects.count()
    operations.give(actor, away, ghana, Role.VIEWER)  # also to somebody from elsewhere, at his own place
    assert {u.username for u in operations.people_within(actor)} == {"kofi", "eve"}
    with pytest.raises(PermissionDenied):
        operations.close(actor, away)  # who is also an administrator elsewhere
    assert AuditEntry.objects.count() == before + 1
    client = confirmed(local)
    assert client.get(f"/en/people/{boss.pk}/").status_code == 404
    page = shown(client.post(f"/en/people/{away.pk}/", {"do": "give", "place": "001", "role": 5}))
    assert "do not administer" in page
    assert not RoleGrant.objects.filter(user=away, place=world).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.EDITOR, Role.PUBLISHER])
def test_the_pages_of_people_are_for_administrators(person, role: Role) -> None:
    user = person(role)
    client = signed_in(user)
    for address in ("/en/people/", "/en/people/invite/", f"/en/people/{user.pk}/", "/en/audit/"):
        assert client.get(address).status_code == 403, address
        assert Client().get(address).status_code == 302


def test_the_last_administrator_of_the_world_stays(person) -> None:
    ama = person(Role.ADMINISTRATOR, name="ama")
    world, grant, actor = Place.objects.get(code="001"), ama.grants.get(), actor_of_user(ama)
    for step in (lambda: operations.take(actor, grant), lambda: operations.close(actor, ama),
                 lambda: operations.give(actor, ama, world, Role.EDITOR)):
        with pytest.raises(InvalidValueError, match="last administrator"):
            step()
    ama.refresh_from_db()
    assert ama.is_active and ama.grants.get().role == Role.ADMINISTRATOR
    client = confirmed(ama)
    assert "last administrator" in client.post(f"/en/people/{ama.pk}/", {"do": "close"}, follow=True).content.decode()
    kofi = person(Role.ADMINISTRATOR, name="kofi")
    operations.close(actor_of_user(kofi), ama)
    with pytest.raises(InvalidValueError, match="last administrator"):
        operations.take(actor_of_user(kofi), kofi.grants.get())


def test_roles_sessions_and_accounts_change_by_the_page(person, nation) -> None:
    client, kofi = confirmed(person(Role.ADMINISTRATOR, name="ama")), person(Role.VIEWER, name="kofi")
    address, theirs = f"/en/people/{kofi.pk}/", signed_in(kofi)
    client.post(address, {"do": "give", "place": "GHA", "role": int(Role.PUBLISHER)})
    assert actor_of_user(kofi).role_at("001/002/202/011/GHA/") is Role.PUBLISHER
    client.post(address, {"do": "give", "place": "GHA", "role": int(Role.EDITOR)})
    assert actor_of_user(kofi).role_at("001/002/202/011/GHA/") is Role.EDITOR
    client.post(address, {"do": "take", "grant": kofi.grants.get(place__code="GHA").pk})
    assert actor_of_user(kofi).highest is Role.VIEWER
    assert theirs.get("/en/work/").status_code == 200
    client.post(address, {"do": "sessions"})
    assert theirs.get("/en/work/").status_code == 302
    theirs = signed_in(kofi)
    client.post(address, {"do": "close"})
    assert theirs.get("/en/work/").status_code == 302
    assert "closed" in shown(client.get(address))
    client.post(address, {"do": "reopen"})
    assert theirs.get("/en/work/").status_code == 302 and signed_in(kofi).get("/en/work/").status_code == 200
    for odd in ({"do": "fly"}, {"do": "take", "grant": "x"}, {"do": "link"}):
        assert client.post(address, odd).status_code in (302, 403, 404)
    told = list(AuditEntry.objects.filter(target=f"user:{kofi.pk}").values_list("action", flat=True))
    assert [t for t in told if not t.startswith("account.sign")] == [
        "role.give", "role.give", "role.take", "account.end_sessions", "account.close", "account.reopen"]


def test_what_an_administrator_sends_is_asked_for_again_and_then_done(person, nation) -> None:
    user = person(Role.ADMINISTRATOR, name="ama")
    kofi, client = person(Role.VIEWER, name="kofi"), signed_in(user)
    answer = client.post(f"/en/people/{kofi.pk}/", {"do": "give", "place": "GHA", "role": int(Role.EDITOR)})
    assert "/reauthenticate/" in answer["Location"] and kofi.grants.count() == 1
    client.post(answer["Location"], {"password": PASSWORD, "next": f"/en/people/{kofi.pk}/"})
    assert kofi.grants.count() == 2


def test_the_qr_code_has_a_ground_of_its_own(person) -> None:
    """On a dark page a camera needs white between the modules."""
    page = confirmed(person(Role.VIEWER)).get("/en/account/2fa/totp/activate/").content.decode()
    drawn = base64.b64decode(re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page).group(1)).decode()
    assert 'fill="white"' in drawn and "<style" not in drawn and "<script" not in drawn
