"""SDG 11.2.1 and 11.7.1: groups, what is not known, and a real city. Values are in the golden cases."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InputFormatError, InvalidValueError
from ekistics.core.observation import observations
from ekistics.indicators import sdg_11_2_1, sdg_11_7_1


def one(rows: pd.DataFrame, series: str, variant: str = "network", area: str = "A", **groups: str) -> pd.Series:
    keys = {"sex": "_T", "age": "_T", **groups, "series": series, "variant": variant}
    found = rows[np.logical_and.reduce([rows[name] == value for name, value in keys.items()]) & (rows.index == area)]
    assert len(found) == 1
    return found.iloc[0]


def people(*rows: tuple, columns: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


CROSS = people(("A", "F", "Y0T14", 10.0, 100.0, np.inf), ("A", "F", "Y15T64", 20.0, 900.0, np.inf),
               ("A", "M", "Y0T14", 30.0, 100.0, np.inf), ("A", "M", "Y15T64", 40.0, 900.0, np.inf),
               columns="ref_area sex age population low_network high_network")


def test_a_full_cross_gives_every_margin() -> None:
    rows = sdg_11_2_1.compute(CROSS)
    assert one(rows, "either")["obs_value"] == pytest.approx(40.0)
    assert one(rows, "either", sex="F")["obs_value"] == pytest.approx(100 * 10 / 30)
    assert one(rows, "either", age="Y0T14")["obs_value"] == 100.0
    assert one(rows, "either", sex="M", age="Y15T64")["obs_value"] == 0.0
    assert len(rows[(rows["series"] == "either") & (rows["variant"] == "network")]) == 9


def test_a_given_total_is_not_replaced_by_a_sum() -> None:
    total = CROSS[:1].assign(sex="_T", age="_T", population=200.0)
    rows = sdg_11_2_1.compute(pd.concat([CROSS, total]))
    assert one(rows, "either")["denominator"] == 200.0


def test_separate_tables_by_sex_and_by_age_are_not_added_to_each_other() -> None:
    by_sex = people(("A", "F", "_T", 30.0, 100.0), ("A", "M", "_T", 70.0, 900.0),
                    columns="ref_area sex age population low_network")
    by_age = people(("A", "_T", "Y0T14", 40.0, 100.0), ("A", "_T", "Y15T64", 60.0, 900.0),
                    columns="ref_area sex age population low_network")
    rows = sdg_11_2_1.compute(pd.concat([by_sex, by_age]))
    assert one(rows, "low_capacity")["denominator"] == 100.0
    assert one(rows, "low_capacity", age="Y0T14")["denominator"] == 40.0


def test_either_needs_only_one_distance_where_it_is_short() -> None:
    near = people(("A", 60.0, 100.0, np.nan), columns="ref_area population low_network high_network")
    far = pd.concat([near, people(("A", 40.0, 900.0, np.nan), columns="ref_area population low_network high_network")])
    assert one(sdg_11_2_1.compute(near), "either")["obs_value"] == 100.0
    assert one(sdg_11_2_1.compute(far), "either")["reason"] == "no-timetable"
    assert one(sdg_11_2_1.compute(far, missing="no-service"), "high_capacity")["reason"] == "no-service"


def test_an_unknown_distance_of_nobody_does_not_matter() -> None:
    rows = sdg_11_2_1.compute(people(("A", 60.0, 100.0), ("A", 0.0, np.nan),
                                     columns="ref_area population low_network"))
    assert one(rows, "low_capacity")["obs_value"] == 100.0


def test_the_limit_is_a_parameter_and_counts_as_within() -> None:
    table = people(("A", 1.0, 600.0), ("A", 1.0, 600.01), columns="ref_area population low_network")
    assert one(sdg_11_2_1.compute(table, low_m=600.0), "low_capacity")["obs_value"] == 50.0


def test_an_unknown_frequency_class_is_refused() -> None:
    table = people(("A", 1.0, 600.0, "often"), columns="ref_area population low_network frequency_class")
    with pytest.raises(InvalidValueError, match="class of frequency"):
        sdg_11_2_1.compute(table)


@pytest.mark.parametrize("column", ["population", "low_network"])
def test_a_negative_amount_is_refused(column: str) -> None:
    table = people(("A", 1.0, 600.0), columns="ref_area population low_network").assign(**{column: -1.0})
    with pytest.raises(InvalidValueError, match="negative"):
        sdg_11_2_1.compute(table)


def test_a_table_without_people_is_refused() -> None:
    with pytest.raises(InputFormatError, match="lacks columns"):
        sdg_11_2_1.compute(people(("A", 600.0), columns="ref_area low_network"))


def test_porto_alegre_hexagons_give_the_published_shares(shared_data) -> None:
    oracle = pd.read_csv(shared_data("oracle/portoalegre_stops.csv"))
    table = pd.DataFrame({"ref_area": "A", "population": oracle["population"].astype(float),
                          "low_network": oracle["d_low_m"].fillna(np.inf),
                          "high_network": oracle["d_high_m"].fillna(np.inf)})
    rows = sdg_11_2_1.compute(table)
    assert one(rows, "low_capacity")["obs_value"] == pytest.approx(90.4556, abs=5e-5)
    assert one(rows, "high_capacity")["obs_value"] == pytest.approx(2.5369, abs=5e-5)
    assert one(rows, "either")["obs_value"] == pytest.approx(90.4556, abs=5e-5)


def test_each_ground_of_11_7_1_is_named_in_its_base() -> None:
    table = observations(sdg_11_7_1.compute(**sdg_11_7_1.example_inputs()), sdg_11_7_1.SPEC, run="r")
    bases = table.groupby("variant")["base"].unique().map(list).to_dict()
    assert bases["urban_extent"] == ["urban extent: all ground inside the boundary"]
    assert bases["built_up_area"] == ["built-up area inside the boundary"]
    assert bases["network"] == ["people living inside the boundary"]


def test_bounds_out_of_order_are_not_stated() -> None:
    inputs = sdg_11_7_1.example_inputs()
    areas = inputs["areas"].assign(street_area_high_m2=1.0)
    rows = sdg_11_7_1.compute(areas)
    assert one(rows, "street_share", "urban_extent")["uncertainty"] == "not-stated"
    assert np.isnan(one(rows, "street_share", "urban_extent")["lci"])


def test_open_space_that_is_private_or_unknown_never_counts_as_public() -> None:
    inputs = sdg_11_7_1.example_inputs()
    changed = inputs["areas"].assign(open_space_unknown_m2=9e6, open_space_private_m2=9e6)
    same = ["open_and_street_share", "open_space_share", "street_share"]
    before, after = sdg_11_7_1.compute(inputs["areas"]), sdg_11_7_1.compute(changed)
    pd.testing.assert_frame_equal(before[before["series"].isin(same)], after[after["series"].isin(same)])


def test_an_area_that_stands_twice_is_refused() -> None:
    areas = sdg_11_7_1.example_inputs()["areas"]
    with pytest.raises(InputFormatError, match="stands twice"):
        sdg_11_7_1.compute(pd.concat([areas, areas]))
