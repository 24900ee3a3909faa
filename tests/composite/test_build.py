"""The pipeline: what is run again after a change, what each step tells, and every input that cannot be."""

import numpy as np
import pytest

from ekistics.composite import (
    Aggregate,
    Data,
    Denominate,
    Form,
    Group,
    Impute,
    Item,
    Pipeline,
    Scenario,
    Screen,
    Standardise,
    Structure,
    Treat,
    Weigh,
    build,
)
from ekistics.composite.log import (
    Aggregated,
    Denominated,
    Imputed,
    Screened,
    Standardised,
    TreatedItems,
    Weighed,
)
from ekistics.composite.scenario import STEPS
from ekistics.core.errors import InvalidValueError, UnknownNameError

TREE = Structure.of([Item("rent", "homes", direction=-1), Item("taps", "homes"), Item("buses", "ways", 2),
                     Item("noise", "ways", direction=-1)],
                    [Group("city", ""), Group("homes", "city"), Group("ways", "city")])
UNITS = [f"u{i}" for i in range(12)]
VALUES = np.random.default_rng(2).gamma(3, 5, (12, 4))
VALUES[3, 1] = np.nan
PEOPLE = np.linspace(1, 3, 12)
DATA = Data(VALUES, TREE, UNITS, {"people": PEOPLE}, {"region": ["n", "s"] * 6})
FULL = Scenario(Denominate({"buses": "people"}), Impute("group-mean", "region"), Screen(0.5), Treat(),
                Standardise(lower=1), Weigh(), Aggregate("geometric"))
NAN = np.nan


def changed(values=VALUES, **others):
    return Data(**{"values": values, "structure": TREE, "units": UNITS, "denominators": DATA.denominators,
                   "groups": DATA.groups} | others)


def same(one, two):
    np.testing.assert_array_equal(one.scores, two.scores)
    np.testing.assert_array_equal(one.ranks, two.ranks)
    np.testing.assert_array_equal(one.standardised, two.standardised)


@pytest.mark.parametrize(("path", "value"), [
    ("denominate.by", {}), ("impute.method", "group-median"), ("screen.data_share", 1.0), ("treat.winsorise", 1),
    ("standardise.upper", 10.0), ("weigh.weights", {"ways": 3.0}), ("aggregate.method", "harmonic")])
def test_only_what_follows_a_change_is_run_again(path, value) -> None:
    pipeline = Pipeline(DATA)
    pipeline.run(FULL)
    other = FULL.changed(path, value)
    made = pipeline.run(other)
    first = list(STEPS).index(path.partition(".")[0])
    assert [pipeline.runs[step] for step in STEPS] == [1] * first + [2] * (7 - first)
    same(made, build(DATA, other))


def test_a_scenario_run_again_runs_nothing() -> None:
    pipeline = Pipeline(DATA)
    one, two = pipeline.run(FULL), pipeline.run(FULL)
    assert set(pipeline.runs.values()) == {1}
    same(one, two)


def test_going_back_and_forth_runs_each_prefix_once() -> None:
    pipeline = Pipeline(DATA)
    for _round in range(3):
        for method in ("arithmetic", "geometric"):
            for points in (0, 5):
                pipeline.run(FULL.changed("treat.winsorise", points).changed("aggregate.method", method))
    assert (pipeline.runs["impute"], pipeline.runs["treat"], pipeline.runs["aggregate"]) == (1, 2, 4)


def test_a_pipeline_forgets_what_is_long_ago() -> None:
    pipeline = Pipeline(DATA)
    for weight in range(1, 200):
        pipeline.run(Scenario(weigh=Weigh(weights={"ways": weight})))
    assert len(pipeline._states) <= 64 and pipeline.runs["standardise"] == 1


def test_the_input_is_not_changed() -> None:
    before = VALUES.copy()
    build(DATA, FULL)
    np.testing.assert_array_equal(VALUES, before)


def test_every_step_tells_what_it_did() -> None:
    index = build(DATA, FULL)
    kinds = [Denominated, Imputed, Screened, TreatedItems, Standardised, Weighed, Aggregated]
    assert [type(entry) for entry in index.log] == kinds
    assert np.argwhere(index.log[1].cells).tolist() == [[3, 1]]
    assert index.log[6].methods == (("homes", "geometric"), ("ways", "geometric"), ("city", "geometric"))
    assert [item.points for item in index.log[3].items] == [0, 0, 1, 0]
    untreated = build(DATA, FULL.replace(treat=None)).treated
    np.testing.assert_allclose(untreated[:, 2], VALUES[:, 2] / PEOPLE)
    assert untreated[3, 1] == np.nanmean(VALUES[1::2, 1])  # of the south
    np.testing.assert_array_equal(index.of("city"), index.total)
    np.testing.assert_array_equal(index.of("rent"), index.standardised[:, 0])


def test_steps_by_hand() -> None:
    """Two items, one divided, one less is better; 0 to 100; weights 1 and 3: in whole numbers."""
    tree = Structure.of([Item("a", "all"), Item("b", "all", 3, -1)], [Group("all", "")])
    data = Data(np.array([[2.0, 5], [8, 9], [6, 1]]), tree, ["x", "y", "z"], {"d": [1.0, 2, 1]})
    index = build(data, Scenario(Denominate({"a": "d"})))
    np.testing.assert_allclose(index.standardised, [[0, 50], [50, 0], [100, 100]])
    np.testing.assert_allclose(index.total, [37.5, 12.5, 100])
    assert index.ranks.tolist() == [2, 3, 1]


def test_a_unit_of_no_group_is_not_filled() -> None:
    for none in ("", None, NAN):
        labels = [none if i == 3 else "n" for i in range(12)]
        assert np.isnan(build(changed(groups={"region": labels}), FULL.replace(screen=None)).treated[3, 1])


def test_nothing_is_imputed_unless_asked() -> None:
    index = build(DATA, Scenario(aggregate=Aggregate(whole=True)))
    assert np.isnan(index.total[3]) and np.isnan(index.ranks[3]) and np.isfinite(np.delete(index.total, 3)).all()
    assert index.coverage[3].tolist() == [0.5, 1, 0.75]
    assert index.log[-1].incomplete.tolist() == [1, 0, 1]


def test_a_screened_unit_is_in_no_comparison() -> None:
    """With its extreme value it would be an end of the scale."""
    values = VALUES.copy()
    values[5] = [NAN, NAN, NAN, 1e6]
    index = build(changed(values), Scenario(screen=Screen(0.5)))
    rest = np.delete(np.arange(12), 5)
    alone = build(changed(values[rest], units=[UNITS[i] for i in rest], denominators={}, groups={}), Scenario())
    np.testing.assert_array_equal(index.scores[rest], alone.scores)
    assert np.isnan(index.scores[5]).all()


def test_a_denominator_of_zero_gives_missing_and_is_told() -> None:
    index = build(changed(denominators={"people": np.array([0.0, *PEOPLE[1:]])}), FULL.replace(impute=None))
    assert np.argwhere(index.log[0].lost).tolist() == [[0, 2]]
    assert np.isnan(index.treated[0, 2])


def test_what_a_denominator_took_is_imputed_and_marked_but_not_observed() -> None:
    """Three of four values were observed: too few for a screen at 0.9, unless what was imputed counts."""
    data = changed(denominators={"people": np.array([0.0, *PEOPLE[1:]])})
    index = build(data, FULL.changed("screen.data_share", 0.9))
    assert np.argwhere(index.log[1].cells).tolist() == [[0, 2], [3, 1]]
    assert np.flatnonzero(index.log[2].out).tolist() == [0, 3]
    counted = FULL.changed("screen.data_share", 0.9).changed("screen.count_imputed", True)
    assert not build(data, counted).log[2].out.any()


def test_goalposts_make_an_index_of_one_city_with_holes() -> None:
    forms = {"rent": Form("linear", low=0, high=50, inverse=True), "taps": Form("direct"),
             "buses": Form("target", target=10), "noise": Form("one-sided", target=40, side="below")}
    data = Data(np.array([[10.0, NAN, 5, 60]]), TREE, ["x"])
    index = build(data, Scenario(standardise=Standardise("goalposts", forms=forms),
                                 aggregate=Aggregate(minimum_share=0.5)))
    np.testing.assert_allclose(index.standardised[0], [80, NAN, 50, 50])
    np.testing.assert_allclose(index.scores[0], [80, 50, 65])
    np.testing.assert_allclose(index.coverage[0], [0.5, 1, 0.75])
    assert index.ranks.tolist() == [1]


def test_an_index_of_ranks_and_of_other_methods_is_in_order() -> None:
    """One item: every method keeps its order."""
    tree = Structure.of([Item("a", "all")], [Group("all", "")])
    data = Data(np.array([[4.0], [9], [1]]), tree, ["x", "y", "z"])
    for method in set(Standardise.METHODS) - {"goalposts"}:
        index = build(data, Scenario(standardise=Standardise(method, targets={"a": 12.0})))
        assert index.ranks.tolist() == [2, 1, 3], method


def test_no_units_make_an_empty_index_by_goalposts() -> None:
    tree = Structure.of([Item("a", "all")], [Group("all", "")])
    scenario = Scenario(standardise=Standardise("goalposts", forms={"a": Form("direct")}))
    assert build(Data(np.empty((0, 1)), tree, []), scenario).scores.shape == (0, 1)


@pytest.mark.parametrize(("column", "says"), [(NAN, "taps: All values of the indicator are missing"),
                                              (7.0, "taps: The indicator has the same value everywhere")])
@pytest.mark.parametrize("method", ["min-max", "z-score", "percentile-rank", "borda", "distance-to-maximum"])
def test_an_indicator_that_tells_nothing_is_refused(column, says, method) -> None:
    values = VALUES.copy()
    values[:, 1] = column
    with pytest.raises(InvalidValueError, match=says):
        build(changed(values), Scenario(standardise=Standardise(method)))


def test_zero_under_a_geometric_mean_is_refused_with_its_group() -> None:
    with pytest.raises(InvalidValueError, match="homes: A geometric mean needs scores above zero"):
        build(DATA, Scenario(aggregate=Aggregate("geometric")))
    with pytest.raises(InvalidValueError, match="homes: A geometric mean needs scores above zero"):
        build(DATA, Scenario(standardise=Standardise("z-score"), aggregate=Aggregate("geometric")))


def test_a_value_without_a_logarithm_is_refused_with_its_item() -> None:
    values = np.where(np.arange(4) == 2, 0.0, VALUES)
    forms = {item.code: Form("log", low=1, high=50) for item in TREE.items}
    with pytest.raises(InvalidValueError, match="buses.*logarithm needs values above zero"):
        build(changed(values), Scenario(standardise=Standardise("goalposts", forms=forms)))


@pytest.mark.parametrize(("others", "says"), [
    ({"units": [*UNITS[:-1], "u0"]}, "u0: A unit is there twice"),
    ({"values": VALUES[:, :3]}, "a row a unit and a column an item"),
    ({"se": VALUES[:3]}, "se: The table must have a row a unit"),
    ({"values": np.where(VALUES == VALUES[2, 2], np.inf, VALUES)}, "buses: A value is infinite"),
    ({"denominators": {"people": np.where(PEOPLE == PEOPLE[4], np.inf, PEOPLE)}},
     r"people: A value is infinite. Got inf \(u4\)"),
    ({"se": np.where(VALUES == VALUES[2, 2], np.inf, 1.0)}, r"buses: A standard error is .* infinite. Got inf \(u2\)"),
    ({"se": np.where(VALUES == VALUES[5, 0], -0.5, 1.0)}, r"rent: A standard error is negative .* Got -0.5 \(u5\)"),
    ({"denominators": {"people": PEOPLE[:4]}}, "people: There must be one entry for each unit"),
    ({"groups": {"region": ["n"]}}, "region: There must be one entry for each unit")])
def test_data_that_cannot_be_are_refused(others, says) -> None:
    with pytest.raises(InvalidValueError, match=says):
        changed(**others)


@pytest.mark.parametrize(("scenario", "error", "says"), [
    (Scenario(Denominate({"bus": "people"})), UnknownNameError, "no item 'bus'. Did you mean 'buses'"),
    (Scenario(Denominate({"buses": "poeple"})), UnknownNameError, "buses: There is no denominator 'poeple'"),
    (Scenario(impute=Impute("group-mean", "regoin")), UnknownNameError, "no grouping 'regoin'"),
    (Scenario(weigh=Weigh(weights={"way": 2})), UnknownNameError, "no item or group 'way'. Did you mean 'ways'"),
    (Scenario(weigh=Weigh(weights={"ways": 0, "homes": 0})), InvalidValueError, "city: The weights below a group sum"),
    (Scenario(standardise=Standardise("goalposts")), InvalidValueError, "Missing: rent, taps, buses, noise"),
    (Scenario(standardise=Standardise("distance-to-target", targets={"rents": 1})), UnknownNameError, "item 'rents'"),
    (Scenario(standardise=Standardise("distance-to-target", targets=dict.fromkeys(["rent", "taps", "buses", "noise"],
                                                                                  -1.0))), InvalidValueError,
     "taps.*upside down"),
    (Scenario(aggregate=Aggregate(("arithmetic",))), InvalidValueError, "one for each level")])
def test_a_scenario_that_does_not_fit_the_data_is_refused(scenario, error, says) -> None:
    with pytest.raises(error, match=says):
        build(DATA, scenario)


def test_a_negative_denominator_is_refused_with_its_item() -> None:
    with pytest.raises(InvalidValueError, match="buses: A denominator is below zero"):
        build(changed(denominators={"people": -PEOPLE}), FULL)
