"""What a vault gives back is what it was given, whatever the values; and erasing somebody leaves all others."""

import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.vault import SurveyRecord, Vault, VaultKey, columns, make_key_file
from ekistics.vault.columns import arrow_of, as_bytes, from_bytes, pandas_of, split

RECORD = SurveyRecord("X", "title", "purpose", "consent", date(2099, 1, 1))
MOST = 12
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.integers(0, MOST)


def values_of(kind: str, count: int) -> st.SearchStrategy[pd.Series]:
    """Give columns of a kind, with missing values where it can have some."""
    listed = {"text": st.none() | TEXT, "truth": st.none() | st.booleans(),
              "date": st.none() | st.dates(), "float64": st.floats(), "float32": st.floats(width=32),
              "int64": st.integers(-2**63, 2**63 - 1), "uint8": st.integers(0, 255), "bool": st.booleans(),
              "Int64": st.none() | st.integers(-2**63, 2**63 - 1), "boolean": st.none() | st.booleans(),
              "Float64": st.none() | st.floats(allow_nan=False), "string": st.none() | TEXT, "str": st.none() | TEXT,
              "datetime64[s]": st.none() | st.datetimes().map(lambda d: d.replace(microsecond=0)),
              "datetime64[us]": st.none() | st.datetimes(), "timedelta64[us]": st.none() | st.timedeltas(),
              "datetime64[us, Asia/Dhaka]": st.none() | st.datetimes(pd.Timestamp(1980, 1, 1).to_pydatetime()),
              "category": st.none() | TEXT, "category of numbers": st.none() | st.integers(-5, 5)}[kind]
    dtype = {"text": object, "truth": object, "date": object}.get(kind, kind.split(" of ")[0])
    return st.lists(listed, min_size=count, max_size=count).map(lambda given: pd.Series(given, dtype=dtype, name="x"))


KINDS = ("text", "truth", "date", "float64", "float32", "int64", "uint8", "bool", "Int64", "boolean", "Float64",
         "string", "str", "datetime64[s]", "datetime64[us]", "timedelta64[us]", "datetime64[us, Asia/Dhaka]",
         "category", "category of numbers")


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Give households with columns of any kind."""
    count = draw(ROWS)
    kinds = draw(st.lists(st.sampled_from(KINDS), max_size=4))
    ids = draw(st.permutations(range(count)))
    return pd.DataFrame({"household_id": [f"h{n}" for n in ids]} |
                        {f"c{n}": draw(values_of(kind, count)) for n, kind in enumerate(kinds)})


def kept(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame with the types in which a vault keeps it: text as text."""
    text = {c: "str" for c in frame if frame[c].dtype == object
            and pd.api.types.infer_dtype(frame[c], skipna=True) == "string"}
    none = {c: frame[c].where(frame[c].notna(), None) for c in frame if frame[c].dtype == object and c not in text}
    return frame.assign(**none).astype(text)


@settings(max_examples=150)
@given(st.sampled_from(KINDS).flatmap(lambda kind: ROWS.flatmap(lambda n: values_of(kind, n))),
       st.integers(1, MOST))
def test_a_column_comes_back_as_it_was(values: pd.Series, block: int) -> None:
    column, array, categories = arrow_of("x", values)
    rows = [min(block, len(values) - at) for at in range(0, len(values), block)] or [0]
    blocks = [from_bytes(as_bytes(piece)) for piece in split(array, rows)]
    got = pandas_of(column, blocks, None if categories is None else from_bytes(as_bytes(categories)))
    pd.testing.assert_frame_equal(got.to_frame(), kept(values.to_frame()), check_exact=True)


@settings(max_examples=25)
@given(frames(), st.integers(1, 5), st.data())
def test_erasing_leaves_all_others(frame: pd.DataFrame, block: int, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        key = make_key_file(Path(folder) / "keys" / "key")
        before, columns.BLOCK_ROWS = columns.BLOCK_ROWS, block
        try:
            _store_and_erase(Path(folder) / "vault" / "x.vault", key, frame, data)
        finally:
            columns.BLOCK_ROWS = before


def _store_and_erase(path: Path, key: VaultKey, frame: pd.DataFrame, data: st.DataObject) -> None:
    with Vault.create(path, key) as vault:
        vault.store(RECORD, {"household": frame}, actor="a")
        left = kept(frame)
        for going in data.draw(st.lists(st.sampled_from(sorted(frame["household_id"])), unique=True, max_size=3)
                               if len(frame) else st.just([])):
            vault.erase_household(going, actor="a", reason="r")
            left = left[left["household_id"] != going].reset_index(drop=True)
        got = vault.read("X", "household", purpose="p", actor="a").frame()
        vault.verify()
    for name in left:
        if isinstance(left[name].dtype, pd.CategoricalDtype):  # categories that only they had are gone
            used = set(left[name].dropna())
            declared = [c for c in left[name].cat.categories if c in set(got[name].cat.categories)]
            assert got[name].cat.categories.tolist() == declared
            assert used <= set(declared)
            assert np.array_equal(got[name].astype(object).fillna("?"), left[name].astype(object).fillna("?"))
        else:
            pd.testing.assert_series_equal(got[name], left[name], check_exact=True)
