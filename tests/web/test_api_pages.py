"""The page of the operations, the reference metadata of series, and large tables made in the background."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from ekistics.web.accounts.models import User
from ekistics.web.observatory import tables
from ekistics.web.policy import Role
from ekistics.web.work.models import Job

pytestmark = pytest.mark.django_db


def test_the_page_of_the_api_lists_every_operation(world: Any, client: Client) -> None:
    page = client.get("/en/api/").content.decode()
    for operation in ("listObservations", "getPlace", "listRevisions", "listJobs"):
        assert f'id="{operation}"' in page
    assert "cdn" not in page


def test_a_series_has_its_reference_metadata(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish(access=61.0, seed=2)
    page = client.get("/en/series/sdg_11_2_1/either/").content.decode()
    for said in ("STAT_CONC_DEF", "UNIT_MEASURE", "SP_TRN_PUBL", "11.2.1", "edition 2", "sdmx.xml"):
        assert said in page
    assert "Along the streets <code>network</code></th><td>percent</td><td>people living inside the boundary<" in page
    assert "people living inside the boundary" not in client.get("/ar/series/sdg_11_2_1/either/").content.decode()
    assert client.get("/en/series/sdg_11_2_1/nothing/").status_code == 404
    assert client.get("/en/series/nothing/either/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_made_in_the_background(
        publish: Callable[..., Any], person: Callable[..., User], client_of: Callable[..., Client],
        monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    publish()
    monkeypatch.setattr(tables, "AT_ONCE", 3)
    client = client_of(person(Role.VIEWER, "GHA"))
    small = client_of(None).get("/tables/cities/GHA-AVA.csv")
    response = client.get("/tables/cities/GHA-AVA.parquet")
    assert response.status_code == 202, response.content
    said = response.json()
    assert response.headers["Location"] == said["status"]
    job = client.get(said["status"]).json()
    assert job["state"] == "done", job
    held = Job.objects.get()
    file = client.get(f"/en/jobs/{held.pk}/file/")
    path = tmp_path / "table.parquet"
    path.write_bytes(b"".join(file.streaming_content))
    assert len(pd.read_parquet(path)) == b"".join(small.streaming_content).count(b"\r\n") - 1
    assert client_of(None).get(said["status"]).status_code == 401
    assert client_of(person(Role.VIEWER, "KEN")).get(said["status"]).status_code == 404
