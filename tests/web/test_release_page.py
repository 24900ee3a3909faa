"""The page of an edition asks the record only for what it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ekistics.web.accounts.models import User
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.policy import Role, State

pytestmark = pytest.mark.django_db


def test_values_are_looked_up_for_released_editions_only(publish: Callable[..., Any], person: Callable[..., User],
                                                         client_of: Callable[..., Client]) -> None:
    publish()
    publish(access=61.0, seed=2, state=State.UNDER_REVIEW)
    released, waiting = Edition.objects.order_by("number")
    client, asked = client_of(person(Role.EDITOR, "GHA")), {}
    client.get("/en/releases/")  # what is remembered of indicators and groups is read once
    for edition in (released, waiting, released):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/en/releases/{edition.pk}/")
        assert page.status_code == 200
        assert (b'id="values"' in page.content) is (edition == released)
        asked[edition.pk] = [q["sql"] for q in queries if f'FROM "{Observation._meta.db_table}"' in q["sql"]]
    assert asked[waiting.pk] == [] and len(asked[released.pk]) == 4
