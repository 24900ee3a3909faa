"""Whatever observations are written are read back the same, and a changed value never goes unseen."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.place import Place
from ekistics.core.provenance import Run
from ekistics.package import ProfilePackage, read_package, verify_package, write_package
from ekistics.package.rules import observation_breaches
from ekistics.package.table import (
    NUMBER_COLUMNS,
    arrow_table,
    canonical_observations,
    columns_of,
    csv_bytes,
    read_arrow,
    read_csv,
    read_parquet,
    write_parquet,
)

CITY = Place("X", "X", "city", "XMU")
RUN = Run((), {}, {}, "0")
# Everything that UTF-8 can hold; NUL is refused by CSV readers.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NUMBER = st.one_of(st.just(math.nan), st.floats(allow_nan=False, allow_infinity=False))
ROW = st.fixed_dictionaries({name: NUMBER if name in NUMBER_COLUMNS else TEXT for name in OBSERVATION_COLUMNS})
SOUND = st.builds(
    lambda value, sex, year: {
        **dict.fromkeys(OBSERVATION_COLUMNS, "_T"), **dict.fromkeys(NUMBER_COLUMNS, math.nan), "indicator": "i",
        "series": "s", "variant": "", "ref_area": "X", "time_period": str(year), "sex": sex, "obs_value": value,
        "unit_measure": "PS", "base": "", "uncertainty": "not-stated", "conf_status": "F", "run": RUN.id, "method": "m",
        "obs_status": "O" if math.isnan(value) else "A", "reason": "no-streets" if math.isnan(value) else ""},
    NUMBER, st.sampled_from(["_T", "F", "M"]), st.integers(1900, 2100))


def table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return canonical_observations(pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS)))


@given(st.lists(ROW, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_table_survives_csv(rows):
    frame = table(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(csv_bytes(columns_of(frame)))
        again = read_csv(path)
    pd.testing.assert_frame_equal(again, frame, check_exact=True)
    assert csv_bytes(columns_of(again)) == csv_bytes(columns_of(frame))


@given(st.lists(ROW, max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_table_survives_parquet_as_columns_and_as_a_frame(rows):
    frame = table(rows)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        write_parquet(frame, path)
        again, as_frame = read_arrow(path), read_parquet(path)
    assert again.equals(arrow_table(frame))
    assert csv_bytes(columns_of(again)) == csv_bytes(columns_of(frame))
    pd.testing.assert_frame_equal(as_frame, frame, check_exact=True)


@given(st.lists(SOUND, max_size=8, unique_by=lambda row: (row["sex"], row["time_period"])))
@settings(max_examples=15, deadline=None)
def test_sound_observations_make_a_whole_package_that_reads_back(rows):
    frame = table(rows)
    with TemporaryDirectory() as folder:
        place = Path(folder) / "p"
        write_package(ProfilePackage(CITY, (CITY,), RUN, frame, ()), place)
        assert verify_package(place).problems == ()
        pd.testing.assert_frame_equal(read_package(place).observations, frame, check_exact=True)


@given(st.lists(SOUND, min_size=1, max_size=6, unique_by=lambda row: (row["sex"], row["time_period"])), st.data())
@settings(max_examples=60, deadline=None)
def test_rules_name_exactly_the_row_that_was_broken(rows, data):
    frame = table(rows)
    assert observation_breaches(columns_of(frame), places=[CITY], run=RUN.id) == []
    row = data.draw(st.integers(0, len(rows) - 1))
    name, bad = data.draw(st.sampled_from([("ref_area", "Y"), ("unit_measure", "FURLONG"), ("obs_status", "?"),
                                           ("conf_status", "?"), ("run", "other"), ("time_period", "soon")]))
    frame.loc[row, name] = bad
    breaches = observation_breaches(columns_of(frame), places=[CITY], run=RUN.id)
    assert breaches
    assert {number for breach in breaches for number in breach.rows} == {row + 1}
