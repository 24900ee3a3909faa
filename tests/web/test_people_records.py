"""Values from people's records: every door of the site takes what disclosure control gave, and nothing else."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ekistics.core.errors import EkisticsError
from ekistics.core.observation import OBSERVATION_COLUMNS, observations, share_rows
from ekistics.core.provenance import Provenance
from ekistics.indicators.registry import spec as find_spec
from ekistics.package import ProfilePackage, write_package
from ekistics.package.archive import zip_package
from ekistics.package.descriptor import json_bytes
from ekistics.package.table import canonical_observations, columns_of, csv_bytes, write_parquet
from ekistics.survey.disclosure import CellTable, DisclosureRules, control
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.uploads import Upload, store_upload
from ekistics.web.places.models import Place
from ekistics.web.policy import Role, State
from ekistics.web.work.models import Job
from tests.package.sealing import reseal
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db
SLUM, SECRET = "sdg_11_1_1", 43.217
WORDS = "to protect people, as it has too few cases or is needed to protect such cells"


def cells(run: str) -> CellTable:
    """Give a city of two neighbourhoods, one with five households."""
    areas = ["GHA-AVA", "GHA-AVA:N1", "GHA-AVA:N2"]
    whole = pd.Series([2000.0, 100.0, 1900.0], areas)
    part = pd.Series([957.0, SECRET, 957.0 - SECRET], areas)
    rows = observations(share_rows(part, whole, series="slum_people", variant="five", time_period="2024"),
                        find_spec(SLUM), run=run)
    return CellTable(rows.assign(n=[105, 5, 100]), {area: areas[0] for area in areas[1:]})


def surveyed(**changes: object) -> ProfilePackage:
    plain = small_package()
    made = control(cells(plain.run.id), DisclosureRules())
    whole = pd.concat([plain.observations, made.rows], ignore_index=True)
    return replace(plain, **{"observations": whole, "disclosed": made,
                             "indicators": (*plain.indicators, find_spec(SLUM)), **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_package(surveyed(), tmp_path / "surveyed")
    return tmp_path / "surveyed"


def opened(folder: Path, rows: pd.DataFrame) -> None:
    """Put rows that disclosure control did not see into a package, and hide it as well as one can."""
    table = canonical_observations(rows)
    (folder / "observations.csv").write_bytes(csv_bytes(columns_of(table)))
    write_parquet(table, folder / "observations.parquet")
    reseal(folder)


def undisclosed() -> pd.DataFrame:
    plain = small_package()
    return pd.concat([plain.observations, cells(plain.run.id).rows[list(OBSERVATION_COLUMNS)]], ignore_index=True)


def refused(folder: Path) -> EkisticsError:
    (outcome,) = publish_packages([folder])
    assert outcome.error is not None and not Edition.objects.exists() and not Observation.objects.exists()
    return outcome.error


def test_withheld_cells_are_shown_as_such_at_every_door(world: Place, folder: Path, client_of) -> None:
    (outcome,) = publish_packages([folder])
    assert outcome.error is None
    held = Observation.objects.filter(measure__indicator__code=SLUM, reason="withheld")
    assert held.count() >= 2
    assert not held.filter(obs_value__isnull=False).exists() and not held.filter(numerator__isnull=False).exists()
    client = client_of()
    items = client.get(f"/api/v1/observations?indicator={SLUM}&limit=1000").json()["items"]
    small = next(item for item in items if item["ref_area"] == "GHA-AVA:N1")
    assert small["obs_value"] is None
    assert [small[name] for name in ("obs_status", "conf_status", "reason")] == ["Q", "C", "withheld"]
    page = client.get(f"/en/values/{small['observation']}/").content.decode()
    assert WORDS in page
    table = b"".join(client.get(f"/tables/indicators/{SLUM}.csv").streaming_content).decode()
    assert any("GHA-AVA:N1" in line and ",Q,C,withheld" in line for line in table.splitlines())
    sdmx = b"".join(client.get("/tables/cities/GHA-AVA.sdmx.csv").streaming_content).decode()
    assert any("GHA-AVA:N1" in line and "withheld" in line and ",Q," in line for line in sdmx.splitlines())
    answer = client.get(f"/tables/indicators/{SLUM}.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming
                                             else answer.content))
    rows = [[str(cell) for cell in row] for sheet in book for row in sheet.iter_rows(values_only=True)]
    assert any("GHA-AVA:N1" in row and "withheld" in row and "Q" in row for row in rows)
    gaps = client.get("/en/gaps/").content.decode()
    for text in (page, table, sdmx, gaps, json.dumps(items), str(rows)):
        assert str(SECRET) not in text and "43.2" not in text


def test_files_that_were_changed_are_not_published(world: Place, folder: Path) -> None:
    opened(folder, undisclosed())
    assert "disclosure control" in str(refused(folder))


def test_a_package_that_hides_where_values_come_from_is_not_published(world: Place, tmp_path: Path) -> None:
    hidden = replace(find_spec(SLUM), people_records=False)
    plain = small_package()
    write_package(replace(plain, observations=undisclosed(), indicators=(*plain.indicators, hidden)), tmp_path / "p")
    assert "does not say so" in str(refused(tmp_path / "p"))
    write_package(replace(plain, observations=undisclosed(), indicators=()), tmp_path / "q")
    assert "does not say so" in str(refused(tmp_path / "q"))


def test_what_the_record_knows_cannot_be_hidden_by_a_later_package(world: Place, tmp_path: Path) -> None:
    own = replace(find_spec(SLUM), code="own_survey")
    plain = small_package()
    rows = cells(plain.run.id).rows.assign(indicator="own_survey")
    made = control(CellTable(rows, {"GHA-AVA:N1": "GHA-AVA", "GHA-AVA:N2": "GHA-AVA"}), DisclosureRules())
    write_package(replace(plain, observations=made.rows, disclosed=made, indicators=(own,)), tmp_path / "p")
    assert publish_packages([tmp_path / "p"])[0].error is None
    run = replace(plain.run, inputs=(Provenance("other", "ab" * 32),))
    later = rows[list(OBSERVATION_COLUMNS)].assign(run=run.id)
    write_package(replace(plain, run=run, observations=later, indicators=(replace(own, people_records=False),)),
                  tmp_path / "q")
    (outcome,) = publish_packages([tmp_path / "q"])
    assert outcome.error is not None and "does not say so" in str(outcome.error)
    assert not Observation.objects.filter(numerator=SECRET).exists()


@pytest.mark.parametrize("whole", [True, False])
def test_an_archive_is_refused_as_the_folder_is(world: Place, folder: Path, person, client_of, whole: bool) -> None:
    if not whole:
        opened(folder, undisclosed())
    client = client_of(person(Role.CONTRIBUTOR, "GHA"))
    file = SimpleUploadedFile("package.zip", b"".join(zip_package(folder)))
    response = client.post("/en/uploads/package/", {"file": file, "as": "submitted"})
    job = Job.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])
    assert (job.state, Edition.objects.count()) == (("done", 1) if whole else ("failed", 0))
    assert whole or "disclosure control" in job.outcome["text"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_is_refused_and_says_what_to_do(world: Place, publish: Callable, person, client_of, form: str,
                                                tmp_path: Path) -> None:
    publish()
    rows = cells("r").rows[[name for name in OBSERVATION_COLUMNS if name != "run"]]
    if form == "csv":
        content = rows.to_csv(index=False).encode()
    else:
        rows.to_excel(tmp_path / "t.xlsx", index=False, sheet_name="observations")
        content = (tmp_path / "t.xlsx").read_bytes()
    client = client_of(person(Role.CONTRIBUTOR, "GHA"))
    response = client.post("/en/uploads/", {"place": "GHA-AVA", "title": "Survey", "note": "n",
                                            "file": SimpleUploadedFile(f"t.{form}", content)})
    job = Job.objects.get(pk=response["Location"].rstrip("/").rsplit("/", 1)[-1])
    assert not job.outcome["ok"] and {problem["code"] for problem in job.problems} == {"UPLOAD_040"}
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert "come from people&#x27;s records" in page or "come from people&#39;s records" in page
    assert client.post(f"/en/jobs/{job.pk}/submit/").status_code == 404


def test_what_the_check_did_not_stop_the_record_does(world: Place, publish: Callable, person) -> None:
    publish()
    table = canonical_observations(cells("r").rows[list(OBSERVATION_COLUMNS)])
    upload = Upload(Place.objects.get(code="GHA-AVA"), "Survey", table, person(Role.CONTRIBUTOR, "GHA"), State.DRAFT,
                    Provenance("t.csv", "ab" * 32))
    with pytest.raises(EkisticsError, match="people's records"):
        store_upload(upload)
    assert not Observation.objects.filter(measure__indicator__code=SLUM).exists()


def test_a_false_report_is_not_published(world: Place, folder: Path) -> None:
    report = json.loads((folder / "disclosure.json").read_bytes())
    (folder / "disclosure.json").write_bytes(json_bytes(report | {"withheld": []}))
    reseal(folder)
    assert "disclosure" in str(refused(folder))
