"""What the engine of people's records refuses, and what it does not claim."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.indicators import drinking_water

HOMES = pd.DataFrame({"ref_area": "A", "psu": np.repeat(np.arange(10), 4), "weight": 1.0,
                      "members": np.resize([1.0, 2, 3], 40),
                      "water_source": np.resize(["borehole", "surface", "borehole", None], 40)})


def found(households: pd.DataFrame) -> dict[tuple[str, str], tuple[float, str]]:
    rows = drinking_water.compute(households, how={"max_unknown_share": 1.0})
    return {(row.series, row.variant): (row.obs_value, row.reason) for row in rows.itertuples()}


def test_what_people_are_not_counted_leaves_no_bounds() -> None:
    """A household of an unknown number of people can move a share of people by any amount."""
    whole, gap = found(HOMES), found(HOMES.assign(members=HOMES["members"].where(HOMES.index != 1)))
    for bound, households in (("least", 50.0), ("most", 75.0)):
        assert whole["improved_water_people", bound][1] == ""
        assert np.isnan(gap["improved_water_people", bound][0])
        assert gap["improved_water_people", bound][1] == "too-much-unknown"
        assert gap["improved_water_households", bound][0] == pytest.approx(households)


def test_bounds_stand_in_all_cells_or_in_none() -> None:
    """Which cells have them would tell, of a cell that is withheld, that somebody in it did not answer."""
    areas = HOMES.assign(ref_area=np.where(HOMES["water_source"].isna() | (HOMES.index < 10), "A", "B"))
    rows = drinking_water.compute(areas, how={"max_unknown_share": 1.0}).reset_index()
    shown = {area: set(zip(part["series"], part["variant"], strict=True)) for area, part in rows.groupby("ref_area")}
    assert shown["A"] == shown["B"] and ("improved_water_households", "least") in shown["B"]
    known, least, most = (rows[(rows["ref_area"] == "B") & (rows["variant"] == name)].set_index("series")
                          [["obs_value", "numerator", "denominator", "se", "lci", "uci"]]
                          for name in ("known", "least", "most"))
    pd.testing.assert_frame_equal(least, known.loc[least.index])
    pd.testing.assert_frame_equal(most, known.loc[most.index])
    full = drinking_water.compute(HOMES.dropna(), how={"max_unknown_share": 1.0})
    assert "least" not in set(full.loc[full["series"] == "improved_water_households", "variant"])


@pytest.mark.parametrize("name", ["psu", "stratum"])
def test_rows_without_unit_or_stratum_are_no_unit_of_their_own(name) -> None:
    codes = pd.Series(HOMES["psu"] if name == "psu" else 1).reindex(HOMES.index, fill_value=1).astype(float)
    with pytest.raises(InvalidValueError, match="3 rows have no id") as caught:
        drinking_water.compute(HOMES.assign(**{name: codes.mask(HOMES.index < 3)}))
    assert caught.value.where == name
