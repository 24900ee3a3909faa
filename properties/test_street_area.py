"""Neighbourhoods that partition a city add up to it; cutting conserves length; land is monotone in width."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.geo.open_space import dissolve, open_space_within
from ekistics.geo.street_area import streets_within
from ekistics.geo.street_widths import street_widths, width_in_metres
from ekistics.geo.streets import Streets, make_ways

STEP = 1e-4  # degrees; whole steps, so that streets often meet corners and run along outlines
spot = st.tuples(st.integers(-12, 12), st.integers(-12, 12))
segments = st.lists(st.tuples(spot, spot).filter(lambda pair: pair[0] != pair[1]), min_size=1, max_size=12)
classes = st.sampled_from(["residential", "primary", "footway", "path", "motorway"])


def streets_of(pairs, highways):
    points = np.array(pairs, dtype=float).reshape(-1, 2) * STEP
    count = len(pairs)
    return Streets(points[:, 0] - 15.4, points[:, 1] + 28.1, np.arange(0, 2 * count, 2), np.arange(1, 2 * count, 2),
                   np.arange(count), make_ways(highway=(highways * count)[:count]))


def frame(shapes):
    moved = [shapely.transform(shape, lambda xy: xy * STEP + [-15.4, 28.1]) for shape in shapes]
    return gpd.GeoDataFrame(geometry=moved, crs=4326)


@settings(max_examples=40, deadline=None)
@given(segments, st.lists(classes, min_size=1, max_size=12), spot)
def test_neighbourhoods_add_up_to_their_city(pairs, highways, centre):
    west, south, east, north = -10, -10, 10, 10
    corners = [(west, south), (east, south), (east, north), (west, north)]
    middle = (min(max(centre[0], -9), 9), min(max(centre[1], -9), 9))
    wedges = [shapely.Polygon([corners[i], corners[(i + 1) % 4], middle]) for i in range(4)]
    zones = frame([*wedges, shapely.Polygon(corners)])
    streets = streets_of(pairs, highways)
    found = streets_within(streets, zones, which=np.ones(len(pairs), dtype=bool))
    columns = ["street_length_m", "street_area_low_m2", "street_area_mid_m2", "street_area_high_m2"]
    parts, city = found.loc[:3, columns].sum(), found.loc[4, columns]
    assert parts.to_numpy(dtype=float) == pytest.approx(city.to_numpy(dtype=float), rel=1e-9, abs=1e-6)
    assert (city.diff().iloc[2:] >= -1e-9).all()


@settings(max_examples=25, deadline=None)
@given(segments)
def test_inside_and_outside_are_the_whole(pairs):
    streets = streets_of(pairs, ["residential"])
    inner = shapely.Polygon([(-7, -5), (6, -8), (9, 4), (0, 0), (-3, 9)])
    outer = shapely.box(-50, -50, 50, 50)
    found = streets_within(streets, frame([inner, outer - inner, outer]))["street_length_m"]
    assert found[0] + found[1] == pytest.approx(found[2], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["public", "unknown", "private"]), spot, st.integers(1, 9)), max_size=8))
def test_open_space_never_counts_ground_twice(rows):
    shapes = [shapely.box(x, y, x + size, y + size) for _access, (x, y), size in rows]
    spaces = frame(shapes).assign(access=[row[0] for row in rows])
    merged = dissolve(spaces)
    whole = shapely.union_all(spaces.to_crs(merged.crs).geometry.to_numpy()).area if rows else 0.0
    assert merged["area_m2"].sum() == pytest.approx(whole, rel=1e-9, abs=1e-6)
    halves = frame([shapely.box(-100, -100, 3, 100), shapely.box(3, -100, 100, 100), shapely.box(-100, -100, 100, 100)])
    found = open_space_within(spaces, halves)
    assert found.sum(axis=1)[2] == pytest.approx(whole, rel=1e-9, abs=1e-6)
    assert (found.loc[0] + found.loc[1]).to_numpy() == pytest.approx(found.loc[2].to_numpy(), rel=1e-5, abs=1e-3)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,m' ft\"cex-;", max_size=8))
def test_any_width_tag_is_a_positive_number_or_none(text):
    width = width_in_metres(text)
    assert np.isnan(width) or 0 < width < 1e9
    row = street_widths(make_ways(highway=["residential"], width=[text])).iloc[0]
    assert 0 < row["low"] <= row["mid"] <= row["high"] <= 64.8
