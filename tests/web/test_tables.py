"""Tables as files: equal values in every form, streamed, safe in a spreadsheet, and only what may be read."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.test import Client

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.jobs.package_upload import verify_archive
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.package.verify import verify_package
from ekistics.publish.tabular import csv_stream
from ekistics.web.observatory import tables
from ekistics.web.observatory.frames import batches, rows_for
from ekistics.web.observatory.models import Indicator, Measure, Observation
from ekistics.web.observatory.selection import Selection, walk
from ekistics.web.observatory.streams import csv_pieces
from ekistics.web.places.models import Place, PlaceCode
from ekistics.web.policy import PUBLIC

pytestmark = pytest.mark.django_db


def content(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200, response.content
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    return b"".join(response.streaming_content) if response.streaming else response.content


def rows_of_csv(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content(client, address).decode())))


def test_streamed_csv_is_the_csv_of_the_one_writer(publish: Callable[..., Any]) -> None:
    publish()
    Measure.objects.update(base='=cmd|"x", a;-b', method="+danger\nsecond")
    ours = b"".join(csv_pieces(walk(PUBLIC, Selection())))
    assert ours == b"".join(csv_stream(batches(rows_for(PUBLIC))))
    assert b"'=cmd" in ours
    assert b"'+danger" in ours


def test_every_form_holds_the_same_values(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish("GHA-BAB", name="Babylon", access=41.0)
    for name in ("cities/GHA-AVA", "indicators/sdg_11_2_1", "datasets/profile:GHA-BAB"):
        frames = {ending: _read(ending, content(client, f"/tables/{name}.{ending}"))
                  for ending in ("csv", "json", "xlsx", "parquet")}
        for ending, frame in frames.items():
            assert list(frame.columns) == list(OBSERVATION_COLUMNS), ending
            pd.testing.assert_frame_equal(frame, frames["csv"], check_dtype=False, obj=f"{name} {ending}")
        assert len(frames["csv"]) > 0
    assert set(frames["csv"]["ref_area"]) == {"GHA-BAB", "GHA-BAB:N1", "GHA-BAB:N2"}


def _read(ending: str, raw: bytes) -> pd.DataFrame:
    stream = io.BytesIO(raw)
    if ending == "json":
        said = json.loads(raw)
        frame = pd.DataFrame(said["rows"], columns=said["columns"])
    elif ending == "csv":
        frame = pd.read_csv(stream, keep_default_na=False, dtype=str)
    else:
        frame = pd.read_parquet(stream) if ending == "parquet" else pd.read_excel(
            stream, sheet_name="observations", keep_default_na=False)
    for name in OBSERVATION_COLUMNS:
        frame[name] = (pd.to_numeric(frame[name].replace("", None)).astype(float) if name in NUMBER_COLUMNS
                       else frame[name].astype(str).astype(object))
    return frame


def test_all_observations_with_the_filters_of_the_api(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish("GHA-BAB", name="Babylon")
    assert len(rows_of_csv(client, "/tables/observations.csv")) == Observation.objects.count()
    some = rows_of_csv(client, "/tables/observations.csv?parent=GHA-BAB&indicator=sdg_11_2_1&variant=network")
    assert {row["ref_area"] for row in some} == {"GHA-BAB", "GHA-BAB:N1", "GHA-BAB:N2"}
    assert client.get("/tables/observations.csv?perent=GHA").status_code == 422


@pytest.mark.parametrize("address", [
    "/tables/cities/GHA-AVA.doc", "/tables/cities/nowhere.csv", "/tables/indicators/x.json", "/tables/things/x.csv",
    "/tables/cities/GHA.csv", "/packages/99.zip", "/tables/datasets/x.xlsx"])
def test_what_is_not_there_is_not_found(publish: Callable[..., Any], client: Client, address: str) -> None:
    publish()
    assert client.get(address).status_code == 404


def test_many_rows_come_in_pieces(publish: Callable[..., Any]) -> None:
    publish()
    second = publish("GHA-BAB", name="Babylon")
    for wanted in (Selection(), Selection(parent="GHA"), Selection(indicator="sdg_11_2_1"),
                   Selection(edition=second.edition, current=False), Selection(indicator="sdg_11_2_1", current=False)):
        parts = list(walk(PUBLIC, wanted, size=2))
        whole = [row for part in walk(PUBLIC, wanted) for row in part]
        assert [row for part in parts for row in part] == whole
        assert whole
        assert max(map(len, parts)) <= 2


def test_a_large_workbook_is_refused_with_a_remedy(publish: Callable[..., Any], client: Client,
                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    monkeypatch.setattr(tables, "AT_ONCE", 3)
    response = client.get("/tables/cities/GHA-AVA.xlsx")
    assert response.status_code == 422
    assert "CSV" in response.json()["hint"]
    assert rows_of_csv(client, "/tables/cities/GHA-AVA.csv")


def test_sdmx_in_our_structure_and_in_the_global_one(publish: Callable[..., Any], client: Client) -> None:
    publish()
    ours = rows_of_csv(client, "/tables/cities/GHA-AVA.sdmx.csv")
    with_time = Observation.objects.exclude(period__text="").count()
    assert len(ours) == with_time
    assert {row["STRUCTURE_ID"] for row in ours} == {"EKISTICS:OBSERVATIONS(1.0)"}
    assert b"StructureSpecificData" in content(client, "/tables/cities/GHA-AVA.sdmx.xml")
    assert b"EKISTICS" in content(client, "/tables/structure.sdmx.xml")
    refused = client.get("/tables/cities/GHA-AVA.sdg.sdmx.csv")
    assert refused.status_code == 422
    assert "no-area-code" in refused.json()["got"]
    PlaceCode.objects.create(place=Place.objects.get(code="GHA-AVA"), scheme=tables.AREA_SCHEME, value="GHAVA")
    mapped = rows_of_csv(client, "/tables/indicators/sdg_11_2_1.sdg.sdmx.csv")
    assert {row["REF_AREA"] for row in mapped} == {"GHAVA"}
    assert {row["SERIES"] for row in mapped} == {"SP_TRN_PUBL"}


def test_two_methods_of_one_series_never_stand_twice_in_a_message(publish: Callable[..., Any],
                                                                  client: Client) -> None:
    publish()
    other = publish(access=60.0, seed=2)
    measure = Measure.objects.filter(series="either", variant="network").get()
    twin = Measure.objects.create(indicator=Indicator.objects.get(code="sdg_11_2_1"), series="either",
                                  variant="network", unit_measure=measure.unit_measure, base=measure.base,
                                  method="another method")
    Observation.objects.filter(edition=other.edition, measure=measure).update(measure=twin)
    Observation.objects.filter(measure=measure).update(current=True)
    rows = rows_of_csv(client, "/tables/cities/GHA-AVA.sdmx.csv")
    kept = [r for r in rows if r["VARIANT"] == "network" and r["REF_AREA"] == "GHA-AVA"]
    assert [float(r["OBS_VALUE"]) for r in kept] == pytest.approx([60.0])


def test_a_package_comes_back_whole(publish: Callable[..., Any], client: Client, tmp_path: Path) -> None:
    made = publish()
    raw = content(client, f"/packages/{made.edition}.zip")
    assert raw == content(client, f"/packages/{made.edition}.zip")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        archive.extractall(tmp_path / "back")
    assert verify_package(tmp_path / "back").ok
    (tmp_path / "x.zip").write_bytes(raw)
    assert verify_archive(tmp_path / "x.zip").ok  # what `ekistics verify x.zip` does


def test_the_catalogue_names_the_tables(publish: Callable[..., Any], client: Client) -> None:
    publish()
    said = client.get("/tables/catalogue.jsonld").json()
    (dataset,) = said["dcat:dataset"]
    assert dataset["dct:license"]
    for distribution in dataset["dcat:distribution"]:
        assert client.get(distribution["dcat:downloadURL"]["@id"]).status_code == 200


def test_the_page_of_a_dataset_and_the_catalogue_say_the_same(publish: Callable[..., Any], client: Client) -> None:
    publish()
    publish(access=61.0, seed=2)
    (listed,) = client.get("/tables/catalogue.jsonld").json()["dcat:dataset"]
    page = client.get("/en/data/profile:GHA-AVA/").content.decode()
    shown = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert shown["name"] == listed["dct:title"]["@value"] == "Avalon: City profile"
    assert shown["version"] == listed["dcat:version"] == "2"
    assert shown["license"] == listed["dct:license"]["@id"]
    assert shown["dateModified"] == listed["dct:modified"]["@value"]
    files = {d["dcat:downloadURL"]["@id"].partition("/tables/")[2] for d in listed["dcat:distribution"]}
    taken = {d["contentUrl"].partition("/tables/")[2] for d in shown["distribution"]}
    assert files == {f"datasets/profile%3AGHA-AVA.{form}" for form in ("csv", "json", "xlsx", "parquet", "sdmx.csv")}
    assert taken - {""} == files  # the page adds the whole package
