"""Sampling of cities against numbers that others computed."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from ekistics.survey.design import Design
from ekistics.survey.estimates import ratio, total
from ekistics.survey.sampling import (
    Selection,
    inclusion_probabilities,
    joint_maximum_entropy,
    joint_sampford,
    joint_systematic,
    national_ratio,
    national_total,
    variance_of_total,
)

GOLDEN = tomllib.loads(Path(__file__).with_name("golden_sampling.toml").read_text(encoding="utf-8"))
JOINT = {"systematic": joint_systematic, "maximum_entropy": joint_maximum_entropy, "sampford": joint_sampford}


def test_probabilities_of_sizes_1_to_20():
    case = GOLDEN["probabilities"][0]
    sizes = np.array(case["size"], dtype=float)
    pi = inclusion_probabilities(sizes, case["n"])
    certain = np.isin(sizes, case["certain"])
    assert (pi[certain] == 1).all()
    assert pi[~certain] == pytest.approx(case["factor"] * sizes[~certain], abs=case["tolerance"])


@pytest.mark.parametrize("design", JOINT)
def test_joint_probabilities(design):
    case = GOLDEN["joint"][0]
    tolerance = case.get(f"tolerance_{design}", case["tolerance"])
    assert JOINT[design](case["pi"]) == pytest.approx(np.array(case[design]), abs=tolerance)


@pytest.mark.parametrize("design", ["maximum_entropy", "sampford"])
def test_joint_probabilities_of_ten_units(design):
    case = GOLDEN["joint"][1]
    joint = JOINT[design](inclusion_probabilities(case["size"], case["n"]))
    tolerance = case.get(f"tolerance_{design}", case["tolerance"])
    assert joint[0] == pytest.approx(case[f"{design}_row_1"], abs=tolerance)


def test_variance_of_high_entropy():
    case = GOLDEN["deville_variance"]
    sample = Selection("sampford", np.array(case["pi"]), np.zeros(6, dtype=int))
    assert variance_of_total(sample, case["y"]) == pytest.approx(case["variance"], abs=case["tolerance"])


def national():
    case = GOLDEN["national"]
    drawn, cities = np.array(case["drawn"]), np.array(case["cities"])
    stratum = np.repeat(np.arange(3), drawn)
    people, share = np.array(case["people"]), np.array(case["share"])
    return case, Selection("srs", np.repeat(drawn / cities, drawn), stratum), people, share


def test_national_value_is_the_ratio_of_weighted_totals():
    case, sample, people, share = national()
    found = national_ratio(sample, people * share, people, interval="normal")
    assert found.denominator == pytest.approx(case["weighted_people"])
    assert found.value == pytest.approx(case["value"], abs=case["tolerance"])
    assert found.se == pytest.approx(case["se"], abs=case["tolerance"])
    assert (found.lci, found.uci) == pytest.approx(case["interval"], abs=1e-4)
    assert share.mean() == pytest.approx(case["plain_mean"], abs=5e-5)
    assert share.mean() < found.lci  # the plain mean of cities is outside the interval
    print(f"\nSHOWN national ratio of weighted totals: {found.value:.6f}, SE {found.se:.6f}, "
          f"95 % {found.lci:.4f}-{found.uci:.4f}; unweighted mean of cities {share.mean():.4f}")


def test_count_of_cities():
    case, sample, _people, share = national()
    found = national_ratio(sample, share > 0.5, np.ones(14), interval="logit")
    assert found.value == pytest.approx(case["above_half"], abs=case["tolerance"])
    assert (found.numerator, found.denominator) == pytest.approx((19, 83))
    print(f"\nSHOWN share of cities above half: {found.numerator:.0f}/{found.denominator:.0f} = {found.value:.6f}")


def test_error_is_that_of_the_kernel_of_surveys():
    case, sample, people, share = national()
    cities = np.repeat(np.array(case["cities"], dtype=float), case["drawn"])
    other = ratio(Design.of(1 / sample.pi, strata=sample.stratum, population=cities), people * share, people)
    mine = national_ratio(sample, people * share, people)
    assert (mine.value, mine.se, mine.deff) == pytest.approx((other.value[0], other.se[0], other.deff[0]), rel=1e-10)
    assert mine.df == other.df[0] - 2  # the three certain cities bring no degree of freedom


def test_parts_of_a_country_are_domains_of_the_kernel_of_surveys():
    """Parts that cross strata: the kernel's domains were held against R survey 4.1-1."""
    case, sample, people, share = national()
    cities = np.repeat(np.array(case["cities"], dtype=float), case["drawn"])
    part = np.arange(len(people)) % 2
    design = Design.of(1 / sample.pi, strata=sample.stratum, population=cities)
    other, sums = (make(design, people * share, *rest, domain=part) for make, rest in ((ratio, [people]), (total, [])))
    for code in (0, 1):
        mine = national_ratio(sample, people * share, people, domain=part == code)
        assert (mine.value, mine.se) == pytest.approx((other.value[code], other.se[code]), rel=1e-10)
        assert mine.n == other.n[code]
        whole = national_total(sample, people * share, domain=part == code)
        assert (whole.value, whole.se) == pytest.approx((sums.value[code], sums.se[code]), rel=1e-10)
    parts = [national_ratio(sample, people * share, people, domain=part == code) for code in (0, 1)]
    every = national_ratio(sample, people * share, people)
    assert sum(each.numerator for each in parts) == pytest.approx(every.numerator)


def test_a_part_of_one_open_city_has_a_value_without_an_error():
    """A ratio of one city has no residual: its error would be zero by the formula, and is not known."""
    _case, sample, people, share = national()
    one = np.arange(len(people)) == 5
    found = national_ratio(sample, people * share, people, domain=one)
    assert found.value == pytest.approx(share[5])
    assert np.isnan([found.se, found.lci, found.uci]).all()
    assert (found.df, found.n) == (0, 1)
    certain = national_ratio(sample, people * share, people, domain=np.arange(len(people)) == 0)
    assert (certain.se, certain.lci, certain.uci) == (0.0, certain.value, certain.value)


def test_largest_municipalities_of_belgium_are_certain(shared_data):
    # Of the 581 municipalities of 2024 with the people of the GHSL grid; counts by R sampling 2.9.
    from ekistics.geo.zonal import coverage, zonal_sums
    from ekistics.readers.raster import read_raster
    from ekistics.readers.vector import read_vector

    folder = shared_data("ghsl-belgium")
    people = read_raster(folder / "POP.tif", role="population", unit_measure="PS")
    units = read_vector(folder / "municipalities_2024.gpkg", role="units").frame
    size = zonal_sums(people.values, coverage(people.grid, units))["sum"].to_numpy()
    size = size[size > 0]  # one municipality has no people on this grid, and could never be drawn
    found = {n: int((inclusion_probabilities(size, n) == 1).sum()) for n in (50, 200)}
    assert found == {50: GOLDEN["certainty"]["belgium_2024_n50"], 200: GOLDEN["certainty"]["belgium_2024_n200"]}
