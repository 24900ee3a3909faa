"""Data in, as people do it: upload, dry run, problems, submit, review, publish; who may not; what is hostile."""

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ekistics.core.errors import InputFormatError
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.package.archive import zip_package
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.observatory.frames import frame
from ekistics.web.observatory.models import Dataset, Edition, Observation, Revision
from ekistics.web.observatory.uploads import dataset_code
from ekistics.web.places.models import Place
from ekistics.web.policy import Role
from ekistics.web.work import upload_jobs
from ekistics.web.work.apart import run_apart
from ekistics.web.work.models import Job
from ekistics.web.workflow.audit import verify_chain

pytestmark = pytest.mark.django_db
DENSITY = {"place__code": "GHA-AVA", "measure__indicator__code": "population_density", "current": True}
AGREE = "see that they still agree with what is new, such as the parts of a whole."


@pytest.fixture
def city(publish) -> Place:
    publish()
    return Place.objects.get(code="GHA-AVA")


@pytest.fixture
def author(city: Place, person) -> User:
    return person(Role.CONTRIBUTOR, "GHA-AVA")


def standing_row(**changes: str) -> dict[str, str]:
    """Give the density that stands as a row of an upload."""
    table = frame(Observation.objects.filter(**DENSITY)).iloc[0]
    row = {name: "" if table[name] != table[name] else str(table[name]) for name in UPLOAD_COLUMNS}
    return {**row, **changes}


def csv_file(rows: list[dict[str, str]], name: str = "rows.csv") -> SimpleUploadedFile:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile(name, stream.getvalue().encode())


def send(client: Client, file: SimpleUploadedFile, **more: str) -> Job:
    given = {"place": "GHA-AVA", "title": "Census correction", "note": "A wrong area was used.", **more}
    response = client.post("/en/uploads/", {**given, "file": file})
    assert response.status_code == 302, response.content.decode()
    return Job.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])


def submit(client: Client, job: Job, how: str = "submitted") -> Job:
    response = client.post(f"/en/jobs/{job.pk}/submit/", {"as": how})
    assert response.status_code == 302
    return Job.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])


def test_problems_are_shown_by_row_and_column_and_nothing_can_be_saved(author: User, client_of) -> None:
    client = client_of(author)
    rows = [standing_row(), standing_row(obs_value="many", time_period="2021"), standing_row(ref_area="BRA")]
    job = send(client, csv_file(rows))
    assert (job.state, job.outcome["ok"], job.outcome["count"]) == ("done", False, 2)
    assert [(p["row"], p["column"]) for p in job.problems] == [(3, "obs_value"), (4, "ref_area")]
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert "This is not a number." in page and "Write digits 0 to 9" in page and "Submit for review" not in page
    assert client.post(f"/en/jobs/{job.pk}/submit/").status_code == 404
    assert Edition.objects.filter(dataset__kind="upload").count() == 0


def test_a_correction_goes_from_upload_to_the_city_page(author: User, person, client_of) -> None:
    client = client_of(author)
    job = send(client, csv_file([standing_row(obs_value="5300.5"), standing_row(time_period="2021")]))
    assert [job.outcome[name] for name in ("ok", "new", "changed", "same", "beside")] == [True, 1, 1, 0, 0]
    assert [(c["old"], c["new"]) for c in job.outcome["changes"]] == [(5200.0, 5300.5), (None, 5200.0)]
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert "The table has no problem" in page and "Submit for review" in page
    assert re.search(r"<bdi>Avalon</bdi></th><td>Population density, [^<]*People per square kilometre", page)
    stored = submit(client, job)
    assert submit(client, job).pk == stored.pk  # pressed twice
    edition = Edition.objects.get(pk=stored.outcome["edition"])
    assert (edition.state, edition.author, edition.whole, edition.observation_count) == ("submitted", author, False, 2)
    assert edition.causes == ["A wrong area was used."] and list(verify_chain()) == []
    assert list(Revision.objects.filter(edition=edition).order_by("kind").values_list("kind", "old", "new")) == [
        ("added", None, 5200.0), ("changed", 5200.0, 5300.5)]
    assert "5,300" not in client_of().get("/en/cities/GHA-AVA/").content.decode()
    editor = person(Role.PUBLISHER, "GHA")
    before = client_of(editor).get(f"/en/work/editions/{edition.pk}/").content.decode()
    assert page.count(AGREE) == before.count(AGREE) == 1 and "Stands now" in before
    assert "What came of your work" not in client.get("/en/work/").content.decode()
    publish_edition(editor, edition)
    assert Observation.objects.filter(**DENSITY, period__text="2020").get().obs_value == 5300.5
    page = client_of().get("/en/cities/GHA-AVA/").content.decode()
    assert "5,200" in page  # the newest year
    old = Observation.objects.filter(place__code="GHA-AVA", edition__dataset__kind="profile", current=False)
    assert [row.obs_value for row in old] == [5200.0]
    assert "The package is as it was released; values from other data sets are in the tables only." in page
    assert "Values from another data set are marked; the proof of each says how it came." in page
    assert page.count("Some values come from &#39;Census correction&#39;") == 2  # below the name, and below changes
    reviewed = client_of(editor).get(f"/en/work/editions/{edition.pk}/").content.decode()
    assert "What came of your work" in client.get("/en/work/").content.decode() and AGREE not in reviewed
    assert "Stood before" in reviewed and "Stands now" not in reviewed and f"/en/releases/{edition.pk}/" in reviewed
    released = client_of().get(f"/en/releases/{edition.pk}/").content.decode()
    assert "Against what stood before: 1 value changed, 1 added." in released
    assert "observatory: Census correction" not in released  # nobody is named as publisher: the site is named once
    assert client_of().get("/en/releases/").content.decode().count("first edition") == 1  # the package's
    stored = submit(client, send(client, csv_file([standing_row(obs_value="5400.5", time_period="2020")])))
    second = Edition.objects.get(pk=stored.outcome["edition"])
    publish_edition(editor, second)
    released = client_of().get(f"/en/releases/{second.pk}/").content.decode()
    assert second.number == 2 and "Against what stood before: 1 value changed, 0 added." in released
    assert "Against edition 1" not in released  # an upload is held against what stands, not against its edition before


def publish_edition(reviewer: User, edition: Edition) -> None:
    """Review and publish by the moves of the workflow."""
    from ekistics.web.accounts.actors import actor_of_user
    from ekistics.web.workflow.moves import Move

    for name in ("review", "publish"):
        Move(actor_of_user(reviewer), f"edition:{edition.pk}", name).execute()
    edition.refresh_from_db()
    assert edition.state == "published" and edition.released_at is not None


def test_whom_a_change_is_about_is_said_in_words(author: User, client_of) -> None:
    client = client_of(author)
    job = send(client, csv_file([standing_row(sex="F", age="Y0T14"), standing_row(time_period="2021")]))
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert "<td>women and girls, 0 to 14 years</td>" in page and "<td>everybody</td>" in page and "sex=F" not in page


def test_the_same_content_is_the_same_edition_in_any_form_and_order(author: User, client_of) -> None:
    client = client_of(author)
    rows = [standing_row(obs_value="5300"), standing_row(time_period="2021")]
    first = submit(client, send(client, csv_file(rows)), "draft")
    book = openpyxl.Workbook()
    book.active.title = "observations"
    for row in (list(rows[0]), *(list(row.values()) for row in reversed(rows))):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    second = submit(client, send(client, SimpleUploadedFile("rows.xlsx", stream.getvalue())), "draft")
    assert second.outcome["edition"] == first.outcome["edition"]
    assert (first.outcome["added"], second.outcome["added"]) == (True, False)
    assert Edition.objects.get(pk=first.outcome["edition"]).state == "draft"
    assert "already" in client.get(f"/en/jobs/{second.pk}/").content.decode()


def test_another_method_stands_beside_and_the_page_says_so(author: User, client_of) -> None:
    job = send(client_of(author), csv_file([standing_row(obs_value="5000", method="Another office, 2024")]))
    assert [job.outcome[name] for name in ("new", "changed", "beside")] == [1, 0, 1]
    assert "Both will be shown" in client_of(author).get(f"/en/jobs/{job.pk}/").content.decode()


def test_rights_are_asked_for_at_upload_and_again_at_storing(author: User, person, client_of) -> None:
    strangers = [person(Role.CONTRIBUTOR, "BRA"), person(Role.VIEWER, "GHA-AVA")]
    file = {"place": "GHA-AVA", "title": "t"}
    answers = [client_of(each).post("/en/uploads/", {**file, "file": csv_file([standing_row()])}).status_code
               for each in strangers]
    assert answers == [422, 403] and client_of().get("/en/uploads/").status_code == 302
    job = send(client_of(author), csv_file([standing_row(obs_value="1000")]))
    assert client_of(strangers[0]).post(f"/en/jobs/{job.pk}/submit/").status_code == 404
    RoleGrant.objects.filter(user=author).update(role=int(Role.VIEWER))
    stored = submit(client_of(author), job)
    assert stored.state == "failed" and "may not report" in stored.outcome["text"]
    assert not Dataset.objects.filter(kind="upload").exists()


def test_a_form_from_elsewhere_is_refused(author: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    for address in ("/en/uploads/", "/en/uploads/package/"):
        assert client.post(address, {"file": csv_file([standing_row()])}).status_code == 403
    page = client.get("/en/uploads/")
    token = page.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    sent = client.post("/en/uploads/", {"csrfmiddlewaretoken": token, "place": "GHA-AVA", "title": "t",
                                        "file": csv_file([standing_row()])})
    assert sent.status_code == 302 and Job.objects.count() == 1


def test_size_and_kind_of_file_are_bounded(author: User, client_of, settings: Any) -> None:
    import dataclasses

    client = client_of(author)
    job = send(client, SimpleUploadedFile("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(100)))
    assert job.state == "failed" and "photo.csv" in job.outcome["text"] and "upload:" not in job.outcome["text"]
    settings.EKISTICS = dataclasses.replace(settings.EKISTICS, upload_mb=1)
    given = {"place": "GHA-AVA", "title": "t"}
    large = client.post("/en/uploads/", {**given, "file": SimpleUploadedFile("a.csv", b"x" * 1_500_000)})
    assert large.status_code == 422 and "larger than 1 MB" in large.content.decode()
    assert client.post("/en/uploads/", {**given, "file": SimpleUploadedFile("a.csv", b"x" * 2_500_000)}
                       ).status_code == 413
    assert not list((Path(settings.MEDIA_ROOT) / "uploads").glob("*/staging-*"))


@pytest.mark.parametrize("field", ["place", "title", "note", "licence", "decimal"])
def test_a_zero_byte_beside_a_file_is_refused(author: User, client_of, field: str) -> None:
    given = {"place": "GHA-AVA", "title": "t", "file": csv_file([standing_row()]), field: "GHA-AVA\0"}
    assert client_of(author).post("/en/uploads/", given).status_code == 422 and not Job.objects.exists()


def test_formulas_are_problems_and_never_leave_as_formulas(author: User, client_of) -> None:
    client = client_of(author)
    book = openpyxl.Workbook()
    book.active.title = "observations"
    row = standing_row(obs_value="=1+1")
    for cells in (list(row), list(row.values())):
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    job = send(client, SimpleUploadedFile("=cmd.xlsx", stream.getvalue()))
    assert [(p["column"], p["code"]) for p in job.problems] == [("obs_value", "UPLOAD_007")]
    sent = client.get(f"/en/jobs/{job.pk}/file/")
    assert sent["Content-Disposition"].startswith("attachment") and sent["X-Content-Type-Options"] == "nosniff"
    assert sent["Content-Type"] == "application/octet-stream" and b"".join(sent.streaming_content)[:2] == b"PK"


def bomb() -> bytes:
    """Give a workbook whose one row has ever more cells: small as a file, large as elements in memory."""
    stream = io.BytesIO()
    cells = b"<c><v>1</v></c>" * 40_000
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
                         'content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
                         'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>')
        archive.writestr("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                         'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
                         '2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        archive.writestr("xl/workbook.xml", '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
                         'main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
                         '<sheet name="observations" sheetId="1" r:id="r1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/'
                         'package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/'
                         'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
                         '</Relationships>')
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row>')
            for _i in range(30):
                sheet.write(cells)
            sheet.write(b"</row></sheetData></worksheet>")
    return stream.getvalue()


def test_a_bomb_ends_its_own_process_and_not_the_worker(author: User, client_of, monkeypatch) -> None:
    monkeypatch.setattr(upload_jobs, "TABLE_MB", 100)
    job = send(client_of(author), SimpleUploadedFile("bomb.xlsx", bomb()))
    assert job.state == "failed" and "bomb.xlsx" in job.outcome["text"], job.outcome
    after = send(client_of(author), csv_file([standing_row()]))
    assert after.state == "done"


def test_a_process_that_hangs_is_ended_by_the_clock_and_by_cancelling(tmp_path: Path) -> None:
    table = tmp_path / "upload"
    table.write_bytes(b"indicator\n" + b"x\n" * 10)
    order = {"work": "table", "path": str(table), "name": "a.csv", "language": "en", "memory_mb": 500, "seconds": 0,
             "indicators": [], "places": [], "run": "u", "limits": {}, "shown": 10, "decimal": ""}
    with mock.patch("ekistics.web.work.apart.STARTING", 0.4), pytest.raises(InputFormatError, match="memory or time"):
        run_apart(tmp_path, order)

    def cancelled() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_apart(tmp_path, order, look=cancelled)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_of_a_value_comes_back_as_the_same_value(author: User, client_of, ending: str) -> None:
    client = client_of(author)
    key = Observation.objects.get(**DENSITY).pk
    sent = client.get(f"/en/uploads/template/?observation={key}&format={ending}")
    assert sent.status_code == 200 and "attachment" in sent["Content-Disposition"]
    job = send(client, SimpleUploadedFile(f"back.{ending}", sent.content))
    assert [job.outcome[name] for name in ("ok", "new", "changed", "same")] == [True, 0, 0, 1], job.problems
    empty = client.get(f"/en/uploads/template/?place=GHA-AVA&format={ending}")
    assert empty.status_code == 200 and client.get("/en/uploads/template/?place=BRA").status_code == 403
    assert client.get("/en/uploads/template/?observation=999999").status_code == 404


def zipped(folder: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile("package.zip", b"".join(zip_package(folder)))


def send_package(client: Client, file: SimpleUploadedFile, how: str = "submitted") -> Job:
    response = client.post("/en/uploads/package/", {"file": file, "as": how})
    assert response.status_code == 302
    return Job.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])


def test_a_package_is_taken_in_as_a_submitted_edition(world, write: Callable[..., Path], person, client_of) -> None:
    author = person(Role.CONTRIBUTOR, "GHA")
    job = send_package(client_of(author), zipped(write()))
    edition = Edition.objects.get(pk=job.outcome["edition"])
    assert (job.state, edition.state, edition.author, edition.released_at) == ("done", "submitted", author, None)
    assert not Observation.objects.filter(current=True).exists()
    again = send_package(client_of(author), zipped(write()))
    assert (again.outcome["edition"], again.outcome["added"]) == (edition.pk, False)
    assert "submitted for review" in client_of(author).get(f"/en/jobs/{job.pk}/").content.decode()


def test_a_package_that_is_not_whole_or_not_theirs_is_refused(publish, write: Callable[..., Path], person,
                                                              client_of) -> None:
    publish()
    client = client_of(person(Role.CONTRIBUTOR, "GHA"))
    folder = write()
    (folder / "observations.csv").write_bytes(b"x")
    broken = send_package(client, zipped(folder))
    assert broken.state == "failed" and "observations.csv" in broken.outcome["text"]
    other = send_package(client, zipped(write("BRA-POA", country="BRA", at=(-51.2, -30.0))))
    assert other.state == "failed" and "may not report" in other.outcome["text"]
    bad = send_package(client, SimpleUploadedFile("package.zip", b"PK\x03\x04 nothing"))
    assert bad.state == "failed" and Edition.objects.count() == 1
    assert not Place.objects.filter(code="BRA-POA").exists()


def test_a_package_cannot_bring_values_for_places_of_another_city(publish, write: Callable[..., Path], person,
                                                                  client_of) -> None:
    publish("GHA-BOR", name="Boria")
    Place.objects.filter(code="GHA-BOR:N1").update(code="GHA-AVA:N1")
    job = send_package(client_of(person(Role.CONTRIBUTOR, "GHA")), zipped(write()))
    assert job.state == "failed" and "do not belong" in job.outcome["text"]


def test_a_table_that_is_withdrawn_lets_the_old_value_stand_again(author: User, person, client_of) -> None:
    from ekistics.web.accounts.actors import actor_of_user
    from ekistics.web.workflow.moves import Move

    client = client_of(author)
    stored = submit(client, send(client, csv_file([standing_row(obs_value="5300")])))
    edition, editor = Edition.objects.get(pk=stored.outcome["edition"]), person(Role.PUBLISHER, "GHA")
    publish_edition(editor, edition)
    assert Observation.objects.get(**DENSITY).obs_value == 5300.0
    Move(actor_of_user(editor), f"edition:{edition.pk}", "withdraw", note="Wrong again.").execute()
    assert Observation.objects.get(**DENSITY).obs_value == 5200.0


def test_codes_of_datasets_fit_and_tell_titles_apart(world: Place) -> None:
    place = Place(code="X" * 80)
    codes = [dataset_code(place, title) for title in ("Long title of one", "Long title of two", "数据", "!", "?")]
    assert len(set(codes)) == 5 and max(map(len, codes)) <= 100
    assert dataset_code(Place(code="GHA"), "Census 2020") == "upload:GHA:census-2020"
    assert set(UPLOAD_COLUMNS) | {"run"} == set(OBSERVATION_COLUMNS)
