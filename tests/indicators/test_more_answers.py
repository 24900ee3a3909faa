"""Every combination of answers: what is known of a household stays so whatever the missing answers would be."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ekistics.core.standard_variables import standard_variables
from ekistics.indicators import drinking_water, housing_affordability, hygiene, living_space, sanitation, sdg_11_1_1

YES_NO = ("yes", "no", None)
HOME, AWAY = ("piped_dwelling", "piped_yard"), ("piped_neighbour", "standpipe", "surface")


def codes(name: str) -> tuple[str | None, ...]:
    return (*standard_variables()[name].codes, None)


CASES = {
    "drinking_water": (drinking_water, {
        "water_source": codes("water_source"), "water_location": codes("water_location"),
        "water_minutes": (0.0, 30.0, 31.0, None), "water_available": YES_NO, "water_uncontaminated": YES_NO}),
    "drinking_water, place not asked": (drinking_water, {
        "water_source": codes("water_source"), "water_minutes": (0.0, 30.0, 31.0, None), "water_available": YES_NO,
        "water_uncontaminated": YES_NO}),
    "sanitation": (sanitation, {
        "sanitation_facility": codes("sanitation_facility"), "sanitation_shared": YES_NO,
        "sanitation_households": (1.0, 2.0, 3.0, None), "excreta_safe": YES_NO}),
    "hygiene": (hygiene, dict.fromkeys(("handwashing_facility", "handwashing_water", "handwashing_soap"), YES_NO)),
    "housing_affordability": (housing_affordability, {
        "housing_cost": (0.0, 25.0, 26.0, 30.0, 31.0, None), "income": (0.0, 100.0, None), "tenure": codes("tenure")}),
    "living_space": (living_space, {"members": (1.0, 3.0, 4.0, 7.0, None), "rooms": (1.0, 2.0, None)}),
    "sdg_11_1_1": (sdg_11_1_1, {
        "water_source": ("borehole", "standpipe", "surface", "well_unspecified", None),
        "water_households": (5.0, 6.0, None), "sanitation_facility": ("vip", "none", "pit_unspecified", None),
        "sanitation_shared": YES_NO, "sanitation_households": (1.0, 2.0, 3.0, None), "members": (3.0, 4.0, None),
        "rooms": (1.0, None), "wall_material": ("bricks", "dirt", "other", None), "hazard_flood": YES_NO,
        "tenure_document": YES_NO, "tenure_perceived": YES_NO})}


def contradicts(homes: pd.DataFrame) -> np.ndarray:
    """Tell which answers cannot all be true."""
    has = {name: homes[name] for name in homes}
    empty = pd.Series([None] * len(homes), index=homes.index, dtype=object)
    source, place = has.get("water_source", empty), has.get("water_location", empty)
    shared, count = has.get("sanitation_shared", empty), has.get("sanitation_households", empty).astype(float)
    at_home = place.isin(["dwelling", "yard"])
    walks = has.get("water_minutes", empty).astype(float) > 0  # who is asked for a time goes for the water
    water = (at_home & source.isin(AWAY)) | ((place == "elsewhere") & source.isin(HOME))
    wrong = water | ((at_home | source.isin(HOME)) & walks)
    return (wrong | ((shared == "no") & (count > 1)) | ((shared == "yes") & (count <= 1))).to_numpy()


@pytest.mark.parametrize("case", CASES)
def test_what_is_known_stays_known(case) -> None:
    module, answers = CASES[case]
    rows = list(product(*answers.values()))
    if len(rows) > 6000:
        rows = [rows[i] for i in np.random.default_rng(1).choice(len(rows), 6000, replace=False)]
    homes = pd.DataFrame(rows, columns=list(answers), dtype=object)
    homes = homes[~contradicts(homes)].reset_index(drop=True)
    found = module.classify(homes)
    for name, given in answers.items():
        for answer in given[:-1]:
            more = homes.assign(**{name: homes[name].where(homes[name].notna(), answer)})
            other, sound = module.classify(more), ~contradicts(more)
            for column in found:
                before, after = found[column].to_numpy(), other[column].to_numpy()
                changed = sound & ~np.isnan(before) & (before != after) & (":" not in column[1])
                changed &= column[1] not in ("least", "most")
                assert not changed.any(), (column, name, answer, homes[changed].iloc[0].to_dict())


def test_rungs_of_the_ladders_exclude_each_other_and_add_up() -> None:
    for case, module, rungs, (part, whole) in (
            ("drinking_water", drinking_water, ("basic_water", "limited_water", "unimproved_water", "surface_water"),
             ("safe_water", "basic_water")),
            ("sanitation", sanitation, ("basic_sanitation", "limited_sanitation", "unimproved_sanitation",
                                        "open_defecation"), ("safe_sanitation", "basic_sanitation")),
            ("hygiene", hygiene, ("basic_hygiene", "limited_hygiene", "no_hygiene"),
             ("basic_hygiene", "basic_hygiene"))):
        homes = pd.DataFrame(list(product(*CASES[case][1].values())), columns=list(CASES[case][1]), dtype=object)
        found = module.classify(homes)
        known = pd.concat([found[rung]["known"] for rung in rungs], axis=1)
        assert (known.sum(axis=1) <= 1).all()
        assert (known.dropna().sum(axis=1) == 1).all()
        assert (found[whole]["known"][found[part]["known"] == 1] == 1).all()
