"""COINr's worked example: every reference number to its printed digits."""

import numpy as np
import pytest

from ekistics.composite import build
from ekistics.composite.aggregate import combine
from ekistics.composite.log import Denominated, Imputed, Screened, TreatedItems
from ekistics.composite.standardise import z_score
from tests.composite import asem
from tests.composite.asem import GOLDEN


def printed(found, text: str) -> str:
    """Write a number to the digits of one that is printed."""
    return f"{found:.{len(text.partition('.')[2])}f}"


@pytest.fixture(scope="module")
def index(shared_data):
    return build(asem.data(shared_data), asem.scenario(shared_data))


def entry(index, kind):
    return next(each for each in index.log if isinstance(each, kind))


def test_scores_and_ranks_are_those_of_the_example(index) -> None:
    units = list(index.data.units)
    listed = {**dict(zip(GOLDEN["scores"], range(1, 13), strict=True)),
              **dict(zip(GOLDEN["last"], range(48, 52), strict=True))}
    for unit, rank in listed.items():
        place, text = units.index(unit), (GOLDEN["scores"] | GOLDEN["last"])[unit]
        assert printed(index.total[place], text) == text
        assert index.ranks[place] == rank
        print(f"SHOWN ASEM, rank {rank}: {unit} {index.total[place]:.6f}")


def test_the_pillars_of_switzerland(index) -> None:
    place = list(index.data.units).index("CHE")
    for code, text in GOLDEN["CHE"].items():
        assert printed(index.of(code)[place], text) == text
    print("SHOWN ASEM, CHE: " + ", ".join(f"{code} {index.of(code)[place]:.6f}" for code in GOLDEN["CHE"]))


def test_the_points_winsorised_of_all_indicators(index) -> None:
    items = entry(index, TreatedItems).items
    assert {item.item: item.points for item in items if item.points} == GOLDEN["points"]
    assert not any(item.logged for item in items)
    found = ", ".join(f"{item.item} {item.points}" for item in items if item.points)
    print(f"SHOWN ASEM, points Winsorised: {found}")


def test_skew_and_kurtosis_before_and_after(index) -> None:
    treated = {item.item: item for item in entry(index, TreatedItems).items}
    for code, (skew, kurtosis) in GOLDEN["before"].items():
        assert printed(treated[code].skew_before, skew) == skew
        assert printed(treated[code].kurtosis_before, kurtosis) == kurtosis
    for code, (skew, kurtosis) in GOLDEN["after"].items():
        assert printed(treated[code].skew_after, skew) == skew
        assert printed(treated[code].kurtosis_after, kurtosis) == kurtosis
    for code in GOLDEN["before"]:
        t = treated[code]
        print(f"SHOWN ASEM, {code}: skew {t.skew_before:.8f}, kurtosis {t.kurtosis_before:.8f}, {t.points} points -> "
              f"{t.skew_after:.7f}, {t.kurtosis_after:.7f}")


def test_z_scores_of_one_to_ten() -> None:
    found = z_score(np.arange(1.0, 11)[:, None], mean=10, sd=2)[:2, 0]
    for value, text in zip(found, GOLDEN["z_score"]["start"], strict=True):
        assert printed(value, text) == text
    print(f"SHOWN z-scores of 1 to 10, mean 10, sd 2, start: {found[0]:.7f}, {found[1]:.7f}")


@pytest.mark.parametrize("method", ["arithmetic", "geometric", "harmonic"])
def test_three_means_of_one_example(method) -> None:
    found = combine([[60, 80, 30]], [1, 2, 1], method)[0]
    assert printed(found, GOLDEN["aggregation"][method]) == GOLDEN["aggregation"][method]
    print(f"SHOWN {method} mean of 60, 80, 30 with weights 1, 2, 1: {found:.6f}")


def test_what_was_imputed_is_marked(index) -> None:
    """COINr tells of 65: 63 are missing in the file, and Laos lacks the energy that two indicators are divided by."""
    lost, cells = entry(index, Denominated).lost, entry(index, Imputed).cells
    assert np.isnan(index.data.values).sum() == GOLDEN["missing"]["file"]
    assert lost.sum() == GOLDEN["missing"]["denominator"]
    assert cells.sum() == GOLDEN["missing"]["imputed"]
    np.testing.assert_array_equal(cells, np.isnan(index.data.values) | lost)
    assert not entry(index, Screened).out.any()


def test_screening_by_what_was_observed_leaves_five_countries_out(shared_data) -> None:
    """KHM, BRN, LAO, MMR and BGD lack more than a tenth of the indicators: counted on the file."""
    scenario = asem.scenario(shared_data).changed("screen.count_imputed", False)
    index = build(asem.data(shared_data), scenario)
    missing = np.isnan(index.data.values).mean(axis=1) > 0.1
    np.testing.assert_array_equal(entry(index, Screened).out, missing)
    assert missing.sum() == 5
    assert np.isnan(index.total[missing]).all() and np.isfinite(index.total[~missing]).all()
