"""The made-up country: the same seed gives the same grids, and its names are those of the centres in them."""

import csv
from pathlib import Path

import pytest
import rasterio

from ekistics.core.errors import ConfigurationError
from ekistics.core.provenance import digest_file
from ekistics.geo.degurba import centre_frame, classify
from ekistics.jobs.sample_country import FILES, make_sample_country
from ekistics.readers.raster import read_raster


def test_same_seed_same_bytes_and_other_seed_other_country(tmp_path: Path) -> None:
    first, again, other = (make_sample_country(tmp_path / name, seed=seed)
                           for name, seed in (("a", 1), ("b", 1), ("c", 2)))
    digests = [{name: digest_file(made.folder / name) for name in FILES} for made in (first, again, other)]
    assert digests[0] == digests[1]
    assert not set(digests[0].values()) & set(digests[2].values())


def test_names_are_those_of_the_centres_of_the_last_date(tmp_path: Path) -> None:
    made = make_sample_country(tmp_path / "country")
    files = (("population_2020.tif", "population", "PS"), ("built_up_2020.tif", "built_up", "M2"),
             ("land.tif", "land", "M2"))
    grids = [read_raster(made.folder / name, role=role, unit_measure=unit, time_period="2020")
             for name, role, unit in files]
    centres = centre_frame(classify(*(grid.values for grid in grids)).centres, grids[0].grid)
    with (made.folder / "names.csv").open(encoding="utf-8") as stream:
        names = {row["code"]: row["name"] for row in csv.DictReader(stream)}
    assert set(names) == set(centres["centre_id"]) and len(names) == made.centres >= 10
    assert len(set(names.values())) == len(names)


def test_cities_grew_between_the_dates(tmp_path: Path) -> None:
    make_sample_country(tmp_path / "country")
    sums = []
    for year in (1990, 2000, 2010, 2020):
        with rasterio.open(tmp_path / "country" / f"population_{year}.tif") as source:
            sums.append(float(source.read(1).sum()))
    assert sums == sorted(sums)


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"letter\.txt"):
        make_sample_country(tmp_path)
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "dear"
