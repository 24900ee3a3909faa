"""How much of what is built has a mapped street near."""

import numpy as np
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.geo.completeness import street_completeness
from ekistics.geo.streets import Streets, empty_streets, make_ways

M = 1 / 110_574.276  # degrees of a metre along the meridian at the equator
NONE = np.zeros(1, dtype=np.int64)
STREET = Streets(np.array([-0.01, 0.01]), np.zeros(2), NONE, NONE + 1, NONE, make_ways(highway=["motorway"]))


@pytest.mark.parametrize(("reach", "share"), [(250, 0.6), (240, 0.5), (2000, 1.0)])
def test_weight_near_a_street(reach, share):
    north = np.array([0, 249, 251, 1000]) * M
    found = street_completeness(STREET, np.zeros(4), north, [50.0, 10.0, 15.0, 25.0], reach_m=reach)
    assert found == pytest.approx((share, share * 100, 100.0))


def test_cells_without_value_do_not_count():
    found = street_completeness(STREET, np.zeros(3), [0.0, 1.0, 1.0], [5.0, 0.0, np.nan])
    assert found == (1.0, 5.0, 5.0)
    nothing = street_completeness(STREET, [0.0], [0.0], [0.0])
    assert np.isnan(nothing[0])
    assert nothing[1:] == (0.0, 0.0)
    assert street_completeness(empty_streets(), [0.0], [0.0], [1.0]) == (0.0, 0.0, 1.0)


def test_wrong_values_are_refused():
    with pytest.raises(InvalidValueError):
        street_completeness(STREET, [0.0], [0.0], [-1.0])
    with pytest.raises(InvalidValueError):
        street_completeness(STREET, [0.0], [0.0], [1.0], reach_m=0)
