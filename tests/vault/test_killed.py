"""A process killed with -9 at any moment leaves the vault as it was or as it was to be; processes take turns."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ekistics.vault import Vault
from tests.vault.conftest import READ

ROOT = Path(__file__).resolve().parents[2]
# Forks a child for each n-th statement of a work; it dies before this statement, or lives where there is none.
STEPS = """
import os, shutil, signal, sys
from pathlib import Path
import ekistics.vault.container as c
from ekistics.vault import Vault, VaultKey
from ekistics.vault.container import Container
from tests.vault.conftest import ERASE, READ, STORE, make_record, make_tables
place, key_file, stride = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
key = VaultKey.from_file(key_file, heads=place / "heads")
new = VaultKey.from_file(place / "new.key", heads=place / "heads")
path, start = place / "v" / "people.vault", place / "start.vault"
WORKS = {
    "store": lambda v: v.store(make_record("Y"), make_tables(3), **STORE),
    "read": lambda v: v.read("X24", "person", **READ),
    "erase": lambda v: v.erase_household("H000003", **ERASE),
    "erase-survey": lambda v: v.erase_survey("X24", **ERASE),
    "rekey": lambda v: v.rekey(new, actor="ada"),
}
def die(when):
    count = 0
    def traced(_statement):
        nonlocal count
        count += 1
        if count == when:
            os.kill(os.getpid(), signal.SIGKILL)
    return traced
def child(work, when):
    with Vault.open(path, key) as vault:
        vault._file._connection.set_trace_callback(die(when))
        WORKS[work](vault)
    os._exit(0)
def state(one):
    with Vault.open(path, one) as vault:
        vault.verify()
        return ([s.code for s in vault.surveys()],
                [len(vault.read(s.code, n, **READ)) for s in vault.surveys() for n in vault.tables(s.code)])
def now():
    try:
        return ("old", *state(key))
    except c.VaultError:
        return ("new", *state(new))
def fresh():
    shutil.rmtree(place / "heads", ignore_errors=True)
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir()
    shutil.copy2(start, path)
def outcomes(work):
    when = 1
    while True:
        fresh()
        if os.fork() == 0:
            child(work, when)
        _pid, status = os.wait()
        yield now()
        left = sorted(p.name for p in path.parent.iterdir())
        assert left == ["people.vault"], left
        if os.WIFEXITED(status):
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        when += stride
fresh()
before = now()
for work in WORKS:
    seen = list(outcomes(work))
    assert all(each in (before, seen[-1]) for each in seen), (work, before, seen)
    print(work, len(seen), sum(each == before for each in seen), before != seen[-1])
"""
LOOP = """
import sys
from pathlib import Path
from ekistics.vault import Vault, VaultKey
from tests.vault.conftest import ERASE, READ, STORE, make_record, make_tables
key, tables = VaultKey.from_file(Path(sys.argv[2]), heads=Path(sys.argv[3])), make_tables(3000)
with Vault.open(Path(sys.argv[1]), key) as vault:
    print("ready", flush=True)
    for n in range(100000):
        if n % 2 == 0:
            vault.store(make_record("Y"), tables, **STORE)
        else:
            vault.erase_survey("Y", **ERASE)
"""
READER = """
import sys
from pathlib import Path
from ekistics.vault import Vault, VaultKey
from tests.vault.conftest import ERASE, READ
key = VaultKey.from_file(Path(sys.argv[2]), heads=Path(sys.argv[3]))
for n in range(5):
    with Vault.open(Path(sys.argv[1]), key) as vault:
        if sys.argv[4] == "read":
            vault.read("X24", "person", **READ)
        else:
            vault.erase_household(f"H{n + 5 * int(sys.argv[5]):06d}", **ERASE)
"""


def start(program, *arguments):
    return subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.full)])
def test_killed_before_any_statement(stride, one_survey, key_file, tmp_path):
    from ekistics.vault import make_key_file
    make_key_file(tmp_path / "new.key")
    (tmp_path / "start.vault").write_bytes(one_survey.read_bytes())
    (tmp_path / "start.vault").chmod(0o600)
    outcome = start(STEPS, tmp_path, key_file, stride)
    shown, errors = outcome.communicate(timeout=300)
    assert outcome.returncode == 0, errors
    told = [line.split() for line in shown.splitlines()]
    assert [work for work, *_ in told] == ["store", "read", "erase", "erase-survey", "rekey"]
    for work, steps, unchanged, changes in told:
        assert int(steps) > 9 / stride
        assert changes == str(work != "read")
        assert int(unchanged) >= int(steps) - 3  # only after the commit it is as it was to be


@pytest.mark.parametrize("seconds", [0.05, 0.17, 0.5])
def test_killed_at_any_time(seconds, vault, path, key):
    before = vault.verify()
    writer = start(LOOP, path, key.file, key.heads)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    time.sleep(seconds)
    writer.kill()
    assert writer.wait() == -signal.SIGKILL
    writer.communicate()
    with Vault.open(path, key) as opened:
        check = opened.verify()
        assert check.rows in (before.rows, before.rows + 3000 + 7500)
        stored, erased = (sum(e.action == action for e in opened.log()) for action in ("store", "erase"))
        assert stored == 2 + 2 * erased + 2 * (check.surveys - 1)
        assert len(opened.read("X24", "person", **READ)) == 50
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def test_killed_while_it_is_made(tmp_path, key):
    path = tmp_path / "place" / "new.vault"
    pid = os.fork()
    if pid == 0:
        from ekistics.vault import container
        container._settle = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        Vault.create(path, key)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    assert not path.exists()
    Vault.create(path, key).close()  # what was left is taken away
    assert [p.name for p in path.parent.iterdir()] == ["new.vault"]


def test_processes_take_turns(vault, path, key):
    readers = [start(READER, path, key.file, key.heads, "read", n) for n in range(2)]
    erasers = [start(READER, path, key.file, key.heads, "erase", n) for n in range(2)]
    for process in (*readers, *erasers):
        _shown, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    entries = vault.log()
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert sum(e.action == "read" for e in entries) == 10
    erased = [e.rows for e in entries if e.action == "erase"]
    assert len(erased) == 10
    # Every reading says as many rows as there were just then.
    left = 50
    for entry in entries[3:]:
        if entry.action == "erase":
            left -= entry.rows - 1
        else:
            assert entry.rows == left
    vault.verify()


def test_who_waits_too_long_is_told(vault, path, key, monkeypatch):
    from ekistics.core.errors import VaultError
    from ekistics.vault.container import Container
    monkeypatch.setattr("ekistics.vault.container.WAIT_S", 0.05)
    monkeypatch.setattr(Container.__init__, "__kwdefaults__", {"wait_s": 0.05})
    with Vault.open(path, key) as other, vault._file.writing(), pytest.raises(VaultError, match="Another process"):
        other.read("X24", "person", **READ)
