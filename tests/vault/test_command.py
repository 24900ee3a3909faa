"""The commands: by key file and by prompt; no id and no passphrase is an argument, no text holds a value."""

import json
import os
import pty
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ekistics.cli import app as app_module
from ekistics.cli import vault as commands
from ekistics.cli.app import app
from ekistics.core.errors import (
    ConfigurationError,
    InvalidValueError,
    MissingInputError,
    VaultError,
    VaultKeyError,
)
from ekistics.vault import Vault, VaultKey
from tests.vault.conftest import STORE, make_record, make_tables

MARKER = "QzMarkerPersonZq"
PASS = "correct horse battery staple"


@pytest.fixture
def at(tmp_path, monkeypatch):
    for name in ("VAULT_KEY_FILE", "VAULT_HEADS", "HOME"):
        monkeypatch.delenv(f"EKISTICS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    run("key", "keys/vault.key")
    run("create", "place/people.vault", "--key-file", "keys/vault.key")
    monkeypatch.setenv("EKISTICS_VAULT_KEY_FILE", "keys/vault.key")
    with Vault.open(Path("place/people.vault"), VaultKey.from_file(Path("keys/vault.key"))) as vault:
        vault.store(make_record(), make_tables(), **STORE)
        vault.store(make_record("OLD", retention_until=date(2020, 1, 1)), make_tables(), **STORE)
    return Path("place/people.vault")


def run(*arguments, given=None, code=0):
    outcome = CliRunner().invoke(app, ["vault", *map(str, arguments)], input=given, catch_exceptions=True)
    if outcome.exception is not None and not isinstance(outcome.exception, SystemExit):
        raise outcome.exception
    assert outcome.exit_code == code, outcome.output
    return outcome.output


def test_from_a_key_to_an_erasure(at):
    assert "household: 20 rows, 4 columns" in run("list", at)
    told = json.loads(run("list", at, "--json"))
    assert told["surveys"][0]["tables"]["person"]["rows"] == 50
    assert "Surveys: 2; rows: 140" in run("verify", at)
    assert json.loads(run("verify", at, "--json"))["lines"] == 5
    told = json.loads(run("erase", at, "person", "--survey", "X24", "--reason", "asked for", "--json",
                          given="H000003-1\n"))
    assert told["erased"][0]["rows"] == {"X24/person": 1}
    assert "X24/household 1, X24/person 3, OLD/household 1, OLD/person 4" in run(
        "erase", at, "household", "--all-surveys", "--reason", "asked", given="H000003\n")
    assert "OLD/household 19, OLD/person 46" in run("expire", at, "--day", "2026-11-26")
    assert "Nothing is over" in run("expire", at)
    assert "X24/household 19" in run("erase", at, "survey", "--survey", "X24", "--reason", "end of the project")
    lines = run("log", at, "--json").splitlines()
    assert [json.loads(line)["action"] for line in lines[-4:]] == ["erase", "erase", "expire", "erase"]
    assert "end of the project" in run("log", at, "--last", "1")
    assert len(run("log", at, "--last", "2").splitlines()) == 2
    assert "no survey" in run("list", at)


def test_another_key(at):
    run("key", "new/vault.key")
    run("rekey", at, "--new-key-file", "new/vault.key")
    with pytest.raises(VaultKeyError):
        run("list", at)
    assert "X24" in run("list", at, "--key-file", "new/vault.key")


def test_damage_and_older_copies_are_a_check_that_failed(at, tmp_path):
    old = at.read_bytes()
    run("erase", at, "person", "--survey", "X24", "--reason", "asked for", given="H000003-1\n")
    new = at.read_bytes()
    at.write_bytes(old)
    assert "older copy" in run("verify", at, code=1)
    assert json.loads(run("verify", at, "--json", code=1))["error"]["code"] == "vault-older"
    assert "is whole" in run("verify", at, "--accept-older")
    assert "accept" in run("log", at, "--last", "1")
    at.write_bytes(new[:len(new) // 2])
    assert "not whole" in run("verify", at, code=1)


@pytest.mark.parametrize(("arguments", "error"), [
    (("list", "nowhere.vault"), MissingInputError),
    (("list", "place/people.vault", "--key-file", "nowhere.key"), VaultKeyError),
    (("key", "keys/vault.key"), InvalidValueError),
    (("create", "place/people.vault"), VaultError),
    (("create", "keys/people.vault"), VaultKeyError),
    (("create", "ekistics-site/people.vault"), ConfigurationError),
    (("erase", "place/people.vault", "person", "--reason", "x"), ConfigurationError),
    (("erase", "place/people.vault", "person", "--reason", "x", "--survey", "X", "--all-surveys"), ConfigurationError),
    (("erase", "place/people.vault", "survey", "--reason", "x", "--all-surveys"), ConfigurationError),
    (("erase", "place/people.vault", "person", "--reason", "x", "--all-surveys"), VaultError),
])
def test_what_cannot_be_done(at, arguments, error):
    with pytest.raises(error):
        run(*arguments)


@pytest.mark.parametrize("command", [("list",), ("log",), ("verify",), ("expire",)])
def test_a_vault_that_was_moved_into_a_site_is_not_used(at, monkeypatch, command):
    """The site's backup would take it along, and what is erased in it would stay there."""
    site = Path("site")
    site.mkdir()
    (site / "people.vault").write_bytes(at.read_bytes())
    (site / "people.vault").chmod(0o600)
    Path("link.vault").symlink_to(site / "people.vault")
    monkeypatch.setenv("EKISTICS_HOME", "site")
    for name in ("site/people.vault", "link.vault"):
        with pytest.raises(ConfigurationError, match="folder of a site"):
            run(*command, name)


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name_is_logged_by_number(at, monkeypatch, error):
    monkeypatch.setattr("getpass.getuser", lambda: (_ for _ in ()).throw(error("getpwuid(): uid not found: 1234")))
    monkeypatch.setattr("os.getuid", lambda: 1234)
    run("expire", at, "--day", "2026-11-26")
    assert json.loads(run("log", at, "--json", "--last", "1"))["actor"] == "uid 1234"
    run("create", "other/people.vault")
    assert json.loads(run("log", "other/people.vault", "--json"))["actor"] == "uid 1234"


def test_there_is_no_way_to_write_records_out():
    assert set(commands.vault.registered_commands and [c.name or c.callback.__name__.replace("_", "-")
                                                      for c in commands.vault.registered_commands]) == {
        "key", "create", "list", "log", "verify", "erase", "expire", "rekey"}


def typed(arguments, answers, folder):
    """Run a command at a terminal, and type answers; give what the terminal showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.environ.pop("EKISTICS_VAULT_KEY_FILE", None)
        os.execv(sys.executable, [sys.executable, "-m", "ekistics", "vault", *arguments])  # noqa: S606
    shown = b""
    for wanted, answer in answers:
        while wanted not in shown.split(b"\n")[-1]:
            shown += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    while True:
        try:
            piece = os.read(terminal, 1024)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


@pytest.mark.parametrize(("again", "code"), [(PASS, 0), ("something else", 2)])
def test_a_passphrase_is_asked_for_and_not_shown(tmp_path, again, code):
    exit_code, shown = typed(["create", "p.vault"], [(b"New passphrase: ", PASS), (b"Again: ", again)], tmp_path)
    assert exit_code == code
    assert PASS not in shown
    assert (tmp_path / "p.vault").exists() == (code == 0)
    if code == 0:
        with Vault.open(tmp_path / "p.vault", VaultKey.from_passphrase(PASS)) as vault:
            assert vault.surveys() == ()


def test_without_key_file_and_terminal_there_is_one_clear_error(at):
    outcome = subprocess.run([sys.executable, "-m", "ekistics", "vault", "list", str(at)], stdin=subprocess.DEVNULL,
                             env={k: v for k, v in os.environ.items() if k != "EKISTICS_VAULT_KEY_FILE"},
                             capture_output=True, text=True, check=False)
    assert outcome.returncode == 2
    assert "neither a key file nor a terminal" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_what_fails_in_a_library_is_told_without_values(at, monkeypatch, capsys):
    def failing(*_given, **_named):
        raise ValueError(f"could not convert {MARKER}")

    monkeypatch.setattr(Vault, "log", failing)
    monkeypatch.setattr(sys, "argv", ["ekistics", "vault", "log", str(at)])
    with pytest.raises(SystemExit) as caught:
        app_module.main()
    shown = capsys.readouterr()
    assert caught.value.code == 2
    assert "ValueError, test_command.py" in shown.err
    assert MARKER not in shown.err + shown.out
