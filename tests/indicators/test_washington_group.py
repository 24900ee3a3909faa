"""Disability by the Short Set, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import UnknownNameError
from ekistics.core.standard_variables import DISABILITY_ITEMS
from ekistics.indicators.households import with_disability

# By hand, 2026-11-26, after the Washington Group's recommendation: one of six domains with a lot of difficulty or more.
ROWS = [(["none"] * 6, 40, 0.0, 0.0), (["some"] * 6, 40, 0.0, 1.0), (["none"] * 5 + ["a_lot"], 40, 1.0, 1.0),
        (["cannot", None, None, None, None, None], 40, 1.0, 1.0), (["none"] * 5 + [None], 40, np.nan, np.nan),
        (["some"] * 5 + [None], 40, np.nan, 1.0), (["cannot"] * 6, 4, np.nan, np.nan), (["cannot"] * 6, 5, 1.0, 1.0)]
PEOPLE = pd.DataFrame([answers for answers, *_rest in ROWS], columns=list(DISABILITY_ITEMS)).assign(
    age=[float(age) for _answers, age, *_rest in ROWS])


@pytest.mark.parametrize(("cutoff", "column"), [("a_lot", 2), ("some", 3)])
def test_one_domain_at_the_cutoff_is_enough(cutoff, column) -> None:
    np.testing.assert_array_equal(with_disability(PEOPLE, cutoff=cutoff), [row[column] for row in ROWS])


def test_fewer_than_six_items_say_nothing_and_a_wrong_degree_is_named() -> None:
    assert np.isnan(with_disability(PEOPLE.drop(columns="wg_seeing"))).all()
    with pytest.raises(UnknownNameError, match="a_lot"):
        with_disability(PEOPLE, cutoff="alot")
