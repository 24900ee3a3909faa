"""Territorial units on small grids: shares by lattice, touch and exact area, and the rules of all editions."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.errors import CrsMismatchError, GeographicCrsError, InvalidValueError, UnknownNameError
from ekistics.core.raster import Grid
from ekistics.geo.degurba import classify_units, unit_shares
from ekistics.geo.degurba.lattice import exact_overlap, lattice_overlap
from ekistics.geo.degurba.units import level1_of_shares, level2_of_shares

GRID = Grid(MOLLWEIDE, Affine(1000, 0, 0, 0, -1000, 2000), 2, 3)
CLASSES = np.array([[3, 2, 1], [1, 1, 255]], dtype=np.uint8)
PEOPLE = np.array([[600.0, 300.0, 0.0], [0.0, 100.0, np.nan]])


def frame(**polygons):
    return gpd.GeoDataFrame(geometry=list(polygons.values()), index=list(polygons), crs=MOLLWEIDE)


def shares(units, **how):
    return unit_shares(units, CLASSES, PEOPLE, GRID, level=1, **how)


@pytest.mark.parametrize("method", ["lattice", "exact"])
def test_people_are_shared_by_area(method):
    table = shares(frame(half=shapely.box(500, 1000, 1500, 2000)), method=method)
    assert table.loc["half", "population"] == pytest.approx(450)
    assert table.loc["half", ["share_3", "share_2", "share_1"]].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert table.loc["half", "basis"] == "population"


def test_a_lattice_cell_belongs_to_the_unit_that_holds_its_middle():
    overlap = lattice_overlap(np.array([shapely.box(0, 1000, 1024, 2000), shapely.box(0, 1000, 1026, 2000)]), GRID)
    assert overlap.share[overlap.unit == 0].tolist() == [1.0]
    assert overlap.share[overlap.unit == 1].tolist() == [1.0, 20 / 400]
    with pytest.raises(InvalidValueError, match="divide"):
        lattice_overlap(np.array([shapely.box(0, 0, 1, 1)]), GRID, 300.0)


def test_neighbours_share_out_every_middle_once():
    cut = [(0, 0), (333, 777), (1025, 1025), (1675, 1175), (3000, 1975)]
    lower = shapely.Polygon([*cut, (3000, 0)])
    upper = shapely.Polygon([*cut, (3000, 2000), (0, 2000)])
    for overlap in (lattice_overlap, exact_overlap):
        found = overlap(np.array([lower, upper]), GRID)
        np.testing.assert_allclose(np.bincount(found.cell, weights=found.share), np.ones(6), atol=1e-12)


def test_holes_and_parts_are_respected():
    ring = shapely.box(0, 0, 3000, 2000) - shapely.box(1000, 1000, 2000, 2000)
    parts = shapely.MultiPolygon([shapely.box(0, 1000, 1000, 2000), shapely.box(2000, 0, 3000, 1000)])
    for overlap in (lattice_overlap, exact_overlap):
        found = overlap(np.array([ring, parts]), GRID)
        assert sorted(found.cell[found.unit == 0].tolist()) == [0, 2, 3, 4, 5]
        assert sorted(found.cell[found.unit == 1].tolist()) == [0, 5]


def test_a_unit_without_people_takes_shares_of_area():
    table = shares(frame(empty=shapely.box(2000, 1000, 3000, 2000)))
    assert table.loc["empty", ["population", "basis", "share_1"]].tolist() == [0.0, "area", 1.0]
    assert classify_units(table, level=1).loc["empty", "class"] == 1


def test_a_unit_smaller_than_the_lattice_takes_the_cells_it_touches_and_no_people():
    table = shares(frame(tiny=shapely.box(990, 1490, 1010, 1510)))
    # Two lattice cells left and right of the line, two above and below: 600 and 300 people, half the cells each.
    assert table.loc["tiny", "basis"] == "touched"
    assert np.isnan(table.loc["tiny", "population"])
    assert table.loc["tiny", ["share_3", "share_2"]].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert classify_units(table, level=1).loc["tiny", "class"] == 3


def test_a_unit_outside_the_grid_has_no_class_and_says_why():
    table = shares(frame(far=shapely.box(9000, 9000, 9999, 9999), part=shapely.box(-1000, 1000, 1000, 2000)))
    assert table["basis"].tolist() == ["", "population"]
    assert table["inside"].tolist() == [0.0, 0.5]
    found = classify_units(table, level=1)
    assert found["class"].isna().tolist() == [True, False]
    assert found["reason"].tolist() == ["outside-data", ""]


def test_cells_without_a_class_belong_to_none():
    table = shares(frame(nowhere=shapely.box(2000, 0, 3000, 1000)))
    assert table["basis"].tolist() == [""]
    assert classify_units(table, level=1)["reason"].tolist() == ["outside-data"]


def test_units_in_another_crs_are_refused():
    units = frame(half=shapely.box(500, 1000, 1500, 2000))
    with pytest.raises(CrsMismatchError):
        shares(units.to_crs(WGS84))
    degrees = Grid(WGS84, Affine(1, 0, 0, 0, -1, 2), 2, 3)
    with pytest.raises(GeographicCrsError):
        unit_shares(units, CLASSES, PEOPLE, degrees, level=1)
    with pytest.raises(UnknownNameError, match="lattice"):
        shares(units, method="latice")
    with pytest.raises(InvalidValueError, match="fit"):
        unit_shares(units, CLASSES[:1], PEOPLE, GRID, level=1)


def level2(**parts):
    """Give shares of level 2 from c(entre), d(ense), s(emi-dense), p(eri-urban), r(ural cluster), l(ow), v(ery low)."""
    names = {30: "c", 23: "d", 22: "s", 21: "p", 13: "r", 12: "l", 11: "v", 10: "w"}
    return {code: np.array([float(parts.get(name, 0.0))]) for code, name in names.items()}


@pytest.mark.parametrize(("parts", "documented", "as_coded", "before"), [
    ({"c": 0.5, "v": 0.5}, 30, 30, 30),
    ({"c": 0.3, "d": 0.2, "p": 0.5}, 23, 23, 21),
    ({"p": 0.5, "s": 0.4, "d": 0.1}, 21, 22, 21),
    ({"s": 0.6, "p": 0.4}, 22, 21, 22),
    ({"d": 0.3, "s": 0.3, "p": 0.4}, 22, 22, 23),
    ({"p": 0.3, "l": 0.5, "d": 0.2}, 21, 21, 21),
    ({"r": 0.3, "p": 0.2, "l": 0.5}, 13, 13, 12),
    ({"l": 0.55, "r": 0.45}, 12, 12, 12),
    ({"v": 0.5, "l": 0.3, "r": 0.2}, 11, 11, 11),
    ({"v": 0.45, "l": 0.45, "r": 0.1}, 12, 12, 0)])
def test_the_three_rules_of_level_2(parts, documented, as_coded, before):
    found = [int(level2_of_shares(level2(**parts), rules)[0])
             for rules in ("documented_2024", "flexurba_2024", "rules_2021")]
    assert found == [documented, as_coded, before]


def test_a_tie_of_2021_says_so():
    units = frame(a=shapely.box(0, 0, 2000, 1000))
    classes = np.array([[11, 11, 11], [12, 13, 11]], dtype=np.uint8)
    people = np.array([[0.0, 0, 0], [50, 50, 0]])
    table = unit_shares(units, classes, people, GRID, level=2)
    assert classify_units(table, level=2, rules="rules_2021").loc["a"].isna().tolist() == [True, False]
    assert classify_units(table, level=2, rules="rules_2021").loc["a", "reason"] == "tie"
    assert classify_units(table, level=2).loc["a", "class"] == 13
    with pytest.raises(UnknownNameError, match="rules_2021"):
        classify_units(table, level=2, rules="rules_2020")


def test_level_1_at_its_limits():
    share = {3: np.array([0.5, 0.49, 0.49]), 1: np.array([0.5, 0.5, 0.501])}
    assert level1_of_shares(share).tolist() == [3, 2, 1]
