"""Disclosure control: rules, sums that are found, hand-made tables, two editions."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS, result_rows
from ekistics.survey.disclosure import CellTable, DisclosureRules, SeriesSum, control
from ekistics.survey.disclosure.bounds import equations_among, furthest
from ekistics.survey.disclosure.equations import system_of
from ekistics.survey.disclosure.grid import grid_of
from ekistics.survey.disclosure.nests import nests_of
from ekistics.survey.disclosure.primary import primary_rows
from ekistics.survey.disclosure.secondary import _Held
from tests.survey.tables import cell_table, people

RULES = DisclosureRules(cases=10, certain=20)
AREAS = {"I": "city", "II": "city", "III": "city"}
# Investment by activity and region, the example of Fischetti and Salazar (2000), figure 1, cited from memory; every
# number below is worked out by hand beside it.
INVESTED = {"I": (20, 50, 10, 80), "II": (8, 19, 22, 49), "III": (17, 32, 12, 61), "city": (45, 101, 44, 190)}


def row(**given: object) -> dict[str, object]:
    return dict.fromkeys(OBSERVATION_COLUMNS, "") | dict.fromkeys(DIMENSIONS, "_T") | {
        "indicator": "i", "series": "s", "ref_area": "city", "time_period": "2024", "unit_measure": "PT",
        "base": "people", "obs_value": np.nan, "numerator": np.nan, "denominator": np.nan, "se": np.nan, "lci": np.nan,
        "uci": np.nan, "obs_status": "A", "conf_status": "F", "n": 100} | given


def share(part: float, whole: float, **given: object) -> dict[str, object]:
    return row(obs_value=100 * part / whole, numerator=part, denominator=whole, **given)


def invested(small: tuple[str, str] = ("II", "C")) -> CellTable:
    rows = [row(unit_measure="PS", ref_area=area, tenure=tenure, obs_value=float(value),
                n=5 if (area, tenure) == small else 100)
            for area, values in INVESTED.items() for tenure, value in zip(("A", "B", "C", "_T"), values, strict=True)]
    return CellTable(pd.DataFrame(rows), AREAS)


def hidden_areas(table: CellTable, rules: DisclosureRules = RULES) -> list[tuple[str, ...]]:
    rows = control(table, rules).rows
    gone = rows[rows["reason"] == "withheld"]
    return sorted(gone[["series", "ref_area", "sex"]].itertuples(index=False, name=None))


def test_bounds_of_the_textbook_table_are_those_by_hand() -> None:
    """Without IIA, IIC, IIIA and IIIC: IIA + IIC = 30, IIA + IIIA = 25, so IIC is between 5 and 30; it is 22."""
    table = invested()
    system = system_of(table, RULES, grid_of(table))
    gone = table.rows["ref_area"].isin(["II", "III"]) & table.rows["tenure"].isin(["A", "C"])
    quantities = system.numerator[gone.to_numpy()]
    equations, floor = equations_among(system, quantities), system.floor[quantities]
    aim = np.flatnonzero(system.truth[quantities] == 22)
    ends = [furthest(equations, floor, aim, np.array([side]), need=np.array([1000.0]))[aim[0]] for side in (1.0, -1.0)]
    assert [22 + end for end in ends] == pytest.approx([30, 5])


def test_the_textbook_table_is_protected() -> None:
    made = control(invested(), RULES)
    gone = made.rows["reason"] == "withheld"
    assert gone[(made.rows["ref_area"] == "II") & (made.rows["tenure"] == "C")].all()
    for axis, top in (("ref_area", "city"), ("tenure", "_T")):
        other = "tenure" if axis == "ref_area" else "ref_area"
        assert set(gone.groupby(made.rows[other]).sum()) & {1} == set(), (axis, top)
    assert gone.sum() <= 7  # a cell, and a few that protect it


@pytest.mark.parametrize(("given", "rules", "small"), [
    ({"n": 9}, RULES, True), ({"n": 10}, RULES, False), ({"n": 0}, RULES, False),
    ({"n": 15, "part": 0.0}, RULES, True), ({"n": 15, "part": 400.0}, RULES, True),
    ({"n": 20, "part": 0.0}, RULES, False), ({"n": 15, "part": 0.0}, replace(RULES, certain=0), False),
    ({"n": 50, "n_psu": 2}, replace(RULES, psus=3), True), ({"n": 50, "n_psu": 3}, replace(RULES, psus=3), False),
    ({"n": 50, "n_numerator": 2}, replace(RULES, counted=3), True),
    ({"n": 50, "n_numerator": 48}, replace(RULES, counted=3), True),
    ({"n": 50, "n_numerator": 0}, replace(RULES, counted=3), False),
])
def test_what_is_small(given: dict[str, float], rules: DisclosureRules, small: bool) -> None:
    part = given.pop("part", 100.0)
    table = CellTable(pd.DataFrame([share(part, 400.0, n_psu=9, n_numerator=20) | given]), {})
    assert primary_rows(table, rules, grid_of(table)).small.tolist() == [small]


def test_what_a_large_group_says_is_not_withheld_in_a_small_one() -> None:
    rows = [share(0.0, 1000.0, n=100), share(0.0, 150.0, n=15, sex="F"), share(0.0, 850.0, n=85, sex="M")]
    assert hidden_areas(CellTable(pd.DataFrame(rows), {})) == []


@pytest.mark.parametrize("column", ["n_psu", "n_numerator"])
def test_a_rule_needs_its_column(column: str) -> None:
    rules = replace(RULES, **{"psus" if column == "n_psu" else "counted": 3})
    with pytest.raises(InvalidValueError, match=column):
        control(CellTable(pd.DataFrame([share(1.0, 4.0)]), {}), rules)


@pytest.mark.parametrize(("wrong", "word"), [({"cases": 1}, "nobody"), ({"cases": 2.5}, "whole"),
                                             ({"protection": 0}, "between"), ({"psus": -1}, "whole")])
def test_rules_that_cannot_be(wrong: dict[str, float], word: str) -> None:
    with pytest.raises(InvalidValueError, match=word):
        DisclosureRules(**wrong)


def test_a_table_needs_cases_and_one_row_a_cell() -> None:
    rows = pd.DataFrame([share(1.0, 4.0)])
    for wrong, word in ((rows.drop(columns="n"), "lacks"), (rows.assign(n=np.nan), "whole numbers"),
                        (rows.assign(n=2.5), "whole numbers"), (pd.concat([rows, rows]), "same cell")):
        with pytest.raises(InvalidValueError, match=word):
            CellTable(wrong, {})


def test_parts_that_nearly_add_up_are_refused() -> None:
    rows = [share(50.0, 1000.0), share(20.0, 401.0, sex="F"), share(30.0, 600.0, sex="M", n=5)]
    with pytest.raises(InvalidValueError, match="nearly"):
        control(CellTable(pd.DataFrame(rows), {}), RULES)


def test_groups_that_overlap_tell_nothing_of_each_other() -> None:
    rows = [share(50.0, 1000.0), share(40.0, 700.0, sex="F"), share(30.0, 800.0, sex="M", n=5)]
    made = control(CellTable(pd.DataFrame(rows), {}), RULES)
    assert made.private_report["not_additive"] > 0 and made.report["counts"]["withheld"] == 1


def test_a_small_remainder_is_protected_though_no_row_shows_it() -> None:
    """Women and men are 103 of 106 cases: the total less both tells of three whose sex is not known."""
    rows = [share(500.0, 1060.0, n=106), share(250.0, 520.0, sex="F", n=52), share(240.0, 510.0, sex="M", n=51)]
    assert len(hidden_areas(CellTable(pd.DataFrame(rows), {}))) >= 1
    exact = [share(490.0, 1030.0, n=103), *rows[1:]]
    assert hidden_areas(CellTable(pd.DataFrame(exact), {})) == []


def test_all_that_an_indicator_says_of_a_cell_goes_together() -> None:
    rows = [share(part, whole, series=series, variant=variant, sex=sex, n=n)
            for series in ("people", "households") for variant in ("", "least")
            for sex, part, whole, n in (("_T", 50.0, 200.0, 60), ("F", 3.0, 20.0, 6), ("M", 47.0, 180.0, 54))]
    assert hidden_areas(CellTable(pd.DataFrame(rows), {})) == sorted(
        [(series, "city", sex) for series in ("people", "households") for sex in ("F", "M")] * 2)


def test_complements_and_sums_are_found_and_taken() -> None:
    """Of two indicators with one base one is the other's complement: it is withheld with it, told or not."""
    found = people(3, 400, rungs=2)
    plain = cell_table(found, ("sex",), rungs=2).rows
    with_, without = plain["series"] == "rung-0", plain["series"] == "rung-1"
    rows = plain.assign(indicator=np.where(with_, "with", "without"), series="s")
    small = rows["ref_area"].eq("area-0") & rows["sex"].eq("F")
    rows = rows.assign(n=np.where(small & with_, 5, rows["n"]))
    rows = rows.assign(n=np.where(small & without, 5, rows["n"]))
    made = control(CellTable(rows, {f"area-{i}": "city" for i in range(3)}), RULES).rows
    assert made[small.to_numpy()]["numerator"].isna().all()
    told = CellTable(plain, {f"area-{i}": "city" for i in range(3)}, sums=(
        SeriesSum("ladder-0", ("rung-0", "rung-1")),))
    assert system_of(told, RULES, grid_of(told)).equations.shape[0] > 0


def test_a_numerator_that_is_a_denominator_elsewhere_is_one_quantity() -> None:
    """Of those with water, the share on premises: its denominator is the other's numerator."""
    areas = ("city", "I", "II")
    water = {"city": (700.0, 1000.0), "I": (60.0, 100.0), "II": (640.0, 900.0)}
    near = {"city": 300.0, "I": 20.0, "II": 280.0}
    rows = [share(*water[a], ref_area=a, n=8 if a == "I" else 90) for a in areas]
    rows += [share(near[a], water[a][0], indicator="j", ref_area=a, base="people with water",
                   n=12 if a == "I" else 80) for a in areas]
    made = control(CellTable(pd.DataFrame(rows), {"I": "city", "II": "city"}), RULES).rows
    assert made.loc[made["ref_area"] == "I", "denominator"].isna().all()  # else it would tell the withheld numerator


def test_age_groups_nest_by_their_ages() -> None:
    assert nests_of("age", ["_T", "Y0T4", "Y5T9", "Y0T9", "Y_GE10", "_U"]) == [
        ("Y0T9", ("Y0T4", "Y5T9")), ("_T", ("Y0T4", "Y5T9", "Y_GE10", "_U")), ("_T", ("Y0T9", "Y_GE10", "_U"))]
    assert nests_of("age", ["_T", "Y0T4", "Y15T24"]) == [("_T", ("Y0T4", "Y15T24"))]
    assert nests_of("age", ["_T"]) == []
    assert nests_of("income_quantile", ["_T", "B40", "Q1", "Q2", "R60"]) == [
        ("B40", ("Q1", "Q2")), ("_T", ("Q1", "Q2")), ("_T", ("B40", "R60"))]
    assert nests_of("disability", ["_T", "PD", "PWD"], told={"_T": ("PD",)}) == [("_T", ("PD",))]


def test_two_breakdowns_that_share_a_margin_protect_each_other() -> None:
    """Women by age and men by age: each row alone looks safe, the shared total of ages does not."""
    made = control(cell_table(people(5, 120, areas=1, ages=2), ("sex", "age")), RULES)
    assert len(made.private_report["small"]) == 6
    assert made.report["counts"]["withheld"] > 6
    assert made.report["attack"] == {"recovered": 0, "within": RULES.protection}
    assert made.private_report["quantities"] > 0


def test_one_status_for_all_that_is_withheld_and_the_truth_in_the_private_report() -> None:
    made = control(cell_table(people(2, 300), ("sex", "age")), RULES)
    gone = made.rows[made.rows["reason"] == "withheld"]
    assert set(gone["conf_status"]) == {"C"} and set(gone["obs_status"]) == {"Q"}
    private = made.private_report
    assert private["small"] and private["protecting"]
    assert len(private["small"]) + len(private["protecting"]) == len(gone) == len(made.report["withheld"])
    assert not {"small", "protecting", "programmes", "quantities"} & set(made.report)


def test_results_become_a_table() -> None:
    spec = IndicatorSpec("i", "", "I", "?", "d", MethodEdition("b", "d", "1"), (SeriesSpec("total", "T", "PS"),),
                         people_records=True)
    results = result_rows(pd.Series([5.0, 95.0, 100.0], ["a", "b", "c"]), series="total", time_period="2024")
    table = CellTable.of_results(results.assign(n=[3, 30, 33]), spec, run="r", areas={"a": "c", "b": "c"})
    assert control(table, RULES).rows["obs_value"].isna().sum() >= 2
    assert len(table.joined(CellTable(table.rows.assign(indicator="j"), table.areas)).rows) == 6


def test_what_two_editions_tell_is_reported() -> None:
    rows = [share(50.0, 1000.0, n=100), share(20.0, 400.0, sex="F", n=40), share(30.0, 600.0, sex="M", n=60)]
    first = CellTable(pd.DataFrame(rows), {})
    later = [share(51.0, 1030.0, n=103), share(20.0, 400.0, sex="F", n=40), share(31.0, 630.0, sex="M", n=63)]
    before = control(first, RULES)
    for cases in (before.rows.assign(n=before.cases.to_numpy()), before.rows):
        told = control(CellTable(pd.DataFrame(later), {}), RULES, earlier=cases).private_report["earlier"]
        assert told["compared"] == 3 and len(told["few_cases_between"]) == 2
        assert {"sex": "M", "ref_area": "city", "indicator": "i", "series": "s", "time_period": "2024"} in told[
            "few_cases_between"]
    small = [share(51.0, 1030.0, n=103), share(20.0, 400.0, sex="F", n=5), share(31.0, 630.0, sex="M", n=98)]
    told = control(CellTable(pd.DataFrame(small), {}), RULES, earlier=before.rows).private_report["earlier"]
    assert len(told["shown_before"]) == 2


def test_an_empty_table_and_one_of_totals() -> None:
    empty = CellTable(pd.DataFrame([share(1.0, 4.0)]).iloc[:0], {})
    assert control(empty, RULES).report["counts"] == {"rows": 0, "published": 0, "withheld": 0}
    assert hidden_areas(CellTable(pd.DataFrame([share(1.0, 4.0, n=5)]), {})) == [("s", "city", "_T")]


def test_what_is_unknown_is_the_same_step_by_step_and_at_once() -> None:
    """A cell's cases and denominator are unknown when all that is said of it is withheld, in however many rows."""
    table = cell_table(people(1, 80, areas=2, ladders=2), ("sex",))
    system = system_of(table, RULES, grid_of(table))
    held = _Held(system, np.zeros(system.hides.shape[1], dtype=bool))
    for quantity in np.flatnonzero(system.kind == 1)[:6]:
        held.withhold(int(quantity))
        assert held.quantities[quantity]
        assert (held.quantities == system.hidden(held.units)).all()


def displaced_table(seed: int = 0) -> CellTable:
    """Tabulate households by area and displacement; displaced households are few, many shares not given."""
    random = np.random.default_rng(seed)
    groups: dict[tuple[str, str], tuple[list[int], list[float]]] = {}
    for i in range(8):
        for group, n in (("DP", (2, 30, 7, 12, 3, 25, 9, 17)[i]), ("ND", 80 + 3 * i)):
            answers = random.multinomial(n, [0.25, 0.55, 0.15, 0.05]).tolist()  # without, with, and not answered twice
            weighted = [float(a) * (40 + i) for a in answers]
            for area in (f"area-{i}", "city"):
                for of in (group, "_T"):
                    before = groups.get((area, of), ([0] * 4, [0.0] * 4))
                    groups[area, of] = ([a + b for a, b in zip(before[0], answers, strict=True)],
                                        [a + b for a, b in zip(before[1], weighted, strict=True)])
    rows = [cell for key, counts in groups.items() for cell in displaced_cell(*key, *counts)]
    return CellTable(pd.DataFrame(rows), {f"area-{i}": "city" for i in range(8)})


def displaced_cell(area: str, group: str, n: list[int], weighted: list[float]) -> list[dict[str, object]]:
    """Give three readings of three series; in areas, displaced households' shares are mostly too few to be given."""
    told, everybody = n[0] + n[1], sum(n)
    readings = {"known": (weighted[0], weighted[0] + weighted[1], told),
                "least": (weighted[0], sum(weighted), everybody),
                "most": (weighted[0] + weighted[2] + weighted[3], sum(weighted), everybody)}
    rows = []
    for i, (series, part_of) in enumerate((("water", 1.0), ("toilet", 0.8), ("both", 0.6))):
        for variant, (part, whole, cases) in readings.items():
            key = {"ref_area": area, "displacement_status": group, "series": series, "variant": variant, "n": cases}
            few = area != "city" and (cases < 20 or (group == "_T" and i == 1 and area == "area-4"))
            rows.append(row(obs_status="Q", reason="unreliable", **key) if few
                        else share(part * part_of, whole, **key))
    return rows


def test_numbers_that_a_table_does_not_give_do_not_bind_what_is_withheld() -> None:
    """Area totals and the city's groups hang on shares that are not given: held still, nothing could hide these."""
    table = displaced_table()
    made = control(table, RULES)
    gone = (made.rows["reason"] == "withheld").to_numpy()
    small = ((table.rows["n"] > 0) & (table.rows["n"] < RULES.cases)).to_numpy()
    assert gone[small].all()
    assert gone.mean() < 0.8
    assert not gone[(table.rows["ref_area"] == "city") & (table.rows["displacement_status"] == "_T")].any()


def test_what_is_not_given_has_room_of_its_own() -> None:
    """North is not given: with east withheld beside it, both can be anything that adds up to 60."""
    parts = {"city": 100.0, "west": 40.0, "east": 35.0}
    rows = [share(part, 1000.0, ref_area=area) for area, part in parts.items()] + [row(ref_area="north")]
    table = CellTable(pd.DataFrame(rows), dict.fromkeys(("west", "east", "north"), "city"))
    system = system_of(table, RULES, grid_of(table))
    north = np.flatnonzero(system.always & (system.kind == 2) & (np.abs(system.truth - 25) < 1e-6))
    assert len(north) == 1
    quantities = np.array([system.numerator[2], north[0]])
    ends = [furthest(equations_among(system, quantities, within=False), system.floor[quantities], np.array([0]),
                     np.array([side]), need=np.array([1000.0]))[0] for side in (1.0, -1.0)]
    assert [35 + end for end in ends] == pytest.approx([60, 0])


def two_breakdowns(seed: int, areas: int) -> CellTable:
    """Tabulate people by area and sex, and by area and tenure, a rare one among them, but not by both at once."""
    found = people(seed, 110 * areas, areas=areas, ladders=2)
    rare = np.random.default_rng(seed).random(len(found)) < 0.09
    return cell_table(found.assign(tenure=np.where(rare, "T1", "T0")), ("sex", "tenure"), crossed=1)


@pytest.mark.parametrize(("seed", "areas"), [(0, 8), (0, 3), (1, 3)])
def test_a_city_does_not_hide_what_its_areas_can(seed: int, areas: int) -> None:
    """A small tenure of an area needs the other tenure, and with it the area's total, and with that one sex."""
    table = two_breakdowns(seed, areas)
    made = control(table, replace(RULES, certain=0))
    gone = (made.rows["reason"] == "withheld").to_numpy()
    assert made.private_report["small"] and not gone[table.rows["ref_area"] == "city"].any()
    if areas == 8:
        assert gone.sum() <= 4 * len(made.private_report["small"])


def test_what_one_indicator_withholds_of_a_cell_no_other_shows() -> None:
    """Where answers are missing, denominators of two indicators differ a little, and one would tell the other's."""
    table = cell_table(people(3, 400, areas=4, ladders=2), ("sex", "age"))
    assert table.rows["indicator"].nunique() > 1
    gone = control(table, RULES).rows
    cells = gone.assign(gone=gone["reason"] == "withheld").groupby(["ref_area", *DIMENSIONS])["gone"]
    assert (cells.min() == cells.max()).all() and cells.max().any() and not cells.max().all()
