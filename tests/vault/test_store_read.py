"""Storing and reading: what goes in comes out, nothing without a line in the log, and nothing halfway."""

import copy
import json
import pickle
import stat
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import InvalidValueError, UnknownNameError, VaultError, VaultRefusedError
from ekistics.vault import Microdata, Vault
from ekistics.vault import vault as module
from tests.vault.conftest import READ, STORE, make_record, make_tables


def test_tables_come_back_as_they_went_in(vault):
    for name, frame in make_tables().items():
        got = vault.read("X24", name, **READ)
        expected = frame.assign(**{c: frame[c].astype("str") for c in frame if frame[c].dtype == object})
        pd.testing.assert_frame_equal(got.frame(), expected)


def test_only_the_columns_asked_are_given_in_the_order_asked(vault):
    got = vault.read("X24", "household", columns=["rent", "rooms"], **READ)
    assert got.names == ("rent", "rooms")
    assert len(got) == 20


def test_all_or_nothing(vault):
    before = vault.verify()
    bad = make_tables() | {"extra": pd.DataFrame({"household_id": ["a", "b"], "mixed": [1, "MARK"]})}
    with pytest.raises(InvalidValueError, match="several kinds"):
        vault.store(make_record("Y"), bad, **STORE)
    assert vault.verify() == before
    assert [s.code for s in vault.surveys()] == ["X24"]


def test_a_code_is_taken_once(vault):
    with pytest.raises(InvalidValueError, match="already"):
        vault.store(make_record(), make_tables(), **STORE)


@pytest.mark.parametrize(("code", "table", "columns", "near"), [
    ("X23", "household", None, "X24"), ("X24", "houshold", None, "household"), ("X24", "household", ["rom"], "rooms")])
def test_unknown_names_are_told_with_the_nearest(vault, code, table, columns, near):
    with pytest.raises(UnknownNameError, match=near):
        vault.read(code, table, columns=columns, **READ)
    assert [e.action for e in vault.log()] == ["create", "store", "store"]


def test_every_reading_is_logged_with_purpose_actor_columns_and_rows(vault):
    vault.read("X24", "person", columns=["age"], purpose="ages by sex", actor="grace")
    last = vault.log()[-1]
    assert (last.action, last.actor, last.purpose, last.survey, last.table, last.columns, last.rows) == (
        "read", "grace", "ages by sex", "X24", "person", ("age",), 50)
    assert last.at.endswith("+00:00")


def test_nothing_is_given_where_the_log_cannot_be_written(vault, monkeypatch):
    from ekistics.vault.container import Container
    monkeypatch.setattr(Container, "put_line", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(VaultError, match="OSError"):
        vault.read("X24", "person", **READ)


def test_the_line_is_on_disk_before_anything_is_decrypted(vault, key, path, monkeypatch):
    seen = []

    def opened(*given):
        with Vault.open(path, key) as other:
            seen.append(other.log()[-1].action)
        raise RuntimeError

    monkeypatch.setattr(module, "opened_piece", opened)
    with pytest.raises(VaultError, match="RuntimeError"):
        vault.read("X24", "person", **READ)
    assert seen == ["read"]


@pytest.mark.parametrize("given", [{"purpose": ""}, {"actor": " "}, {"purpose": "a\nb"}, {"purpose": "x" * 501}])
def test_purpose_and_actor_are_asked(vault, given):
    with pytest.raises(InvalidValueError, match="log needs"):
        vault.read("X24", "person", **READ | given)


def test_a_survey_is_read_for_its_purposes_only_and_the_log_notes_a_refusal(vault):
    vault.store(make_record("Y", purposes=("SDG 11", "water")), make_tables(), **STORE)
    assert len(vault.read("Y", "household", purpose="water", actor="ada")) == 20
    with pytest.raises(VaultRefusedError, match=r"SDG 11 \| water"):
        vault.read("Y", "household", purpose="marketing", actor="ada")
    last = vault.log()[-1]
    assert (last.action, last.purpose, last.rows) == ("refuse", "marketing", 0)


def test_what_may_not_be_kept_any_more_is_not_read(vault):
    vault.store(make_record("Y", retention_until=date(2020, 1, 1)), make_tables(), **STORE)
    with pytest.raises(VaultRefusedError, match="vault expire"):
        vault.read("Y", "household", **READ)


def test_rows_without_consent_are_refused_and_counted(vault):
    tables = make_tables()
    tables["household"]["agreed"] = True
    tables["household"].loc[[2, 5], "agreed"] = False
    with pytest.raises(VaultRefusedError, match=r"did not agree. Got 2\."):
        vault.store(make_record("Y", consent_column="agreed"), tables, **STORE)
    tables["household"] = tables["household"].astype({"agreed": object})
    tables["household"].loc[[2, 5], "agreed"] = None
    with pytest.raises(VaultRefusedError, match=r"Got 2\."):
        vault.store(make_record("Y", consent_column="agreed"), tables, **STORE)
    tables["household"].loc[[2, 5], "agreed"] = True
    vault.store(make_record("Y", consent_column="agreed"), tables, **STORE)


FRAME = pd.DataFrame({"household_id": ["a", "b"], "rooms": [1, 2]})


@pytest.mark.parametrize(("tables", "match"), [
    ({}, "no table"),
    ({"household": FRAME.drop(columns="household_id")}, "without ids"),
    ({"person": FRAME}, "person_id"),
    ({"tenure": FRAME.drop(columns="household_id")}, "without ids"),
    ({"household": FRAME.assign(household_id=["a", None])}, r"Rows without an id. Got 1\."),
    ({"household": FRAME.assign(household_id=["a", "a"])}, r"more than once. Got 1\."),
    ({"household": FRAME.set_index("household_id")}, "without ids|index"),
    ({"household": FRAME.rename_axis("line")}, "index"),
    ({"household": FRAME.rename(columns={"rooms": 3})}, "names"),
    ({"a/b": FRAME}, "table's name"),
    ({"household": FRAME.assign(x=[[1], [2]])}, "several kinds"),
    ({"household": FRAME.assign(x=[1 + 2j, 0])}, "several kinds"),
    ({"household": FRAME.assign(x=pd.Series(["\ud800", "b"], dtype=object))}, "several kinds"),
])
def test_frames_that_cannot_be_kept(vault, tables, match):
    with pytest.raises(InvalidValueError, match=match):
        vault.store(make_record("Y"), tables, **STORE)


@pytest.mark.parametrize("given", [{"code": "a b"}, {"title": " "}, {"purpose": ""}, {"consent": ""},
                                   {"retention_until": "2030"}])
def test_a_survey_states_its_conditions(given):
    fields = {"code": "X", "title": "t", "purpose": "p", "consent": "c", "retention_until": date(2030, 1, 1)} | given
    with pytest.raises(InvalidValueError):
        type(make_record())(**fields)


def test_an_empty_table_and_more_than_one_block(vault):
    vault.store(make_record("E"), {"household": FRAME.iloc[:0]}, **STORE)
    assert len(vault.read("E", "household", **READ)) == 0
    many = pd.DataFrame({"household_id": np.arange(150_000), "water": pd.Categorical(np.arange(150_000) % 3)})
    vault.store(make_record("M"), {"household": many}, **STORE)
    pd.testing.assert_frame_equal(vault.read("M", "household", **READ).frame(), many)


def test_only_its_owner_may_read_the_file(vault, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


MARKED = Microdata(pd.DataFrame({"name": ["MARK"]}), survey="X", table="person")


def test_microdata_prints_nothing():
    for text in (repr(MARKED), str(MARKED), f"{MARKED}", repr([MARKED]), repr({"a": MARKED})):
        assert text.strip("[]{}'a: ") == "<Microdata person of X: 1 rows, 1 columns>".strip("[]{}'a: ")


@pytest.mark.parametrize("way", [pickle.dumps, copy.copy, copy.deepcopy, np.asarray, np.array, json.dumps, list,
                                 pd.DataFrame, vars])
def test_microdata_is_not_taken_by_writers_of_other_things(way):
    with pytest.raises((TypeError, ValueError)) as caught:
        way(MARKED)
    assert "MARK" not in str(caught.value)


def test_microdata_gives_its_columns():
    assert MARKED.column("name").tolist() == ["MARK"]
    with pytest.raises(UnknownNameError, match="name"):
        MARKED.column("nme")
    taken = MARKED.frame()
    taken["other"] = 1
    assert MARKED.names == ("name",)
