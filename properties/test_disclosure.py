"""What holds of disclosure control for any table."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure import CellTable, DisclosureRules, control, row_keys, withheld_mask
from tests.survey.tables import cell_table, people

SHAPES = st.fixed_dictionaries({
    "seed": st.integers(0, 10_000), "count": st.sampled_from([20, 60, 250]), "areas": st.integers(1, 4),
    "ages": st.integers(1, 3), "tenures": st.integers(1, 3), "ladders": st.integers(1, 2), "equal": st.booleans()})
GROUPS = st.sampled_from([(), ("sex",), ("age",), ("sex", "age"), ("age", "tenure")])
RULES = st.builds(DisclosureRules, cases=st.integers(2, 12), certain=st.sampled_from([0, 20]))
NUMBERS = ["obs_value", "numerator", "denominator", "se", "lci", "uci"]
quick = settings(max_examples=12, deadline=None)


@quick
@given(shape=SHAPES, groups=GROUPS, rules=RULES, crossed=st.sampled_from([1, 9]))
def test_what_is_shown_is_unchanged_and_what_is_withheld_has_no_number(shape, groups, rules, crossed) -> None:
    table = cell_table(people(**shape), groups, crossed=crossed)
    before = table.rows.copy(deep=True)
    made = control(table, rules)
    pd.testing.assert_frame_equal(table.rows, before)
    rows, hidden = made.rows, withheld_mask(made.rows)
    shown = table.rows[list(OBSERVATION_COLUMNS)].reset_index(drop=True)[~hidden]
    pd.testing.assert_frame_equal(rows[~hidden], shown, check_dtype=False)
    assert rows.loc[hidden, NUMBERS].isna().all(axis=None) and made.cases[hidden].isna().all()
    n = table.rows["n"].to_numpy()
    assert hidden[(n > 0) & (n < rules.cases)].all()
    counts = made.report["counts"]
    assert (counts["rows"], counts["withheld"]) == (len(rows), int(hidden.sum())) == (len(table.rows), len(
        made.report["withheld"]))


@quick
@given(shape=SHAPES, groups=GROUPS, rules=RULES)
def test_no_sum_has_one_unknown(shape, groups, rules) -> None:
    """A total whose parts are shown but for one tells that one."""
    table = cell_table(people(**shape), groups, crossed=1)
    rows = control(table, rules).rows
    for axis, top in (("ref_area", "city"), *((name, "_T") for name in groups)):
        others = [name for name in ("indicator", "series", "ref_area", "sex", "age", "tenure") if name != axis]
        for _key, line in rows.groupby(others):
            if len(line) > 1 and (line[axis] == top).any():
                truth = table.rows.loc[line.index, "numerator"]
                assert not (line["numerator"].isna().sum() == 1 and truth[line["numerator"].isna()].iloc[0] > 0)


@quick
@given(shape=SHAPES, groups=GROUPS, rules=RULES, seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter_to_what_is_small(shape, groups, rules, seed) -> None:
    table = cell_table(people(**shape), groups, crossed=1)
    mixed = CellTable(table.rows.sample(frac=1, random_state=seed), table.areas)
    one, other = control(table, rules), control(mixed, rules)
    assert one.private_report["small"] == other.private_report["small"]
    assert set(row_keys(one.rows)) == set(row_keys(other.rows))


@quick
@given(shape=SHAPES, groups=GROUPS, more=st.integers(2, 5))
def test_more_cases_of_the_same_make_nothing_small_that_was_not(shape, groups, more) -> None:
    found = people(**shape)
    rules = DisclosureRules(cases=10, certain=20)
    few = control(cell_table(found, groups, crossed=1), rules)
    many = control(cell_table(pd.concat([found] * more, ignore_index=True), groups, crossed=1), rules)
    listed = [{tuple(sorted(each.items())) for each in made.private_report["small"]} for made in (few, many)]
    assert listed[1] <= listed[0]


@quick
@given(shape=SHAPES, groups=GROUPS)
def test_nothing_is_withheld_where_nothing_is_small(shape, groups) -> None:
    table = cell_table(people(**shape), groups, crossed=1)
    large = CellTable(table.rows.assign(n=table.rows["n"] * 1000), table.areas)
    assert control(large, DisclosureRules(cases=10, certain=0)).report["counts"]["withheld"] == 0
    assert np.isfinite(control(large, DisclosureRules(cases=10, certain=0)).cases).all()
