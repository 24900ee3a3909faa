"""The kernel on real samples: each reference number to its printed digits, and more of R's."""

import numpy as np
import pandas as pd
import pytest

from ekistics.survey import (
    calibrate,
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
    total,
)
from tests.survey.samples import API, REFERENCE, numbered, schools


@pytest.fixture(scope="module")
def samples(shared_data):
    return schools(shared_data)


def printed(found, text):
    """Hold a number against one that is printed, to half a unit of its last digit."""
    digits = len(text.partition(".")[2])
    assert abs(float(found) - float(text)) <= 0.5000001 * 10.0**-digits, (float(found), text)


def both(found, texts):
    printed(found.value[0], texts[0])
    printed(found.se[0], texts[1])


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=API["tolerance"], atol=1e-9)


@pytest.mark.parametrize("name", ["srs", "strat", "clus1", "clus2"])
def test_printed_means_totals_ratios_and_design_effects(samples, name):
    frame, design = samples[name]
    golden = REFERENCE["designs"][name]
    both(mean(design, frame.api00), golden["mean_api00"])
    both(total(design, frame.enroll), golden["total_enroll"])
    both(ratio(design, frame["api.stu"], frame.enroll), golden["ratio_stu_enroll"])
    printed(mean(design, frame.api00).deff[0], golden["deff_mean"])
    printed(mean(design, frame.api00).df[0], golden["df"])
    assert total(design, frame.enroll).missing[0] == frame.enroll.isna().sum()


@pytest.mark.parametrize(("name", "by"), [("clus1", "stype"), ("strat", "sch.wide")])
def test_printed_domains(samples, name, by):
    frame, design = samples[name]
    golden = REFERENCE["domains"][f"{name}_{by.replace('.', '_')}"]
    found = mean(design, frame.api00, domain=numbered(frame[by]))
    for number, (value, se) in enumerate(zip(golden["mean"], golden["se"], strict=True)):
        printed(found.value[number], value)
        printed(found.se[number], se)
        if "df" in golden:
            printed(found.df[number], golden["df"][number])


@pytest.mark.parametrize(("name", "case", "what"), [("clus1", "clus1_ell_0", ("ell", 0)),
                                                   ("strat", "strat_sch_wide_no", ("sch.wide", "No"))])
def test_printed_intervals_of_proportions(samples, name, case, what):
    frame, design = samples[name]
    golden = dict(REFERENCE["proportions"][case])
    value = golden.pop("value")
    for kind, (lower, upper) in golden.items():
        found = proportion(design, (frame[what[0]] == what[1]).astype(float), interval=kind)
        printed(found.value[0], value)
        printed(found.lci[0], lower)
        printed(found.uci[0], upper)


def test_printed_jackknife(samples):
    for name in ("clus1", "strat"):
        frame, design = samples[name]
        printed(mean(jackknife(design), frame.api00).se[0], REFERENCE["jackknife"][f"{name}_se"])


def test_printed_poststrata_and_regression(samples):
    frame, design = samples["clus1"]
    golden = REFERENCE["poststratified"]
    post = poststratify(design, numbered(frame.stype), golden["totals"])
    both(mean(post, frame.api00), golden["mean_api00"])
    both(total(post, frame.enroll), golden["total_enroll"])
    golden = REFERENCE["greg"]
    auxiliary = np.column_stack([np.ones(len(frame)), frame.stype == "H", frame.stype == "M", frame.api99])
    greg = calibrate(design, auxiliary.astype(float), golden["totals"])
    both(mean(greg, frame.api00), golden["mean_api00"])
    both(total(greg, frame.enroll), golden["total_enroll"])


def test_printed_rao_scott(samples):
    frame, design = samples["clus1"]
    golden, found = REFERENCE["rao_scott"], independence(design, numbered(frame["sch.wide"]), numbered(frame.stype))
    for value, key in ((found.statistic, "f"), (found.ndf, "ndf"), (found.ddf, "ddf"), (found.p_value, "p")):
        printed(value, golden[key])


def test_the_samples_tell_the_truth_within_their_intervals(samples):
    truth = REFERENCE["truth"]
    for name, (frame, design) in samples.items():
        if name != "clus2":  # its weights are those of the sample that was drawn, 6129 schools of 6194
            printed(design.weight.sum().round(), truth["n"])
        found = mean(design, frame.api00), total(design, frame.enroll)
        assert found[0].lci[0] < truth["mean_api00"] < found[0].uci[0], name
        assert found[1].lci[0] < truth["total_enroll"] < found[1].uci[0], name


def test_printed_small_areas(shared_data):
    frame = pd.read_csv(shared_data("milk-small-area") / "expenditure_on_milk.csv")
    auxiliary = np.column_stack([np.ones(len(frame)), *(frame.major_area == area for area in (2, 3, 4))])
    found = fay_herriot(frame.direct_est, frame.std_error, auxiliary=auxiliary)
    golden = REFERENCE["milk"]
    printed(found.variance, golden["variance"])
    for values, key in ((found.coefficients, "coefficients"), (found.value, "value"), (found.mse, "mse")):
        for value, text in zip(values, golden[key], strict=False):
            printed(value, text)
    assert found.n_areas == 43


@pytest.mark.parametrize("name", ["srs", "strat", "clus1", "clus2"])
def test_more_of_r_quantiles_differences_and_independence(samples, name):
    frame, design = samples[name]
    golden, stype = API[name], numbered(frame.stype)
    found = quantiles(design, frame.api00, (0.102, 0.252, 0.502, 0.752, 0.902))
    close([[e.value[0], e.lci[0], e.uci[0], e.se[0]] for e in found],
          np.transpose([golden[f"quantile{key}"] for key in ("", "_lci", "_uci", "_se")]))
    by = mean(design, frame.api00, domain=stype, covariance=True)
    close(by.value, golden["domain_means"])
    close(by.covariance, golden["domain_covariance"])
    apart = differences(by, [[0, 1]])
    close([apart.value[0], apart.se[0]], golden["e_to_h"])
    test = independence(design, numbered(frame["sch.wide"]), stype)
    close([test.statistic, test.ndf, test.ddf, test.p_value], golden["rao_scott"])
    close(mean(design, frame.api00).deff_with_replacement, golden["deff_with_replacement"])


def test_more_of_r_raking_bounds_and_replicates(samples):
    frame, design = samples["clus1"]
    golden, stype, wide = API["calibration"], numbered(frame.stype), numbered(frame["sch.wide"])
    sizes = [4421.0, 755.0, 1018.0]
    raked = rake(design, [(stype, sizes), (wide, [1072.0, 5122.0])])
    found = mean(raked, frame.api00)
    np.testing.assert_allclose([found.value[0], found.se[0]], golden["raking_mean"], rtol=1e-8)
    np.testing.assert_allclose([raked.weight.min(), raked.weight.max()], golden["rake_weight_range"], rtol=1e-8)
    auxiliary = np.column_stack([np.ones(len(frame)), stype == 1, stype == 2, frame.api99]).astype(float)
    logit = calibrate(design, auxiliary, REFERENCE["greg"]["totals"], distance="logit", bounds=(0.5, 2))
    close([logit.weight.min(), logit.weight.max()], golden["logit_weight_range"])
    close([mean(logit, frame.api00).value[0], mean(logit, frame.api00).se[0]], golden["logit_mean"])
    close([total(logit, frame.enroll).value[0], total(logit, frame.enroll).se[0]], golden["logit_total"])
    inside = poststratify(jackknife(design), stype, sizes)
    close([mean(inside, frame.api00).value[0], mean(inside, frame.api00).se[0]], API["inside_replicates"]["mean"])
    close([total(inside, frame.enroll).value[0], total(inside, frame.enroll).se[0]], API["inside_replicates"]["total"])
