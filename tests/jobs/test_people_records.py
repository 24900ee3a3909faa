"""Values from people's records are not taken from tables, whatever their form, nor from packages that hide them."""

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from ekistics.core.errors import PackageError
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.place import Place
from ekistics.indicators.registry import spec as find_spec
from ekistics.jobs.people_records import guarded_codes, require_told
from ekistics.jobs.upload_check import check_file
from ekistics.publish.sdmx.rows import own_rows
from ekistics.publish.sdmx.structure import own_structure
from ekistics.publish.sdmx.write import sdmx_csv
from tests.package.test_disclosed import WATER, cells
from tests.survey.tables import cell_table, people

PLACES = (Place("X", "X", "city", "XMU"), *(Place(f"X-{i}", f"Q{i}", "neighbourhood", "XMU", "X") for i in (1, 2, 3)))
CSV = "indicator,series,ref_area,time_period,obs_value,unit_measure,numerator,denominator,base,obs_status,conf_status\n"


def codes(path: Path, indicators=(WATER,)) -> set[str]:
    outcome = check_file(path, indicators=indicators, places=PLACES, run="up-1")
    assert outcome.observations is None
    return set(outcome.by_code)


def test_csv(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(CSV + "water,basic,X,2024,55,PT,11,20,people,A,F\n")
    assert codes(tmp_path / "t.csv") == {"UPLOAD_040"}
    outcome = check_file(tmp_path / "t.csv", indicators=(WATER,), places=PLACES, run="up-1")
    assert "disclosure control" in outcome.problems[0].hint


def test_the_programs_own_are_known_whatever_a_specification_says(tmp_path: Path) -> None:
    spec = find_spec("sdg_11_1_1")
    assert spec.people_records and spec.code in guarded_codes()
    (tmp_path / "t.csv").write_text(CSV + f"{spec.code},slum_people,X,2024,55,PT,11,20,b,A,F\n")
    assert "UPLOAD_040" in codes(tmp_path / "t.csv", ())


def test_xlsx(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("observations")
        sheet.write_row(0, 0, CSV.strip().split(","))
        sheet.write_row(1, 0, ["water", "basic", "X", "2024", 55, "PT", 11, 20, "people", "A", "F"])
    assert codes(tmp_path / "t.xlsx") == {"UPLOAD_040"}


def test_sdmx(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    rows = cells("r").rows[list(OBSERVATION_COLUMNS)]
    path.write_bytes(b"".join(sdmx_csv([own_rows(rows)], own_structure())))
    assert codes(path) == {"UPLOAD_040"}


def test_a_package_that_hides_it_is_refused() -> None:
    spec = find_spec("sdg_11_1_1")
    hidden = replace(spec, people_records=False)
    with pytest.raises(PackageError, match="people's records"):
        require_told([hidden], [spec.code])
    require_told([spec], [spec.code])
    with pytest.raises(PackageError):
        require_told([replace(WATER, people_records=False)], ["water"], known=[WATER])
    require_told([], [])


def test_tables_of_tests_are_what_they_say() -> None:
    assert len(cell_table(people(1, 50), ("sex",)).rows) == 36
