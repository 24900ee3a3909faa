"""The stamp of the public record: one query, and another stamp after all that the public can see of a change."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ekistics.web.observatory import publishing
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.caching import stamp_of
from ekistics.web.observatory.quantiles import renew_quantiles
from ekistics.web.observatory.release import release_due
from ekistics.web.policy import State
from ekistics.web.workflow.stamp import Remembered, record_stamp, renew_stamp

pytestmark = pytest.mark.django_db


def test_every_step_from_an_empty_record_on_gives_another_stamp(publish: Callable[..., Any],
                                                                django_assert_num_queries: Any) -> None:
    ahead = timezone.now() + timedelta(days=1)
    steps = [lambda: None, lambda: publish(state=State.DRAFT), lambda: publish("KEN-ONE", embargo_until=ahead),
             lambda: publish("KEN-TWO", embargo_until=ahead), lambda: release_due(ahead), lambda: publish(access=61.0)]
    seen = []
    for step in steps:
        step()
        with django_assert_num_queries(1):
            seen.append(record_stamp())
        assert record_stamp() == seen[-1]
        if len(seen) < 5:
            assert not Edition.objects.filter(released_at__isnull=False).exists()
    assert len(set(seen)) == len(steps)


def test_a_page_that_is_not_kept_reads_one_stamp(publish: Callable[..., Any], django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/en/")
    with django_assert_num_queries(1):
        assert stamp_of(request) == stamp_of(request)
    assert stamp_of(request) == record_stamp()


def test_what_is_remembered_lasts_as_long_as_a_stamp() -> None:
    kept: Remembered[str, int] = Remembered()
    kept.under("1")["a"] = 5
    assert (kept.under("1"), kept.under("2"), kept.under("1")) == ({"a": 5}, {}, {})
    kept.under("1")["b"] = 6
    Remembered.forget()
    assert kept.under("1") == {}


def test_quantiles_worked_out_after_a_release_give_another_stamp(publish: Callable[..., Any],
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    before = []

    def renewed(pairs: Any) -> None:
        assert Edition.objects.filter(released_at__isnull=False).exists()
        before.append(record_stamp())  # of a page that was read, and kept, in between
        renew_quantiles(pairs)

    monkeypatch.setattr(publishing, "renew_quantiles", renewed)
    publish("KEN-ONE")
    assert len(before) == 1 and record_stamp() != before[0]


def test_what_is_announced_before_the_first_release_changes_the_tag_of_an_answer(publish: Callable[..., Any],
                                                                                 client: Client) -> None:
    tags = [client.get("/api/v1/editions")["ETag"]]
    for code in ("KEN-ONE", "KEN-TWO"):
        publish(code, embargo_until=timezone.now() + timedelta(days=1))
        tags.append(client.get("/api/v1/editions")["ETag"])
    assert len(set(tags)) == 3


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the words of a plan differ")
def test_the_stamp_is_looked_up_by_its_key(publish: Callable[..., Any]) -> None:
    publish()
    with CaptureQueriesContext(connection) as queries:
        record_stamp()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + queries[0]["sql"])
        plan = [row[3] for row in cursor.fetchall()]
    assert sum(step.startswith("SEARCH") for step in plan) == 1, plan
    assert not [step for step in plan if step.startswith("SCAN") and step != "SCAN CONSTANT ROW"], plan


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time")
@pytest.mark.django_db(transaction=True)
def test_changes_get_their_stamps_in_the_order_in_which_they_are_seen() -> None:
    renew_stamp()
    first, later = record_stamp(), Thread(target=lambda: (renew_stamp(), connection.close()))
    with transaction.atomic():
        renew_stamp()
        later.start()
        later.join(0.5)
        assert later.is_alive(), "it is seen before a change that has the stamp before it"
    later.join(10)
    assert not later.is_alive()
    assert int(record_stamp().split()[0]) == int(first.split()[0]) + 2
