"""Files with restricted numbers are told to the log: who took what and how many rows; public ones are not."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.test import Client

from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.observatory import table_files, tables
from ekistics.web.observatory.models import Observation
from ekistics.web.observatory.selection import Selection
from ekistics.web.observatory.taking import Taking, selected
from ekistics.web.places.models import Place
from ekistics.web.policy import Role
from ekistics.web.work.models import Job
from ekistics.web.workflow.audit import check_chain
from ekistics.web.workflow.models import AuditEntry

pytestmark = pytest.mark.django_db

# Address, target, form, rows in the file that are not for everybody.
FILES = (
    ("/tables/cities/GHA-AVA.csv", "table:cities-GHA-AVA", "csv", 3),
    ("/tables/cities/GHA-AVA.json", "table:cities-GHA-AVA", "json", 3),
    ("/tables/cities/GHA-AVA.xlsx", "table:cities-GHA-AVA", "xlsx", 3),
    ("/tables/cities/GHA-AVA.parquet", "table:cities-GHA-AVA", "parquet", 3),
    ("/tables/cities/GHA-AVA.sdmx.csv", "table:cities-GHA-AVA", "sdmx.csv", 3),
    ("/tables/cities/GHA-AVA.sdmx.xml", "table:cities-GHA-AVA", "sdmx.xml", 3),
    ("/tables/observations.csv?ref_area=GHA-AVA", "table:observations", "csv", 1),
    ("/packages/{edition}.zip", "edition:{edition}", "zip", 3),
    ("/en/cities/GHA-AVA/brief.html", "brief:GHA-AVA", "html", 3),
    ("/en/compare/report.html?c=GHA-AVA&i=sdg_11_2_1", "brief:comparison", "html", 1),
    ("/en/compare/table.csv?c=GHA-AVA&i=sdg_11_2_1", "table:comparison", "csv", 1))


def take(client: Client, address: str, **how: Any) -> int:
    answer = client.get(address, **how)
    if answer.status_code == 200 and answer.streaming:
        b"".join(answer.streaming_content)  # at its end the test's client closes it
    return int(answer.status_code)


def told() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="data.take").order_by("number"))


@pytest.mark.parametrize(("address", "target", "form", "restricted"), FILES)
def test_a_file_with_restricted_rows_is_told_and_the_public_one_is_not(
        publish: Callable[..., Any], person: Callable[..., User], client_of: Callable[..., Client], address: str,
        target: str, form: str, restricted: int) -> None:
    edition = publish(conf_status="C").edition
    assert Observation.objects.filter(edition=edition, restricted=True).count() == 3
    viewer = person(Role.VIEWER, "GHA")
    take(client_of(None), address.format(edition=edition))
    assert told() == []
    headed = client_of(viewer).head(address.format(edition=edition))
    assert headed.status_code == 200 and headed["Content-Disposition"].startswith("attachment")
    assert told() == []  # nothing left
    assert take(client_of(viewer), address.format(edition=edition)) == 200
    entries = told()
    assert [(e.actor, e.target) for e in entries] == [(viewer.pk, target.format(edition=edition))]
    detail = json.loads(entries[0].detail)
    assert detail["form"] == form and detail["restricted"] == restricted <= detail["rows"]
    assert check_chain().broken is None


def test_free_files_are_not_told_whoever_takes_them(publish: Callable[..., Any], person: Callable[..., User],
                                                    client_of: Callable[..., Client]) -> None:
    edition = publish().edition
    client = client_of(person(Role.ADMINISTRATOR))
    for address, *_rest in FILES:
        assert take(client, address.format(edition=edition)) == 200
    assert told() == []


def test_a_brief_is_told_with_the_values_of_the_peers_in_it(publish: Callable[..., Any], person: Callable[..., User],
                                                            client_of: Callable[..., Client]) -> None:
    editions = [publish(f"GHA-B{i:02d}", name=f"Bravo {i}", access=30.0 + i, conf_status="C").edition for i in (1, 2)]
    publish()
    client, anybody = client_of(person(Role.VIEWER, "GHA")), client_of(None)
    assert _held_by(client.get("/en/cities/GHA-AVA/brief.xlsx"), editions) == 0 and told() == []  # too few peers
    editions.append(publish("GHA-B03", name="Bravo 3", access=33.0, conf_status="C").edition)
    assert _held_by(client.get("/en/cities/GHA-AVA/brief.xlsx"), editions) == 3
    assert take(client, "/en/cities/GHA-AVA/brief.html") == 200
    for entry, form in zip(told(), ("xlsx", "html"), strict=True):
        detail = json.loads(entry.detail)
        assert (entry.target, detail["form"], detail["restricted"]) == ("brief:GHA-AVA", form, 3)
    assert _held_by(anybody.get("/en/cities/GHA-AVA/brief.xlsx"), editions) == 0 and len(told()) == 2


def _held_by(answer: Any, editions: list[int]) -> int:
    """Count the restricted values of cities in a workbook, by their addresses."""
    assert answer.status_code == 200
    rows = Observation.objects.filter(edition__in=editions, restricted=True, place__kind="city")
    cells = {str(cell.value) for sheet in openpyxl.load_workbook(BytesIO(answer.content)) for row in sheet.iter_rows()
             for cell in row}
    return sum(any(text.endswith(f"/values/{row.pk}/") for text in cells) for row in rows)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_that_corrects_a_restricted_value_is_told(publish: Callable[..., Any], person: Callable[..., User],
                                                               client_of: Callable[..., Client], form: str) -> None:
    edition = publish(conf_status="C").edition
    rows, author = Observation.objects.filter(edition=edition), person(Role.CONTRIBUTOR, "GHA")
    client, secret = client_of(author), rows.filter(restricted=True).first()
    assert secret is not None
    for key in (rows.filter(restricted=False).values_list("pk", flat=True)[0], secret.pk):
        assert take(client, f"/en/uploads/template/?observation={key}&format={form}") == 200
    assert take(client, f"/en/uploads/template/?place=GHA-AVA&format={form}") == 200
    (entry,) = told()
    assert (entry.actor, entry.target) == (author.pk, f"observation:{secret.pk}")
    assert json.loads(entry.detail) == {"form": form, "rows": 1, "restricted": 1}


def test_a_token_is_told_by_its_account_and_what_was_asked_is_kept(publish: Callable[..., Any],
                                                                   person: Callable[..., User]) -> None:
    publish(conf_status="C")
    viewer = person(Role.VIEWER, "GHA")
    _row, text = make_token(viewer, "program", ["read"])
    assert take(Client(), "/tables/observations.json?indicator=sdg_11_2_1&parent=GHA-AVA",
                headers={"Authorization": f"Bearer {text}"}) == 200
    (entry,) = told()
    assert entry.actor == viewer.pk
    assert json.loads(entry.detail) == {"form": "json", "indicator": "sdg_11_2_1", "parent": "GHA-AVA", "rows": 6,
                                        "restricted": 3}


@pytest.mark.parametrize("asked", [
    {}, {"edition": 1}, {"edition": 1, "current": False}, {"current": False}, {"variant": ""}, {"dataset": 1},
    {"indicator": "sdg_11_2_1", "variant": "network", "dimensions": {"sex": "F"}, "edition": 2}])
def test_what_was_asked_is_said_whole_and_nothing_else(asked: dict[str, Any]) -> None:
    assert selected(Selection(**asked)) == asked


def test_the_log_keeps_the_edition_and_the_reading_that_were_asked_for(publish: Callable[..., Any],
                                                                      person: Callable[..., User]) -> None:
    edition = publish(conf_status="C").edition
    _row, text = make_token(person(Role.VIEWER, "GHA"), "program", ["read"])
    assert take(Client(), f"/tables/observations.csv?edition={edition}&variant=network",
                headers={"Authorization": f"Bearer {text}"}) == 200
    (entry,) = told()
    found = json.loads(entry.detail)
    assert (found["edition"], found["current"], found["variant"]) == (edition, False, "network")


def test_a_stream_that_is_broken_off_is_told_with_the_rows_that_had_left(publish: Callable[..., Any],
                                                                         person: Callable[..., User]) -> None:
    publish(conf_status="C")
    viewer = person(Role.VIEWER, "GHA")
    taking = Taking(actor_of_user(viewer), "table:cities-GHA-AVA", {"form": "csv"})
    stream = tables.pieces(taking, Selection(parent="GHA-AVA"), tables.FORMS["csv"], name="x")
    assert next(stream) and next(stream) and told() == []
    stream.close()  # as the server does when the reader has gone
    (entry,) = told()
    assert entry.actor == viewer.pk and json.loads(entry.detail)["restricted"] == 3


def test_the_file_of_a_job_is_told_when_it_is_taken(publish: Callable[..., Any], person: Callable[..., User],
                                                    client_of: Callable[..., Client]) -> None:
    publish(conf_status="C")
    viewer = person(Role.VIEWER, "GHA")
    job = Job.objects.create(kind="table", author=viewer, place=Place.objects.get(code="GHA-AVA"), state="done",
                             parameters=table_files.parameters(Selection(parent="GHA-AVA"), tables.FORMS["parquet"],
                                                               "cities-GHA-AVA"))
    job.outcome = table_files.make(job, lambda *_told: None)
    job.save()
    assert job.outcome["restricted"] == 3 and (Path(settings.MEDIA_ROOT) / job.file).is_file() and told() == []
    assert take(client_of(viewer), f"/en/jobs/{job.pk}/file/") == 200
    (entry,) = told()
    assert (entry.actor, entry.target) == (viewer.pk, f"job:{job.pk}")
    assert json.loads(entry.detail) == {"form": "table", "rows": 12, "restricted": 3}


def test_what_a_killed_try_left_beside_a_table_is_taken_away(publish: Callable[..., Any],
                                                             person: Callable[..., User]) -> None:
    publish()
    job = Job.objects.create(kind="table", author=person(Role.VIEWER, "GHA"), state="running",
                             parameters=table_files.parameters(Selection(parent="GHA-AVA"), tables.FORMS["parquet"],
                                                               "cities-GHA-AVA"))
    left = Path(settings.MEDIA_ROOT) / "exports" / str(job.pk) / ".table.parquet.killed"
    left.mkdir(parents=True)
    (left / "table.parquet").write_bytes(b"half")
    table_files.make(job, lambda *_told: None)
    assert [found.name for found in left.parent.iterdir()] == ["table.parquet"]
