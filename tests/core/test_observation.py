"""Rows of results: shares keep their parts, absences their reasons."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import (
    OBSERVATION_COLUMNS,
    RESULT_COLUMNS,
    absent_rows,
    observations,
    result_rows,
    share_rows,
)

SPEC = IndicatorSpec("x_1", "1", "X", "How much?", "Some of some.", MethodEdition("Body", "Paper", "2020"),
                     (SeriesSpec("share", "Share", "PT", base="all things", headline=True),
                      SeriesSpec("n", "N", "NUMBER")))


def series(**values):
    return pd.Series(values, dtype=float)


def test_share_keeps_numerator_denominator_and_says_why_it_is_absent():
    rows = share_rows(series(a=1, b=0, c=np.nan), series(a=4, b=0, c=2), series="share", reason="no-streets")
    assert list(rows.columns) == list(RESULT_COLUMNS)
    assert rows["obs_value"].tolist()[:1] == [25.0]
    assert rows[["numerator", "denominator"]].iloc[0].tolist() == [1.0, 4.0]
    assert rows["reason"].tolist() == ["", "zero-denominator", "no-streets"]
    assert rows["obs_status"].tolist() == ["A", "O", "O"]


def test_absent_is_never_zero_and_has_no_interval():
    rows = result_rows(series(a=np.nan), series="share", se=1.0, lci=0.0, uci=2.0, reason="no-air")
    assert rows[["obs_value", "se", "lci", "uci"]].isna().all(axis=None)


def test_unknown_columns_are_a_mistake_of_the_programmer():
    with pytest.raises(TypeError, match="valeu"):
        result_rows(series(a=1), series="share", valeu=2)


def test_absent_rows_cover_each_headline_and_area():
    rows = absent_rows(pd.Index(["a", "b"]), SPEC, "no-streets", time_period="2020")
    assert rows["reason"].tolist() == ["no-streets"] * 2
    assert set(rows["series"]) == {"share"}


def test_observations_take_unit_base_method_and_run_from_the_spec():
    frame = observations(share_rows(series(a=1), series(a=4), series="share"), SPEC, run="r1")
    assert tuple(frame.columns) == OBSERVATION_COLUMNS
    row = frame.iloc[0]
    assert row[["unit_measure", "base", "method", "run"]].tolist() == ["PT", "all things", "Body, Paper, 2020", "r1"]


def test_a_percentage_without_base_is_refused():
    with pytest.raises(InvalidValueError, match="base"):
        SeriesSpec("share", "Share", "PT")
