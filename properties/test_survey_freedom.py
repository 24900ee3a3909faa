"""Degrees of freedom by what carries the variance, whatever the sample: bounds, units of measure, order, domains."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ekistics.survey import Design, Domains, Stage, mean, poststratify, total
from ekistics.survey.freedom import satterthwaite
from ekistics.survey.readings import Weighing, _by_cells, _by_rows
from properties.test_survey import design, samples

BY_PARTS = {"degrees_of_freedom": "satterthwaite"}


def told(found):
    """Tell where there is a variance beyond rounding."""
    return found.se > 1e-9 * np.maximum(np.abs(found.value), 1e-300)


def by(s, estimate=mean, **changed):
    s = s | changed
    return estimate(design(s), s["y"], domain=s["domain"], n_domains=3, **BY_PARTS)


def staged(s, rng):
    """Give the sample a second stage: households within the units."""
    held = np.bincount(s["psu"])[s["psu"]] + rng.integers(0, 9, int(s["psu"].max()) + 1)[s["psu"]]
    first = Stage(s["psu"], s["strata"], s["population"])
    return Design.staged(s["weight"], [first, Stage(np.arange(len(s["psu"])), None, held.astype(float))],
                         lonely="certainty")


@given(samples())
def test_one_stage_never_counts_more_than_units_less_strata(s):
    for found in (by(s), by(s, total)):
        assert (found.df_interval <= found.df * (1 + 1e-9)).all()
        fine = told(found) & (found.df > 0)
        assert (found.df_interval[fine] >= 1 - 1e-9).all()


@given(samples(), st.booleans())
def test_only_the_interval_changes(s, calibrated):
    sample = design(s)
    sample = poststratify(sample, s["strata"], np.full(int(s["strata"].max()) + 1, 70.0)) if calibrated else sample
    one, two = (mean(sample, s["y"], domain=s["domain"], n_domains=3, degrees_of_freedom=rule)
                for rule in ("units", "satterthwaite"))
    for field in ("value", "se", "df", "n", "n_psu", "deff", "reason"):
        np.testing.assert_array_equal(getattr(one, field), getattr(two, field))
    known = np.isfinite(one.lci)
    np.testing.assert_array_equal(known, np.isfinite(two.lci))
    slack = 1e-9 * (np.abs(one.value[known]) + one.se[known])
    assert (two.lci[known] <= one.lci[known] + slack).all()
    assert (two.uci[known] >= one.uci[known] - slack).all()


@given(st.integers(1, 8), st.integers(2, 6), st.integers(0, 2**32))
def test_like_strata_count_units_less_strata(strata, units, seed):
    """Each stratum has the same numbers at another level, so all parts are equal."""
    rng = np.random.default_rng(seed)
    numbers = rng.permutation(np.arange(units)) + rng.uniform(0, 0.5, units)
    y = (numbers[None, :] + rng.integers(0, 9, strata)[:, None]).ravel()
    found = total(Design.of(np.full(len(y), 3.0), strata=np.repeat(np.arange(strata), units)), y, **BY_PARTS)
    np.testing.assert_allclose(found.df_interval, found.df, rtol=1e-9)


@given(samples(), st.integers(-100, 100), st.floats(0.01, 100), st.integers(0, 2**32))
def test_other_units_of_measure_and_of_weights_count_the_same(s, power, factor, seed):
    one, two = by(s), by(s, y=s["y"] * 10.0**power, weight=s["weight"] * factor)
    fine = told(one)
    np.testing.assert_allclose(one.df_interval[fine], two.df_interval[fine], rtol=1e-6)
    sample = staged(s, np.random.default_rng(seed))
    of_two = [mean(sample, y, **BY_PARTS) for y in (s["y"], s["y"] * 10.0**power)]
    if told(of_two[0])[0]:
        np.testing.assert_allclose(of_two[0].df_interval, of_two[1].df_interval, rtol=1e-6)


@given(samples(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(s, random):
    order = list(range(len(s["y"])))
    random.shuffle(order)
    one, two = by(s), by({name: values[order] for name, values in s.items()})
    fine = told(one)
    np.testing.assert_allclose(one.df_interval[fine], two.df_interval[fine], rtol=1e-6)


@given(samples(), st.integers(0, 2**32))
def test_domains_that_are_merged_are_one_domain(s, seed):
    """Codes of domains put together count as the rows of both, in one stage and in two; the others stay."""
    merged = np.where(s["domain"] == 1, 0, s["domain"])
    for sample in (design(s), staged(s, np.random.default_rng(seed))):
        together = mean(sample, s["y"], domain=merged, n_domains=3, **BY_PARTS)
        alone = mean(sample, s["y"], domain=np.where(np.isin(s["domain"], (0, 1)), 0, -1), n_domains=1, **BY_PARTS)
        apart = mean(sample, s["y"], domain=s["domain"], n_domains=3, **BY_PARTS)
        if told(together)[0]:
            np.testing.assert_allclose(together.df_interval[0], alone.df_interval[0], rtol=1e-6)
        if told(together)[2]:
            np.testing.assert_allclose(together.df_interval[2], apart.df_interval[2], rtol=1e-6)


@given(samples(), st.integers(0, 2**32))
def test_a_missing_value_counts_as_a_row_outside_the_domain(s, seed):
    lost = np.random.default_rng(seed).random(len(s["y"])) < 0.2
    one = by(s, y=np.where(lost, np.nan, s["y"]))
    two = by(s, domain=np.where(lost, -1, s["domain"]))
    np.testing.assert_array_equal(one.df_interval, two.df_interval)


@given(samples(), st.integers(0, 2**32))
def test_sums_by_unit_count_as_the_rows_do(s, seed):
    rng = np.random.default_rng(seed)
    sample, count = design(s), rng.choice([1.0, 4.0], len(s["y"]))
    weighing, domains = Weighing(sample, count), Domains.of(sample, np.maximum(s["domain"], 0), n_domains=3)
    state = weighing.state(rng.choice([0.0, 1.0, np.nan], len(s["y"])))
    fast, slow = (way(weighing, state, domains, "logit", 0.95, "satterthwaite") for way in (_by_cells, _by_rows))
    for name in ("known", "least", "most"):
        one, two = getattr(fast, name), getattr(slow, name)
        fine = told(two)
        np.testing.assert_allclose(one.df_interval[fine], two.df_interval[fine], rtol=1e-6)


@given(samples())
def test_a_part_that_grows_alone_takes_the_count_to_its_own(s):
    """With one stratum's numbers a million times as large, its units less one are what is counted."""
    here = s["strata"] == 0
    z = np.where(here, 1e6, 1.0) * (s["y"] + np.arange(len(s["y"])) * 0.37)
    sample = Design.of(s["weight"], strata=s["strata"], psu=s["psu"])
    units = len(np.unique(s["psu"][here])) - 1
    domains = Domains.of(sample)
    found = satterthwaite(domains, z, np.array([float(sample.degrees_of_freedom)]))
    own = satterthwaite(domains, np.where(here, z, 0.0), np.array([float(sample.degrees_of_freedom)]))
    np.testing.assert_allclose(own, units, rtol=1e-9)
    if float(np.ptp(np.bincount(s["psu"], s["weight"] * z)[np.unique(s["psu"][here])])) > 1e5:
        np.testing.assert_allclose(found, own, rtol=1e-4)
