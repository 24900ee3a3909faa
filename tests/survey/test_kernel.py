"""What R does not say: an overlap that is enumerated, quantiles by hand, replicates over domains, rules, areas."""

from itertools import combinations

import numpy as np
import pytest

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.survey import (
    Design,
    Domains,
    ReplicateDesign,
    Round,
    Stage,
    calibrate,
    change,
    fay_herriot,
    jackknife,
    judge,
    mean,
    poststratify,
    proportion,
    quantile,
    rake,
    replicate_rule,
    total,
    variance,
)
from ekistics.survey.calibration import factors_of
from ekistics.survey.publication import read_rules, rules
from tests.survey.samples import made_up


def test_the_covariance_of_rotating_samples_is_right_on_average():
    before, after = np.array([3.0, 8, 1, 6, 4]), np.array([5.0, 9, 1, 4, 7])
    size, first_totals, second_totals, estimated = 5, [], [], []
    for kept in combinations(range(size), 3):
        rest = [unit for unit in range(size) if unit not in kept]
        for stayed in combinations(kept, 2):
            for new in rest:
                units = np.array([*stayed, new])
                one = Design.of(np.full(3, size / 3), psu=np.array(kept), population=size)
                two = Design.of(np.full(3, size / 3), psu=units, population=size)
                found = change(Round(one, before[list(kept)]), Round(two, after[units]), common=True, quantity="total")
                first_totals.append(found.first.value[0])
                second_totals.append(found.second.value[0])
                estimated.append(_unclipped(one, two, before[list(kept)], after[units]))
    true = np.cov(first_totals, second_totals, bias=True)[0, 1]
    assert np.mean(estimated) == pytest.approx(true)


def _unclipped(one, two, y1, y2):
    from ekistics.survey._statistics import total_statistic
    from ekistics.survey.rounds import _covariance

    return _covariance(*(total_statistic(Domains.of(d), y) for d, y in ((one, y1), (two, y2))), True)[0][0]


def test_rounds_of_replicates_made_together():
    c, designs = made_up()
    later = c["y"] + np.arange(28) % 5
    one, two = jackknife(designs["wr"]), jackknife(designs["wr"])
    found = change(Round(one, c["y"]), Round(two, later), common=True)
    direct = mean(one, later - c["y"])
    assert found.difference.se[0] == pytest.approx(direct.se[0])
    apart = change(Round(one, c["y"]), Round(two, later), common=False).difference.se[0]
    assert apart == pytest.approx(np.hypot(found.first.se[0], found.second.se[0]))


def test_units_numbered_anew_in_each_stratum_are_common_by_stratum():
    strata, anew = np.array([1, 1, 2, 2]), np.array([1, 2, 1, 2])
    nested = Design.of(np.ones(4), strata=strata, psu=anew, nested=True)
    whole = Design.of(np.ones(4), strata=strata, psu=np.array([11, 12, 21, 22]))
    y, later = np.array([1.0, 4, 2, 6]), np.array([2.0, 7, 2, 5])
    pairs = [change(Round(d, y), Round(d, later), common=True) for d in (nested, whole)]
    assert pairs[0].common_psu == pairs[1].common_psu == 4
    assert pairs[0].covariance == pytest.approx(pairs[1].covariance)


def test_quantiles_by_hand():
    design = Design.of(np.array([3.0, 1, 1, 1]))
    y = np.array([1.0, 2, 3, 4])
    shares = {0.1: 1, 0.5: 1, 0.51: 2, 0.66: 2, 0.7: 3, 0.95: 4}
    assert [float(quantile(design, y, q).value[0]) for q in shares] == list(shares.values())
    assert float(quantile(design, y, 0.5, ties="middle").value[0]) == 1.5
    thirds = Design.of(np.full(3, 0.1))  # 0.1 + 0.1 + 0.1 is not 0.3 in binary
    assert [float(quantile(thirds, [1.0, 2, 3], q).value[0]) for q in (1 / 3, 2 / 3)] == [1, 2]


def test_a_quantile_of_a_domain_does_not_depend_on_the_weights_of_others():
    count, share = 400, np.array([0.1, 0.2, 0.3, 0.6])  # the third value is met exactly
    weight, domain = np.tile(share, count), np.repeat(np.arange(count), 4)
    weight *= np.repeat(np.random.default_rng(20261126).uniform(0.5, 20, count), 4)
    weight[:4] *= 1e6
    found = quantile(Design.of(weight), np.tile(np.arange(4.0), count), domain=domain, n_domains=count + 2)
    assert found.value[:count].tolist() == [2.0] * count and np.isnan(found.value[count:]).all()


def test_an_exact_share_is_met_in_a_million_rows():
    assert float(quantile(Design.of(np.full(1_000_000, 0.1)), np.arange(1e6)).value[0]) == 499_999


def test_a_quantile_that_the_data_do_not_bound_has_no_limit():
    by_kind = {kind: quantile(Design.of(np.ones(5)), np.arange(5.0), 0.9, interval=kind) for kind in ("t", "logit")}
    for found in by_kind.values():
        assert found.value[0] == 4 and np.isnan(found.uci[0]) and found.reason.tolist() == ["all-or-none"]
    assert np.isnan(by_kind["t"].lci[0]) and by_kind["logit"].lci[0] == 2  # of five, all: 0.48 to 1


def test_quantiles_of_replicates_use_the_share_of_each():
    c, designs = made_up()
    by_replicates, by_taylor = (quantile(d, c["y"]) for d in (jackknife(designs["wr"]), designs["wr"]))
    assert by_replicates.value == by_taylor.value
    assert (by_replicates.uncertainty, by_taylor.uncertainty) == ("replicates", "taylor")


def test_domains_made_once_serve_all_estimates():
    c, designs = made_up()
    domains = Domains.of(designs["two"], c["g"], n_domains=4)
    for estimate in (mean, total, quantile):
        np.testing.assert_array_equal(estimate(designs["two"], c["z"], domain=domains).value,
                                      estimate(designs["two"], c["z"], domain=c["g"], n_domains=4).value)


def test_many_domains_in_few_units_and_units_that_are_rows_agree():
    """Sparse cells, dense cells and cells that are rows are three ways to one number."""
    rng = np.random.default_rng(20261126)
    n = 3000
    psu, y, domain = rng.integers(0, 900, n), rng.normal(5, 2, n), rng.integers(0, 400, n)
    strata = psu % 7
    design = Design.of(rng.uniform(1, 3, n), strata=strata, psu=psu)
    many = mean(design, y, domain=domain)
    few = mean(design, y, domain=np.where(domain < 3, domain, -1))
    np.testing.assert_allclose(many.se[:3], few.se, rtol=1e-12)
    np.testing.assert_allclose(many.df[:3], few.df)
    rows = Design.of(design.weight, strata=strata)
    same = Design.of(design.weight, strata=strata, psu=rng.permutation(n))
    np.testing.assert_allclose(mean(rows, y, domain=domain).se, mean(same, y, domain=domain).se, rtol=1e-12)
    staged = Design.staged(design.weight, [Stage(psu, strata), Stage(np.arange(n))])
    np.testing.assert_allclose(mean(staged, y, domain=domain).se, many.se, rtol=1e-12)


def test_covariance_without_a_table_of_units_by_domain_is_the_same(monkeypatch):
    for lonely, rows in (("fail", None), ("grand-mean", np.arange(25))):
        c, designs = made_up(rows, lonely=lonely)
        for design in designs.values():
            dense = mean(design, c["z"], domain=c["g"], covariance=True)
            with monkeypatch.context() as patched:
                patched.setattr(variance, "_AT_ONCE", 1)
                sparse = mean(design, c["z"], domain=c["g"], covariance=True)
                part = change(Round(design, c["y"], domain=c["g"]), Round(design, c["z"], domain=c["g"]), common=True)
            np.testing.assert_allclose(sparse.covariance, dense.covariance, rtol=1e-9, atol=1e-12)
            whole = change(Round(design, c["y"], domain=c["g"]), Round(design, c["z"], domain=c["g"]), common=True)
            np.testing.assert_allclose(part.covariance, whole.covariance, rtol=1e-9)


def test_poststrata_without_a_table_of_units_by_poststratum_are_the_same(monkeypatch):
    c, designs = made_up()
    for design in designs.values():
        known = poststratify(design, c["cell"], [190, 170])
        dense = mean(known, c["z"], domain=c["g"])
        with monkeypatch.context() as patched:
            patched.setattr(variance, "_AT_ONCE", 1)
            patched.setattr(variance, "_unit_totals", None)
            sparse = mean(known, c["z"], domain=c["g"])
        np.testing.assert_allclose(sparse.se, dense.se, rtol=1e-12)


def test_a_census_has_no_error_and_units_that_are_alike_have_none():
    census = Design.of(np.ones(6), population=6)
    for kind in ("logit", "korn-graubard", "wilson"):
        for y in ([0.0, 1, 1, 0, 0, 0], np.zeros(6)):
            found = proportion(census, y, interval=kind)
            assert found.se[0] == 0 and found.lci[0] == found.value[0] == found.uci[0]
            assert found.reason.tolist() == [""]
        alike = proportion(Design.of(np.ones(6), psu=[1, 1, 2, 2, 3, 3]), [0.0, 1, 0, 1, 0, 1], interval=kind)
        assert alike.lci[0] == alike.uci[0] == 0.5 and alike.reason.tolist() == [""]


def test_degrees_of_freedom_of_replicates():
    c, designs = made_up()
    weights, rule = jackknife(designs["wr"]).full(), jackknife(designs["wr"]).rule
    by_rank = mean(ReplicateDesign.of(c["w"], weights, rule=rule), c["y"], domain=c["g"])
    by_units = mean(ReplicateDesign.of(c["w"], weights, rule=rule, psu=c["psu"], strata=c["h"]), c["y"], domain=c["g"])
    stated = mean(ReplicateDesign.of(c["w"], weights, rule=rule, stated_df=30), c["y"], domain=c["g"])
    assert by_rank.df.tolist() == by_units.df.tolist() == mean(designs["wr"], c["y"], domain=c["g"]).df.tolist()
    assert np.isnan(by_rank.n_psu).all() and by_units.n_psu.tolist() == [8, 8, 8]
    assert stated.df.tolist() == [30, 30, 30]


def test_a_population_that_is_rounded_to_just_below_the_sample_is_taken_whole():
    found = mean(Design.of(np.ones(3), population=3 * (1 - 1e-10)), [1.0, 2, 3], covariance=True)
    assert found.se[0] == 0 and found.covariance[0, 0] == 0


def test_a_replicate_without_value_is_left_out_of_a_change():
    x = np.array([1.0, 0, 0, 0])  # the replicate without the first unit has no denominator
    design = jackknife(Design.of(np.ones(4)))
    both = [Round(design, np.array([2.0, 1, 3, later]), x=x) for later in (1, 3)]
    found = change(*both, common=True, quantity="ratio")
    assert found.first.se[0] > 0 and found.covariance[0] > 0
    assert change(both[0], both[0], common=True, quantity="ratio").difference.se[0] == pytest.approx(0, abs=1e-7)


def test_variances_of_replicates_are_the_diagonal_of_their_covariance():
    c, designs = made_up()
    found = [mean(jackknife(designs["wr"]), c["y"], domain=c["g"], covariance=asked) for asked in (False, True)]
    np.testing.assert_allclose(found[0].se, found[1].se, rtol=1e-12)


def test_a_bootstrap_counts_by_one_over_r_unless_stated():
    assert replicate_rule("bootstrap", 200).factors[0] == 1 / 200
    assert replicate_rule("bootstrap", 200, factors=1 / 199).factors[0] == 1 / 199


def test_calibrated_weights_meet_their_totals_within_bounds():
    c, designs = made_up()
    x = np.column_stack([np.ones(28), c["x"]])
    limits = (0.9, 1.35)
    for distance, bounds in (("linear", limits), ("raking", limits), ("logit", limits), ("linear", None)):
        made = calibrate(designs["one"], x, [360, 1380], distance=distance, bounds=bounds)
        np.testing.assert_allclose(made.weight @ x, [360, 1380], rtol=1e-10)
        factors = factors_of(designs["one"], made)
        assert bounds is None or (factors.min() >= 0.9 and factors.max() <= 1.35)
        met = total(made, c["x"])
        assert met.value[0] == pytest.approx(1380) and met.se[0] == pytest.approx(0, abs=1e-6)


def test_raking_to_three_margins_meets_all():
    c, designs = made_up()
    third = np.arange(28) // 14
    margins = [(c["cell"], [190, 170]), (c["g"], [110, 130, 120]), (third, [200, 160])]
    raked = rake(designs["two"], margins)
    for cells, sizes in margins:
        np.testing.assert_allclose(np.bincount(cells, raked.weight), sizes, rtol=1e-9)


def verdict(share, n, **limits):
    y = np.zeros(n)
    y[:round(share * n)] = 1
    given = read_rules({"code": "c", "title": "t", "source": "s",
                        "limits": {k: {"value": v, "sure": True} for k, v in limits.items()}}, where="test")
    found = judge(proportion(Design.of(np.ones(n)), y), given)
    return found.status[0], found.reason[0]


@pytest.mark.parametrize(("share", "n", "expected"), [
    (0.5, 29, ("suppress", "few-cases")),
    (0.5, 40, ("suppress", "wide-interval")),
    (0.5, 60, ("publish", "")),
    (0.04, 100, ("suppress", "wide-relative-interval")),
    (0.01, 1000, ("publish", "")),  # narrow: its relative width does not matter
])
def test_rules_of_the_national_center_for_health_statistics(share, n, expected):
    y = np.zeros(n)
    y[:round(share * n)] = 1
    found = judge(proportion(Design.of(np.ones(n)), y, interval="t"), rules("nchs-2017"))
    assert (found.status[0], found.reason[0]) == expected


def test_effective_cases_and_degrees_of_freedom_are_looked_at():
    psu = np.repeat(np.arange(6), 20)
    alike = np.repeat([1.0, 0, 1, 0, 0, 1], 20)
    clustered = judge(proportion(Design.of(np.ones(120), psu=psu), alike), rules("nchs-2017"))
    assert clustered.reason.tolist() == ["few-effective-cases"] and clustered.effective[0] < 6
    mixed = judge(proportion(Design.of(np.ones(120), psu=psu), np.arange(120) % 20 % 2), rules("nchs-2017"))
    assert mixed.effective[0] == 120  # never more than the cases
    assert (mixed.status[0], mixed.reason[0]) == ("review", "few-degrees-of-freedom")


def test_limits_are_parameters_and_one_left_out_is_not_asked():
    assert verdict(0.5, 10, fewest_cases=11) == ("suppress", "few-cases")
    assert verdict(0.5, 10, fewest_cases=10) == ("publish", "")
    assert verdict(0.5, 10, largest_cv=0.3) == ("suppress", "large-cv")
    assert verdict(0.5, 10, largest_cv=0.4) == ("publish", "")


def test_an_estimate_without_value_or_error_is_not_published():
    found = mean(Design.of(np.ones(4), psu=[1, 1, 2, 3]), [0.0, 1, 1, 0], domain=[0, 0, 2, 2])
    assert judge(found, rules("nchs-2017")).reason.tolist()[:2] == ["no-value", "no-value"]


PRECISE = {"code": "c", "title": "t", "source": "s", "limits": {"widest": {"value": 0.3, "sure": True}}}


def test_an_estimate_without_interval_is_not_published():
    """A NaN is on no side of a limit."""
    y = np.arange(200.0) % 2
    stages = [Stage(np.repeat([1, 2], 100), np.repeat([1, 2], 100), 1), Stage(np.arange(200), None, 900)]
    found = proportion(Design.staged(np.ones(200), stages), y)
    assert found.se[0] > 0 and np.isnan(found.lci[0]) and found.reason.tolist() == ["one-unit"]
    assert judge(found, read_rules(PRECISE, where="test")).reason.tolist() == ["no-value"]
    weights = np.random.default_rng(20261126).uniform(0.5, 2, (200, 10))
    stated = ReplicateDesign.of(np.ones(200), weights, rule=replicate_rule("bootstrap", 10), stated_df=0)
    found = proportion(stated, y)
    assert found.reason.tolist() == ["one-unit"] and found.df.tolist() == [0]
    assert judge(found, read_rules(PRECISE, where="test")).status.tolist() == ["suppress"]
    census = proportion(Design.of(np.ones(200), strata=np.arange(200), population=1), y)
    assert judge(census, read_rules(PRECISE, where="test")).status.tolist() == ["publish"]


def test_limits_themselves():
    def broken(**changed):
        known = proportion(Design.of(np.ones(30)), np.arange(30) % 2)
        own = judge(known, rules("nchs-2017"))
        exact = {"fewest_effective": float(own.effective[0])}
        limits = {name: {"value": exact.get(name, float(own.width[0])) if value is None else value, "sure": True}
                  for name, value in changed.items()}
        return judge(known, read_rules(PRECISE | {"limits": limits}, where="test")).reason[0]

    assert broken(fewest_cases=30) == "" and broken(fewest_cases=31) == "few-cases"
    assert broken(fewest_effective=None) == "" and broken(fewest_effective=30) == "few-effective-cases"  # 30 - 1
    assert broken(widest=None) == "wide-interval"
    assert broken(widest_relative=0.1, narrow=None) == "" and broken(widest_relative=0.1) == "wide-relative-interval"


def test_rules_that_cannot_be_read():
    with pytest.raises(UnknownNameError, match="nchs-2017"):
        rules("nchs")
    good = {"code": "c", "title": "t", "source": "s", "limits": {"widest": {"value": 0.3, "sure": True}}}
    for change_ in ({"title": None}, {"limits": {"wide": {"value": 1, "sure": True}}}, {"interval": "wald"},
                    {"limits": {"widest": {"value": 1}}}, {"limits": {"widest": {"value": -1, "sure": True}}}):
        broken = {k: v for k, v in (good | change_).items() if v is not None}
        with pytest.raises(ConfigurationError, match=r"here: .*cannot be read"):
            read_rules(broken, where="here")
    with pytest.raises(ConfigurationError, match="for proportions"):
        judge(mean(Design.of(np.ones(3)), [1.0, 5, 9]), read_rules(good, where="here"))


def test_an_area_without_cases_gets_the_error_of_a_new_area():
    y, se, x = np.array([1.0, 2, 4, 9, np.nan]), np.array([1.0, 1, 1, 1, np.nan]), np.ones((5, 1))
    found = fay_herriot(y, se, auxiliary=x)
    known = fay_herriot(y[:4], se[:4], auxiliary=x[:4])
    np.testing.assert_allclose(found.value[:4], known.value)
    assert (found.value[4], found.direct_share[4]) == (known.coefficients[0], 0)
    assert found.mse[4] == pytest.approx(known.variance + (known.variance + 1) / 4)


def test_areas_that_do_not_differ_are_the_regression():
    found = fay_herriot([1.0, 1.1, 0.9, 1.0], np.ones(4), auxiliary=np.ones((4, 1)))
    assert found.variance == 0
    np.testing.assert_allclose(found.value, found.synthetic)


@pytest.mark.parametrize(("seed", "m"), [(273, 8), (1078, 33)])
def test_the_variance_between_areas_is_found_where_scoring_swings(seed, m):
    r = np.random.default_rng(seed)
    x = np.column_stack([np.ones(m), r.normal(size=m) * 1e5])
    d = 10 ** r.uniform(-4, 2, m)
    y = r.normal(0, np.sqrt(d + d.mean() * (seed % 2)))
    found, scaled = (fay_herriot(y, np.sqrt(d), auxiliary=x / [1, unit]) for unit in (1, 1e5))
    assert found.variance == pytest.approx(scaled.variance, rel=1e-6)
    np.testing.assert_allclose(found.coefficients * [1, 1e5], scaled.coefficients, rtol=1e-6)
