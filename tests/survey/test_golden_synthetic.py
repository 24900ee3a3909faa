"""The kernel against R on a made-up sample: designs, domains, intervals, quantiles, replicates, calibration, rounds."""

import numpy as np
import pytest

from ekistics.survey import (
    Design,
    ReplicateDesign,
    Round,
    Stage,
    calibrate,
    change,
    differences,
    fay_herriot,
    independence,
    jackknife,
    mean,
    poststratify,
    proportion,
    quantiles,
    rake,
    ratio,
    replicate_rule,
    total,
)
from ekistics.survey.intervals import INTERVALS
from tests.survey.samples import SYNTHETIC as GOLDEN
from tests.survey.samples import made_up

DESIGNS = ("one", "wr", "two")
KINDS = ("JK1", "JKn", "BRR", "Fay", "bootstrap")


def close(found, expected, atol=1e-9):
    np.testing.assert_allclose(found, expected, rtol=GOLDEN["tolerance"], atol=atol)


def value_se(found):
    return [found.value[0], found.se[0]]


@pytest.mark.parametrize("name", DESIGNS)
def test_means_totals_and_ratios_equal_r(name):
    c, designs = made_up()
    golden, design = GOLDEN["estimates"][name], designs[name]
    for found, key in ((mean(design, c["y"]), "mean"), (total(design, c["y"]), "total"),
                       (ratio(design, c["y"], c["x"]), "ratio"), (mean(design, c["z"]), "mean_with_missing")):
        close([found.value[0], found.se[0], found.deff[0]], golden[key])
    found = mean(design, c["y"])
    close([found.lci[0], found.uci[0]], golden["t_interval"])
    close(found.df, golden["df"])
    close(found.deff_with_replacement, golden["deff_with_replacement"])
    assert mean(design, c["z"]).missing.tolist() == [1]


@pytest.mark.parametrize("name", DESIGNS)
def test_domains_their_covariance_and_differences_equal_r(name):
    c, designs = made_up()
    golden, design = GOLDEN["domains"][name], designs[name]
    by = mean(design, c["y"], domain=c["g"], covariance=True)
    close(by.value, golden["mean"])
    close(by.se, golden["se"])
    close(by.covariance, golden["covariance"])
    close(by.deff, golden["deff"])
    close(by.df, golden["df"])
    close(mean(design, c["y"], domain=c["g"]).se, golden["se"])  # the way without covariance is another one
    sums = total(design, c["y"], domain=c["g"], covariance=True)
    close(sums.value, golden["total"])
    close(sums.covariance, golden["total_covariance"])
    ratios = ratio(design, c["y"], c["x"], domain=c["g"])
    close([ratios.value, ratios.se], [golden["ratio"], golden["ratio_se"]])
    apart = differences(by, [[0, 1], [0, 2]])
    close([apart.value, apart.se], [golden["difference"], golden["difference_se"]])


def test_strata_of_the_second_stage_equal_r():
    golden = {key: np.array(values) for key, values in GOLDEN["second_stage_strata"].items()}
    c, _designs = made_up(golden["row"], lonely="certainty")
    design = Design.staged(c["w"], [Stage(c["psu"], golden["h"], golden["N"]),
                                    Stage(c["ssu"], golden["s2"], golden["M"])])
    close(value_se(mean(design, c["y"])), golden["mean"])
    close(value_se(total(design, c["y"])), golden["total"])


@pytest.mark.parametrize("name", ["one", "two"])
def test_intervals_of_proportions_equal_r(name):
    c, designs = made_up()
    golden = GOLDEN["proportions"][name]
    for kind in ("logit", "korn-graubard", "t"):
        found = proportion(designs[name], c["b"], interval=kind)
        close([found.value[0]], golden["value"])
        close([found.lci[0], found.uci[0]], golden[kind.replace("-", "_")])


def test_golden_all_or_none_is_the_interval_of_so_many_cases():
    c, designs = made_up()
    golden = GOLDEN["all_or_none"]
    for kind in set(INTERVALS) - {"t", "wilson"}:
        for value, key in ((0.0, "none"), (1.0, "all")):
            found = proportion(designs["one"], np.full(len(c["y"]), value), interval=kind)
            close([found.lci[0], found.uci[0]], golden[key])
            assert found.reason.tolist() == ["all-or-none"]


@pytest.mark.parametrize("kind", ["t", "logit", "korn-graubard"])
@pytest.mark.parametrize("name", ["one", "two"])
def test_quantiles_equal_r(name, kind):
    c, designs = made_up()
    golden = GOLDEN["quantiles"][name][kind]
    for number, found in enumerate(quantiles(designs[name], c["y"], golden["p"], interval=kind)):
        close([found.value[0], found.lci[0], found.uci[0], found.se[0]],
              [golden[key][number] for key in ("value", "lci", "uci", "se")])


def test_golden_quantiles_of_domains_and_ties():
    c, designs = made_up()
    golden = GOLDEN["quantiles"]["domains"]
    found = quantiles(designs["one"], c["y"], [0.5], domain=c["g"])[0]
    close([found.value, found.lci, found.uci, found.se], [golden[key] for key in ("value", "lci", "uci", "se")])
    ties = GOLDEN["quantiles"]["ties"]
    for rule in ("lower", "middle"):
        equal = quantiles(Design.of(np.ones(28)), c["y"], ties["p"], ties=rule)
        close([e.value[0] for e in equal], ties[rule])


def given(kind, centre):
    golden = GOLDEN["replicates"][kind]
    c, _designs = made_up(np.array(golden["row"]))
    weights = np.array(golden["weights"])
    rule = replicate_rule(kind, weights.shape[1], factors=golden["factors"], rho=0.3 if kind == "Fay" else 0,
                          centre=centre)
    return golden, c, ReplicateDesign.of(c["w"], weights, rule=rule)


@pytest.mark.parametrize("kind", KINDS)
def test_replicates_as_given_equal_r(kind):
    golden, c, design = given(kind, "replicates")
    close(value_se(mean(design, c["y"])), golden["mean"])
    close(value_se(total(design, c["y"])), golden["total"])
    close(value_se(ratio(design, c["y"], c["x"])), golden["ratio"])
    by = mean(design, c["y"], domain=c["g"], covariance=True)
    close(by.value, golden["domain_means"])
    close(by.covariance, golden["domain_covariance"])
    close([design.degrees_of_freedom], golden["degf"])
    close(value_se(mean(given(kind, "estimate")[2], c["y"])), golden["mean_mse"])


@pytest.mark.parametrize("kind", ["JK1", "BRR", "Fay", "JKn"])
def test_golden_factors_of_each_kind(kind):
    expected = GOLDEN["replicates"][kind]["factors"]
    units = [3, 3, 3, 3, 3, 3, 2, 2] if kind == "JKn" else None
    close(replicate_rule(kind, len(expected), rho=0.3 if kind == "Fay" else 0, units=units).factors, expected)


def test_golden_jackknife_of_our_own_is_that_of_r():
    c, designs = made_up()
    for kind, design in (("JKn", designs["wr"]), ("JK1", Design.of(c["w"], psu=c["psu"]))):
        made = jackknife(design)
        assert made.rule.kind == kind
        close(made.full(), GOLDEN["replicates"][kind]["weights"])
        close(value_se(mean(made, c["y"])), GOLDEN["replicates"][kind]["mean"])
        assert made.degrees_of_freedom == GOLDEN["replicates"][kind]["degf"][0]
    close(value_se(mean(jackknife(designs["one"]), c["y"])), GOLDEN["jackknife_with_population"]["mean"])


def calibrated(c, design):
    sizes = GOLDEN["calibration"]["totals"]
    cell, groups = (np.array(sizes[key]) for key in ("cell", "g"))
    one = np.column_stack([np.ones(28), c["cell"] == 1]).astype(float)
    with_x = np.column_stack([one, c["x"]])
    with_g = np.column_stack([one, c["g"] == 1, c["g"] == 2])
    linear, bounded = [360, 170, sizes["x_linear"][0]], [360, 170, sizes["x_bounded"][0]]
    return {"post": lambda: poststratify(design, c["cell"], cell),
            "ra": lambda: calibrate(design, with_g, [360, 170, *groups[1:]], distance="raking"),
            "rake": lambda: rake(design, [(c["cell"], cell), (c["g"], groups)]),
            "lin": lambda: calibrate(design, with_x, linear),
            "lb": lambda: calibrate(design, with_x, bounded, bounds=(0.9, 1.35)),
            "lo": lambda: calibrate(design, with_x, bounded, distance="logit", bounds=(0.5, 2)),
            "post_then_linear": lambda: calibrate(poststratify(design, c["cell"], cell), with_x, linear)}


@pytest.mark.parametrize("name", ["post", "ra", "lin", "lb", "lo"])
def test_calibrated_estimates_equal_r(name):
    c, designs = made_up()
    golden, design = GOLDEN["calibration"][name], calibrated(c, designs["one"])[name]()
    close(design.weight, golden["weights"], atol=1e-7)
    close(value_se(mean(design, c["y"])), golden["mean"])
    close(value_se(total(design, c["y"])), golden["total"], atol=1e-6)
    by = mean(design, c["y"], domain=c["g"])
    close([by.value, by.se], [golden["domain_means"], golden["domain_se"]])


def test_golden_raking_by_turns_and_by_distance_are_one():
    c, designs = made_up()
    made = calibrated(c, designs["one"])
    close(made["rake"]().weight, GOLDEN["calibration"]["rake"]["weights"], atol=1e-7)
    close(value_se(mean(made["rake"](), c["y"])), GOLDEN["calibration"]["ra"]["mean"], atol=1e-8)


def test_golden_calibrations_one_after_the_other_and_of_two_stages():
    c, designs = made_up()
    twice = calibrated(c, designs["one"])["post_then_linear"]()
    close(twice.weight, GOLDEN["calibration"]["post_then_linear"]["weights"])
    close(value_se(mean(twice, c["y"])), GOLDEN["calibration"]["post_then_linear"]["mean"])
    two = calibrated(c, designs["two"])["post"]()
    close(value_se(mean(two, c["y"])), GOLDEN["calibration"]["two_stages"]["mean"])


def test_golden_calibration_inside_replicates():
    c, designs = made_up()
    golden = GOLDEN["calibration"]["inside_replicates"]
    design = calibrated(c, jackknife(designs["wr"]))["post"]()
    close(value_se(mean(design, c["y"])), golden["mean"])
    close(value_se(total(design, c["y"])), golden["total"])


@pytest.mark.parametrize("policy", ["certainty", "grand-mean", "collapse"])
def test_policies_for_a_stratum_of_one_unit_equal_r(policy):
    golden = GOLDEN["lonely"]
    c, designs = made_up(np.array(golden["row"]), lonely=policy)
    close(value_se(mean(designs["one"], c["y"])), golden[policy.replace("-", "_")])


def test_golden_change_between_rounds_of_the_same_units():
    c, designs = made_up()
    golden = GOLDEN["rounds"]
    before, after = Round(designs["one"], c["y"]), Round(designs["one"], np.array(golden["y2"]))
    for quantity in ("mean", "total"):
        found = change(before, after, common=True, quantity=quantity)
        close(value_se(found.difference), golden[f"same_{quantity}"])
    assert found.common_psu == 8
    close(value_se(change(before, after, common=False).difference), golden["other_mean"])


def test_golden_change_between_rounds_of_some_of_the_units():
    c, designs = made_up()
    golden = GOLDEN["rounds"]
    rows = np.array(golden["part_row"])
    part, later = made_up(rows)
    second = Round(later["one"], np.array(golden["y2"])[rows])
    found = change(Round(designs["one"], c["y"]), second, common=True)
    close(found.covariance, golden["part_covariance"])
    close(value_se(found.difference), golden["part_mean"])
    assert found.common_psu == len(np.unique(part["psu"]))


def test_golden_rao_scott():
    c, designs = made_up()
    golden, found = GOLDEN["independence"], independence(designs["one"], c["b"], c["g"])
    close([found.statistic, found.ndf, found.ddf, found.p_value], [golden[key][0] for key in ("f", "ndf", "ddf", "p")])


def test_golden_areas():
    golden = GOLDEN["areas"]
    found = fay_herriot(golden["y"], golden["se"], auxiliary=np.column_stack([np.ones(12), golden["x"]]))
    for mine, key in ((found.variance, "variance"), (found.coefficients, "coefficients"), (found.value, "value"),
                      (found.mse, "mse")):
        np.testing.assert_allclose(np.atleast_1d(mine), golden[key], rtol=golden["area_tolerance"][0])
