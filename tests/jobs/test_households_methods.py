"""Which criteria entered a value, held against what moves it when its answers change places."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.standard_variables import standard_variables
from ekistics.indicators import spec
from ekistics.indicators.households import criteria, people_indicators
from ekistics.indicators.registry import module
from ekistics.jobs.households.methods import method_text, reading_of, used_by

RNG = np.random.default_rng(0)
ASKED = {name: variable for name, variable in standard_variables().items()
         if variable.level == "household" and not variable.design}
HOMES = pd.DataFrame({name: RNG.choice([0.0, 1, 2, 3, 6, 10, 30, 31, 100, np.nan], 1500) if variable.kind == "number"
                      else RNG.choice([*variable.codes, None], 1500) for name, variable in ASKED.items()})
FEW = ["water_source", "sanitation_facility", "members", "sleeping_rooms", "housing_cost", "expenditure", "tenure"]


@pytest.mark.parametrize("names", [list(HOMES), FEW], ids=["all", "few"])
@pytest.mark.parametrize("code", people_indicators())
def test_nothing_moves_a_status_but_what_its_method_names(code, names) -> None:
    homes = HOMES[names]
    found, judged = module(code).classify(homes), criteria(code, homes)
    for name in names:
        other = module(code).classify(homes.assign(**{name: homes[name].to_numpy()[::-1]}))
        for key, variant in found.columns:
            if not found[key, variant].equals(other[key, variant]):
                used = used_by(spec(code), reading_of(variant), judged, series=f"{key}_people")
                assert name in {each for one in judged if one.code in used for each in one.variables}, (key, variant)


def test_rent_says_that_only_who_rents_counts() -> None:
    homes = pd.DataFrame({"housing_cost": [30.0], "income": [100.0], "tenure": ["RENT"]})
    judged = criteria("housing_affordability", homes)
    texts = [method_text(spec("housing_affordability"), series, "income", judged).split("; ")[-1]
             for series in ("rent_overburdened_people", "overburdened_people", "")]
    assert texts == ["affordable housing, rents the dwelling", "affordable housing",
                     "affordable housing, rents the dwelling"]
    assert not np.isfinite(criteria("housing_affordability", homes.drop(columns="income").assign(
        housing_cost=0.0))[0].truth).any()
