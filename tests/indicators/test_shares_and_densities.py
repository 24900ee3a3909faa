"""Degree of Urbanisation shares and densities: what is refused, and what adds up."""

import pandas as pd
import pytest

from ekistics.core.codelists import URBANISATION_CLASSES, URBANISATION_LEVELS
from ekistics.core.errors import InvalidValueError
from ekistics.core.observation import observations
from ekistics.indicators import degree_of_urbanisation, intersection_density, modules, population_density


def test_shares_of_a_level_add_up_to_all() -> None:
    rows = degree_of_urbanisation.compute(**degree_of_urbanisation.example_inputs())
    parts = rows[rows["series"] != "urban_population_share"]
    sums = parts.groupby([parts.index, "series", "variant"])["obs_value"].sum()
    assert sums.tolist() == pytest.approx([100.0] * len(sums))


def test_every_class_stands_even_where_no_cell_has_it() -> None:
    rows = degree_of_urbanisation.compute(**degree_of_urbanisation.example_inputs()).loc["B"]
    level_2 = rows[rows["series"] == "population_share_level_2"].set_index("urbanisation")["obs_value"]
    assert set(level_2.index) == set(map(str, degree_of_urbanisation.LEVEL_2))
    assert level_2["30"] == 0.0 and level_2["11"] == 100.0


@pytest.mark.parametrize(("column", "value"), [("level1", 4), ("level2", 20)])
def test_a_class_that_is_none_is_refused(column: str, value: int) -> None:
    cells = degree_of_urbanisation.example_inputs()["cells"].assign(**{column: value})
    with pytest.raises(InvalidValueError, match="not a class"):
        degree_of_urbanisation.compute(cells)


def test_every_class_has_a_name() -> None:
    for level, codes in ((1, degree_of_urbanisation.LEVEL_1), (2, degree_of_urbanisation.LEVEL_2)):
        assert list(URBANISATION_LEVELS[level]) == [str(code) for code in codes]
    assert len(URBANISATION_CLASSES) == len(degree_of_urbanisation.LEVEL_1 + degree_of_urbanisation.LEVEL_2)


def test_both_grounds_are_named_in_the_base() -> None:
    table = observations(population_density.compute(**population_density.example_inputs()), population_density.SPEC,
                         run="r")
    assert table.groupby("variant")["base"].first().to_dict() == {
        "urban_extent": "urban extent: all ground inside the boundary",
        "built_up_area": "built-up area inside the boundary"}


def test_what_makes_an_intersection_is_a_parameter() -> None:
    degrees = pd.Series([1, 2, 3, 3, 4], index=["A", "A", "A", "B", "B"])
    assert intersection_density.count_intersections(degrees).to_dict() == {"A": 1.0, "B": 2.0}
    assert intersection_density.count_intersections(degrees, min_degree=4).to_dict() == {"A": 0.0, "B": 1.0}


@pytest.mark.parametrize("code", list(modules()))
def test_time_is_written_to_every_row(code: str) -> None:
    module = modules()[code]
    assert (module.compute(**module.example_inputs())["time_period"] != "").all()
