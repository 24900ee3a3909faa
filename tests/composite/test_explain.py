"""Explanations add up: contributions to scores, distances to differences, and what is needed does what it says.

Golden: the worked cases of `test_worked_*` were computed by hand (the terms stand beside them), November 2026.
"""

import math

import numpy as np
import pytest

from ekistics.composite import Aggregate, Data, Form, Group, Item, Scenario, Standardise, Structure, Treat, Weigh, build
from ekistics.composite.explain import explain, needs
from ekistics.composite.scenario import Denominate
from ekistics.core.errors import InvalidValueError, UnknownNameError
from tests.composite import asem

FROM_ONE = Standardise(lower=1)
FROM_SEVENTY = Standardise(lower=70)
METHODS = ["arithmetic", "geometric", "harmonic", ("arithmetic", "arithmetic", "geometric"),
           ("geometric", "harmonic", "arithmetic"), ("mpi", "arithmetic", "geometric")]


def small(holes: float = 0.0) -> Data:
    rng = np.random.default_rng(5)
    tree = Structure.of([Item(f"i{i}", "abc"[i % 3], 1 + i % 2, (-1) ** i) for i in range(9)],
                        [Group("all", ""), Group("ab", "all", 2), Group("a", "ab"), Group("b", "ab", 3),
                         Group("c", "all")])
    values = rng.gamma(3, 20, (25, 9))
    values[rng.random(values.shape) < holes] = np.nan
    return Data(values, tree, [f"u{i}" for i in range(25)])


def two(method: str) -> Data:
    """Give two units whose scores are 64 and 25, 16 and 100, and what they are joined by."""
    tree = Structure.of([Item("homes", "city"), Item("buses", "city")], [Group("city", "")])
    as_they_are = Standardise("goalposts", forms={"homes": Form("direct"), "buses": Form("direct")})
    return build(Data(np.array([[64.0, 25], [16, 100]]), tree, ["x", "y"]),
                 Scenario(standardise=as_they_are, aggregate=Aggregate(method)))


def test_worked_arithmetic():
    told = explain(two("arithmetic"), "x", "y").by_code
    assert (told["homes"].contribution, told["buses"].contribution) == (32.0, 12.5)  # 64/2, 25/2
    assert (told["homes"].distance, told["buses"].distance) == (24.0, -37.5)  # (64 - 16)/2, (25 - 100)/2
    assert told["city"].distance == -13.5


def test_worked_geometric():
    told = explain(two("geometric"), "x", "y").by_code
    # the scores are sqrt(64 x 25) = 40 and sqrt(16 x 100) = 40: homes and buses pull by ln 2 each, in opposite ways
    assert told["city"].score == pytest.approx(40)
    assert told["homes"].contribution == pytest.approx(math.log(8))
    assert told["buses"].contribution == pytest.approx(math.log(5))
    assert told["homes"].distance == pytest.approx(40 * math.log(2))
    assert told["buses"].distance == pytest.approx(-40 * math.log(2))


def test_worked_harmonic():
    told = explain(two("harmonic"), "x", "y").by_code
    # 2/(1/64 + 1/25) = 3200/89 and 2/(1/16 + 1/100) = 800/29; product x (1/16 - 1/64)/2 and x (1/100 - 1/25)/2
    product = 3200 / 89 * 800 / 29
    assert told["city"].distance == pytest.approx(3200 / 89 - 800 / 29)
    assert told["homes"].distance == pytest.approx(product * 3 / 128)
    assert told["buses"].distance == pytest.approx(-product * 3 / 200)


def test_worked_needs():
    # y has 58 and x 44.5; x would need homes (58 - 12.5) x 2 = 91 or buses (58 - 32) x 2 = 52
    found = {need.code: need for need in needs(two("arithmetic"), "x", 1)}
    assert [need.code for need in needs(two("arithmetic"), "x", 1)] == ["homes", "buses"]
    assert (found["homes"].needed, found["homes"].needed_value) == (91.0, 91.0)
    assert (found["buses"].needed, found["buses"].needed_value, found["buses"].reachable) == (52.0, 52.0, True)


@pytest.mark.parametrize("holes", [0.0, 0.15])
@pytest.mark.parametrize("method", METHODS, ids=str)
@pytest.mark.parametrize("against", [None, "u7"])
def test_parts_add_up_exactly(method, holes, against):
    index = build(small(holes), Scenario(standardise=FROM_SEVENTY, aggregate=Aggregate(method, minimum_share=0.3)))
    back = {"points": lambda x: x, "logarithms": math.exp, "reciprocals": lambda x: 1 / x}
    scored = [unit for unit, total in zip(index.data.units, index.total, strict=True) if math.isfinite(total)]
    assert "u7" in scored
    assert len(scored) > 20
    for unit in scored:
        told = explain(index, unit, against)
        groups = [part for part in told.parts if not part.is_item and math.isfinite(part.score)]
        for part in groups:
            below = told.below(part.code)
            made = back[below[0].scale](np.nansum([child.contribution for child in below]))
            if "mpi" not in method or part.code not in "abc":
                assert made == pytest.approx(part.score, rel=1e-9)
            assert sum(child.distance for child in below) + part.rest == pytest.approx(part.distance, abs=1e-9)
            if not holes and "mpi" not in method:
                assert part.rest == pytest.approx(0, abs=1e-9)
        for part in told.parts:  # below what one of them lacks, nothing has a distance
            group = told.by_code.get(part.parent)
            assert group is None or math.isfinite(group.score + group.reference) or part.distance == 0
        whole = told.parts[0]
        assert whole.distance == pytest.approx(whole.score - whole.reference)
        carried = sum(part.distance if part.is_item else part.rest for part in told.parts)
        assert carried == pytest.approx(whole.distance, abs=1e-9)


def test_the_worked_example_adds_up(shared_data):
    index = build(asem.data(shared_data), asem.scenario(shared_data))
    told = explain(index, "CHE")
    whole = told.parts[0]
    items = [part for part in told.parts if part.is_item]
    assert len(items) == 49
    assert sum(part.distance for part in items) == pytest.approx(whole.score - whole.reference)
    pillars = {part.code: part.contribution for part in told.below("Conn")}
    assert sum(pillars.values()) == pytest.approx(62.787962, abs=5e-7)  # the printed score
    assert pillars["Instit"] == pytest.approx(85.942957 / 5, abs=5e-7)
    best = told.strongest(1)[0]
    print(f"SHOWN worked example, Switzerland: {whole.score:.2f} against {whole.reference:.2f} of the middle; its 49 "
          f"items add up to {sum(part.distance for part in items):+.2f}; the most by {best.code}, {best.distance:+.2f}")


def test_two_that_change_places_change_signs():
    index = build(small(0.1), Scenario(standardise=FROM_ONE, aggregate=Aggregate(METHODS[3], minimum_share=0.3)))
    one, other = explain(index, "u3", "u9"), explain(index, "u9", "u3")
    for here, there in zip(one.parts, other.parts, strict=True):
        assert here.distance == pytest.approx(-there.distance, abs=1e-12)
        assert here.rest == pytest.approx(-there.rest, abs=1e-12)


def test_a_unit_against_itself_has_no_distance():
    index = build(small(), Scenario(standardise=FROM_ONE, aggregate=Aggregate("geometric")))
    assert not any(part.distance for part in explain(index, "u3", "u3").parts)


def test_what_is_missing_adds_nothing_and_is_told():
    data = small()
    values = data.values.copy()
    values[0, 0] = np.nan
    index = build(Data(values, data.structure, data.units), Scenario())
    told = explain(index, "u0")
    gone = told.by_code["i0"]
    assert gone.weight == gone.distance == 0
    assert math.isnan(gone.score)
    assert told.by_code["a"].rest != 0
    assert sum(part.weight for part in told.below("a")) == pytest.approx(1)


def test_a_unit_without_a_score_keeps_what_it_has():
    data = small()
    values = data.values.copy()
    values[0, [2, 5, 8]] = np.nan
    told = explain(build(Data(values, data.structure, data.units), Scenario(aggregate=Aggregate(whole=True))), "u0")
    assert math.isnan(told.parts[0].score)
    assert math.isnan(told.parts[0].distance)
    assert math.isfinite(told.by_code["ab"].score)
    assert not told.strongest(3)
    assert len(told.parts) == 14


def test_a_floor_holds_in_the_explanation_too():
    step = Aggregate(("arithmetic", "arithmetic", "geometric"), floor=20.0)
    index = build(small(), Scenario(aggregate=step))
    for unit in index.data.units:
        told = explain(index, unit)
        for part in told.parts:
            below = sum(child.distance for child in told.below(part.code))
            assert part.is_item or below + part.rest == pytest.approx(part.distance)


def test_strongest_and_weakest():
    told = explain(build(small(), Scenario()), "u4")
    strong, weak = told.strongest(3), told.weakest(3)
    assert [part.distance for part in strong] == sorted((part.distance for part in strong), reverse=True)
    assert all(part.distance > 0 for part in strong)
    assert all(part.distance < 0 for part in weak)
    assert {part.code for part in told.strongest(9, items=False) + told.weakest(9, items=False)} <= {"ab", "c"}


# --- what it would take


@pytest.mark.parametrize("holes", [0.0, 0.15])
@pytest.mark.parametrize("method", METHODS[:5], ids=str)
def test_what_is_needed_is_enough_and_less_is_not(method, holes):
    index = build(small(holes), Scenario(standardise=FROM_ONE, aggregate=Aggregate(method, minimum_share=0.3)))
    structure = index.structure
    for unit in range(0, 25, 3):
        rank = index.ranks[unit]
        if not rank > 4:
            continue
        for need in needs(index, index.data.units[unit], 3):
            if not need.is_item or math.isnan(need.needed):
                continue
            assert need.needed > need.score
            for factor, reached in ((1e-7, True), (-1e-4, False)):
                x = index.standardised.copy()
                x[unit, structure.place(need.code)] = need.needed + factor
                fixed = Standardise("goalposts", forms={item.code: Form("direct") for item in structure.items})
                if not 0 <= x[unit].min() <= x[unit].max() <= 100:
                    continue
                again = build(Data(np.clip(x, 0, 100), structure, index.data.units),
                              index.scenario.replace(standardise=fixed))
                assert (again.ranks[unit] <= rank - 3) == reached


@pytest.mark.parametrize("form", [Form("linear", low=10, high=90), Form("linear", low=10, high=90, inverse=True),
                                  Form("log", low=1, high=500), Form("root", low=0, high=81, k=4, inverse=True),
                                  Form("root", low=1, high=3, k=4, rooted=True), Form("target", target=60),
                                  Form("one-sided", target=90, side="above"),
                                  Form("one-sided", target=10, side="below"), Form("direct"),
                                  Form("direct", inverse=True)], ids=str)
def test_raw_values_that_are_needed_score_what_is_needed(form):
    from ekistics.composite import score
    tree = Structure.of([Item("i", "all"), Item("j", "all")], [Group("all", "")])
    raw = np.array([[20.0, 5], [17, 90], [40, 60]])
    scenario = Scenario(standardise=Standardise("goalposts", forms={"i": form, "j": Form("direct")}))
    index = build(Data(raw, tree, ["x", "y", "z"]), scenario)
    unit = int(np.argmax(index.ranks))
    need = next(need for need in needs(index, "xyz"[unit], 1) if need.code == "i")
    if need.reachable:
        assert score(form, [need.needed_value])[0] == pytest.approx(need.needed)
    else:
        assert math.isnan(need.needed_value)
    assert need.value == raw[unit, 0]


def test_a_checklist_needs_whole_points():
    tree = Structure.of([Item("i", "all"), Item("j", "all")], [Group("all", "")])
    forms = {"i": Form("checklist", points=7), "j": Form("direct")}
    index = build(Data(np.array([[2.0, 50], [2, 60]]), tree, ["x", "y"]),
                  Scenario(standardise=Standardise("goalposts", forms=forms)))
    need = next(need for need in needs(index, "x", 1) if need.code == "i")
    assert (need.value, need.needed_value) == (2, 3)  # 0.7 of a point is not given


def test_raw_values_are_not_told_where_they_would_mislead():
    data = small()
    divided = Data(data.values, data.structure, data.units, {"people": np.full(25, 2.0)})
    index = build(divided, Scenario(denominate=Denominate({"i0": "people"})))
    unit = data.units[int(np.argmax(index.ranks))]
    told = {need.code: need for need in needs(index, unit, 1)}
    assert math.isnan(told["i0"].needed_value)
    assert math.isnan(told["a"].needed_value)
    logged = build(data, Scenario(treat=Treat(winsorise=0, skew=0, kurtosis=-10)))
    for need in needs(logged, data.units[int(np.argmax(logged.ranks))], 1):
        assert math.isnan(need.needed_value)
    by_rank = build(data, Scenario(standardise=Standardise("z-score")))
    for need in needs(by_rank, data.units[int(np.argmax(by_rank.ranks))], 1):
        assert math.isnan(need.needed_value)


def test_what_weighs_nothing_needs_nothing():
    index = build(small(), Scenario(weigh=Weigh(weights={"i0": 0})))
    unit = index.data.units[int(np.argmax(index.ranks))]
    assert "i0" not in {need.code for need in needs(index, unit, 1)}


def test_bad_input():
    index = build(small(), Scenario())
    first = index.data.units[int(np.argmin(index.ranks))]
    with pytest.raises(UnknownNameError, match="no unit 'u99'"):
        explain(index, "u99")
    with pytest.raises(UnknownNameError, match="no unit 'nobody'"):
        explain(index, "u1", "nobody")
    with pytest.raises(UnknownNameError, match="no item or group 'al'"):
        explain(index, "u1").below("al")
    with pytest.raises(UnknownNameError, match="no unit"):
        needs(index, "u99", 1)
    for places in (0, 1):
        with pytest.raises(InvalidValueError, match="cannot move up"):
            needs(index, first, places)
    pairs = build(small(), Scenario(aggregate=Aggregate("copeland")))
    with pytest.raises(InvalidValueError, match="has no parts"):
        explain(pairs, "u1")
    last = pairs.data.units[int(np.nanargmax(pairs.ranks))]
    with pytest.raises(InvalidValueError, match="no single score decides"):
        needs(pairs, last, 1)
