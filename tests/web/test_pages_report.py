"""Saying that a value is wrong: kept for those who look after the place, within limits, never public."""

from urllib.parse import urlencode

import pytest
from django.core.cache import caches
from django.test import Client

from ekistics.web.observatory.models import Observation
from ekistics.web.workflow.audit import verify_chain
from ekistics.web.workflow.models import AuditEntry, Comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(publish) -> str:
    """Publish a city and give the address of the form of one of its values."""
    caches["default"].clear()
    publish()
    value = Observation.objects.filter(current=True, place__code="GHA-AVA", measure__variant="network").get()
    return f"/en/values/{value.pk}/report/"


def test_a_report_is_kept_logged_and_not_public(form) -> None:
    client = Client()
    answer = client.post(form, {"text": "The station is closed.", "contact": "someone@example.org"}, follow=True)
    assert "Your report was received" in answer.content.decode()
    kept = Comment.objects.get()
    assert kept.target == f"observation:{form.split('/')[3]}" and not kept.public and kept.actor is None
    entry = AuditEntry.objects.get(action="report.add")
    assert "closed" not in entry.detail and "example.org" not in entry.detail and list(verify_chain()) == []
    assert "closed" not in client.get(form.replace("report/", "")).content.decode()


@pytest.mark.parametrize(("sent", "said"), [
    ({"text": ""}, "Write what is wrong"), ({"text": "  "}, "Write what is wrong"),
    ({"text": "x" * 2001}, "2001 characters"), ({"text": "wrong", "contact": "x" * 201}, "201 characters")])
def test_a_wrong_report_says_what_is_wrong_and_keeps_what_was_typed(form, sent, said) -> None:
    answer = Client().post(form, sent)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Comment.objects.exists()


def test_programs_that_fill_the_hidden_field_are_not_heard(form) -> None:
    answer = Client().post(form, {"text": "buy", "website": "https://example.org"}, follow=True)
    assert answer.status_code == 200 and not Comment.objects.exists()


def test_the_sixth_report_of_an_hour_waits(form) -> None:
    answers = [Client().post(form, {"text": f"wrong {i}"}).status_code for i in range(6)]
    assert answers == [302] * 5 + [429]
    other = Client(REMOTE_ADDR="192.0.2.7").post(form, {"text": "wrong too"})
    assert other.status_code == 302 and Comment.objects.count() == 6


def test_a_form_of_another_site_is_refused(form) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(form, {"text": "wrong"}).status_code == 403
    assert not Comment.objects.exists()


def test_markup_in_a_report_is_text(form) -> None:
    answer = Client().post(form, {"text": "<script>alert(1)</script>" + "x" * 2000})
    assert "<script>alert" not in answer.content.decode()


def test_the_form_is_made_each_time(form) -> None:
    assert "no-store" in Client().get(form)["Cache-Control"]


@pytest.mark.parametrize("field", ["text", "contact", "a\0b"])
@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded"])
def test_a_zero_byte_is_refused_on_every_database_and_kept_on_none(form, kind, field) -> None:
    client, given = Client(), {"text": "wrong", "contact": "", field: "a\0b" if field.isprintable() else "wrong"}
    refused = client.post(form, given) if kind.startswith("multipart") else client.post(form, urlencode(given), kind)
    assert refused.status_code == 422 and "Type the text anew" in refused.content.decode()
    assert not Comment.objects.exists()
