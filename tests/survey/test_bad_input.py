"""Each thing that can be wrong with a sample is one clear error with its place, or a status beside the number."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.survey import (
    Design,
    Domains,
    ReplicateDesign,
    Round,
    Stage,
    calibrate,
    change,
    check_weights,
    differences,
    fay_herriot,
    independence,
    jackknife,
    mean,
    poststratify,
    proportion,
    quantile,
    rake,
    ratio,
    replicate_rule,
    total,
)

ONES = np.ones(6)
Y = np.array([1.0, 2, 3, 4, 5, 6])
PSU = np.array([1, 1, 2, 2, 3, 3])


def refused(call, *words):
    with pytest.raises(InvalidValueError) as caught:
        call()
    for word in words:
        assert word in str(caught.value), str(caught.value)


@pytest.mark.parametrize(("weight", "words"), [
    ([1, 1, -2, 1, 1, -1], ("row 2", "negative", "2 such rows")),
    ([1, 0, 1, 1, 1, 1], ("row 1", "zero", "zero_weight='outside'")),
    ([1, np.nan, 1, 1, 1, 1], ("row 1", "numbers")),
    ([1, 1, np.inf, 1, 1, 1], ("row 2", "numbers")),
    ([], ("no rows",)),
])
def test_weights_that_cannot_be(weight, words):
    refused(lambda: Design.of(np.array(weight, dtype=float)), *words)


def test_zero_weights_stay_outside_when_that_is_said():
    weight = np.array([2.0, 0, 2, 2, 2, 2])
    found = mean(Design.of(weight, psu=PSU, zero_weight="outside"), Y)
    without = mean(Design.of(np.delete(weight, 1), psu=np.delete(PSU, 1)), np.delete(Y, 1))
    assert (found.n[0], found.value[0]) == (5, without.value[0])
    assert found.se[0] == pytest.approx(without.se[0])


def test_a_stratum_of_one_unit_is_refused_by_its_code_unless_a_policy_is_chosen():
    strata = np.array([7, 7, 7, 7, 9, 9])
    refused(lambda: Design.of(ONES, strata=strata, psu=PSU), "stage 1", "strata 9", "grand-mean")
    refused(lambda: Design.of(ONES, strata=strata, psu=PSU, lonely="adjust"), "lonely", "certainty", "adjust")
    for policy in ("certainty", "grand-mean", "collapse"):
        assert np.isfinite(mean(Design.of(ONES, strata=strata, psu=PSU, lonely=policy), Y).se).all()


def test_a_stratum_taken_whole_needs_no_policy():
    strata, population = np.array([7, 7, 7, 7, 9, 9]), np.array([5.0, 5, 5, 5, 1, 1])
    found = mean(Design.of(ONES, strata=strata, psu=PSU, population=population), Y)
    assert np.isfinite(found.se).all()


def test_one_household_in_a_unit_is_refused_at_its_stage():
    stages = [Stage(PSU, None, np.full(6, 9.0)), Stage(np.array([1, 2, 1, 1, 1, 2]), None, np.full(6, 9.0))]
    refused(lambda: Design.staged(ONES, stages), "stage 2")


def test_collapse_with_nothing_to_join_is_refused():
    refused(lambda: Design.of(ONES, psu=np.ones(6), lonely="collapse"), "stage 1", "one unit")


def test_collapse_leaves_strata_that_were_taken_whole_alone():
    strata, population = np.array([1, 1, 2, 3, 4, 5]), np.array([9.0, 9, 4, 1, 5, 1])
    layout = Design.of(ONES, strata=strata, population=population, lonely="collapse").layout[0]
    assert layout.taken.tolist() == [2, 1, 2, 1]  # 1; 3 whole; 2 with 4; 5 whole
    assert layout.population.tolist() == [9, 1, 9, 1]


def test_units_in_two_strata_and_units_numbered_anew():
    strata, anew = np.array([1, 1, 1, 2, 2, 2]), np.array([1, 1, 2, 1, 2, 2])
    refused(lambda: Design.of(ONES, strata=strata, psu=PSU), "stage 1, unit 2", "nested=True")
    assert Design.of(ONES, strata=strata, psu=anew, nested=True).n_psu == 4


def test_populations_that_cannot_be():
    refused(lambda: Design.of(ONES, psu=PSU, population=2), "stage 1, stratum 0", "<= 2", "got 3")
    refused(lambda: Design.of(ONES, psu=PSU, population=[9, 9, 9, 9, 9, 8]), "stage 1, row")
    refused(lambda: Design.of(ONES, psu=PSU, population=np.full(6, np.nan)), "positive number")


def test_weights_that_do_not_match_the_frame():
    design = Design.of(10 * ONES)
    assert check_weights(design, 60.5).tolist() == pytest.approx([0.9917], abs=1e-4)
    refused(lambda: check_weights(design, 600), "group 0", "Expected 600.0, got 60.0")
    refused(lambda: check_weights(design, [40, 30], groups=[0, 0, 0, 0, 1, 1]), "group 1", "Expected 30.0, got 20.0")
    refused(lambda: check_weights(design, [40], groups=[0, 0, 0, 0, 1, 1]), "groups")


def test_a_domain_without_cases_has_no_value_and_says_so():
    design = Design.of(ONES, psu=PSU)
    for found in (mean(design, Y, domain=[0, 0, 2, 2, 2, 2]), total(design, Y, domain=[0, 0, 2, 2, 2, 2]),
                  quantile(design, Y, domain=[0, 0, 2, 2, 2, 2])):
        assert np.isnan([found.value[1], found.se[1], found.lci[1], found.uci[1]]).all()
        assert found.reason[1] == "no-cases" and found.n[1] == 0
    assert np.isnan(mean(design, Y, domain=[0, 0, 2, 2, 2, 2], covariance=True).covariance[1]).all()


def test_a_domain_in_one_unit_has_a_value_without_error():
    found = mean(Design.of(ONES, psu=PSU), Y, domain=[0, 0, 1, 1, 1, 1])
    assert found.value[0] == 1.5 and np.isnan(found.se[0]) and np.isnan(found.lci[0])
    assert found.reason.tolist() == ["one-unit", ""]
    assert found.df.tolist() == [0, 1]


def test_a_denominator_of_zero_has_no_value():
    found = ratio(Design.of(ONES), Y, [0, 0, 1, 1, 1, 1], domain=[0, 0, 1, 1, 1, 1])
    assert np.isnan(found.value[0]) and found.reason.tolist() == ["zero-denominator", ""]


def test_domains_and_variables_that_do_not_fit():
    design = Design.of(ONES)
    refused(lambda: mean(design, Y[:5]), "y", "each row")
    refused(lambda: mean(design, [1, 2, 3, 4, 5, np.inf]), "row 5", "infinite")
    refused(lambda: proportion(design, Y), "row 1", "0, 1")
    refused(lambda: mean(design, Y, domain=[0, 0, 0, 1, 1, -2]), "-1 ... 1", "got -2")
    refused(lambda: mean(design, Y, domain=[0, 0, 0, 1, 1, 2], n_domains=2), "-1 ... 1", "got 2")
    refused(lambda: mean(design, Y, domain=[0.5, 0, 0, 1, 1, 1]), "whole numbers")
    refused(lambda: mean(design, Y, domain=Domains.of(Design.of(ONES), PSU)), "another design")
    refused(lambda: mean(design, Y, interval="wald"), "interval", "korn-graubard")
    refused(lambda: total(design, Y, interval="logit"), "Student")
    refused(lambda: mean(design, Y, confidence=95), "between 0 and 1")
    refused(lambda: quantile(design, Y, 50), "between 0 and 1")


def test_differences_need_their_covariance():
    refused(lambda: differences(mean(Design.of(ONES), Y, domain=PSU - 1), [[0, 1]]), "covariance=True")


def test_rounds_with_different_strata():
    before = Design.of(ONES, strata=[1, 1, 1, 1, 2, 2], psu=[1, 1, 2, 2, 5, 6])
    moved = Design.of(ONES, strata=[1, 1, 2, 2, 2, 2], psu=[1, 3, 2, 2, 5, 6])
    refused(lambda: change(Round(before, Y), Round(moved, Y), common=True), "unit 2", "Expected 1, got 2",
            "strata of the first round")
    other = Design.of(ONES, strata=[1, 1, 1, 1, 3, 3], psu=[1, 1, 2, 2, 7, 8])
    found = change(Round(before, Y), Round(other, Y), common=True)
    assert (found.only_first, found.only_second, found.common_psu) == ((2,), (3,), 2)


def test_rounds_that_do_not_match():
    design = Design.of(ONES, psu=PSU)
    refused(lambda: change(Round(design, Y), Round(jackknife(design), Y), common=True), "same kind")
    refused(lambda: change(Round(design, Y), Round(design, Y, domain=PSU - 1), common=True), "same domains")
    refused(lambda: change(Round(design, Y, x=Y), Round(design, Y, x=Y), common=True), "quantity")


def test_replicates_that_do_not_fit():
    refused(lambda: replicate_rule("JK3", 4), "kind", "bootstrap")
    refused(lambda: replicate_rule("JKn", 4), "units")
    refused(lambda: replicate_rule("Fay", 4), "rho")
    refused(lambda: replicate_rule("BRR", 4, rho=0.5), "rho")
    rule = replicate_rule("BRR", 4)
    refused(lambda: ReplicateDesign.of(ONES, np.ones((5, 4)), rule=rule), "replicates")
    refused(lambda: ReplicateDesign.of(ONES, np.ones((6, 3)), rule=rule), "replicates")
    refused(lambda: ReplicateDesign.of(ONES, -np.ones((6, 4)), rule=rule), "not negative")


def test_a_jackknife_of_calibrated_weights_is_refused():
    design = Design.of(ONES, psu=PSU)
    refused(lambda: jackknife(poststratify(design, PSU - 1, [3, 3, 3])), "before the calibration")
    alone = Design.of(ONES, strata=[1, 1, 1, 1, 2, 2], psu=PSU, lonely="grand-mean")
    refused(lambda: jackknife(alone), "grand mean")
    refused(lambda: jackknife(Design.of(ONES, strata=np.arange(6), population=1)), "two units", "Got 6")


def test_totals_that_cannot_be_met():
    design = Design.of(ONES, psu=PSU)
    x = np.column_stack([ONES, Y])
    refused(lambda: calibrate(design, x, [6, 60], bounds=(0.9, 1.1)), "the whole sample", "Widen the bounds")
    refused(lambda: calibrate(design, x, [6, 33]), "negative", "rows", "bounds")
    refused(lambda: calibrate(design, x, [6, 33], distance="logit"), "needs bounds")
    refused(lambda: calibrate(design, x, [6, 33], bounds=(1.1, 2)), "below and above 1")
    refused(lambda: calibrate(design, x, [6, 33], distance="chi2"), "distance")
    refused(lambda: calibrate(design, x, [6]), "6 x 1")
    refused(lambda: calibrate(design, np.where(x == 3, np.nan, x), [6, 33]), "row 2", "1 such rows")


def test_poststrata_that_are_empty():
    design = Design.of(ONES, psu=PSU)
    refused(lambda: poststratify(design, [0, 0, 0, 0, 2, 2], [3, 3, 3]), "poststratum 1", "Merge")
    refused(lambda: poststratify(design, [0, 0, 0, 0, 1, 1], [3, 0]), "poststratum 1", "positive")
    refused(lambda: poststratify(design, [0, 0, 0, 0, 1, 2], [3, 3]), "0 ... 1")
    refused(lambda: poststratify(jackknife(design), PSU - 1, [2, 2, 2]), "replicate 1", "poststratum 0")
    refused(lambda: rake(design, [([0, 0, 0, 1, 1, 1], [3, 3]), ([0, 1, 0, 1, 0, 1], [4, 4])]), "6, 8")


def test_tests_and_models_without_enough():
    refused(lambda: independence(Design.of(ONES), np.zeros(6), PSU - 1), "1 x 3")
    refused(lambda: fay_herriot([1.0, 2], [1.0, 1], auxiliary=np.ones((2, 2))), "> 2")
    refused(lambda: fay_herriot([1.0, 2, 3], [1.0, 0, 1], auxiliary=np.ones((3, 1))), "area 1", "positive")


def test_an_error_never_repeats_a_value_of_a_person():
    def told(call):
        with pytest.raises(InvalidValueError) as caught:
            call()
        assert "Fatima" not in str(caught.value) and caught.value.__suppress_context__
        return str(caught.value)

    names, design = ["Fatima", 2, 3, 4, 5, 6], Design.of(ONES)
    assert "y" in told(lambda: mean(design, names))
    assert "weight" in told(lambda: Design.of(names))
    assert "auxiliary" in told(lambda: calibrate(design, [[name] for name in names], [6]))
    assert "replicates" in told(lambda: ReplicateDesign.of(ONES, [[name] for name in names],
                                                           rule=replicate_rule("JK1", 1)))
    refused(lambda: Design.staged(ONES, [Stage(np.array(list("Fatima")))]), "ids", "whole numbers")


def test_codes_of_stages_are_never_cut_or_merged():
    for ids in ([1.2, 1.7, 2, 3, 4, 5], [1, np.nan, 2, 3, 4, 5], [2.0**53, 2.0**53 + 2, 1, 2, 3, 4],
                np.array([2**63 + 1, 2**63 + 2, 1, 2, 3, 4], dtype=np.uint64), np.ones((6, 2))):
        with pytest.raises(InvalidValueError, match="ids"):
            Design.staged(ONES, [Stage(np.asarray(ids))])
    refused(lambda: Design.staged(ONES, [Stage(np.arange(6), np.array([1, 1, 1, 2, 2, 2.5]))]), "strata", "1 such rows")
    assert Design.staged(ONES, [Stage(np.arange(6), None, 9.0)]).layout[0].population.tolist() == [9]


def test_missing_values_in_any_dress_are_missing():
    design = Design.of(np.ones(3))
    for y in (np.ma.masked_array([1.0, 999, 3], [0, 1, 0]), pd.Series([1, pd.NA, 3], dtype="Int64"), [1, None, 3]):
        found = mean(design, y)
        assert (found.value[0], found.missing[0]) == (2, 1)
    refused(lambda: mean(design, pd.Series([1, pd.NA, 3], dtype=object)), "y", "NaN where a value is missing")
    refused(lambda: Design.of(np.ones(3), psu=np.ma.masked_array([1, 2, 3], [0, 1, 0])), "psu", "missing")


def test_arrays_of_other_dimensions():
    design = Design.of(ONES)
    refused(lambda: Design.of(np.ones((6, 2))), "weight", "Expected 1, got 2")
    refused(lambda: mean(design, Y[:, None]), "y", "dimensions")
    refused(lambda: mean(design, Y, domain=np.zeros((6, 1))), "domain", "dimensions")
    refused(lambda: calibrate(design, ONES, [6]), "auxiliary", "Expected 2, got 1")
    refused(lambda: calibrate(design, ONES[:, None], [7], spread=[1, 2]), "spread", "got 2")


def test_an_interval_of_proportions_is_refused_for_what_is_none():
    design = Design.of(ONES)
    for kind in ("logit", "wilson", "korn-graubard"):
        refused(lambda kind=kind: mean(design, Y, interval=kind), "interval", "domain 0", "0 ... 1", "interval='t'")
        refused(lambda kind=kind: ratio(design, -Y, ONES, interval=kind), "domain 0", "1 such")


def test_differences_of_domains_that_are_not_there():
    found = mean(Design.of(ONES), Y, domain=PSU - 1, covariance=True)
    refused(lambda: differences(found, [[0, -1]]), "pairs", "0 ... 2", "got -1")  # -1 is no last domain
    refused(lambda: differences(found, [[0, 3]]), "pairs", "got 3")


def test_classifications_that_do_not_fit():
    refused(lambda: independence(Design.of(ONES), [0, 1], np.zeros(6)), "columns", "Expected 2, got 6")
    refused(lambda: independence(Design.of(ONES), -ONES, PSU - 1), "0 x 3")
    census = independence(Design.of(ONES, population=6), [0, 0, 1, 1, 0, 1], PSU % 2)
    assert np.isnan([census.statistic, census.p_value]).all() and census.n == 6


def test_lengths_and_numbers_that_do_not_fit():
    design, rule = Design.of(ONES), replicate_rule("JK1", 2)
    refused(lambda: replicate_rule("JK1", 0), "n_replicates")
    refused(lambda: replicate_rule("JKn", 3, units=[0, 2, 2]), "units", ">= 1")
    refused(lambda: replicate_rule("JK1", 4, factors=[1, 2]), "factors", "Expected 4")
    refused(lambda: ReplicateDesign.of(ONES, np.ones((6, 2)), rule=rule, psu=[1, 2, 3]), "replicates", "3 x 6 x 2")
    refused(lambda: rake(design, []), "margins", "at least one")
    refused(lambda: check_weights(design, [3], groups=[-1, 0, 0, 0, 0, 0]), "groups", "-1 ... 0")
    refused(lambda: check_weights(design, [3, 3], groups=[0, 1]), "groups", "2, 0 ... 1")
    refused(lambda: check_weights(design, 0), "group 0", "Expected 0.0")
    empty = calibrate(design, np.column_stack([ONES, np.zeros(6)]), [9, 0])
    np.testing.assert_allclose(empty.weight, 1.5)
