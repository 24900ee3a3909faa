"""No way leads into a package for values from people's records but disclosure control."""

import copy
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import OBSERVATION_COLUMNS, observations, share_rows
from ekistics.package import Layer, ProfilePackage, read_package, verify_package, write_package
from ekistics.package.descriptor import json_bytes, parse_spec, plain_spec
from ekistics.package.table import canonical_observations, columns_of, csv_bytes, write_parquet
from ekistics.survey.disclosure import CellTable, Disclosed, DisclosureRules, control, digest_rows, is_disclosed
from tests.package.conftest import make_package
from tests.package.sealing import reseal

WATER = IndicatorSpec(
    "water", "6.1.1", "Water", "Who has water?", "People with water, of all people.",
    MethodEdition("UN", "Metadata", "2021"), (SeriesSpec("basic", "Basic", "PT", "people", 1, 0, 100, headline=True),),
    people_records=True)
SMALL = "X-1"


def cells(run: str) -> CellTable:
    """Give a city of three quarters: one has five cases."""
    areas = ["X", "X-1", "X-2", "X-3"]
    whole = pd.Series([2000.0, 100.0, 900.0, 1000.0], areas)
    rows = observations(share_rows(pd.Series([1100.0, 40.0, 460.0, 600.0], areas), whole, series="basic",
                                   time_period="2024", se=2.0, lci=30.0, uci=70.0), WATER, run=run)
    return CellTable(rows.assign(n=[105, 5, 50, 50]), {area: "X" for area in areas[1:]})


def surveyed(**changes: object) -> ProfilePackage:
    plain = make_package()
    places = (*plain.places, replace(plain.places[1], code="X-3", name="Quarter 3"))
    made = control(cells(plain.run.id), DisclosureRules())
    return replace(plain, **{"places": places, "observations": made.rows, "disclosed": made, "indicators": (WATER,),
                             **changes})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_package(surveyed(), tmp_path / "p")
    return tmp_path / "p"


def said(folder: Path) -> set[str]:
    return {problem.code for problem in verify_package(folder).problems}


def put(folder: Path, rows: pd.DataFrame) -> None:
    """Put other rows into a package, with every digest but the report's made true again."""
    table = canonical_observations(rows)
    (folder / "observations.csv").write_bytes(csv_bytes(columns_of(table)))
    write_parquet(table, folder / "observations.parquet")
    reseal(folder)


def test_what_disclosure_control_gave_is_written_and_read(folder: Path) -> None:
    assert verify_package(folder).problems == ()
    report = json.loads((folder / "disclosure.json").read_bytes())
    rows = read_package(folder).observations
    assert report["digest"] == f"sha256:{digest_rows(rows)}" and report["counts"]["withheld"] >= 2
    assert {"indicator": "water", "series": "basic", "ref_area": SMALL, "time_period": "2024"} in report["withheld"]
    small = rows[rows["ref_area"] == SMALL].iloc[0]
    assert np.isnan(small[["obs_value", "numerator", "denominator", "se", "lci", "uci"]].to_numpy(float)).all()
    assert (small["obs_status"], small["conf_status"], small["reason"]) == ("Q", "C", "withheld")
    assert "40" not in [f"{value:.0f}" for name in ("numerator", "obs_value") for value in rows[name].dropna()]


def test_the_field_travels_and_older_packages_are_read(folder: Path) -> None:
    assert read_package(folder).indicators[0].people_records
    plain = plain_spec(replace(WATER, people_records=False))
    assert "people_records" not in plain and not parse_spec(plain).people_records


def test_nothing_but_control_makes_a_disclosed_table() -> None:
    made = surveyed().disclosed
    assert made is not None and is_disclosed(made)
    for wrong in (lambda: Disclosed(), lambda: Disclosed(made.rows), lambda: type("Mine", (Disclosed,), {}),
                  lambda: pickle.dumps(made), lambda: replace(made, rows=made.rows), lambda: setattr(made, "rows", 1),
                  lambda: setattr(made, "_rows", 1), lambda: copy.replace(made) if hasattr(copy, "replace") else [][0]):
        with pytest.raises((TypeError, AttributeError, IndexError)):
            wrong()
    empty = object.__new__(Disclosed)
    assert not is_disclosed(empty)
    with pytest.raises(EkisticsError, match="disclosure control"):
        _ = empty.rows
    assert copy.copy(made) is made and copy.deepcopy(made) is made
    rows = made.rows
    rows["obs_value"] = 1.0  # a copy
    made.report["withheld"].clear()
    assert made.rows["obs_value"].isna().any() and made.report["withheld"] != []


@pytest.mark.parametrize("wrong", ["none", "frame", "unsealed", "other rows", "fewer rows", "more rows", "number"])
def test_a_package_without_it_is_not_written(tmp_path: Path, wrong: str) -> None:
    good = surveyed()
    rows = cells(good.run.id).rows[list(OBSERVATION_COLUMNS)]
    changed = good.observations.assign(obs_value=good.observations["obs_value"].fillna(40.0))
    bad = {"none": {"disclosed": None}, "frame": {"disclosed": good.observations},
           "unsealed": {"disclosed": object.__new__(Disclosed)}, "other rows": {"observations": rows},
           "fewer rows": {"observations": good.observations.iloc[:-1]},
           "more rows": {"observations": pd.concat([good.observations, rows.iloc[1:2]])},
           "number": {"observations": changed}}[wrong]
    with pytest.raises(PackageError, match="disclosure control"):
        write_package(replace(good, **bad), tmp_path / "p")
    assert not (tmp_path / "p").exists()


def test_a_document_cannot_stand_for_the_report(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="name"):
        write_package(surveyed(), tmp_path / "p", documents={"disclosure.json": b"{}"})


def test_changed_files_are_found(folder: Path) -> None:
    rows = read_package(folder).observations
    put(folder, rows.assign(obs_value=rows["obs_value"].where(rows["ref_area"] != SMALL, 40.0)))
    assert "disclosure" in said(folder)
    put(folder, cells("0").rows.assign(run=rows["run"].iloc[0])[list(OBSERVATION_COLUMNS)])
    assert said(folder) == {"disclosure"}


def test_a_package_without_its_report_is_found(folder: Path) -> None:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_bytes())
    descriptor["resources"] = [r for r in descriptor["resources"] if r["path"] != "disclosure.json"]
    path.write_bytes(json_bytes(descriptor))
    (folder / "disclosure.json").unlink()
    reseal(folder)
    assert said(folder) == {"disclosure"}


@pytest.mark.parametrize("change", [
    {"digest": "sha256:0"}, {"withheld": []}, {"cases": []}, {"counts": {"rows": 4, "published": 4, "withheld": 0}},
    {"rules": {"cases": 200}}, {"schema_version": "9"}, {"rules": None}, {"cases": [105, 5, 50, 50]},
    {"small": []}, {"counts": {"rows": 4, "published": 2, "withheld": 2, "small": 1}},
    {"counts": {"rows": 4, "published": 3, "withheld": 2}}])
def test_a_false_report_is_found(folder: Path, change: dict[str, object]) -> None:
    path = folder / "disclosure.json"
    path.write_bytes(json_bytes(json.loads(path.read_bytes()) | change))
    reseal(folder)
    assert said(folder) == {"disclosure"}


def test_rows_of_few_cases_do_not_pass_with_a_report_made_for_them(folder: Path) -> None:
    """Somebody leaves the withheld values in, and writes report and digests anew; its own rules still speak."""
    run = read_package(folder).run.id
    rows = cells(run).rows
    put(folder, rows[list(OBSERVATION_COLUMNS)])
    path = folder / "disclosure.json"
    forged = json.loads(path.read_bytes()) | {
        "digest": f"sha256:{digest_rows(rows)}", "withheld": [], "cases": rows["n"].tolist(),
        "counts": {"rows": 4, "published": 4, "withheld": 0}}
    path.write_bytes(json_bytes(forged))
    reseal(folder)
    assert said(folder) == {"disclosure"}


def area_layer(values: list[Any], column: str = "water") -> Layer:
    shapes = [shapely.box(i, 0, i + 1, 1) for i in range(3)]
    return Layer("neighbourhoods", "Quarters", frame=gpd.GeoDataFrame(
        {"ref_area": ["X-1", "X-2", "X-3"], column: values}, geometry=shapes, crs=4326))


@pytest.mark.parametrize("column", ["water", "basic", "water_basic", "Water basic", "basic_numerator", "water.basic:n"])
def test_layers_hold_published_values_only(tmp_path: Path, column: str) -> None:
    good = surveyed()
    shown = good.observations.set_index("ref_area")["obs_value"].reindex(["X-1", "X-2", "X-3"]).tolist()
    write_package(replace(good, layers=(area_layer(shown, column),)), tmp_path / "good")
    assert verify_package(tmp_path / "good").problems == ()
    with pytest.raises(PackageError, match="people's records"):
        write_package(replace(good, layers=(area_layer([40.0, *shown[1:]], column),)), tmp_path / "bad")
    with pytest.raises(PackageError, match="people's records"):
        write_package(replace(good, layers=(area_layer(["40 %", "", ""], column),)), tmp_path / "bad")
