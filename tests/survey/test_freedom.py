"""Degrees of freedom by what carries the variance: against plain R, Welch's test, and what must hold."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ekistics.core.errors import InvalidValueError
from ekistics.survey import (
    Design,
    Domains,
    Stage,
    differences,
    jackknife,
    mean,
    poststratify,
    proportion,
    quantile,
    ratio,
    total,
    variance,
)
from ekistics.survey.readings import Weighing, readings
from tests.survey.samples import made_up

GOLDEN = tomllib.loads(Path(__file__).with_name("golden_freedom.toml").read_text("utf-8"))
BY_PARTS = {"degrees_of_freedom": "satterthwaite"}


def near(expected):
    return pytest.approx(expected, rel=GOLDEN["tolerance"])


@pytest.mark.parametrize("design", ["one", "wr", "two"])
def test_plain_r_counts_the_same(design):
    c, designs = made_up()
    whole = mean(designs[design], c["y"], **BY_PARTS)
    by_domain = mean(designs[design], c["y"], domain=c["g"], **BY_PARTS)
    for name, found, row in (("all", whole, 0), *((str(g), by_domain, g) for g in range(3))):
        expected = GOLDEN[design][name]
        assert [found.se[row]] == near(expected["se"])
        assert [found.df_interval[row]] == near(expected["df"])
        assert [found.lci[row], found.uci[row]] == near(expected["interval"])
        assert found.df[row] == 5  # what rules of publication read stays units less strata


def test_plain_r_counts_the_same_by_residuals_of_poststrata():
    c, designs = made_up()
    expected = GOLDEN["poststratified"]
    found = mean(poststratify(designs["one"], c["cell"], expected["sizes"]), c["y"], **BY_PARTS)
    assert [*found.se, *found.df_interval] == near([*expected["se"], *expected["df"]])


def difference_of_means(a, b):
    """Give the difference of two strata's means as a total, drawn with replacement."""
    weight = np.repeat([1 / len(a), 1 / len(b)], [len(a), len(b)])
    design = Design.of(weight, strata=np.repeat([1, 2], [len(a), len(b)]))
    return total(design, np.concatenate([a, -np.asarray(b)]), **BY_PARTS)


def test_two_strata_are_welchs_test_of_r():
    found, expected = difference_of_means(GOLDEN["welch"]["a"], GOLDEN["welch"]["b"]), GOLDEN["welch"]
    assert [*found.df_interval, *found.lci, *found.uci] == near([*expected["df"], *expected["interval"]])


@pytest.mark.parametrize("seed", range(5))
def test_two_strata_are_welchs_test_of_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(3, 1, 4 + seed), rng.normal(1, 5, 9)
    found, expected = difference_of_means(a, b), stats.ttest_ind(a, b, equal_var=False)
    low, high = expected.confidence_interval(0.95)
    assert (found.df_interval[0], found.lci[0], found.uci[0]) == pytest.approx((expected.df, low, high), rel=1e-9)


def test_units_less_strata_unless_it_is_asked():
    c, designs = made_up()
    for found in (mean(designs["two"], c["y"]), mean(designs["two"], c["y"], degrees_of_freedom="units")):
        assert found.df_interval.tolist() == found.df.tolist() == [5.0]


def test_every_estimate_with_an_interval_takes_the_rule():
    c, designs = made_up()
    design = designs["wr"]
    share = proportion(design, c["b"], **BY_PARTS)
    made = [total(design, c["y"], **BY_PARTS), ratio(design, c["y"], c["x"], **BY_PARTS), share,
            quantile(design, c["y"], **BY_PARTS)]
    assert all(0 < found.df_interval[0] < found.df[0] for found in made)
    every = Weighing(design)
    known = readings(every, every.state(c["b"]), Domains.of(design), **BY_PARTS).known
    assert known.df_interval == pytest.approx(share.df_interval)
    assert (known.lci[0], known.uci[0]) == pytest.approx((share.lci[0], share.uci[0]))
    wider = proportion(design, c["b"])
    assert share.lci[0] < wider.lci[0] < wider.uci[0] < share.uci[0]


def test_the_quantiles_standard_error_takes_the_counts_own_t():
    c, designs = made_up()
    found = quantile(designs["wr"], c["y"], **BY_PARTS)
    half = stats.t.ppf(0.975, found.df_interval[0]) * found.se[0]
    assert found.uci[0] - found.lci[0] == pytest.approx(2 * half)


def test_a_domain_in_one_unit_has_none_and_no_interval():
    design = Design.of(np.ones(6), strata=[1, 1, 1, 2, 2, 2], psu=[1, 2, 3, 4, 5, 6])
    found = mean(design, np.array([1.0, 2, 3, 4, 5, 7]), domain=[0, -1, -1, 1, 1, 1], **BY_PARTS)
    assert (found.df_interval[0], found.reason[0]) == (0, "one-unit")
    assert np.isnan([found.se[0], found.lci[0]]).all()
    assert found.df_interval[1] == pytest.approx(2.0)


def test_no_more_than_units_with_cases_are_counted():
    """Three of five units have cases: the zeros of the others are not known any better for being zero."""
    design = Design.of(np.ones(5))
    found = total(design, np.array([1.0, 2, 3, 4, 9]), domain=[0, 0, 0, -1, -1], **BY_PARTS)
    assert found.df_interval.tolist() == found.df.tolist() == [2.0]


def test_without_variance_units_less_strata_are_counted():
    found = proportion(Design.of(np.ones(4), strata=[1, 1, 2, 2]), np.ones(4), **BY_PARTS)
    assert (found.df_interval[0], found.reason[0]) == (2, "all-or-none")


def test_where_all_units_were_taken_the_households_within_count():
    """Nothing is uncertain between units, so the second stage alone has degrees of freedom: 2 x (3 - 1) here."""
    psu = np.repeat([1, 2], 3)
    design = Design.staged(np.full(6, 4.0), [Stage(psu, None, np.full(6, 2.0)), Stage(np.arange(6), None, 12.0)])
    found = mean(design, np.array([1.0, 2, 3, 11, 12, 13]), **BY_PARTS)
    assert found.df_interval[0] == pytest.approx(4.0)
    assert found.lci[0] < found.value[0] < found.uci[0]


def test_a_stratum_of_one_unit_counts_as_one_or_not_at_all():
    """Held against the mean 6.2 the one unit adds 13.8^2 with f = 1, the four others 35/3 with f = 3."""
    y, strata = np.array([20.0, 1, 2, 3, 5]), [1, 2, 2, 2, 2]
    alone, others = 13.8**2, 4 / 3 * 8.75
    for policy, df in (("grand-mean", (alone + others) ** 2 / (alone**2 + others**2 / 3)), ("certainty", 3.0)):
        found = total(Design.of(np.ones(5), strata=strata, lonely=policy), y, **BY_PARTS)
        assert (found.df[0], found.df_interval[0]) == (3, pytest.approx(df))


def test_parts_add_up_to_the_variance_also_of_calibrated_weights(monkeypatch):
    c, designs = made_up()
    for design in (designs["two"], poststratify(designs["two"], c["cell"], [150.0, 180.0])):
        domains = Domains.of(design, c["g"])
        expected = variance.taylor_variance(domains, c["y"])
        for at_once in (1, 1 << 24):  # one domain at a time, and all together
            monkeypatch.setattr(variance, "_AT_ONCE", at_once)
            parts = variance.taylor_components(domains, c["y"])
            assert sum(each.sum(axis=0) for _stage, each in parts) == pytest.approx(expected)


def test_differences_count_units_less_strata():
    c, designs = made_up()
    apart = mean(designs["wr"], c["y"], domain=c["g"], covariance=True, **BY_PARTS)
    found = differences(apart, [[0, 1]])
    assert found.df_interval.tolist() == found.df.tolist() == [5.0]


def test_replicates_have_their_own_count():
    c, designs = made_up()
    with pytest.raises(InvalidValueError) as told:
        mean(jackknife(designs["wr"]), c["y"], **BY_PARTS)
    for text in ("Replicate weights do not tell", "units", "satterthwaite", "degrees_of_freedom='units'"):
        assert text in str(told.value)


def test_a_rule_that_does_not_exist():
    c, designs = made_up()
    with pytest.raises(InvalidValueError, match="units, satterthwaite"):
        mean(designs["wr"], c["y"], degrees_of_freedom="welch")
