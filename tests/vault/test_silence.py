"""No error holds a value of a person: every way to fail is tried with a planted marker, down to what is behind it."""

import subprocess
import sys
import traceback
from datetime import date

import pandas as pd
import pytest

from ekistics.core.errors import EkisticsError, InvalidValueError, VaultError
from ekistics.vault import Vault, erasure, without_values, work
from ekistics.vault import vault as module
from ekistics.vault.columns import arrow_of
from ekistics.vault.container import Container
from tests.vault.conftest import ERASE, READ, STORE, make_record
from tests.vault.traces import plant

MARKER = "QzMarkerPersonZq"
GOOD = pd.DataFrame({"household_id": [MARKER, "b"], "name": [MARKER, "b"]})


def said(error: BaseException | None) -> str:
    """Give all that an error tells: its text, fields, traceback, and the errors behind it, shown or not."""
    told = []
    while error is not None:
        told += [str(error), repr(error), repr(error.args), repr(vars(error)),
                 "".join(traceback.format_exception(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(told)


def column(values):
    return {"household": GOOD.assign(x=pd.Series(values, dtype=object))}


FAILING_STORES = {
    "mixed": column([1, MARKER]), "lists": column([[MARKER], [1]]), "sets": column([{MARKER}, 1]),
    "bytes": column([MARKER.encode(), b""]), "surrogate": column([MARKER + "\ud800", "b"]),
    "own class": column([type(MARKER, (), {"__repr__": lambda _: MARKER})(), 1]),
    "dates and text": column([date(2020, 1, 1), MARKER]), "huge": column([2**70, MARKER]),
    "complex": {"household": GOOD.assign(x=[1j, 2])},
    "mixed categories": {"household": GOOD.assign(x=pd.Categorical([MARKER, "b"], [MARKER, "b", 3]))},
    "no ids": {"household": GOOD[["name"]]}, "missing ids": {"household": GOOD.assign(household_id=[MARKER, None])},
    "twice": {"household": GOOD.assign(household_id=MARKER)}, "index": {"household": GOOD.set_index("name")},
    "names": {"household": pd.DataFrame({"household_id": ["a"], (MARKER, 1): 1})},
    "no frame": {"household": [MARKER]}, "consent": {"household": GOOD.assign(agreed=[MARKER, True])},
    "no consent": {"household": GOOD.assign(agreed=[True, False])},
    "days": {"household": GOOD.assign(agreed=True, until=[MARKER, None])},
}


@pytest.mark.parametrize("name", FAILING_STORES)
def test_what_cannot_be_stored(vault, name):
    record = make_record("Y", consent_column="agreed" if "consent" in name else "",
                         retention_column="until" if name == "days" else "")
    with pytest.raises(EkisticsError) as caught:
        vault.store(record, FAILING_STORES[name], **STORE)
    assert MARKER not in said(caught.value)
    assert [s.code for s in vault.surveys()] == ["X24"]


@pytest.mark.parametrize("values", [[1, MARKER], [[MARKER], [1]], [MARKER + "\ud800", "b"], [2**70, MARKER]])
def test_a_column_names_its_error_itself(values):
    with pytest.raises(InvalidValueError, match="x: The values of a column") as caught:
        arrow_of("x", pd.Series(values, dtype=object))
    assert MARKER not in said(caught.value)


@pytest.fixture
def planted(path, key):
    with Vault.create(path, key) as vault:
        plant(vault, make_record(retention_column="until"), MARKER, {
            "household": pd.DataFrame({"household_id": ["a", "b"], "rooms": [1, 2], "rent": [1.0, 2.0],
                                       "water": pd.Categorical(["x", "y"]), "until": pd.NaT}),
            "person": pd.DataFrame({"person_id": ["a1"], "household_id": ["a"], "age": [3], "name": ["x"]})})
        yield vault


def failing(*given, **_named):
    raise ValueError(f"cannot convert {MARKER}: {given!r}"[:500] + MARKER)


WORKS = {
    "store": lambda v: v.store(make_record("Y"), {"household": GOOD}, **STORE),
    "read": lambda v: v.read("X24", "household", **READ),
    "person": lambda v: v.erase_person(f"{MARKER}-p", **ERASE),
    "household": lambda v: v.erase_household(f"{MARKER}-h", **ERASE),
    "expire": lambda v: v.expire(date(2030, 1, 1)),
    "verify": lambda v: v.verify(),
    "survey": lambda v: v.erase_survey("X24", **ERASE),
}
PLACES = [("store", module, "arrow_of"), ("store", work, "as_bytes"), ("read", module, "pandas_of"),
          ("read", work, "from_bytes"), ("read", pd, "DataFrame"), ("person", erasure, "pandas_of"),
          ("person", erasure, "matches"), ("household", work, "from_bytes"), ("household", work, "as_bytes"),
          ("expire", erasure, "pandas_of"), ("verify", work, "from_bytes"), ("survey", Container, "remove_chunks")]


@pytest.mark.parametrize(("name", "holder", "function"), PLACES)
def test_libraries_that_fail(planted, name, holder, function, monkeypatch):
    monkeypatch.setattr(holder, function, failing)
    with pytest.raises(VaultError, match="ValueError, test_silence.py") as caught:
        WORKS[name](planted)
    assert MARKER not in said(caught.value)


@pytest.mark.parametrize("call", [
    lambda v: v.read("X24", "houshold", **READ),
    lambda v: v.read("X24", "household", purpose="", actor="a"),
    lambda v: v.erase_person(f"{MARKER}-nobody", **ERASE),
    lambda v: v.erase_person(f"{MARKER}-h", actor="a", reason=f"for {MARKER}-h"),
    lambda v: v.erase_household(MARKER + "\x00", **ERASE),
])
def test_calls_that_cannot_be(planted, call):
    with pytest.raises(EkisticsError) as caught:
        call(planted)
    assert MARKER not in said(caught.value)


def test_damage_is_told_without_values(planted, path):
    planted._file._connection.execute("UPDATE chunk SET content = zeroblob(40)")
    for name in ("read", "person", "household", "verify", "expire"):
        with pytest.raises(EkisticsError) as caught:
            WORKS[name](planted)
        assert MARKER not in said(caught.value)


def test_the_guard_hides_what_libraries_say():
    with pytest.raises(EkisticsError, match="ValueError, test_silence.py") as caught, without_values():
        float(MARKER)
    assert MARKER not in "".join(traceback.format_exception(caught.value))


def test_no_command_prints_a_value_or_locals(planted, path, key, tmp_path):
    """Each command in a process of its own, on a vault whose pieces were destroyed."""
    planted._file._connection.execute("UPDATE chunk SET content = zeroblob(40)")
    base = [str(path), "--key-file", str(key.file), "--heads", str(key.heads)]
    erase = ["erase", base[0], "person", *base[1:], "--all-surveys", "--reason", "asked"]
    for arguments in (["verify", *base], erase):
        outcome = subprocess.run([sys.executable, "-m", "ekistics", "vault", *arguments], input=f"{MARKER}-p\n",
                                 text=True, capture_output=True, check=False, cwd=tmp_path)
        assert outcome.returncode in (1, 2)
        assert "Traceback" not in outcome.stderr
        assert MARKER not in outcome.stdout + outcome.stderr
