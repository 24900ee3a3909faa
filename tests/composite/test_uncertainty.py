"""Replicates of an index: against a plain loop, against single builds, and by the laws that they keep."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ekistics.composite import (
    Aggregate,
    Data,
    Form,
    Group,
    Impute,
    Item,
    Pipeline,
    Scenario,
    Standardise,
    Structure,
    Treat,
)
from ekistics.composite._blocks import prepare, rank_block, total_block, uniforms
from ekistics.composite._upstream import standardised_block
from ekistics.composite.aggregate import aggregate
from ekistics.composite.noise import check_inputs, draw, noisy_values, noisy_weights, setting
from ekistics.composite.ranks import rank
from ekistics.composite.uncertainty import (
    Choice,
    InputNoise,
    WeightNoise,
    rank_shift,
    replicate,
    replicate_at,
    replicate_blocks,
)
from ekistics.composite.weights import normalised, resolve
from ekistics.core.errors import InvalidValueError, UnknownNameError
from tests.composite import asem, replicate_loop

FROM_ONE = Standardise(lower=1)
CHOICES = (Choice("treat.winsorise", (1, 2, 3, 4, 5)),
           Choice("standardise", (FROM_ONE, Standardise("z-score", mean=10, sd=2))),
           Choice("aggregate.method", ("arithmetic", "geometric")))
UNCERTAIN = (*CHOICES, WeightNoise(0.25))


@pytest.fixture(scope="module")
def countries(shared_data):
    """Give the worked example, standardised from 1 so that geometric means exist, with errors of 2 %."""
    given = asem.data(shared_data)
    with_errors = Data(given.values, given.structure, given.units, given.denominators, given.groups,
                       np.abs(given.values) * 0.02)
    return with_errors, asem.scenario(shared_data).replace(standardise=FROM_ONE)


def small(*, holes: float = 0.0, seed: int = 5, units: int = 40) -> Data:
    """Give generated units with eight items in three groups, two of them below one more."""
    rng = np.random.default_rng(seed)
    tree = Structure.of([Item(f"i{i}", "abc"[i % 3], 1 + i % 2, (-1) ** i) for i in range(8)],
                        [Group("all", ""), Group("ab", "all", 2), Group("a", "ab"), Group("b", "ab", 3),
                         Group("c", "all")])
    values = rng.gamma(3, 20, (units, 8))
    values[rng.random(values.shape) < holes] = np.nan
    return Data(values, tree, [f"u{i}" for i in range(units)], se=np.full(values.shape, 4.0))


# --- outside proof


def test_replicates_are_those_of_a_plain_loop(shared_data, countries):
    data, base = countries
    made = replicate(data, base, UNCERTAIN, 24, seed=20261127)
    meta = asem.metadata(shared_data)
    table = pd.read_csv(shared_data(asem.FOLDER + "asem_data.csv"))
    items = meta[meta["Type"] == "Indicator"]
    meta = meta[meta["Type"].isin(["Indicator", "Aggregate"])].assign(Level=lambda m: m["Level"].astype(float),
                                                                      Direction=lambda m: m["Direction"].astype(float))
    ready = replicate_loop.prepared(table[items["iCode"].tolist()].astype(float), items, table)
    structure = data.structure
    drawn = noisy_weights(structure.weights, structure, UNCERTAIN[-1], made.draws.weight_seed)
    apart = 0.0
    for r in range(len(made)):
        points, standard, method = made.draws.choices[r].tolist()
        how = {"points": points + 1, "standard": ("min-max", "z-score")[standard],
               "mean": ("arithmetic", "geometric")[method]}
        scores = replicate_loop.one(ready, meta, dict(zip(structure.codes, drawn[r], strict=True)), how)
        apart = max(apart, float(np.abs(scores.to_numpy() - made.scores[r]).max()))
        assert np.array_equal(replicate_loop.ranks(scores), made.ranks[r]), (r, how)
    assert apart < 1e-4  # scores are kept in single precision
    print(f"SHOWN replicates against a plain loop, {len(made)} of 51 countries: all ranks agree, scores within "
          f"{apart:.0e}")


def test_random_numbers_are_those_of_the_published_generator():
    # SplitMix64 from the seed 1234567, as its authors' reference program prints them
    printed = (6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
               16408922859458223821)
    drawn = uniforms(np.array([1234567], dtype=np.uint64), 5)[0]
    assert drawn.tolist() == [(whole >> 11) / 2**53 for whole in printed]


def test_observations_are_drawn_from_the_truncated_normal():
    centre, spread, low, high = 96.0, 8.0, 0.0, 100.0
    values = np.full((40_000, 1), centre)
    drawn = noisy_values(values, np.full(values.shape, spread), (np.array([low]), np.array([high])), seed=3)[:, 0]
    truth = stats.truncnorm((low - centre) / spread, (high - centre) / spread, centre, spread)
    assert stats.kstest(drawn, truth.cdf).pvalue > 0.01
    assert drawn.min() >= low
    assert drawn.max() <= high


@pytest.mark.parametrize(("centre", "spread", "low", "high"), [
    (101.0, 0.01, 0.0, 100.0), (100.5, 0.1, 0.0, 100.0), (-0.1, 0.01, 0.0, 100.0), (-0.1, 0.01, 0.0, np.inf),
    (-2.0, 0.4, 0.0, 100.0), (5.0, 0.1, -np.inf, 4.0)])
def test_an_observation_beyond_its_bounds_is_drawn_at_the_bound_next_to_it(centre, spread, low, high):
    values = np.full((4_000, 1), centre)
    drawn = noisy_values(values, np.full(values.shape, spread), (np.array([low]), np.array([high])), seed=3)[:, 0]
    near = low if centre < low else high
    away = abs(centre - near)
    # far out, the tail of a normal distribution falls off like an exponential one with this mean
    assert np.abs(drawn - near).mean() == pytest.approx(spread**2 / away, rel=0.1, abs=0.02 * spread)
    assert (drawn >= low).all()
    assert (drawn <= high).all()


# --- one replicate alone


@pytest.mark.parametrize("inputs", [UNCERTAIN, CHOICES[:1], (WeightNoise(0.4, ("Index", "Social")),),
                                    (*UNCERTAIN, InputNoise(lower={"LPI": 0}))],
                         ids=["all", "choice", "some", "errors"])
def test_one_replicate_alone_gives_the_same_ranks(countries, inputs):
    data, base = countries
    made = replicate(data, base, inputs, 40, seed=8)
    for row in (0, 13, 39):
        alone = replicate_at(data, base, inputs, made.draws, row)
        assert np.array_equal(alone.ranks, made.ranks[row])
        assert np.allclose(alone.total, made.scores[row], rtol=1e-6)


@pytest.mark.parametrize("standard", [Standardise(lower=70), Standardise("percentile-rank", lower=70),
                                      Standardise("distance-to-maximum", lower=70)], ids=lambda step: step.method)
@pytest.mark.parametrize("method", ["arithmetic", "geometric", ("arithmetic", "geometric", "harmonic"), "mpi",
                                    "copeland"], ids=str)
def test_one_replicate_alone_by_every_method_and_with_holes(standard, method):
    data = small(holes=0.1)
    base = Scenario(standardise=standard, treat=Treat(winsorise=2), aggregate=Aggregate(method, minimum_share=0.4))
    inputs = [WeightNoise(0.3), InputNoise(lower={f"i{i}": 0.5 for i in range(8)})]
    made = replicate(data, base, inputs, 6, seed=2)
    for row in range(6):
        alone = replicate_at(data, base, inputs, made.draws, row)
        assert np.array_equal(np.nan_to_num(alone.ranks), made.ranks[row])


def test_the_same_seed_gives_the_same_and_another_does_not(countries):
    one, again, other = (replicate(*countries, UNCERTAIN, 30, seed) for seed in (4, 4, 5))
    assert np.array_equal(one.ranks, again.ranks)
    assert one.plain() == again.plain()
    assert not np.array_equal(one.ranks, other.ranks)


def test_blocks_do_not_change_what_comes_out(countries, monkeypatch):
    whole = replicate(*countries, (*UNCERTAIN, InputNoise()), 25, 1)
    for name in ("_CELLS", "_VALUES"):
        monkeypatch.setattr(f"ekistics.composite.uncertainty.{name}", 1)
    assert np.array_equal(replicate(*countries, (*UNCERTAIN, InputNoise()), 25, 1).ranks, whole.ranks)


def test_what_comes_before_the_weights_is_done_once_for_each_mix(countries):
    data, base = countries
    pipeline = Pipeline(data)
    draws = draw(np.random.default_rng(1).random((500, 4)), UNCERTAIN)
    told = [0, 0]
    for rows, _scores in replicate_blocks(pipeline, base, UNCERTAIN, draws):
        told[0] += len(rows)
        told[1] += 1
    assert told == [500, 20]
    assert pipeline.runs["impute"] == 1
    assert pipeline.runs["treat"] == 5
    assert pipeline.runs["standardise"] == 10


# --- the blocks against the functions they stand for


@pytest.mark.parametrize("holes", [0.0, 0.15, 0.5])
@pytest.mark.parametrize("step", [Aggregate(), Aggregate("geometric"), Aggregate("harmonic", whole=True),
                                  Aggregate(("geometric", "arithmetic", "geometric"), minimum_share=0.5),
                                  Aggregate(("arithmetic", "arithmetic", "geometric"), floor=25.0),
                                  Aggregate("mpi", penalty=1), Aggregate("copeland")], ids=str)
def test_blocks_of_weights_are_aggregated_as_one_by_one(step, holes):
    data = small(holes=holes)
    rng = np.random.default_rng(11)
    x = np.where(np.isnan(data.values), np.nan, rng.uniform(1, 100, data.values.shape))
    weights = normalised(data.structure, rng.uniform(0.2, 2, (7, len(data.structure.codes))))
    block = total_block(prepare(data.structure, x, step), weights)
    for r in range(7):
        alone = aggregate(data.structure, x, weights[r], step).scores[:, -1]
        assert np.allclose(block[r], alone, equal_nan=True, rtol=1e-12)
    each = np.stack([x, x[::-1]])
    own = total_block(prepare(data.structure, each, step), weights[:2])
    for r in range(2):
        alone = aggregate(data.structure, each[r], weights[r], step).scores[:, -1]
        assert np.allclose(own[r], alone, equal_nan=True, rtol=1e-12)


def test_what_has_no_logarithm_is_told_as_by_the_aggregation():
    data = small()
    x = data.values - data.values.min(axis=0)
    weights = resolve(data.structure, Scenario().weigh)[None]
    for step in (Aggregate("geometric"), Aggregate(("arithmetic", "arithmetic", "geometric"))):
        with pytest.raises(InvalidValueError, match="mean needs scores above zero"):
            total_block(prepare(data.structure, x - 30, step), weights)


def test_ranks_of_blocks_are_those_of_columns():
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 12, (30, 20)).astype(float)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    scores[0] = np.nan
    scores[1] = 7.0
    scores[2, 0] = scores[2, 1] + 1e-12  # the last bits tell no order
    assert np.array_equal(rank_block(scores), np.nan_to_num(rank(scores.T).T))


def test_steps_before_the_weights_in_blocks_are_those_of_the_pipeline(countries):
    data, base = countries
    blocks = np.stack([data.values * factor for factor in (1.0, 1.1)] + [data.values**2])
    made = standardised_block(blocks, data, base)
    for values, found in zip(blocks, made, strict=True):
        alone = Pipeline(Data(values, data.structure, data.units, data.denominators, data.groups)).run(base)
        assert np.allclose(found, alone.standardised, rtol=1e-12)


@pytest.mark.parametrize("none", ["", None, np.nan], ids=repr)
def test_units_of_no_group_are_not_filled_in_blocks_either(none):
    data = small(holes=0.2)
    groups = {"region": np.array([none, "n", "s", none] * 10, dtype=object)}
    grouped = Data(data.values, data.structure, data.units, groups=groups)
    base = Scenario(impute=Impute("group-mean", "region"))
    found = standardised_block(grouped.values[None], grouped, base)[0]
    alone = Pipeline(grouped).run(base).standardised
    assert np.isnan(alone[::4]).any()
    assert np.allclose(found, alone, rtol=1e-12, equal_nan=True)


# --- what is drawn


def test_weights_stay_within_their_spread_and_keep_their_sums():
    data = small()
    structure, noise = data.structure, WeightNoise(0.25)
    drawn = noisy_weights(structure.weights, structure, noise, np.arange(400, dtype=np.uint64))
    for node in structure.nodes:
        below = structure.children(node)
        assert np.allclose(drawn[:, below].sum(axis=1), structure.weights[below].sum())
        shares = drawn[:, below] / structure.weights[below]
        assert (shares.max(axis=1) / shares.min(axis=1) <= 1.25 / 0.75 + 1e-12).all()
    lone = noisy_weights(structure.weights, structure, WeightNoise(0.25, ("c",)), np.arange(9, dtype=np.uint64))
    moved = {code for code, column in zip(structure.codes, lone.T, strict=True) if np.ptp(column) > 0}
    assert moved == {item.code for item in structure.items if item.parent == "c"}


def test_options_are_equally_likely_and_every_one_comes():
    draws = draw(np.random.default_rng(0).random((5000, 1)), [Choice("treat.winsorise", (1, 2, 3, 4, 5))])
    counts = np.bincount(draws.choices[:, 0], minlength=5)
    assert stats.chisquare(counts).pvalue > 0.01
    assert draw([[0.0], [0.999999999]], [CHOICES[0]]).choices.ravel().tolist() == [0, 4]


def test_observations_without_an_error_or_value_stay():
    values = np.array([[1.0, np.nan, 3.0]])
    se = np.array([[0.0, 2.0, np.nan]])
    ends = np.full(3, -np.inf), np.full(3, np.inf)
    assert np.array_equal(noisy_values(values, se, ends, 1), values, equal_nan=True)


# --- what replicates tell


def test_intervals_hold_at_least_their_share(countries):
    made = replicate(*countries, UNCERTAIN, 333, seed=6)
    for share in (0.5, 0.9, 1.0):
        low, high = made.rank_interval(share).T
        assert ((made.ranks >= low) & (made.ranks <= high)).mean(axis=0).min() >= share
    assert np.array_equal(made.rank_interval(1.0).T, (made.ranks.min(axis=0), made.ranks.max(axis=0)))
    assert np.allclose(made.rank_mean(), made.ranks.mean(axis=0))
    wide, narrow = made.rank_interval(0.9), made.rank_interval(0.5)
    assert (wide[:, 0] <= narrow[:, 0]).all()
    assert (wide[:, 1] >= narrow[:, 1]).all()


@pytest.mark.parametrize("seed", [1, 2])
def test_what_the_explanation_says_of_the_worked_example(countries, seed):
    """Of docs/explanation/index-uncertainty.md: seven places wide, Switzerland first, Luxembourg to the 29th."""
    made = replicate(*countries, UNCERTAIN, 10_000, seed)
    units, interval = list(made.base.data.units), made.rank_interval()
    assert round(float(np.diff(interval).mean())) == 7
    assert made.top(1)[units.index("CHE")] > 0.97
    eighth = units.index("LUX")
    assert made.base.ranks[eighth] == 8
    assert interval[eighth, 0] in (4, 5)
    assert interval[eighth, 1] == 29


def test_chances_of_the_first_places_add_up(countries):
    made = replicate(*countries, (WeightNoise(0.25),), 200, seed=6)
    for k in (1, 10, 51):
        assert made.top(k).sum() == pytest.approx(k)  # no two scores are equal here
    assert (made.top(5) <= made.top(6)).all()
    first = int(np.argmin(made.base.ranks))
    print(f"SHOWN worked example, weights 25 % more or less, 200 replicates: {made.base.data.units[first]} first in "
          f"{100 * made.top(1)[first]:.0f} %")


def test_scores_of_another_scale_are_not_mixed_in(countries):
    made = replicate(*countries, UNCERTAIN, 200, seed=6)
    own = [option == 0 for option in made.draws.choices[:, 1]]
    assert made.on_scale.tolist() == own
    low, high = made.score_interval(1.0).T
    assert np.allclose(low, made.scores[own].min(axis=0))
    assert np.allclose(high, made.scores[own].max(axis=0))


def test_counts_of_pairs_are_not_mixed_with_points():
    made = replicate(small(), Scenario(), [WeightNoise(0.1), Choice("aggregate.method", ("arithmetic", "copeland"))],
                     60, seed=2)
    points = made.draws.choices[:, 0] == 0
    assert made.on_scale.tolist() == points.tolist()
    assert np.array_equal(made.score_interval(1.0)[:, 0], made.scores[points].min(axis=0))


def test_a_unit_without_a_score_has_no_rank_and_is_not_last():
    data = small()
    values = data.values.copy()
    values[3] = np.nan
    made = replicate(Data(values, data.structure, data.units), Scenario(), [WeightNoise(0.2)], 20, seed=1)
    assert made.ranks[:, 3].tolist() == [0] * 20
    assert made.ranks.max() == 39
    for told in (made.rank_interval()[3], made.score_interval()[3], made.top(3)[3:4], made.rank_mean()[3:4]):
        assert np.isnan(told).all()
    assert np.isfinite(made.shift()).all()


def test_without_anything_that_moves_there_is_one_rank():
    made = replicate(small(), Scenario(), [Choice("standardise.upper", (100, 50))], 12, seed=1)
    assert np.array_equal(made.rank_interval(1.0), np.repeat(made.base.ranks[:, None], 2, axis=1))
    assert not made.shift().any()


def test_the_shift_of_ranks():
    assert rank_shift(np.array([[2, 1, 3]]), np.array([1.0, 2, 3])).tolist() == [2 / 3]


def test_progress_tells_all(countries):
    told = []
    replicate(*countries, UNCERTAIN, 100, seed=1, progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (100, 100)


def test_parameters_are_told_as_plain_data(countries):
    row = replicate(*countries, UNCERTAIN, 3, seed=1).plain()[1]
    assert row["replicate"] == 2
    assert set(row) == {"replicate", *(choice.path for choice in CHOICES), "weight_seed", "mean_rank_shift"}
    assert row["aggregate.method"] in ("arithmetic", "geometric")


def test_a_whole_step_and_its_absence_can_be_chosen():
    base = Scenario(treat=Treat())
    assert setting(base, [Choice("treat", (Treat(winsorise=1), None))], [1]).treat is None
    assert setting(base, [Choice("treat", ({"winsorise": 2}, None))], [0]).treat == Treat(winsorise=2)


# --- bad input


@pytest.mark.parametrize(("inputs", "error", "told"), [
    ([], InvalidValueError, "no uncertain input"),
    ([Choice("impute.method", ("mean", "median"))], InvalidValueError, "does not have this step"),
    ([Choice("impute", (None, {"method": "mean"}))], InvalidValueError, "does not have this step"),
    ([Choice("treta.winsorise", (1, 2))], UnknownNameError, "Did you mean 'treat'"),
    ([Choice("norm", (1, 2))], UnknownNameError, "no step 'norm'"),
    ([Choice("treat.winsorize", (1, 2))], UnknownNameError, "Did you mean 'winsorise'"),
    ([Choice("aggregate.method", ("arithmetic", "geometrical"))], UnknownNameError, "Did you mean 'geometric'"),
    ([Choice("treat.winsorise", (1,))], InvalidValueError, "at least two options"),
    ([Choice("treat.winsorise", (1, "many"))], InvalidValueError, "another type"),
    ([Choice("treat", (None, Standardise()))], InvalidValueError, "not the step of that name"),
    ([WeightNoise(0.1), WeightNoise(0.2)], InvalidValueError, "of one thing"),
    ([Choice("treat", (None, Treat())), Choice("treat.winsorise", (1, 2))], InvalidValueError, "of one thing"),
    ([WeightNoise(1.0)], InvalidValueError, "above zero"),
    ([WeightNoise(0.1, ("al",))], UnknownNameError, "Did you mean 'all'"),
    ([InputNoise(lower={"i0": 5}, upper={"i0": 5})], InvalidValueError, "upside down"),
    ([InputNoise(lower={"i99": 5})], UnknownNameError, "no item 'i99'"),
])
def test_inputs_that_cannot_be(inputs, error, told):
    data = small()
    with pytest.raises(error, match=told):
        check_inputs(Scenario(treat=Treat()), inputs, data.structure)
    with pytest.raises(error, match=told):
        replicate(data, Scenario(treat=Treat()), inputs, 5, seed=1)


def test_errors_need_standard_errors():
    data = small()
    with pytest.raises(InvalidValueError, match="No observation has a standard error"):
        replicate(Data(data.values, data.structure, data.units), Scenario(), [InputNoise()], 5, seed=1)


def test_a_mix_that_cannot_be_built_is_named():
    with pytest.raises(InvalidValueError, match=r"aggregate.method = geometric.*above zero"):
        replicate(small(), Scenario(), [CHOICES[2]], 20, seed=1)


@pytest.mark.parametrize("standard", [
    Standardise("distance-to-maximum"),
    Standardise("goalposts", forms={f"i{i}": Form("log", low=1, high=400) for i in range(8)})],
    ids=lambda step: step.method)
def test_a_drawn_value_that_cannot_be_is_told_with_its_item_and_as_drawn(standard):
    data = small()
    data.se[:, 0] = 60  # about as large as the values, so that some are drawn below zero
    bounded = InputNoise(lower={f"i{i}": 1.0 for i in range(1, 8)})
    with pytest.raises(InvalidValueError) as caught:
        replicate(data, Scenario(standardise=standard), [bounded], 20, seed=1)
    item, *_form, drawn = caught.value.where.removesuffix(" (no choice)").split(", ")
    assert (item, drawn) == ("i0", "observations")


def test_numbers_that_cannot_be():
    data = small()
    for n in (0, 10**9):
        with pytest.raises(InvalidValueError, match="replicate|not kept"):
            replicate(data, Scenario(), [WeightNoise(0.1)], n, seed=1)
    made = replicate(data, Scenario(), [WeightNoise(0.1)], 5, seed=1)
    for wrong in (lambda: made.top(0), lambda: made.rank_interval(0), lambda: made.score_interval(1.5)):
        with pytest.raises(InvalidValueError):
            wrong()
