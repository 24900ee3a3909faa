"""The log: append-only in code and in the database, chained, filtered, and read by those who may."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from ekistics.core.errors import InvalidValueError
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.tokens import make_token
from ekistics.web.policy import Role
from ekistics.web.workflow.audit import check_chain, record, words_of
from ekistics.web.workflow.guards import guard_log, lifted
from ekistics.web.workflow.log import Asked, read_log
from ekistics.web.workflow.models import AppendOnlyError, AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(db) -> list[AuditEntry]:
    return [record(action, f"edition:{i}", actor=i % 3 or None, detail={"i": i})
            for i, action in enumerate(["edition.submit", "edition.review", "edition.publish", "token.make"] * 5)]


def test_code_cannot_change_or_delete_entries(entries) -> None:
    for step in (entries[0].save, entries[0].delete, AuditEntry.objects.all().delete,
                 lambda: AuditEntry.objects.update(action="x"),
                 lambda: AuditEntry.objects.bulk_update(entries, ["action"])):
        with pytest.raises(AppendOnlyError):
            step()


@pytest.mark.parametrize("statement", ["UPDATE workflow_auditentry SET action = 'x'",
                                       "UPDATE workflow_auditentry SET digest = 'x' WHERE number = 3",
                                       "DELETE FROM workflow_auditentry WHERE number = 20",
                                       "DELETE FROM workflow_auditentry"])
def test_the_database_refuses_it_too(entries, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert check_chain().broken is None and check_chain().count == 20
    record("after", "x")  # adding still works


def test_setting_the_guards_again_changes_nothing(entries) -> None:
    guard_log(connection)
    guard_log(connection)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM workflow_auditentry")


@pytest.mark.parametrize(("statement", "what", "number"), [
    ("UPDATE workflow_auditentry SET actor = 99 WHERE number = 7", "digest", 7),
    ("UPDATE workflow_auditentry SET at = '2020-01-01T00:00:00' WHERE number = 1", "digest", 1),
    ("DELETE FROM workflow_auditentry WHERE number = 7", "gap", 8),
    ("UPDATE workflow_auditentry SET previous = digest WHERE number = 20", "previous", 20)])
def test_a_forged_entry_shows_where_it_is(entries, statement: str, what: str, number: int) -> None:
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement)
    found = check_chain().broken
    assert found is not None and (found.what, found.number) == (what, number)
    assert str(number) in words_of(found)
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("audit_verify", stdout=out)
    assert left.value.code == 1 and words_of(found) in out.getvalue()


def test_the_command_tells_count_and_last_digest(entries) -> None:
    out = io.StringIO()
    call_command("audit_verify", stdout=out)
    assert "20 entries" in out.getvalue() and entries[-1].digest in out.getvalue() and "holds" in out.getvalue()


@pytest.mark.parametrize(("asked", "numbers"), [
    ({"action": "token."}, [20, 16, 12, 8, 4]), ({"actor": "2", "action": "edition.review"}, [18, 6]),
    ({"target": "edition:3"}, [4]), ({"until": "2000-01-01"}, []), ({"since": "2000-01-01", "limit": "2"}, [20, 19]),
    ({"before": "3"}, [2, 1])])
def test_filters(entries, person, asked: dict[str, str], numbers: list[int]) -> None:
    boss = actor_of_user(person(Role.ADMINISTRATOR))
    assert [e.number for e in read_log(boss, Asked.read(asked))] == numbers


@pytest.mark.parametrize("asked", [{"actor": "me"}, {"since": "yesterday"}, {"before": "-1"}, {"limit": "²"},
                                   {"before": "9" * 30}])
def test_filters_that_cannot_be_read_are_refused(asked: dict[str, str]) -> None:
    with pytest.raises(InvalidValueError):
        Asked.read(asked)


def test_today_is_within_today(entries, person) -> None:
    day = entries[0].at[:10]
    boss = actor_of_user(person(Role.ADMINISTRATOR))
    assert len(read_log(boss, Asked.read({"since": day, "until": day}))) == 20


def test_programs_walk_the_log_page_by_page_and_can_check_it(entries, person) -> None:
    _token, text = make_token(person(Role.ADMINISTRATOR), "auditor", ["audit"])
    address, read = "/api/v1/audit?limit=6", []
    while address:
        body = json.loads(Client().get(address, headers={"Authorization": f"Bearer {text}"}).content)
        read += body["entries"]
        address = body["next"]
    assert [e["number"] for e in read] == list(range(21, 0, -1))
    assert all(newer["previous"] == older["digest"] for newer, older in zip(read, read[1:], strict=False))


@pytest.mark.parametrize(("role", "at", "scopes", "status"), [
    (Role.ADMINISTRATOR, "001", ["audit"], 200), (Role.ADMINISTRATOR, "001", ["read", "upload", "publish"], 403),
    (Role.ADMINISTRATOR, "002", ["audit"], 403), (Role.PUBLISHER, "001", ["audit"], 403), (None, "", [], 401)])
def test_who_reads_the_log_by_program(person, role, at: str, scopes: list[str], status: int) -> None:
    headers = {}
    if role is not None:
        headers["Authorization"] = f"Bearer {make_token(person(role, at), 'x', scopes)[1]}"
    answer = Client().get("/api/v1/audit", headers=headers)
    assert answer.status_code == status
    if status != 200:
        assert answer["Content-Type"] == "application/problem+json"
    assert Client().get("/api/v1/audit?actor=me", headers=headers).status_code in (401, 403, 422)


def test_the_page_filters_pages_and_checks_the_chain(entries, person, client_of) -> None:
    client = client_of(person(Role.ADMINISTRATOR, name="ama"))
    page = client.get("/en/audit/?limit=5&action=edition.").content.decode()
    assert page.count("<tr><th scope=\"row\"") == 5 and "limit=5&amp;before=" in page
    assert "not a whole number" in client.get("/en/audit/?actor=me").content.decode()
    assert "The chain holds" in client.post("/en/audit/").content.decode()
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE workflow_auditentry SET action = 'x' WHERE number = 5")
    assert "Entry 5 was changed" in client.post("/en/audit/").content.decode()


def test_every_move_publish_token_and_role_is_told(publish, person) -> None:
    publish()
    assert [e.action for e in AuditEntry.objects.all()] == ["edition.add"]
    make_token(person(Role.EDITOR), "x", ["read"])
    assert AuditEntry.objects.last().action == "token.make"
    assert json.loads(AuditEntry.objects.last().detail) == {"expires": None, "scopes": ["read"]}
