"""Erasure: nothing of a person stays, raw or decrypted, but a random number; everybody else stays as they were."""

import gzip
import sqlite3
import zipfile
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.vault import Vault
from ekistics.vault.erasure import matches
from tests.vault.conftest import ERASE, READ, STORE, make_record, make_tables
from tests.vault.traces import find_bytes, find_decrypted, plant, remnants, sealed_pieces

MARKER = "QzMarkerPersonZq"


def frames(vault, code="X24"):
    return {name: vault.read(code, name, **READ).frame() for name in vault.tables(code)}


def test_the_search_finds_a_marker_wherever_it_is(tmp_path):
    (tmp_path / "plain.txt").write_text(f"a {MARKER} b")
    (tmp_path / "wide.txt").write_text(MARKER, encoding="utf-16-le")
    (tmp_path / "lines.gz").write_bytes(gzip.compress(MARKER.encode()))
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(MARKER.encode()))
    pd.DataFrame({"x": [MARKER, "b"]}).to_parquet(tmp_path / "t.parquet", compression="zstd")
    connection = sqlite3.connect(tmp_path / "d.sqlite3")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (?)", ("y" * 4060 + MARKER + "y" * 9000,))
    connection.commit()
    connection.close()
    (tmp_path / f"{MARKER}.txt").write_text("")
    (tmp_path / "clean.txt").write_text("nothing")
    found = " ".join(find_bytes(MARKER, [tmp_path]))
    assert all(name in found for name in ("plain.txt", "wide.txt", "lines.gz", "inner.gz", "t.parquet", "d.sqlite3",
                                          f"{MARKER}.txt (name)"))
    assert "clean.txt" not in found


def test_erasing_leaves_no_trace_of_a_person(path, key):
    with Vault.create(path, key) as vault:
        person = plant(vault, make_record(), MARKER, make_tables())
        vault.read("X24", "person", **READ)
        # It is there: in no raw byte, but in what the key opens.
        assert find_bytes(MARKER, [path.parent, key.heads, key.file]) == []
        held = find_decrypted(MARKER, path, key)
        assert len(held) >= 4
        before = sealed_pieces(path)
        done = vault.erase_person(person, **ERASE)
        assert done.rows == {("X24", "household"): 1, ("X24", "person"): 1}
        after = sealed_pieces(path)
        assert find_bytes(MARKER, [path.parent, key.heads, key.file]) == []
        assert find_decrypted(MARKER, path, key) == []
        # The sealed pieces that held it are overwritten in the file too.
        gone = [piece for number, piece in before.items() if after.get(number) != piece]
        assert len(gone) >= 8
        assert remnants(after.values(), [path]) > 0  # the search finds what is there
        assert remnants(gone, [path]) == 0
        assert [p.name for p in path.parent.iterdir()] == [path.name]  # no journal
        last = vault.log()[-1]
        assert (last.action, last.survey, last.table, last.columns, last.rows) == ("erase", "", "", (), 2)
        assert last.audit_id == done.audit_id
        vault.verify()
        print(f"\nSHOWN pieces of the vault that hold the person, decrypted: {len(held)} before, 0 after erasure")
        print(f"SHOWN sealed pieces with the person: {len(gone)} overwritten, 0 of their parts left in the file")


def test_the_search_for_remnants_would_find_them(path, key, monkeypatch):
    from ekistics.vault import container
    monkeypatch.setattr(container, "SETTINGS", tuple(s.replace("secure_delete=ON", "secure_delete=OFF")
                                                     for s in container.SETTINGS))
    with Vault.create(path, key) as vault:
        person = plant(vault, make_record(), MARKER, make_tables())
        before = sealed_pieces(path)
        vault.erase_person(person, **ERASE)
        after = sealed_pieces(path)
        assert remnants([p for n, p in before.items() if after.get(n) != p], [path]) > 0


def test_all_others_stay_as_they_were(vault):
    before = frames(vault)
    vault.erase_person("H000003-1", **ERASE)  # one of four
    after = frames(vault)
    pd.testing.assert_frame_equal(after["household"], before["household"])
    pd.testing.assert_frame_equal(after["person"], before["person"][before["person"]["person_id"] != "H000003-1"]
                                  .reset_index(drop=True))


def test_a_household_goes_with_its_members_and_its_last_person_with_it(vault):
    done = vault.erase_household("H000003", **ERASE)
    assert done.rows == {("X24", "household"): 1, ("X24", "person"): 4}
    assert vault.erase_person("H000004-0", **ERASE).rows == {("X24", "household"): 1, ("X24", "person"): 1}
    left = frames(vault)
    assert not set(left["household"]["household_id"]) & {"H000003", "H000004"}
    assert not set(left["person"]["household_id"]) & {"H000003", "H000004"}


def test_other_tables_lose_the_rows_too(vault):
    tables = make_tables() | {"eviction": pd.DataFrame({"household_id": ["H000003", "H000003", "H000009"],
                                                        "day": pd.to_datetime(["2024-01-01"] * 3)}),
                              "schooling": pd.DataFrame({"person_id": ["H000003-1", "H000003-2"], "years": [3, 4]})}
    vault.store(make_record("Y"), tables, **STORE)
    assert vault.erase_person("H000003-1", surveys=["Y"], **ERASE).rows == {("Y", "person"): 1, ("Y", "schooling"): 1}
    assert vault.erase_household("H000003", surveys=["Y"], **ERASE).rows == {
        ("Y", "household"): 1, ("Y", "person"): 3, ("Y", "eviction"): 2, ("Y", "schooling"): 1}


def test_all_surveys_or_those_named(vault):
    vault.store(make_record("Y"), make_tables(), **STORE)
    assert set(vault.erase_person("H000003-1", surveys=["Y"], **ERASE).rows) == {("Y", "person")}
    assert set(vault.erase_person("H000003-2", **ERASE).rows) == {("X24", "person"), ("Y", "person")}


def test_a_category_that_only_the_person_had_goes_and_others_stay(vault):
    jobs = pd.Categorical(["smith", MARKER, "smith"], [MARKER, "nurse", "smith"])
    vault.store(make_record("Y"), {"household": pd.DataFrame({"household_id": ["a", "b", "c"], "job": jobs})}, **STORE)
    vault.erase_household("b", **ERASE)
    job = vault.read("Y", "household", **READ).frame()["job"]
    assert job.tolist() == ["smith", "smith"]
    assert job.cat.categories.tolist() == ["nurse", "smith"]
    vault.erase_household("a", **ERASE)
    vault.erase_household("c", **ERASE)
    job = vault.read("Y", "household", **READ).frame()["job"]
    assert len(job) == 0
    assert job.cat.categories.tolist() == ["nurse"]


def test_only_blocks_that_held_the_person_are_written_anew(vault, path):
    many = pd.DataFrame({"household_id": np.arange(200_000), "rooms": np.arange(200_000) % 5})
    vault.store(make_record("M"), {"household": many}, **STORE)
    before = sealed_pieces(path)
    assert vault.erase_household("100000", surveys=["M"], **ERASE).total == 1
    after = sealed_pieces(path)
    assert len(after) == len(before)
    assert len(set(before.values()) - set(after.values())) == 2
    assert vault.read("M", "household", columns=["household_id"], **READ).column("household_id").tolist() == [
        *range(100_000), *range(100_001, 200_000)]


@pytest.mark.parametrize("given", [{"reason": "H000003-1 asked"}, {"actor": "h000003-1"},
                                   {"reason": "by (H000003-1)."}])
def test_the_log_takes_no_id(vault, given):
    with pytest.raises(InvalidValueError, match="must not hold the id") as caught:
        vault.erase_person("H000003-1", **ERASE | given)
    assert "000003" not in str(caught.value)
    vault.erase_person("H000003-1", actor="ada", reason="letter 3 of May 2026")


def test_the_log_takes_no_id_of_those_who_go_along(vault):
    """The household that its last person leaves empty, and the members of a household, are erased too."""
    before = len(vault.log())
    with pytest.raises(InvalidValueError, match="must not hold the id") as caught:
        vault.erase_person("H000004-0", actor="ada", reason="household H000004 asked")
    assert "H000004" not in str(caught.value)
    with pytest.raises(InvalidValueError, match="must not hold the id"):
        vault.erase_household("H000003", actor="ada", reason="H000003-2 asked")
    assert len(vault.log()) == before
    assert vault.tables("X24")["person"][0] == 50
    assert vault.erase_person("H000003-1", actor="ada", reason="household H000003 asked").total == 1  # it stays


def test_nobody_of_this_id(vault):
    before = len(vault.log())
    with pytest.raises(UnknownNameError, match="Nothing was erased") as caught:
        vault.erase_person(MARKER, **ERASE)
    assert MARKER not in str(caught.value)
    assert len(vault.log()) == before


def test_a_survey_goes_whole_and_the_file_shrinks(vault, path):
    vault.store(make_record("Y"), make_tables(homes=5000), **STORE)
    size = path.stat().st_size
    done = vault.erase_survey("Y", **ERASE)
    assert done.rows == {("Y", "household"): 5000, ("Y", "person"): 12500}
    assert path.stat().st_size < size / 2
    assert [s.code for s in vault.surveys()] == ["X24"]
    vault.verify()
    vault.store(make_record("Y"), make_tables(), **STORE)


def test_what_may_not_be_kept_any_more_expires(vault):
    vault.store(make_record("OLD", retention_until=date(2026, 6, 30)), make_tables(), **STORE)
    tables = make_tables()
    tables["household"]["until"] = pd.to_datetime(["2026-06-30", "2026-07-01"] * 10).as_unit("s")
    tables["household"].loc[2, "until"] = pd.NaT  # then the survey's day counts
    vault.store(make_record("ROWS", retention_column="until"), tables, **STORE)
    assert vault.expire(date(2026, 6, 30)) == ()
    done = vault.expire(date(2026, 7, 1), actor="ada")
    assert [d.rows for d in done] == [{("OLD", "household"): 20, ("OLD", "person"): 50},
                                      {("ROWS", "household"): 9, ("ROWS", "person"): 17}]
    assert {s.code for s in vault.surveys()} == {"X24", "ROWS"}
    assert [e.action for e in vault.log()][-2:] == ["expire", "expire"]
    vault.verify()


@pytest.mark.parametrize("holder", ["household", "person"])
def test_rows_that_are_over_are_not_read_before_they_are_erased(vault, holder):
    """What reading leaves out is what expiring erases: rows, people, households left empty, and their categories."""
    tables = make_tables()
    for frame in tables.values():
        frame["tag"] = pd.Categorical([f"tag {number}" for number in range(len(frame))])
    tables[holder]["until"] = [date(2020, 1, 1)] * 3 + [None] * 2 + [date(9999, 12, 31)] * (len(tables[holder]) - 5)
    tables["visit"] = pd.DataFrame({"household_id": ["H000000", "H000007"], "day": [1, 2]})
    vault.store(make_record("P", retention_column="until"), tables, **STORE)
    before = frames(vault, "P")
    assert [len(frame) for frame in before.values()] == ([18, 47, 1] if holder == "person" else [17, 44, 1])
    assert [entry.rows for entry in vault.log()][-3:] == [len(frame) for frame in before.values()]
    assert vault.expire(date.today())
    for name, frame in frames(vault, "P").items():
        pd.testing.assert_frame_equal(before[name], frame)
    assert vault.expire(date.today()) == ()


def test_a_household_that_a_former_member_leaves_empty_goes_too(vault):
    homes = pd.DataFrame({"household_id": ["a", "b", "c"]})
    persons = pd.DataFrame({"person_id": ["1", "2", "3"], "household_id": ["a", "b", "c"]})
    moves = pd.DataFrame({"person_id": ["2"], "household_id": ["a"]})  # 2 lived in a before
    vault.store(make_record("Y"), {"household": homes, "person": persons, "move": moves}, **STORE)
    assert vault.erase_household("a", surveys=["Y"], **ERASE).rows == {
        ("Y", "household"): 2, ("Y", "person"): 2, ("Y", "move"): 1}


def test_days_of_single_persons(vault):
    tables = make_tables()
    tables["person"]["until"] = [date(9999, 12, 31)] * 48 + [None] + [date(2026, 1, 1)]
    vault.store(make_record("P", retention_column="until"), tables, **STORE)
    assert vault.expire(date(2026, 7, 1))[0].rows == {("P", "person"): 1}


def test_ids_that_are_hashes_are_found_in_every_table(vault):
    ids = pd.util.hash_pandas_object(pd.Series([f"H{number}" for number in range(8)]), index=False)
    assert (ids >= 2**63).any()
    persons = pd.DataFrame({"person_id": [f"P{number}" for number in range(8)], "household_id": ids})
    vault.store(make_record("Y"), {"household": pd.DataFrame({"household_id": ids}), "person": persons}, **STORE)
    for number in range(8):
        done = vault.erase_person(f"P{number}", surveys=["Y"], **ERASE)
        assert done.rows == {("Y", "household"): 1, ("Y", "person"): 1}


@pytest.mark.parametrize("kind", ["date32[day][pyarrow]", "timestamp[us][pyarrow]", "datetime64[us, Asia/Dhaka]"])
def test_days_of_any_type_of_dates(vault, kind):
    vault.store(make_record("OLD", retention_until=date(2020, 1, 1)), make_tables(), **STORE)
    until = pd.Series(pd.to_datetime(["2020-01-01", "2030-01-01", None]))
    until = until.dt.tz_localize("Asia/Dhaka") if "Dhaka" in kind else until
    homes = pd.DataFrame({"household_id": ["a", "b", "c"], "until": until.astype(kind)})
    vault.store(make_record("P", retention_column="until"), {"household": homes}, **STORE)
    assert [d.rows for d in vault.expire(date(2026, 7, 1))] == [
        {("OLD", "household"): 20, ("OLD", "person"): 50}, {("P", "household"): 1}]
    assert vault.expire(date(2026, 7, 1)) == ()


def test_days_are_dates(vault):
    tables = make_tables()
    tables["person"]["until"] = "2030"
    with pytest.raises(InvalidValueError, match="dates"):
        vault.store(make_record("P", retention_column="until"), tables, **STORE)


@pytest.mark.parametrize(("values", "wanted", "expected"), [
    (pd.Series(["a", "b"]), {"b"}, [False, True]),
    (pd.Series(["a", "b"], dtype="category"), {"b"}, [False, True]),
    (pd.Series([1, 12]), {"12", "x"}, [False, True]),
    (pd.Series([1, 2**62 + 1]), {str(2**62 + 1)}, [False, True]),
    (pd.Series([1, 2**62 + 1]), {str(2**62)}, [False, False]),
    (pd.Series([1, 2**62 + 1]), {str(2**99)}, [False, False]),
    (pd.Series([1, 12], dtype="Int64"), {"12.0"}, [False, True]),
    (pd.Series([1.0, 12.5]), {"12.5", "nan"}, [False, True]),
    (pd.Series([1, 2**63 + 5], dtype="uint64"), {str(2**63 + 5), "-1", str(2**64)}, [False, True]),
    (pd.Series([1, 2**63 + 5], dtype="uint64[pyarrow]"), {str(2**63 + 5)}, [False, True]),
    (pd.Series([1, 2**63 - 1], dtype="Int64"), {str(2**63 - 1), str(2**63)}, [False, True]),
    (pd.Series([1.0, 1e20]), {str(10**20)}, [False, True]), (pd.Series([1.0, 1e-7]), {"1e-07", "inf"}, [False, True]),
    (pd.Series([1, 12], dtype="uint8"), {"-1", "12"}, [False, True]),
    (pd.Series(["01", "1"]), {"1"}, [False, True]),
])
def test_ids_are_found_in_columns_of_any_type(values, wanted, expected):
    assert matches(values, wanted).tolist() == expected


def stored_bytes(vault, column):
    """Give what is kept of a column of households: its values, and what lies behind nulls and in dictionaries."""
    from ekistics.vault.work import Work
    work = Work.begin(vault._file, vault._sealer)
    stored = work.catalogue.table("Y", "household").columns[column]
    arrays = work.arrays("Y", "household", stored)
    if stored.categories is not None:
        arrays.append(work.get(("Y", "household", column, -1), stored.categories))
    return b"".join(b.to_pybytes() for array in arrays for b in array.buffers() if b is not None)


@pytest.mark.parametrize("array", [pa.array([MARKER, "b"]).dictionary_encode(), pa.array([MARKER.encode(), b"b"])])
def test_types_in_which_a_value_outlives_its_row_are_refused(vault, array):
    """A dictionary keeps the value of a row that was erased, and the erasure would not reach it."""
    homes = pd.DataFrame({"household_id": ["a", "b"], "x": pd.Series(array, dtype=pd.ArrowDtype(array.type))})
    with pytest.raises(InvalidValueError, match="not kept here"):
        vault.store(make_record("Y"), {"household": homes}, **STORE)


@pytest.mark.parametrize(("dtype", "value", "kept"), [
    ("Int64", 0x5A71506E6F737251, b"QrsonPqZ"), ("Float64", 1234.5, np.float64(1234.5).tobytes()),
    ("Int32", 0x5A71506E, b"nPqZ")])
def test_a_value_that_was_set_to_missing_is_not_kept_behind_the_null(vault, dtype, value, kept):
    values = pd.Series([value, 2], dtype=dtype)
    assert kept in values.array._data.tobytes()  # pandas masks it
    values[0] = pd.NA
    vault.store(make_record("Y"), {"household": pd.DataFrame({"household_id": ["a", "b"], "x": values})}, **STORE)
    assert kept not in stored_bytes(vault, "x")
    pd.testing.assert_series_equal(vault.read("Y", "household", **READ).frame()["x"], values, check_names=False)


def test_ids_of_those_who_were_left_out_do_not_come_in_as_categories(vault):
    homes = pd.DataFrame({"household_id": pd.Categorical([MARKER, "b"]), "agreed": [False, True]})
    vault.store(make_record("Y", consent_column="agreed"), {"household": homes[homes["agreed"]]}, **STORE)
    assert stored_bytes(vault, "household_id").count(b"b") == 1
    assert MARKER.encode() not in stored_bytes(vault, "household_id")
