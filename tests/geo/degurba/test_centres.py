"""Urban centres on grids made by hand: thresholds, size, edges, gaps, each answer found with pencil and paper."""

import numpy as np
import pytest

from tests.geo.degurba.hand_made import classified, numbers, urban

PLAIN = {"smoothing": "none", "gap_fill": False}


def test_a_centre_of_exactly_the_size_passes_and_one_person_less_does_not():
    assert urban(classified("#####\n#####", **PLAIN)) == ["33333", "33333"]
    short = {"s": (4999, 0, 1)}
    assert urban(classified("#####\n####s", short, **PLAIN)) == ["22222", "22222"]


def test_a_cell_of_exactly_the_density_passes_and_a_little_less_does_not():
    legend = {"e": (1500, 0, 1), "l": (1499.999, 0, 1), "h": (750, 0, 0.5)}
    assert urban(classified("#####\n#####\ne....", legend, **PLAIN))[2] == "31111"
    assert urban(classified("#####\n#####\nl....", legend, **PLAIN))[2] == "21111"
    assert urban(classified("#####\n#####\nh....", legend, **PLAIN))[2] == "31111", "density counts land only"


def test_built_up_of_exactly_the_share_of_land_passes():
    legend = {"b": (0, 0.2, 1), "l": (0, 0.1994, 1), "h": (0, 0.1, 0.5)}
    assert urban(classified("#####\n#####\nb.l.h", legend, **PLAIN))[2] == "31113"


def test_built_up_is_rounded_before_its_test():
    # 0.1995 x 1000 is 199.5 to the last bit: half to even gives 200, as does half up; 0.1985 tells them apart at 0.199.
    legend = {"x": (0, 0.1985, 1)}
    table = "#####\n#####\nx...."
    assert urban(classified(table, legend, centre_built_up=0.199, **PLAIN))[2] == "11111"
    assert urban(classified(table, legend, centre_built_up=0.199, built_up_rounding="half_up", **PLAIN))[2] == "31111"
    assert urban(classified(table, legend, centre_built_up=0.1985, built_up_rounding="none", **PLAIN))[2] == "31111"
    assert urban(classified(table, legend, centre_built_up=0.2, built_up_decimals=2, **PLAIN))[2] == "31111"


@pytest.mark.parametrize(("rule", "people", "built"), [
    ("infinite", "3", "3"), ("cell_area", "1", "1"), ("excluded", "1", "1")])
def test_a_cell_without_land_is_read_by_a_named_rule(rule, people, built):
    legend = {"p": (3, 0, 0), "b": (0, 0.01, 0)}
    assert urban(classified("#####\n#####\np....", legend, zero_land=rule, **PLAIN))[2][0] == people
    assert urban(classified("#####\n#####\nb....", legend, zero_land=rule, **PLAIN))[2][0] == built


def test_a_full_cell_without_land_counts_by_its_own_area_or_not_at_all():
    legend = {"f": (2000, 0, 0)}
    table = "#####\n#####\nf...."
    assert urban(classified(table, legend, zero_land="cell_area", **PLAIN))[2] == "31111"
    assert urban(classified(table, legend, zero_land="excluded", **PLAIN))[2] == "11111"


def test_centres_touch_by_sides_unless_told_otherwise():
    table = "###..\n###..\n...##\n...##"
    assert urban(classified(table, **PLAIN)) == ["22211", "22211", "11122", "11122"]
    assert urban(classified(table, centre_contiguity="queen", **PLAIN)) == ["33311", "33311", "11133", "11133"]


def test_a_buffer_keeps_the_people_of_a_centre_that_the_edge_cuts():
    whole = classified("#####..\n#####..", **PLAIN)
    assert next(whole.blocks(1, 99, crop=0))[1].tolist() == [[3] * 5 + [1] * 2] * 2
    assert urban(classified("###..\n###..", **PLAIN)) == ["22211", "22211"]
    framed = classified(".........\n..#####..\n..#####..\n.........", **PLAIN)
    assert [(start, rows.tolist()) for start, rows in framed.blocks(1, 1, crop=1)] == [
        (0, [[1, 3, 3, 3, 3, 3, 1]]), (1, [[1, 3, 3, 3, 3, 3, 1]])]


def test_averaged_population_reaches_cells_without_people_and_without_data():
    legend = {"#": (9000, 0, 1), "?": (np.nan, 0, 1)}
    found = classified("..?..\n..#..\n.....", legend, centre_size=9000, centre_density=1000, centre_population_window=3,
                       **PLAIN)
    # 9,000 people over nine cells, eight of them with data in the middle window: 1,125 there, 1,800 where five know.
    assert urban(found) == ["13331", "13331", "13331"]


def test_r2022a_needs_five_of_eight_neighbours():
    table = "#####\n#####\n##.##\n.....\n....."
    assert numbers(classified(table, smoothing="r2022a", gap_fill=False)) == [
        "11111", "11111", "11111", ".....", "....."], "seven neighbours, then three at most"


def test_r2023a_needs_more_than_half_of_the_neighbours_that_count():
    straight = classified("#####\n#####\n.....", smoothing="r2023a")
    assert urban(straight)[2] == "11111", "three of eight"
    # On a coast only land counts: the middle cell of the last row has three votes of five.
    coast = classified("#####\n#####\n.....\n~~~~~")
    assert urban(coast)[2] == "13331"


def test_a_cell_on_the_coast_joins_by_a_single_vote():
    # The lone land cell has one neighbour that counts, a corner of the centre.
    found = classified("#####~~\n#####~~\n~~~~~.~\n~~~~~~~")
    assert urban(found)[2] == "0000030"


def test_neighbours_outside_the_grid_count_unless_told_otherwise():
    table = "#####\n#####\n....."
    assert urban(classified(table))[2] == "11111"
    assert urban(classified(table, smoothing_counts_outside=False))[2] == "33333", "three of five, and two of three"
    missing = "#####\n#####\n.....\n?????"
    assert urban(classified(missing))[2:] == ["11111", "?????"]
    assert urban(classified(missing, smoothing_counts_outside=False))[2:] == ["33333", "?????"]


@pytest.mark.parametrize(("rule", "expected"), [
    ("water_and_low_land", "13331"), ("low_land", "13331"), ("water", "11111"), ("nothing", "11111")])
def test_what_does_not_count_is_a_named_rule(rule, expected):
    # 'w' has built-up and little land: no water, but empty and low. Left out, the row has three votes of five.
    found = classified("#####\n#####\n.....\nwwwww", {"w": (0, 0.001, 0.3)}, centre_built_up=0.5,
                       smoothing_leaves_out=rule)
    assert urban(found)[2] == expected


def test_a_water_cell_with_people_counts_and_open_water_can_be_told_to_count():
    # With one person allowed in water, 'v' is water but not empty: only the rules that name water leave it out.
    legend = {"v": (1, 0, 0.3)}
    table, rules = "#####\n#####\n.....\nvvvvv", {"water_population": 1.0}
    assert urban(classified(table, legend, **rules))[2] == "13331"
    assert urban(classified(table, legend, smoothing_leaves_out="water", **rules))[2] == "13331"
    assert urban(classified(table, legend, smoothing_leaves_out="low_land", **rules))[2] == "11111"


def test_water_never_joins_by_r2023a_but_low_land_with_built_up_may():
    table = "#####\n##x##\n#####"
    legend = {"x": (0, 0, 0.3)}
    assert urban(classified(table, legend, gap_fill=False)) == ["33333", "33033", "33333"]
    legend = {"x": (0, 0.001, 0.3)}
    assert urban(classified(table, legend, gap_fill=False)) == ["33333", "33333", "33333"]
    legend = {"x": (0, 0, 0.3)}
    assert urban(classified(table, legend, smoothing="r2022a", gap_fill=False)) == ["33333"] * 3


def test_a_cell_between_two_centres_stays_out_without_a_majority():
    table = "#####.#####\n#####.#####\n#####.#####"
    found = classified(table)
    assert numbers(found) == ["11111.22222"] * 3, "three votes each of eight"


def test_votes_are_counted_by_centre_and_never_added_up():
    # Six of eight neighbours are centre cells, three of each: on a mask they would win.
    table = "#####.#####\n#####.#####"
    found = classified(table, smoothing_counts_outside=False)
    assert numbers(found) == ["11111.22222"] * 2


def test_smoothing_goes_on_until_nothing_changes():
    # Each round fills the next cell of the notch: seven of eight at its end, then so on.
    table = "########\n####....\n########"
    found = classified(table, gap_fill=False)
    assert urban(found) == ["33333333"] * 3


def ring(height: int, width: int) -> str:
    """Draw a hole of height x width cells, its ring, and a margin."""
    rows = ["." * (width + 4), "." + "#" * (width + 2) + "."]
    rows += ["." + "#" + "." * width + "#" + "."] * height
    return "\n".join([*rows, rows[1], rows[0]])


@pytest.mark.parametrize(("height", "width", "filled"), [(2, 7, True), (3, 5, False), (4, 4, False)])
def test_gaps_of_less_than_15_km2_are_filled(height, width, filled):
    found = classified(ring(height, width), smoothing="none")
    inside = [row[2:-2] for row in urban(found)[2:-2]]
    assert inside == [("3" if filled else "1") * width] * height


def test_a_gap_of_exactly_the_limit_is_a_named_reading():
    assert "1" not in "".join(row[2:-2] for row in urban(classified(ring(3, 5), smoothing="none",
                                                                     gap_limit_included=True))[2:-2])


def test_gaps_are_areas_not_cells():
    from ekistics.geo.degurba import DegurbaParameters
    from ekistics.geo.degurba.gaps import gap_limit_cells

    assert gap_limit_cells(DegurbaParameters(), 250_000.0) == 59
    assert gap_limit_cells(DegurbaParameters(gap_limit=2.5), 1e6) == 2


def test_a_hole_at_the_border_is_none():
    assert urban(classified("##.##\n##.##\n#####", smoothing="none"))[0] == "33133"


def test_a_hole_that_opens_by_a_corner_only_is_closed():
    table = ".......\n.#####.\n.#...#.\n.#.###.\n.###..."
    # The hole's cells touch the outside at no side; holes are connected by sides.
    assert urban(classified(table, smoothing="none"))[2:4] == ["1333331", "1333331"]


def test_two_holes_that_touch_at_a_corner_are_two():
    table = "\n".join(["##########", "#...######", "#...######", "####...###", "####...###", "##########"])
    found = classified(table, smoothing="none", gap_limit=7)
    assert urban(found) == ["3" * 10] * 6, "two holes of six cells, not one of twelve"


def test_another_centre_in_a_hole_keeps_its_cells_and_counts_for_the_area():
    legend = {"R": (5000, 0, 1), "I": (50000, 0, 1)}
    table = "\n".join(["RRRRR", "R...R", "R.I.R", "R...R", "RRRRR"])
    found = classified(table, legend, smoothing="none")
    assert numbers(found) == ["11111", "11111", "11211", "11111", "11111"], "a hole of nine with its island"
    assert numbers(classified(table, legend, smoothing="none", gap_limit=9)) == [
        "11111", "1...1", "1.2.1", "1...1", "11111"], "eight free cells, but a hole of nine"


def test_a_hole_in_two_centres_goes_to_the_inner_one():
    legend = {"O": (5000, 0, 1), "I": (7000, 0, 1)}
    rows = ["OOOOOOO", "O.....O", "O.III.O", "O.I.I.O", "O.III.O", "O.....O", "OOOOOOO"]
    found = classified("\n".join(rows), legend, smoothing="none", gap_limit=100)
    assert numbers(found) == ["1111111", "1111111", "1122211", "1122211", "1122211", "1111111", "1111111"]


def test_a_gap_without_data_is_not_filled():
    assert urban(classified("#####\n#?#.#\n#####", smoothing="none")) == ["33333", "3?333", "33333"]


# A and B meet at corners only; the eleven cells between them have 6 sides at A and 8 at B.
POCKET = "AAAAA.\nA....B\nA....B\n.B...B\n.BBBBB"
TIED = "AAAAA.\nA....B\nA....B\nA....B\n.BBBBB"  # 7 sides each


def test_a_pocket_between_two_centres_is_left_unless_told_otherwise():
    legend = {"A": (8000, 0, 1), "B": (8000, 0, 1)}
    left = classified(POCKET, legend, smoothing="none")
    assert numbers(left) == ["11111.", "1....2", "1....2", ".2...2", ".22222"]
    filled = classified(POCKET, legend, smoothing="none", gap_pockets="fill")
    assert numbers(filled) == ["11111.", "122222", "122222", ".22222", ".22222"]
    small = classified(POCKET, legend, smoothing="none", gap_pockets="fill", gap_limit=11)
    assert numbers(small) == numbers(left), "eleven cells are not less than 11 km2"


def test_a_pocket_with_as_many_sides_at_both_goes_to_the_first():
    legend = {"A": (8000, 0, 1), "B": (8000, 0, 1)}
    filled = classified(TIED, legend, smoothing="none", gap_pockets="fill")
    assert numbers(filled) == ["11111.", "111112", "111112", "111112", ".22222"]


@pytest.mark.parametrize(("order", "inside"), [
    ("after_smoothing", ["3333", "3333", "3333", "3333"]), ("before_smoothing", ["3113", "1111", "1111", "3113"])])
def test_the_order_of_filling_and_smoothing_is_a_named_reading(order, inside):
    # Smoothing takes the corners of a hole of 16 (five votes of eight); the twelve cells left are then a small gap.
    found = classified(ring(4, 4), gap_fill_order=order)
    assert [row[2:-2] for row in urban(found)[2:-2]] == inside


def test_people_on_filled_gaps_count_when_the_size_is_tested_after_filling():
    legend = {"s": (5000, 0, 1), "g": (1400, 0, 1), "r": (6200, 0, 1)}
    table = "rrr\nrgr\nrrr"  # 49,600 on the ring, 51,000 with its gap
    assert urban(classified(table, legend, smoothing="none")) == ["222"] * 3
    assert urban(classified(table, legend, smoothing="none", centre_size_test="after_gap_filling")) == ["333"] * 3


def test_the_table_sums_what_lies_in_a_centre():
    legend = {"#": (5000, 0.3, 1), "x": (7, 0.1, 1)}
    found = classified("#####\n#x###\n#####\n.....", legend)
    centres = found.centres
    assert (len(centres), centres.size.tolist(), centres.population.tolist()) == (1, [15], [70007.0])
    assert centres.built_up.tolist() == [pytest.approx(4.3e6)]
    assert (centres.row.tolist(), centres.column.tolist(), centres.area_km2.tolist()) == ([1.5], [2.5], [15.0])


def test_centres_are_numbered_by_their_first_cell():
    table = ".....#####\n#####.....\n#####.....\n.....#####"
    assert numbers(classified(table, centre_size=25_000, **PLAIN)) == [
        ".....11111", "22222.....", "22222.....", ".....33333"]
