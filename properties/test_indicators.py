"""Laws that indicators obey whatever the numbers: units, periods, merged areas, bounds."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.indicators import (
    built_up_per_person,
    degree_of_urbanisation,
    population_density,
    sdg_11_2_1,
    sdg_11_3_1,
    sdg_11_6_2,
)

amounts = st.floats(min_value=1e-3, max_value=1e9)
some = settings(max_examples=20, deadline=None)
PAIR = ["2000", "2010"]


def land_use(land: list[float], people: list[float], columns: list[str] = PAIR) -> pd.DataFrame:
    rows = sdg_11_3_1.compute(pd.DataFrame([land], columns=columns, index=["A"]),
                              pd.DataFrame([people], columns=columns, index=["A"]), boundary="given")
    return rows.set_index(["series", "variant", "time_period"]).sort_index()


@some
@given(st.lists(amounts, min_size=2, max_size=2), st.lists(amounts, min_size=2, max_size=2),
       st.floats(min_value=1e-3, max_value=1e3))
def test_units_of_land_and_people_do_not_matter_to_the_ratio(land, people, scale) -> None:
    one, other = land_use(land, people), land_use([v * scale for v in land], [v / scale for v in people])
    for series in ("land_consumption_rate", "population_growth_rate"):
        assert np.allclose(one.loc[series, "obs_value"], other.loc[series, "obs_value"], rtol=1e-6, atol=1e-9)


@some
@given(st.lists(amounts, min_size=2, max_size=2), st.lists(amounts, min_size=2, max_size=2))
def test_twice_the_years_halve_the_rates_and_leave_the_ratio(land, people) -> None:
    short, long = land_use(land, people), land_use(land, people, ["2000", "2020"])
    for series in ("land_consumption_rate", "population_growth_rate"):
        assert short.loc[series, "obs_value"].to_numpy() == pytest.approx(2 * long.loc[series, "obs_value"].to_numpy())
    first, second = (rows.loc["ratio", "obs_value"].to_numpy() for rows in (short, long))
    both = ~np.isnan(first) & ~np.isnan(second)
    assert first[both] == pytest.approx(second[both])


@some
@given(st.lists(amounts, min_size=3, max_size=3), st.lists(amounts, min_size=3, max_size=3))
def test_logarithmic_rates_of_two_halves_average_to_the_whole(land, people) -> None:
    rows = land_use(land, people, ["2000", "2010", "2020"]).loc[("land_consumption_rate", "log:given:built_up_area")]
    halves = rows.loc[["2000-01-01/P10Y", "2010-01-01/P10Y"], "obs_value"]
    assert halves.mean() == pytest.approx(rows.loc["2000-01-01/P20Y", "obs_value"], abs=1e-9)


@some
@given(st.lists(amounts, min_size=2, max_size=2), st.lists(amounts, min_size=2, max_size=2))
def test_the_linear_rate_is_never_below_the_logarithmic_one(land, people) -> None:
    rows = land_use(land, people).loc["land_consumption_rate", "obs_value"].droplevel("time_period")
    assert rows["linear:given:built_up_area"] >= rows["log:given:built_up_area"] - 1e-9


@some
@given(st.lists(amounts, min_size=2, max_size=2), st.lists(amounts, min_size=2, max_size=2))
def test_going_back_in_time_turns_the_logarithmic_rates_around(land, people) -> None:
    key = ("land_consumption_rate", "log:given:built_up_area", "2000-01-01/P10Y")
    there, back = (land_use(v, p).loc[key, "obs_value"] for v, p in ((land, people), (land[::-1], people[::-1])))
    assert there == pytest.approx(-back, abs=1e-9)


origins = st.lists(st.tuples(st.integers(0, 10_000), st.floats(0, 3000), st.floats(0, 3000)), min_size=1, max_size=20)


def access(rows: list, **limits: float) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["population", "low_network", "high_network"]).assign(ref_area="A")
    rows = sdg_11_2_1.compute(table.astype({"population": float}), **limits)
    return rows[rows["variant"] == "network"].set_index("series")


@some
@given(origins)
def test_either_lies_between_the_larger_and_the_sum(rows) -> None:
    shares = access(rows)["obs_value"]
    if not np.isnan(shares["either"]):
        low, high = shares["low_capacity"], shares["high_capacity"]
        assert max(low, high) - 1e-9 <= shares["either"] <= min(low + high, 100) + 1e-9


@some
@given(origins, st.floats(0, 3000), st.floats(0, 3000))
def test_a_longer_way_reaches_no_fewer_people(rows, one, other) -> None:
    near, far = (access(rows, low_m=m)["numerator"]["low_capacity"] for m in sorted((one, other)))
    assert near <= far


@some
@given(origins, origins)
def test_the_share_of_merged_areas_is_the_share_of_their_sums(first, second) -> None:
    a, b, both = access(first), access(second), access(first + second)
    for column in ("numerator", "denominator"):
        assert both[column]["low_capacity"] == pytest.approx(a[column]["low_capacity"] + b[column]["low_capacity"])


@some
@given(st.lists(st.tuples(st.floats(0, 500), st.integers(1, 10_000)), min_size=1, max_size=20))
def test_a_weighted_mean_lies_between_its_parts(cells) -> None:
    frame = pd.DataFrame({"weighted_sum": [sum(c * p for c, p in cells)], "population": [sum(p for _c, p in cells)]},
                         index=["A"])
    value = sdg_11_6_2.compute(frame)["obs_value"].item()
    assert min(c for c, _p in cells) - 1e-6 <= value <= max(c for c, _p in cells) + 1e-6


@some
@given(amounts, amounts)
def test_density_and_ground_per_person_are_each_other_upside_down(people, ground) -> None:
    areas = pd.DataFrame({"population": [people], "urban_extent_m2": [ground * 2], "built_up_area_m2": [ground]}, ["A"])
    density = population_density.compute(areas).set_index("variant")["obs_value"]["built_up_area"]
    assert density * built_up_per_person.compute(areas)["obs_value"].item() == pytest.approx(1e6)


@some
@given(st.lists(st.tuples(st.sampled_from([(3, 30), (2, 23), (1, 22), (1, 13), (1, 11), (0, 10)]), amounts, amounts),
                min_size=1, max_size=12))
def test_classes_of_a_level_add_up_to_all(cells) -> None:
    frame = pd.DataFrame([("A", *k, p, a) for k, p, a in cells],
                         columns=["ref_area", "level1", "level2", "population", "area_km2"])
    rows = degree_of_urbanisation.compute(frame)
    parts = rows[rows["series"] != "urban_population_share"].groupby(["series", "variant"])["obs_value"].sum()
    assert parts.tolist() == pytest.approx([100.0] * len(parts))
