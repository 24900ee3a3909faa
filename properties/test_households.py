"""What holds of every household, whatever is missing: nothing is turned round by an answer that is not there."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.indicators import adequate_housing, drinking_water, sanitation, sdg_11_1_1

CODES = {"water_source": ["piped_yard", "borehole", "well_unspecified", "surface", "bottled"],
         "sanitation_facility": ["flush_sewer", "pit_slab", "pit_open", "pit_unspecified", "none"],
         "sanitation_shared": ["yes", "no"], "wall_material": ["bricks", "dirt", "other"],
         "tenure_document": ["yes", "no"], "tenure_perceived": ["yes", "no"], "hazard_flood": ["yes", "no"]}
NUMBERS = {"members": 9, "rooms": 4, "water_minutes": 60, "sanitation_households": 4}
LADDERS = ((drinking_water, ("basic_water", "limited_water", "unimproved_water", "surface_water")),
           (sanitation, ("basic_sanitation", "limited_sanitation", "unimproved_sanitation", "open_defecation")))


@st.composite
def households(draw, missing: bool = True) -> pd.DataFrame:
    n = draw(st.integers(1, 8))
    columns = {name: draw(st.lists(st.sampled_from([*codes, None] if missing else codes), min_size=n, max_size=n))
               for name, codes in CODES.items()}
    for name, most in NUMBERS.items():
        value = st.integers(0 if name == "water_minutes" else 1, most).map(float)
        value = st.one_of(value, st.just(float("nan"))) if missing else value
        columns[name] = draw(st.lists(value, min_size=n, max_size=n))
    return pd.DataFrame(columns)


def slum(frame: pd.DataFrame) -> np.ndarray:
    return sdg_11_1_1.classify(frame)["slum"]["five"].to_numpy()


@settings(max_examples=30, deadline=None)
@given(households(missing=False), st.data())
def test_losing_an_answer_never_turns_a_classification_round(frame, data) -> None:
    before, adequate = slum(frame), adequate_housing.classify(frame)["adequate"]["asked"].to_numpy()
    name = data.draw(st.sampled_from([*CODES, *NUMBERS]))
    row = data.draw(st.integers(0, len(frame) - 1))
    less = frame.copy()
    less[name] = less[name].astype(object)
    less.loc[row, name] = None
    for old, new in ((before, slum(less)), (adequate, adequate_housing.classify(less)["adequate"]["asked"].to_numpy())):
        assert all(np.isnan(b) or a == b or (np.isnan(a) and np.isnan(b)) for a, b in zip(old, new, strict=True))


@settings(max_examples=30, deadline=None)
@given(households())
def test_one_known_deprivation_is_enough_and_all_must_be_known_for_none(frame) -> None:
    lacks = np.stack([each.truth for each in sdg_11_1_1.criteria(frame)])
    found = slum(frame)
    assert ((lacks == 1).any(axis=0) == (found == 1)).all()
    assert ((lacks == 0).all(axis=0) == (found == 0)).all()


@settings(max_examples=30, deadline=None)
@given(households())
def test_rungs_of_a_ladder_exclude_each_other_and_add_up_where_all_is_known(frame) -> None:
    for module, rungs in LADDERS:
        table = module.classify(frame)
        on = np.stack([table[rung]["known"].to_numpy() for rung in rungs])
        assert ((on == 1).sum(axis=0) <= 1).all()
        known = ~np.isnan(on).any(axis=0)
        assert (on[:, known].sum(axis=0) == 1).all()


@settings(max_examples=15, deadline=None)
@given(households(), st.integers(1, 5))
def test_a_share_lies_between_its_bounds(frame, weight) -> None:
    rows = sdg_11_1_1.compute(frame.assign(ref_area="A", weight=weight + np.arange(len(frame))),
                              how={"max_unknown_share": 1.0, "lonely": "certainty"})
    values = rows.set_index(["series", "variant"])["obs_value"]
    for unit in ("people", "households"):
        found = {bound: values.get((f"slum_{unit}", f"five{bound}"), np.nan) for bound in ("", ":least", ":most")}
        if not np.isnan(list(found.values())).any():
            assert found[":least"] - 1e-9 <= found[""] <= found[":most"] + 1e-9
