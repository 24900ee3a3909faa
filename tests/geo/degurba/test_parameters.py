"""Parameters: names, values, presets, lists."""

from dataclasses import fields

import pytest

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.geo.degurba import PRESETS, DegurbaParameters, list_parameters


def test_defaults_are_the_rules_since_july_2024():
    p = DegurbaParameters()
    assert (p.centre_density, p.centre_size, p.centre_contiguity, p.centre_built_up) == (1500, 50_000, "rook", 0.2)
    assert (p.semi_dense_density, p.semi_dense_size, p.semi_dense_contiguity, p.semi_dense_distance) == (
        900, 2500, "rook", 2)
    assert (p.smoothing, p.gap_limit, p.water_land) == ("r2023a", 15, 0.5)
    assert DegurbaParameters.from_settings([]) == p


def test_values_are_read_as_their_kind():
    p = DegurbaParameters.from_settings(["centre_density=1000", " gap_fill = FALSE ", "semi_dense_distance=3",
                                         "centre_built_up=none", "smoothing=r2022a"])
    assert (p.centre_density, p.gap_fill, p.semi_dense_distance) == (1000.0, False, 3)
    assert (p.centre_built_up, p.smoothing, type(p.semi_dense_distance)) == ("none", "r2022a", int)


@pytest.mark.parametrize(("setting", "expected"), [
    ("centre_density=many", "a number from 0"), ("centre_density=-1", "a number from 0"),
    ("centre_density=nan", "a number from 0"), ("centre_density=inf", "a number from 0"),
    ("water_land=1.5", "a number from 0 to 1"), ("gap_fill=yes", "true, false"),
    ("smoothing=r2024", "one of r2023a, r2022a, none"), ("centre_population_window=2", "an odd number of cells"),
    ("semi_dense_distance=1.5", "a number from 0"), ("centre_contiguity=bishop", "one of rook, queen")])
def test_a_value_that_is_not_allowed_is_refused_with_what_is(setting, expected):
    with pytest.raises(ConfigurationError) as caught:
        DegurbaParameters.from_settings([setting])
    assert caught.value.expected == expected
    assert caught.value.param == setting.partition("=")[0]


def test_an_unknown_name_is_refused_with_the_nearest_right_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'semi_dense_size'"):
        DegurbaParameters.from_settings(["semidense_size=5000"])
    with pytest.raises(UnknownNameError, match="Did you mean 'r2022a'"):
        DegurbaParameters.from_settings([], preset="R2022a")
    with pytest.raises(ConfigurationError, match="NAME=VALUE"):
        DegurbaParameters.from_settings(["smoothing"])
    with pytest.raises(UnknownNameError, match=r"city\.toml: There is no parameter 'gap'"):
        DegurbaParameters.from_mapping({"gap": 1}, where="city.toml")


def test_presets_are_whole_sets_of_rules_that_settings_change():
    assert set(PRESETS) == {"r2023a", "r2022a", "semi_dense_before_2024"}
    assert DegurbaParameters.from_settings([], preset="r2022a").centre_built_up == 0.5
    changed = DegurbaParameters.from_settings(["centre_built_up=0.3"], preset="r2022a")
    assert (changed.centre_built_up, changed.smoothing) == (0.3, "r2022a")
    assert DegurbaParameters.from_mapping({"preset": "semi_dense_before_2024"}).semi_dense_size == 5000


def test_every_parameter_is_listed_with_help_and_allowed_values():
    listed = list_parameters()
    assert [p.name for p in listed] == [f.name for f in fields(DegurbaParameters)]
    assert all(p.help.endswith(".") and p.allowed for p in listed)
    assert next(p for p in listed if p.name == "centre_built_up").allowed == ">= 0 | dynamic | none"
    assert next(p for p in listed if p.name == "centre_population_window").allowed == "odd, >= 1"


def test_parameters_survive_being_written_down():
    p = DegurbaParameters.from_settings(["smoothing=none", "centre_built_up=dynamic"])
    assert DegurbaParameters(**p.as_dict()) == p
    assert p.is_dynamic
    assert not p.with_built_up(0.2).is_dynamic
