"""A census whose truth is known: what the sample says of it, and how often intervals cover it."""

import pytest

from tests.jobs.surveys import census as known

FEW, MANY = 30, 1000


@pytest.fixture(scope="module")
def frame(shared_data):
    return known.households(shared_data(known.FOLDER + "hld_pop_wb_2023.parquet"))


@pytest.fixture(scope="module")
def true(frame) -> dict[str, float]:
    return known.shares(frame)


def test_the_census_has_its_known_share_of_crowded_homes(frame, true) -> None:
    """9.99 % of urban homes have more than three people by room: the README of the data."""
    urban = frame[frame["urbanisation"] == "U"]
    assert len(frame) == 57_867
    assert 100 * known.shares(urban)["crowded_households"] == pytest.approx(9.99, abs=0.005)
    # Counted on the file by plain pandas, 2026-11-26: water and toilet by the lists of the rules.
    assert round(100 * true["open_defecation_households"], 4) == round(100 * 11_215 / 57_867, 4)
    assert round(100 * true["surface_water_households"], 4) == round(100 * 3_756 / 57_867, 4)


def test_each_indicator_of_the_sample_is_told_beside_the_census(shared_data, true) -> None:
    sample = known.households(shared_data(known.FOLDER + "hld_sample_wb_2023.parquet"))
    found = known.sample_estimates(sample)
    covered = 0
    for name, (value, low, high) in found.items():
        inside = low <= true[name] <= high
        covered += inside
        print(f"SHOWN census, {name}: census {100 * true[name]:.2f} %, sample {100 * value:.2f} "
              f"({100 * low:.2f} to {100 * high:.2f}) %, {'covered' if inside else 'NOT covered'}")
    urban = sample[sample["urbanisation"] == "U"]
    assert 100 * known.sample_estimates(urban)["crowded_households"][0] == pytest.approx(7.68, abs=0.005)
    assert covered >= len(found) - 2  # at 95 %, of 20 shares that hang together


def told(true, srs, pps) -> None:
    """Print the coverage of each share as surveys count degrees of freedom, and beside it by units less strata."""
    for name, share in srs["satterthwaite"].items():
        flag = "" if known.COMMON[0] <= true[name] <= known.COMMON[1] else ", RARE: flagged"
        units, by_size = srs["units"][name], pps["satterthwaite"][name]
        print(f"SHOWN coverage of {name}, truth {100 * true[name]:.2f} %: {100 * share:.1f} %{flag}; by units less "
              f"strata {100 * units:.1f} %; by size {100 * by_size:.1f} %, FLAGGED: taken with replacement")


def mean(found) -> float:
    return sum(found.values()) / len(found)


def test_intervals_cover_the_truth_in_a_few_draws(frame, true) -> None:
    srs = known.coverage(known.Census.of(frame), true, draws=FEW)
    for rule in ("units", "satterthwaite"):
        assert 0.8 <= mean(srs[rule]) <= 1.0  # 30 draws: nearly four standard errors of 0.95, if all move together


@pytest.mark.full
def test_a_thousand_draws_are_told(frame, true) -> None:
    """A thousand draws have a standard error of 0.7 points: 20 shares that hang together are told, and judged below."""
    census = known.Census.of(frame)
    srs, pps = known.coverage(census, true, draws=MANY), known.coverage(census, true, draws=MANY, by_size=True)
    told(true, srs, pps)
    for rule in ("units", "satterthwaite"):
        assert 0.93 <= mean(srs[rule]) <= 0.97


@pytest.mark.full
def test_intervals_cover_the_truth_as_often_as_they_say(frame, true) -> None:
    """Each share from 5 to 95 % is covered in 93 to 97 % of 8,000 draws: a standard error of a quarter of a point."""
    found = known.coverage(known.Census.of(frame), true, draws=8 * MANY, seed=7)
    common = [name for name, share in true.items() if known.COMMON[0] <= share <= known.COMMON[1]]
    held = {}
    for unit in ("households", "people"):
        names = [name for name in common if name.endswith(unit)]
        for rule, shares in found.items():
            held[rule, unit] = [shares[name] for name in names]
        low, high, of_low, of_high = (100 * end(held[rule, unit]) for rule in ("satterthwaite", "units")
                                      for end in (min, max))
        print(f"SHOWN coverage, lowest to highest of {len(names)} shares of {unit} in {8 * MANY} draws: "
              f"{low:.1f} to {high:.1f} %; by units less strata {of_low:.1f} to {of_high:.1f} %")
    for shares in held.values():
        assert 0.93 <= min(shares) and max(shares) <= 0.97
