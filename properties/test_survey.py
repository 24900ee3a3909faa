"""Survey estimates whatever the sample: units of weights, order of rows, domains, missing values, constants, sums."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ekistics.survey import (
    Design,
    Stage,
    differences,
    jackknife,
    mean,
    poststratify,
    proportion,
    quantile,
    ratio,
    total,
)
from ekistics.survey.domains import Domains
from ekistics.survey.readings import Weighing, _by_cells, _by_rows, readings

value = st.integers(-800, 800)


@st.composite
def samples(draw):
    """Give strata of at least two units, units of one to four households, weights, a variable and domains.

    The shape is drawn, and the numbers follow from a seed, which is ten times as fast as drawing each.
    """
    units = draw(st.lists(st.integers(2, 4), min_size=1, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = rng.integers(1, 5, sum(units))
    strata = np.repeat(np.repeat(np.arange(len(units)), units), sizes)
    n = len(strata)
    few = draw(st.sampled_from([2, 8, 1000]))  # values, so that many, some or hardly any are equal
    population = np.repeat(rng.integers(4, 10, len(units)).astype(float), units)
    return {"strata": strata, "psu": np.repeat(np.arange(len(sizes)), sizes), "weight": rng.uniform(0.5, 50, n),
            "y": rng.integers(-few, few + 1, n) / 8, "domain": rng.integers(-1, draw(st.integers(0, 3)), n),
            "population": np.repeat(population, sizes)}


def design(s, weight=None, rows=slice(None)):
    return Design.of((s["weight"] if weight is None else weight)[rows], strata=s["strata"][rows], psu=s["psu"][rows],
                     population=s["population"][rows])


def same(one, two, scale=1.0):
    for name in ("value", "se", "lci", "uci"):
        np.testing.assert_allclose(getattr(two, name), scale * getattr(one, name), rtol=1e-6, atol=1e-5 * scale)
    np.testing.assert_array_equal(one.df, two.df)
    np.testing.assert_array_equal(one.reason, two.reason)


def by(s, estimate, **changed):
    s = s | changed
    return estimate(design(s), s["y"], domain=s["domain"], n_domains=3)


@given(samples(), st.floats(0.01, 100))
def test_weights_in_another_unit_change_totals_and_nothing_else(s, factor):
    scaled = s["weight"] * factor
    same(by(s, mean), by(s, mean, weight=scaled))
    same(by(s, total), by(s, total, weight=scaled), factor)
    same(by(s, quantile), by(s, quantile, weight=scaled))


@given(samples(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(s, random):
    order = list(range(len(s["y"])))
    random.shuffle(order)
    shuffled = {name: values[order] for name, values in s.items()}
    for estimate in (mean, total, quantile):
        same(by(s, estimate), by(shuffled, estimate))


@given(samples(), st.permutations([0, 1, 2]))
def test_other_codes_of_units_strata_and_domains_do_not_matter(s, codes):
    new = np.array([*codes, -1])
    one = by(s, mean)
    two = by(s, mean, psu=1000 - 7 * s["psu"], strata=-s["strata"] - 5, domain=new[s["domain"]])
    np.testing.assert_allclose(two.se[np.array(codes)], one.se, rtol=1e-7, atol=1e-6)


@given(samples())
def test_a_domain_is_the_whole_sample_with_other_rows_zeroed(s):
    inside = s["domain"] == 0
    assume(inside.any())
    one = by(s, total)
    whole = total(design(s), np.where(inside, s["y"], 0.0))
    np.testing.assert_allclose(one.value[0], whole.value[0], rtol=1e-9, atol=1e-6)
    if np.isfinite(one.se[0]):
        np.testing.assert_allclose(one.se[0], whole.se[0], rtol=1e-7, atol=1e-5)
    domain_mean = ratio(design(s), np.where(inside, s["y"], 0.0), inside.astype(float))
    if np.isfinite(one.se[0]):
        np.testing.assert_allclose(by(s, mean).se[0], domain_mean.se[0], rtol=1e-6, atol=1e-6)


@given(samples())
def test_domains_that_are_merged_add_up_with_their_covariance(s):
    apart = total(design(s), s["y"], domain=np.where(s["domain"] >= 0, s["domain"], 0), n_domains=3, covariance=True)
    together = total(design(s), s["y"])
    known = apart.n > 0
    np.testing.assert_allclose(np.nansum(apart.value), together.value[0], rtol=1e-9, atol=1e-6)
    if np.isfinite(apart.covariance[np.ix_(known, known)]).all():
        summed = apart.covariance[np.ix_(known, known)].sum()
        np.testing.assert_allclose(summed, together.se[0] ** 2, rtol=1e-6, atol=1e-2)


@given(samples())
def test_covariance_and_plain_variance_are_one(s):
    asked = mean(design(s), s["y"], domain=s["domain"], n_domains=3, covariance=True)
    same(by(s, mean), asked)
    np.testing.assert_allclose(np.sqrt(np.maximum(np.diag(asked.covariance), 0)), asked.se, rtol=1e-6, atol=1e-6)


@given(samples(), st.data())
def test_a_missing_value_is_a_row_outside_the_domain(s, data):
    gone = data.draw(arrays(np.bool_, len(s["y"])))
    for estimate in (mean, total, quantile):
        missing = by(s, estimate, y=np.where(gone, np.nan, s["y"]))
        outside = by(s, estimate, domain=np.where(gone, -1, s["domain"]))
        same(missing, outside)
        np.testing.assert_array_equal(missing.n, outside.n)
        expected = np.bincount(s["domain"][gone & (s["domain"] >= 0)], minlength=3)
        np.testing.assert_array_equal(missing.missing, expected)


@given(samples(), value)
def test_a_constant_is_known_without_error(s, constant):
    found = by(s, mean, y=np.full(len(s["y"]), constant))
    known = found.n > 0
    np.testing.assert_allclose(found.value[known], constant, rtol=1e-9, atol=1e-9)
    assert np.nanmax(np.append(found.se, 0)) <= 1e-7 * (1 + abs(constant))


@given(samples(), st.floats(-5, 5), st.floats(-50, 50))
def test_means_follow_a_change_of_unit(s, slope, shift):
    one, two = by(s, mean), by(s, mean, y=slope * s["y"] + shift)
    np.testing.assert_allclose(two.value, slope * one.value + shift, rtol=1e-6, atol=1e-4)
    np.testing.assert_allclose(two.se, abs(slope) * one.se, rtol=1e-5, atol=1e-4)


@given(samples(), st.data())
def test_the_total_of_a_sum_is_the_sum_of_totals(s, data):
    other = s["y"][::-1] * data.draw(value)
    both = by(s, total, y=s["y"] + other).value
    np.testing.assert_allclose(both, by(s, total).value + by(s, total, y=other).value, rtol=1e-7, atol=1e-3)


@given(samples())
def test_the_difference_of_a_domain_from_itself_is_nothing(s):
    found = mean(design(s), s["y"], domain=s["domain"], n_domains=3, covariance=True)
    zero = differences(found, [[0, 0], [1, 1], [2, 2]])
    known = np.isfinite(found.se)
    np.testing.assert_allclose(zero.value[known], 0)
    np.testing.assert_allclose(zero.se[known], 0, atol=1e-6)


@given(samples())
def test_a_jackknife_of_totals_is_the_linearised_variance(s):
    one, two = total(design(s), s["y"]), total(jackknife(design(s)), s["y"])
    np.testing.assert_allclose(two.se, one.se, rtol=1e-6, atol=1e-4)


@given(samples())
def test_a_second_stage_never_lowers_the_variance(s):
    rows = np.arange(len(s["y"]))
    sizes = np.bincount(s["psu"])[s["psu"]]
    first, second = Stage(s["psu"], s["strata"], s["population"]), Stage(rows, None, sizes + 5.0)
    two = total(Design.staged(s["weight"], [first, second], lonely="certainty"), s["y"])
    assert two.se[0] >= total(design(s), s["y"]).se[0] * (1 - 1e-9)


@given(samples())
def test_intervals_of_proportions_hold_the_proportion_and_stay_between_zero_and_one(s):
    yes = (s["y"] > 0).astype(float)
    for kind in ("logit", "korn-graubard", "wilson"):
        found = proportion(design(s), yes, domain=s["domain"], n_domains=3, interval=kind)
        known = np.isfinite(found.lci)
        assert (found.lci[known] >= 0).all() and (found.uci[known] <= 1).all()
        assert (found.lci[known] <= found.value[known] + 1e-9).all()
        assert (found.uci[known] >= found.value[known] - 1e-9).all()


@given(samples(), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_quantiles_are_values_of_the_sample_in_their_order(s, p, q):
    low, high = (quantile(design(s), s["y"], share).value[0] for share in sorted((p, q)))
    assert low <= high and {low, high} <= set(s["y"])


@given(samples(), st.data())
def test_poststratified_weights_have_their_sizes_and_no_error(s, data):
    sizes = data.draw(arrays(np.float64, int(s["strata"].max()) + 1, elements=st.floats(10, 1000)))
    made = poststratify(design(s), s["strata"], sizes)
    np.testing.assert_allclose(np.bincount(s["strata"], made.weight), sizes, rtol=1e-9)
    counted = total(made, np.ones(len(s["y"])))
    np.testing.assert_allclose(counted.value, sizes.sum(), rtol=1e-9)
    assert counted.se[0] <= 1e-6 * sizes.sum()


@given(samples(), st.data())
def test_readings_of_sums_by_unit_are_those_of_the_rows(s, data):
    n, rng = len(s["y"]), np.random.default_rng(data.draw(st.integers(0, 2**32)))
    truth = rng.choice([0.0, 1.0, np.nan], n, p=data.draw(st.sampled_from([(0.5, 0.5, 0), (0.2, 0.5, 0.3), (0, 1, 0)])))
    count = None if data.draw(st.booleans()) else rng.choice([0.0, 1.0, 4.0, np.nan], n, p=[0.1, 0.4, 0.4, 0.1])
    sample = design(s)
    weighing, domains = Weighing(sample, count), Domains.of(sample, s["domain"], n_domains=3)
    state = weighing.state(truth)
    state = state if domains.live is None else np.where(domains.live, state, 4)
    fast, slow = (way(weighing, state, domains, "logit", 0.95) for way in (_by_cells, _by_rows))
    np.testing.assert_allclose(fast.unknown, slow.unknown, rtol=1e-9, atol=1e-12)
    for name in ("known", "least", "most"):
        one, two = getattr(fast, name), getattr(slow, name)
        for field in ("value", "se", "lci", "uci", "n", "n_psu", "df", "missing", "numerator", "denominator", "deff",
                      "weight_sum"):
            np.testing.assert_allclose(getattr(one, field), getattr(two, field), rtol=1e-6, atol=1e-7, err_msg=field)
        np.testing.assert_array_equal(one.reason, two.reason)
    least, most = (np.nan_to_num(each.value) for each in (fast.least, fast.most))
    assert (least <= most + 1e-12).all()
    whole = readings(weighing, weighing.state(np.nan_to_num(truth)), domains)
    np.testing.assert_allclose(whole.known.value, fast.least.value, rtol=1e-9)
