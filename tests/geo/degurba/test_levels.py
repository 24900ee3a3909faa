"""Classes of both levels on grids made by hand: clusters, semi-dense clusters, rural classes, water."""

import numpy as np
import pytest

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.geo.degurba import ArrayGrids, Classification, classify
from ekistics.geo.degurba.grids import check_values
from tests.geo.degurba.hand_made import ENGINES, arrays, classified, urban

# One character for each class of level 2 in the drawings below.
MARKS = {30: "U", 23: "D", 22: "S", 21: "P", 13: "C", 12: "l", 11: "v", 10: "~", 255: "?"}


def settled(found: Classification) -> list[str]:
    """Draw level 2."""
    return ["".join(MARKS[int(code)] for code in row) for row in found.level2]


def test_every_test_is_at_least():
    legend = {"u": (300, 0, 1), "m": (4700, 0, 1), "n": (4699, 0, 1), "t": (299.999, 0, 1)}
    assert urban(classified("mu.t", legend)) == ["2211"]
    assert urban(classified("nu..", legend)) == ["1111"]
    assert settled(classified("n.u.", {"n": (500, 0, 1), "u": (499, 0, 1)})) == ["Cvlv"]
    assert settled(classified("a.b", {"a": (50, 0, 1), "b": (49.999, 0, 1)})) == ["lvv"]


def test_clusters_touch_at_corners_unless_told_otherwise():
    legend = {"m": (2500, 0, 1)}
    assert urban(classified("m.\n.m", legend)) == ["21", "12"]
    assert urban(classified("m.\n.m", legend, cluster_contiguity="rook")) == ["11", "11"]


def test_dense_clusters_touch_by_sides_and_have_5000_people():
    legend = {"d": (2500, 0, 1), "m": (2499, 0, 1)}
    assert settled(classified("dd", legend)) == ["DD"]
    assert settled(classified("dm", legend)) == ["SS"], "2,500 people make it semi-dense"
    assert settled(classified("d.\n.d", legend)) == ["Sv", "vS"]


def test_a_semi_dense_cluster_keeps_its_distance_as_a_whole():
    legend = {"D": (5000, 0, 1), "s": (900, 0, 1)}
    assert settled(classified("D..sss", legend)) == ["DvvSSS"], "the third cell is beyond two"
    assert settled(classified("D.sss.", legend)) == ["DvCCCv"], "2,700 people are too few to be suburban"
    assert settled(classified("D.ssssss", legend)) == ["DvPPPPPP"], "one cell within two drops all six"
    assert settled(classified("D.ssssss", legend, semi_dense_distance=1)) == ["DvSSSSSS"]
    assert settled(classified("D.ssssss", legend, semi_dense_distance=0)) == ["DvSSSSSS"]
    assert settled(classified("Dssssss", legend, semi_dense_distance=0)) == ["DPPPPPP"], "one cluster with D"


def test_the_distance_is_counted_as_a_king_moves():
    legend = {"D": (5000, 0, 1), "s": (900, 0, 1)}
    assert settled(classified("D....\n.....\n..sss", legend))[2] == "vvCCC"
    assert settled(classified("D....\n.....\n.....\n..sss", legend))[3] == "vvSSS"


def test_semi_dense_thresholds_are_met_exactly():
    assert settled(classified("ss", {"s": (1250, 0, 1)})) == ["SS"]
    assert settled(classified("st", {"s": (1250, 0, 1), "t": (1249, 0, 1)})) == ["CC"]
    assert settled(classified("st", {"s": (1700, 0, 1), "t": (899, 0, 1)})) == ["CC"]


def test_the_rule_before_2024_takes_larger_and_thinner_clusters():
    legend = {"s": (1250, 0, 1)}
    old = {"semi_dense_density": 300, "semi_dense_size": 5000, "semi_dense_contiguity": "queen"}
    assert settled(classified("ss", legend, **old)) == ["CC"]
    assert settled(classified("ss\nss", legend, **old)) == ["SS", "SS"]


def test_the_levels_are_not_nested():
    found = classified("ss", {"s": (1250, 0, 1)})
    assert (urban(found), settled(found)) == (["11"], ["SS"]), "2,500 people at level 2, fewer than 5,000 at level 1"


def test_water_is_little_land_without_people_and_built_up():
    legend = {"h": (0, 0, 0.5), "l": (0, 0, 0.499), "b": (0, 0.001, 0.4), "p": (1, 0, 0.4)}
    assert urban(classified("hlbp", legend)) == ["1011"]
    assert urban(classified("h", legend, water_land_included=True)) == ["0"]
    assert settled(classified("hlbp", legend)) == ["v~vv"]


def test_water_overwrites_only_the_last_rural_class():
    legend = {"p": (20, 0, 0.4)}
    found = classified("p", legend, water_population=20)
    assert (urban(found), settled(found)) == (["0"], ["l"]), "50 people per km2 of land: low density at level 2"


def test_no_data_counts_as_none_for_water_and_as_missing_where_all_are():
    legend = {"n": (np.nan, 0, 0.2), "m": (np.nan, 0, 0.8), "o": (0, np.nan, np.nan)}
    found = classified("nmo?", legend)
    assert (urban(found), settled(found)) == (["010?"], ["~v~?"])
    assert urban(classified("nmo?", legend, missing_cells="water")) == ["0100"]


@pytest.mark.parametrize("table", ["~~~\n~~~", "...\n...", "?"])
def test_a_grid_without_an_urban_centre_has_an_empty_table(table):
    found = classified(table)
    assert len(found.centres) == 0
    assert found.counts(1)[3] == 0
    assert len(found.centres.population) == len(found.centres.cells) == 0


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("grid", "value"), [("population", -1.0), ("population", np.inf), ("built_up", -0.5),
                                             ("land", np.inf)])
def test_a_value_that_cannot_be_is_named_with_its_place(engine, grid, value):
    grids = dict(zip(("population", "built_up", "land"), arrays("...\n...\n..."), strict=True))
    grids[grid][2, 1] = value
    with pytest.raises(InvalidValueError, match=f"{grid}, row 3, column 2"):
        classify(**grids, engine=engine, block_rows=1)


def test_nodata_values_are_no_data():
    people, built_up, land = arrays("...\n...")
    people[0, 0] = built_up[0, 0] = land[0, 0] = -200
    source = ArrayGrids(people, built_up, land, nodata=(-200.0, -200.0, -200.0))
    from ekistics.geo.degurba import classify_source

    for engine in ENGINES:
        assert classify_source(source, engine=engine).level1[0, 0] == 255


def test_grids_of_different_shapes_are_refused():
    people, built_up, land = arrays("...\n...")
    with pytest.raises(InvalidValueError, match="same cells"):
        classify(people, built_up[:1], land)
    with pytest.raises(InvalidValueError, match="positive"):
        classify(people, built_up, land, cell_area=0)
    with pytest.raises(UnknownNameError, match="numpy"):
        classify(people, built_up, land, engine="nunpy")
    with pytest.raises(InvalidValueError, match="two levels"):
        classify(people, built_up, land).counts(3)
    check_values(people, "population")


def test_a_grid_of_other_cells_is_classified_by_area():
    # Cells of a quarter of a km2: 375 people on one are 1,500 per km2.
    grids = arrays("#" * 12 + "\n" + "." * 12, **{"#": (375, 0, 0)})
    land = np.full((2, 12), 250_000.0)
    found = classify(grids[0], grids[1], land, cell_area=250_000.0)
    assert found.level2[0].tolist() == [22] * 12, "4,500 people at 1,500 per km2"


def test_the_dynamic_threshold_is_the_mean_of_built_up_per_cell():
    legend = {"a": (2500, 0.21, 0.7), "b": (2500, 0.25, 1), "c": (0, 0.24, 1), "d": (0, 0.23, 1)}
    found = classified("ab\n..\ncd", legend, centre_built_up="dynamic", dense_built_up="dynamic", dense_size=0)
    assert found.parameters.centre_built_up == pytest.approx(0.23), "0.46 / 2, whatever the land"
    assert settled(found)[2] == "DD"
    none = classified("..", centre_built_up="dynamic")
    assert none.parameters.centre_built_up == 1.0
    exact = classified("ab", {"a": (2500, 0.2111, 1), "b": (2500, 0.25, 1)}, centre_built_up="dynamic",
                       dynamic_rounding="none")
    assert exact.parameters.centre_built_up == pytest.approx(0.23055)
