"""The City Prosperity Index as data: structure, every row of the table of benchmarks, doubtful ones, worked vectors."""

from collections import Counter
from math import log, prod

import numpy as np
import pytest

from ekistics.composite.forms import score
from ekistics.indicators import spec
from ekistics.instruments.indices import shipped_index

INDEX = shipped_index("city_prosperity")
FORMS = INDEX.forms()
# UN-Habitat, Measurement of City Prosperity: Methodology and Metadata 2016: sub-dimensions of each dimension.
SUBDIMENSIONS = {"productivity": 3, "infrastructure": 5, "quality_of_life": 4, "equity": 4, "environment": 3,
                 "governance": 3}
# Worked by hand from the form and its benchmarks, in the table of worked vectors of the methods' review of 2026.
VECTORS = [("city_product_per_capita", 20_000, 66.294), ("unemployment", 8, 47.732),
           ("population_density", 9_000, 60.000), ("gini", 0.41, 56.410), ("co2", 4.5, 43.473),
           ("intersection_density", 60, 60.000), ("subnational_debt", 90, 50.000)]
# The published index of 2012 of New York, to three digits.
NEW_YORK, PUBLISHED = (0.994, 0.866, 0.941, 0.940, 0.502), 0.825


def test_it_has_six_dimensions_and_twenty_two_sub_dimensions():
    dimensions = [group.code for group in INDEX.groups if group.parent == "total"]
    assert sorted(dimensions) == sorted(SUBDIMENSIONS)
    assert Counter(group.parent for group in INDEX.groups if group.parent in SUBDIMENSIONS) == SUBDIMENSIONS
    assert INDEX.structure().root == "total"


def test_every_row_of_the_table_is_there_and_rows_that_name_two_are_two_items():
    rows = Counter(item.row for item in INDEX.items)
    assert sorted(rows) == list(range(1, 59))
    assert {row for row, count in rows.items() if count == 2} == {17, 44, 49, 52}
    assert max(rows.values()) == 2


def test_no_benchmark_is_called_official_and_doubtful_ones_say_why():
    assert {item.status for item in INDEX.items} == {"third-party", "doubtful"}
    doubtful = {item.row: item.note for item in INDEX.items if item.status == "doubtful"}
    assert "must be checked" in doubtful[13]
    assert all(len(note) > 40 for note in doubtful.values())
    print(f"SHOWN doubtful benchmarks that are marked: {len(doubtful)} of {len(INDEX.items)} items, rows "
          f"{', '.join(map(str, sorted(doubtful)))}")


@pytest.mark.parametrize(("item", "value", "expected"), VECTORS)
def test_worked_vectors(item, value, expected):
    got = float(score(FORMS[item], [value])[0])
    assert got == pytest.approx(expected, abs=5e-4)
    print(f"SHOWN vector {item} at {value}: {got:.3f} (worked by hand {expected:.3f})")


def test_the_total_is_geometric_over_dimensions_as_published():
    scenario = INDEX.scenario_of()
    assert scenario.aggregate.methods(3) == ("arithmetic", "arithmetic", "geometric")
    got = prod(NEW_YORK) ** (1 / len(NEW_YORK))
    assert round(got, 3) == PUBLISHED != round(float(np.mean(NEW_YORK)), 3)
    assert INDEX.scenario_of("arithmetic").aggregate.methods(3) == ("arithmetic",) * 3
    print(f"SHOWN published index of New York 2012: geometric {got:.6f}, arithmetic {np.mean(NEW_YORK):.4f} "
          f"(published {PUBLISHED})")


def test_a_hole_leaves_no_score_unless_the_variant_says_so():
    assert INDEX.scenario_of().aggregate.whole
    assert not INDEX.scenario_of("two_thirds").aggregate.whole
    assert all(INDEX.scenario_of(code).impute is None for code in ("", "arithmetic", "two_thirds"))


def test_slips_of_the_third_party_calculator_are_not_taken_over():
    """Each slip would move the score of a plain value: hold the plain reading, worked here from the benchmarks."""
    root = (3 ** 0.5 - 0.01 ** 0.5) / (7.74 ** 0.5 - 0.01 ** 0.5)
    assert score(FORMS["physicians"], [3])[0] == pytest.approx(100 * root)  # not times 1,000
    assert score(FORMS["public_libraries"], [4])[0] == pytest.approx(50)  # not times 100,000
    cube = (20_000 ** (1 / 3) - 470 ** (1 / 3)) / (87_088 ** (1 / 3) - 470 ** (1 / 3))
    assert score(FORMS["broadband_speed"], [20_000])[0] == pytest.approx(100 * cube)  # benchmark not by 8
    youth = (20 ** 0.25 - 2.7 ** 0.25) / (62.8 ** 0.25 - 2.7 ** 0.25)
    assert score(FORMS["youth_unemployment"], [20])[0] == pytest.approx(100 * (1 - youth))  # rooted once
    (source,) = next(item for item in INDEX.items if item.code == "land_use_efficiency").filled_by
    assert (source.indicator, source.variant) == ("sdg_11_3_1", "log:given:built_up_area")


def test_roots_that_the_table_gives_as_roots_are_not_rooted_again():
    assert score(FORMS["poverty"], [81.0])[0] == pytest.approx(0)  # 3.00 to the fourth
    assert score(FORMS["co2"], [2.09 ** 5])[0] == pytest.approx(0, abs=1e-9)
    assert FORMS["land_use_mix"].high == pytest.approx(log(5))


def test_what_fills_an_item_is_a_series_of_ours_and_what_is_near_says_how():
    for item in INDEX.items:
        for source in item.filled_by:
            series = spec(source.indicator).find_series(source.series)
            assert source.variant in {"", *(v.code for v in spec(source.indicator).variants_of(series.code))}
            assert source.fit == "same" or source.note
            assert (series.unit_measure == "PT") == item.unit.startswith("%"), item.code


def test_what_fills_an_item_is_better_the_same_way_as_the_item():
    """Else a city would score best for what is worst in it, as crowded homes would for sufficient living area."""
    directions = dict(zip([item.code for item in INDEX.items], INDEX.structure().directions, strict=True))
    told = [(item.code, series.direction) for item in INDEX.items for source in item.filled_by
            if (series := spec(source.indicator).find_series(source.series)).direction]
    assert len(told) > 5
    assert [code for code, direction in told if direction != directions[code]] == []


def test_bands_meet_and_cover_all_scores():
    assert [INDEX.band_of(x).title for x in (100, 80, 79.9, 60, 50, 40, 39.9, 0)] == [
        "very solid", "very solid", "solid", "moderately solid", "moderately weak", "weak", "very weak", "very weak"]
    assert {band.advice for band in INDEX.band} == {"Consolidate policies", "Strengthen policies",
                                                    "Prioritise policies"}
