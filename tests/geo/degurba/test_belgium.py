"""Belgium against what others computed: reference rasters, single cells, municipalities."""

import hashlib
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from scipy import ndimage

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.raster import Grid
from ekistics.geo.degurba import ArrayGrids, DegurbaParameters, classify, classify_units, unit_shares
from ekistics.geo.degurba.cells import Cells, base_codes
from ekistics.geo.degurba.dynamic import dynamic_built_up
from ekistics.readers.raster_blocks import RasterGrids

HERE = Path(__file__).parent
GOLDEN = tomllib.loads((HERE / "golden_belgium.toml").read_text())
CELLS = tomllib.loads((HERE / "golden_flexurba_cells.toml").read_text())
INNER = (slice(5, -5), slice(5, -5))


@pytest.fixture(scope="module")
def source(shared_data):
    return RasterGrids(*(shared_data(f"ghsl-belgium/{name}.tif") for name in ("POP", "BUILT_S", "LAND")))


@pytest.fixture(scope="module")
def belgium(source):
    return source.read(0, source.shape[0]).as_float()


@pytest.fixture(scope="module")
def default(belgium):
    return classify(*belgium)


@pytest.fixture(scope="module")
def grid(source):
    return Grid(MOLLWEIDE, source.grid.transform, *source.shape).window(5, 5, 209, 293)


def test_the_golden_facts_hang_together():
    inner = (GOLDEN["grid"]["height"] - 10) * (GOLDEN["grid"]["width"] - 10)
    for case in GOLDEN["classification"].values():
        assert sum(case["cells"].values()) == inner == 61237
        DegurbaParameters(**case["parameters"])
    for rules in ("level1", "rules_2021", "documented_2024"):
        assert sum(GOLDEN["municipalities"][rules].values()) == 581
    assert all(len(case["classes"].split()) == len(CELLS["cells"]) == 50 for case in CELLS["case"])


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("name", list(GOLDEN["classification"]))
def test_reference_rasters_are_met_cell_by_cell(name, engine, belgium, shared_data):
    case = GOLDEN["classification"][name]
    found = classify(*belgium, parameters=DegurbaParameters(**case["parameters"]), engine=engine)
    ours = (found.level1 if case["level"] == 1 else found.level2)[INNER]
    with rasterio.open(shared_data(f"ghsl-belgium/{name}.tif")) as file:
        reference = file.read(1)
    assert int((ours != reference).sum()) == 0
    assert hashlib.sha256(np.ascontiguousarray(ours).tobytes()).hexdigest() == case["sha256"]
    counted = {str(code): count for code, count in found.counts(case["level"], crop=5).items() if count}
    assert counted == {code: count for code, count in case["cells"].items() if count}


@pytest.mark.parametrize("case", CELLS["case"], ids=lambda case: case["name"])
def test_single_cells_are_met_under_many_rules(case, belgium):
    found = classify(*belgium, parameters=DegurbaParameters(**case["parameters"]))
    ours = (found.level1 if case["level"] == 1 else found.level2).reshape(-1)[np.array(CELLS["cells"]) - 1]
    assert ours.tolist() == [int(code) for code in case["classes"].split()]


@pytest.mark.parametrize(("name", "density", "size", "contiguity"), [
    ("rook_1500_5000", 1500, 5000, "rook"), ("queen_1000_10000", 1000, 10000, "queen")])
def test_the_dynamic_threshold_is_met(name, density, size, contiguity, belgium):
    rules = DegurbaParameters(dynamic_density=density, dynamic_size=size, dynamic_contiguity=contiguity,
                              dynamic_rounding="none")
    expected = GOLDEN["optimal_built_up"]
    assert dynamic_built_up(ArrayGrids(*belgium), rules) == pytest.approx(expected[name], abs=expected["tolerance"])


def test_water_cells_are_met(belgium):
    rules = DegurbaParameters(**GOLDEN["water"]["parameters"])
    water = base_codes(Cells.of(belgium, 1e6, rules), rules) >> 4 & 3 == 0
    assert int((~water).sum()) == GOLDEN["water"]["not_water"]


def test_centres_are_counted_by_number(default):
    rows, columns = np.divmod(default.centres.cells, 303)
    inside = (rows >= 5) & (rows < 214) & (columns >= 5) & (columns < 298)
    assert len(default.centres) == GOLDEN["centres"]["whole_grid"]
    assert len(np.unique(default.centres.owner[inside])) == GOLDEN["centres"]["inner_window"]
    assert ndimage.label(default.level1[INNER] == 3, np.ones((3, 3)))[1] == GOLDEN["centres"]["groups_on_the_raster"]


def test_the_levels_are_not_nested(default, belgium):
    apart = ((default.level1 == 1) & (default.level2 == 22))[INNER]
    assert int(apart.sum()) == GOLDEN["nesting"]["cells_semi_dense_and_rural"]
    by_built_up = ((default.level1 == 1) & (default.level2 == 23))[INNER]
    assert int(by_built_up.sum()) == GOLDEN["nesting"]["cells_dense_and_rural"]
    assert belgium[0][INNER][apart].sum() == pytest.approx(GOLDEN["nesting"]["people_semi_dense_and_rural"], abs=1)


@pytest.fixture(scope="module")
def municipalities(shared_data):
    frame = gpd.read_file(shared_data("ghsl-belgium/municipalities_2024.gpkg"))
    return frame.set_index(frame["UID"].astype(int)).sort_index()


@pytest.fixture(scope="module")
def oracle(shared_data):
    return pd.read_csv(shared_data("oracle/belgium_municipalities.csv")).set_index("UID").sort_index()


@pytest.fixture(scope="module", params=["lattice", "exact"])
def shares(request, municipalities, default, belgium, grid):
    return {level: unit_shares(municipalities, classes[INNER], belgium[0][INNER], grid, level=level,
                               method=request.param)
            for level, classes in ((1, default.level1), (2, default.level2))}


def test_shares_of_municipalities_are_met(shares, oracle):
    expected = GOLDEN["municipalities"]
    ours = shares[1][["share_3", "share_2", "share_1"]].where(shares[1]["basis"] == "population").to_numpy()
    theirs = oracle[["pop_uc_share", "pop_cluster_share", "pop_rural_share"]].to_numpy()
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    assert np.nanmax(np.abs(ours - theirs)) <= expected["tolerance"]
    assert shares[1].index[shares[1]["basis"] == "area"].tolist() == expected["without_people"]


@pytest.mark.parametrize(("level", "rules", "column", "golden"), [
    (1, "documented_2024", "level1", "level1"), (2, "rules_2021", "level2_2021_rules", "rules_2021"),
    (2, "documented_2024", "level2_2024_documented", "documented_2024")])
def test_classes_of_municipalities_are_met(level, rules, column, golden, shares, oracle):
    ours = classify_units(shares[level], level=level, rules=rules)
    assert ours["class"].tolist() == oracle[column].tolist()
    assert {str(code): int(n) for code, n in ours["class"].value_counts().items()} == GOLDEN["municipalities"][golden]


def test_the_rule_as_coded_differs_from_the_documented_one(shares):
    documented, coded = (classify_units(shares[2], level=2, rules=rules)["class"]
                         for rules in ("documented_2024", "flexurba_2024"))
    assert set(documented[documented != coded]) <= {21, 22}
    assert int((documented != coded).sum()) > 150


def test_four_municipalities_are_rural_at_level_1_only(shares):
    level1, level2 = (classify_units(shares[level], level=level)["class"] for level in (1, 2))
    apart = level1.index[(level1 == 1) & (level2 >= 21)]
    assert apart.tolist() == GOLDEN["nesting"]["municipalities_rural_at_level_1_only"]
