"""Wrong, lost, badly kept keys; cut, changed, mixed and replayed files: one clear error each, never a wrong value."""

import hashlib
import io
import json
import os
import resource
import shutil
import signal
import sqlite3

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import (
    EkisticsError,
    InvalidValueError,
    MissingInputError,
    VaultDamagedError,
    VaultError,
    VaultKeyError,
    VaultOlderError,
)
from ekistics.vault import Vault, VaultKey, make_key_file
from ekistics.vault import container as container_module
from ekistics.vault import keys as keys_module
from ekistics.vault import vault as vault_module
from ekistics.vault.heads import head_file, read_head
from ekistics.vault.sealing import Sealer, header_for, opened_header
from tests.vault.conftest import ERASE, READ, STORE, make_record, make_tables

PASS = "correct horse battery staple"
CODES = {VaultKeyError: "vault-key", VaultDamagedError: "vault-damaged", VaultOlderError: "vault-older",
         VaultError: "vault"}


@pytest.fixture(scope="session")
def two_surveys(key_file, tmp_path_factory):
    """Make a vault with two surveys, of which one has several blocks."""
    path = tmp_path_factory.mktemp("made") / "two.vault"
    with Vault.create(path, VaultKey.from_file(key_file)) as vault:
        vault.store(make_record(), make_tables(), **STORE)
        many = pd.DataFrame({"household_id": np.arange(70_000), "rooms": np.arange(70_000) % 5})
        vault.store(make_record("M"), {"household": many}, **STORE)
        vault.read("X24", "person", **READ)
    return path


@pytest.fixture
def closed(two_surveys, path, key):
    path.parent.mkdir()
    shutil.copy2(two_surveys, path)
    Vault.open(path, key).close()  # seen once
    return path


def touch(path, key):
    """Use everything in a vault."""
    with Vault.open(path, key) as vault:
        vault.verify()
        return {(s.code, name): vault.read(s.code, name, **READ).frame()
                for s in vault.surveys() for name in vault.tables(s.code)}


def change(path, *statements):
    connection = sqlite3.connect(path)
    for statement, *values in statements:
        connection.execute(statement, values)
    connection.commit()
    connection.close()


def ask(path, statement):
    connection = sqlite3.connect(path)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


# Keys

def test_another_key_file(closed, new_key):
    with pytest.raises(VaultKeyError, match="does not open"):
        Vault.open(closed, new_key("other"))


def test_passphrases(path):
    with Vault.create(path, VaultKey.from_passphrase(PASS)) as vault:
        vault.store(make_record(), make_tables(), **STORE)
    assert len(touch(path, VaultKey.from_passphrase(PASS))) == 2
    with pytest.raises(VaultKeyError, match="passphrase is wrong"):
        Vault.open(path, VaultKey.from_passphrase(PASS + "."))
    with pytest.raises(VaultKeyError, match="too short") as caught:
        VaultKey.from_passphrase("elevenchars")
    assert "elevenchars" not in str(caught.value)


def test_the_same_passphrase_typed_on_another_machine(path):
    Vault.create(path, VaultKey.from_passphrase("caf\u00e9 au lait et pain"), actor="one").close()
    with Vault.open(path, VaultKey.from_passphrase("cafe\u0301 au lait et pain")) as vault:
        assert [line.actor for line in vault.log()] == ["one"]
    with pytest.raises(VaultKeyError):
        Vault.open(path, VaultKey.from_passphrase("cafe au lait et pain"))


def test_another_kind_of_key(closed):
    with pytest.raises(VaultKeyError, match="Expected a key file, got a passphrase"):
        Vault.open(closed, VaultKey.from_passphrase(PASS))


def test_a_lost_key_file(tmp_path):
    with pytest.raises(VaultKeyError, match="Without it nobody"):
        VaultKey.from_file(tmp_path / "nowhere.key")


@pytest.mark.parametrize("spoil", [lambda t: t[:-8], lambda t: t.replace("KEY-1-", "KEY-1-A", 1), lambda t: t + t,
                                   lambda t: "", lambda t: t[:60] + ("B" if t[60] != "B" else "C") + t[61:],
                                   lambda t: "AGE-SECRET-KEY-1QQQ", lambda t: "\u00e9"])
def test_a_broken_key_file_is_told_from_a_wrong_one(tmp_path, spoil):
    file = tmp_path / "k" / "vault.key"
    make_key_file(file)
    good = [line for line in file.read_text().splitlines() if not line.startswith("#")][0]
    file.write_text(spoil(good))
    with pytest.raises(VaultKeyError, match="whole key file|cannot be read") as caught:
        VaultKey.from_file(file)
    assert good[30:40] not in str(caught.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    file = tmp_path / "vault.key"
    make_key_file(file)
    file.chmod(mode)
    with pytest.raises(VaultKeyError, match=f"Others may read the key file. Expected 0600, got 0{mode:o}"):
        VaultKey.from_file(file)


def test_the_rights_that_count_are_those_of_the_file_that_is_read(tmp_path, monkeypatch):
    """Somebody puts another file in its place between the look at its rights and the reading."""
    file, other, own = tmp_path / "vault.key", tmp_path / "other.key", io.open
    make_key_file(file)
    make_key_file(other)
    other.chmod(0o644)

    def late(*given, **named):
        if other.exists():
            other.replace(file)
        return own(*given, **named)

    monkeypatch.setattr("io.open", late)
    with pytest.raises(VaultKeyError, match="Others may read"):
        VaultKey.from_file(file)


def test_a_new_key_is_on_the_disk_with_its_name(tmp_path, monkeypatch):
    """What a vault is sealed by must not be lost with the power after the vault is there."""
    synced, own = [], os.fsync

    def noted(handle):
        synced.append(os.fstat(handle).st_ino)
        own(handle)

    monkeypatch.setattr("os.fsync", noted)
    key = make_key_file(tmp_path / "keys" / "vault.key")
    assert synced == [key.file.stat().st_ino, key.file.parent.stat().st_ino]


def test_a_key_that_cannot_be_written_is_told_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultKeyError, match="cannot be written"):
        make_key_file(tmp_path / "file" / "inner" / "vault.key")


def test_a_passphrase_of_odd_characters_is_in_no_error():
    """An error of encoding would hold the whole passphrase."""
    assert repr(VaultKey.from_passphrase(PASS + "\ud800")) == "<VaultKey passphrase>"
    assert VaultKey.from_passphrase(PASS + "\ud800") != VaultKey.from_passphrase(PASS + "\ud801")


def test_a_key_beside_the_vault_is_refused(closed):
    beside = make_key_file(closed.parent / "inner" / "vault.key")
    with pytest.raises(VaultKeyError, match="folder of the vault"):
        Vault.create(closed.with_name("other.vault"), beside)
    with pytest.raises(VaultKeyError, match="folder of the vault"):
        Vault.open(closed, beside)


def test_keys_are_not_shown_and_not_pickled(key):
    import pickle
    assert repr(key) == "<VaultKey file>"
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_a_key_replaces_nothing(key):
    with pytest.raises(InvalidValueError, match="replaces nothing"):
        make_key_file(key.file)


# Rekeying

def test_after_a_new_key_old_copies_open_with_the_old_key_only(closed, key, new_key, tmp_path):
    old = tmp_path / "backup" / "old.vault"
    old.parent.mkdir()
    shutil.copy2(closed, old)
    before, fresh = touch(closed, key), new_key("fresh")
    with Vault.open(closed, key) as vault:
        vault.rekey(fresh, actor="ada")
        assert vault.verify().surveys == 2
    with pytest.raises(VaultKeyError):
        Vault.open(closed, key)
    with pytest.raises(VaultKeyError):
        Vault.open(old, fresh)
    after = touch(closed, fresh)
    assert after.keys() == before.keys()
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame)


def test_the_own_key_is_new_too(closed, key, new_key):
    """Who kept the vault's own key, not only the one that wraps it, reads nothing either."""
    with Vault.open(closed, key) as vault:
        old = vault._sealer
        vault.rekey(new_key("fresh"), actor="ada")
    (sealed,), *_ = ask(closed, "SELECT content FROM single WHERE name = 'catalogue'")
    with pytest.raises(VaultDamagedError):
        old.open("catalogue", sealed)


def test_the_old_key_is_no_new_one(closed, key):
    with Vault.open(closed, key) as vault, pytest.raises(VaultKeyError, match="the old one"):
        vault.rekey(key, actor="ada")


def test_who_has_it_open_is_told_of_the_new_key(closed, key, new_key):
    with Vault.open(closed, key) as one, Vault.open(closed, key) as other:
        other.rekey(new_key("fresh"), actor="ada")
        with pytest.raises(VaultKeyError, match="another key since"):
            one.read("X24", "person", **READ)


# Files

def test_files_that_are_no_vault(tmp_path, key):
    path = tmp_path / "x.vault"
    with pytest.raises(MissingInputError):
        Vault.open(path, key)
    for content in (b"", b"text", b"SQLite format 3\0" + bytes(5000)):
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(VaultDamagedError):
            Vault.open(path, key)
    path.unlink()
    change(path, ("CREATE TABLE t (x)",))
    path.chmod(0o600)
    with pytest.raises(VaultDamagedError, match="no vault"):
        Vault.open(path, key)


@pytest.mark.parametrize("statement", [
    "CREATE TRIGGER t BEFORE DELETE ON chunk BEGIN SELECT RAISE(IGNORE); END", "CREATE TABLE more (x)",
    "CREATE VIEW v AS SELECT 1", "DROP TABLE log"])
def test_a_file_made_otherwise(closed, key, statement):
    change(closed, (statement,))
    with pytest.raises(VaultDamagedError, match="cut or changed"):
        Vault.open(closed, key)


def test_where_nothing_can_be_remembered_nothing_is_made(path, key, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="newest state"):
        Vault.create(path, VaultKey.from_file(key.file, heads=tmp_path / "file"))
    assert not path.exists()


def test_a_file_that_others_may_read_is_refused(closed, key):
    closed.chmod(0o644)
    with pytest.raises(VaultError, match="Expected 0600, got 0644"):
        Vault.open(closed, key)


def test_a_vault_replaces_nothing(closed, key):
    with pytest.raises(VaultError, match="already"):
        Vault.create(closed, key)


def test_cut_files(closed, key):
    whole = closed.read_bytes()
    for share in (0.001, 0.2, 0.5, 0.9, 0.999):
        closed.write_bytes(whole[:int(len(whole) * share)])
        with pytest.raises(VaultDamagedError):
            touch(closed, key)


def test_a_flipped_bit_is_found_or_changes_nothing(path, key):
    with Vault.create(path, key) as vault:
        vault.store(make_record(), make_tables(), **STORE)
    expected, whole = touch(path, key), path.read_bytes()
    rng, found = np.random.default_rng(20261126), 0
    places = [*range(100), *rng.integers(100, len(whole), 150)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        try:
            got = touch(path, key)
        except EkisticsError as error:
            assert isinstance(error, VaultError), error
            found += 1
            continue
        for name, frame in expected.items():
            pd.testing.assert_frame_equal(got[name], frame)
    assert found > 0.3 * len(places)  # pages of small pieces are half empty


def pieces(path):
    return dict(ask(path, "SELECT id, content FROM chunk"))


def test_swapped_missing_and_added_pieces(closed, key):
    whole, held = closed.read_bytes(), pieces(closed)
    for one, other in ((1, 2), (max(held) - 1, max(held)), (1, max(held))):  # two columns, two blocks, two surveys
        change(closed, ("UPDATE chunk SET content = ? WHERE id = ?", held[one], other),
               ("UPDATE chunk SET content = ? WHERE id = ?", held[other], one))
        with pytest.raises(VaultDamagedError, match="another one stands"):
            touch(closed, key)
        closed.write_bytes(whole)
    change(closed, ("DELETE FROM chunk WHERE id = 1",))
    with pytest.raises(VaultDamagedError, match="missing"):
        touch(closed, key)
    closed.write_bytes(whole)
    change(closed, ("INSERT INTO chunk (content) VALUES (x'00')",))
    with pytest.raises(VaultDamagedError, match="belong to nothing"):
        touch(closed, key)


def test_a_piece_of_before_an_erasure_does_not_come_back(closed, key):
    before = pieces(closed)
    with Vault.open(closed, key) as vault:
        vault.erase_household("5", **ERASE)
    after = pieces(closed)
    fresh = [number for number in after if after[number] != before.get(number)]
    old = [content for number, content in before.items() if after.get(number) != content]
    assert len(fresh) == len(old) == 2
    change(closed, *(("UPDATE chunk SET content = ? WHERE id = ?", content, number)
                     for number, content in zip(fresh, old, strict=True)))
    with pytest.raises(VaultDamagedError):
        touch(closed, key)


def test_pieces_of_another_vault_of_the_same_key(closed, key, tmp_path):
    other = tmp_path / "elsewhere" / "other.vault"
    with Vault.create(other, key) as vault:
        vault.store(make_record(), make_tables(), **STORE)
    whole = closed.read_bytes()
    change(closed, ("UPDATE chunk SET content = ? WHERE id = 1", pieces(other)[1]))
    with pytest.raises(VaultDamagedError):
        touch(closed, key)
    for name in ("header", "head", "catalogue"):
        closed.write_bytes(whole)
        (content,), *_ = ask(other, f"SELECT content FROM single WHERE name = '{name}'")
        change(closed, ("UPDATE single SET content = ? WHERE name = ?", content, name))
        with pytest.raises(VaultDamagedError):
            touch(closed, key)


def test_an_older_catalogue(closed, key):
    (old,), *_ = ask(closed, "SELECT content FROM single WHERE name = 'catalogue'")
    with Vault.open(closed, key) as vault:
        vault.erase_survey("M", **ERASE)
    change(closed, ("UPDATE single SET content = ? WHERE name = 'catalogue'", old))
    with pytest.raises(VaultDamagedError, match="catalogue"):
        Vault.open(closed, key)


def test_a_header_that_asks_for_less_stretching(path, monkeypatch):
    monkeypatch.setattr(keys_module, "SCRYPT_N", 2**14)
    Vault.create(path, VaultKey.from_passphrase(PASS)).close()
    monkeypatch.setattr(keys_module, "LEAST_N", 2**15)
    with pytest.raises(VaultDamagedError, match="header"):
        Vault.open(path, VaultKey.from_passphrase(PASS))


@pytest.mark.parametrize(("changes", "error", "match"), [
    ({"n": 2**17 + 1}, VaultDamagedError, "header was changed"),
    ({"n": 2.0**17}, VaultDamagedError, "header was changed"),
    ({"n": 2**21}, VaultDamagedError, "header was changed"), ({"n": 2**14}, VaultKeyError, "does not open"),
    ({"r": 1}, VaultDamagedError, "header was changed"), ({"wrapped": "00"}, VaultDamagedError, "header was changed"),
    ({"kind": "x"}, VaultDamagedError, "header was changed"), ({"salt": "00"}, VaultKeyError, "does not open"),
    ({"vault": "00"}, VaultKeyError, "does not open"), ({"format": 2}, VaultDamagedError, "newer program")])
def test_a_header_that_was_written_anew(tmp_path, changes, error, match):
    """Its checksum is no secret: what is bound to the key, and what is asked of it, is held against it."""
    key = VaultKey.from_passphrase(PASS, heads=tmp_path)
    header = json.loads(header_for(key, bytes(32), "ab"))
    del header["checksum"]
    header |= changes
    header["checksum"] = hashlib.sha256(json.dumps(header, sort_keys=True).encode()).hexdigest()
    with pytest.raises(error, match=match):
        opened_header(json.dumps(header).encode(), key)


@pytest.mark.parametrize(("kind", "vault_id", "place"), [
    ("chunk", "v", ("X24", "household", "rooms", 1, 3)), ("chunk", "v", ("X24", "household", "rent", 0, 3)),
    ("chunk", "v", ("X24", "person", "rooms", 0, 3)), ("chunk", "v", ("X25", "household", "rooms", 0, 3)),
    ("chunk", "v", ("X24", "household", "rooms", 0, 4)), ("chunk", "w", ("X24", "household", "rooms", 0, 3)),
    ("log", "v", ("X24", "household", "rooms", 0, 3)), ("chunk", "v", ())])
def test_a_piece_opens_in_its_place_only(kind, vault_id, place):
    sealed = Sealer(bytes(32), "v").seal("chunk", b"rooms", "X24", "household", "rooms", 0, 3)
    assert Sealer(bytes(32), "v").open("chunk", sealed, "X24", "household", "rooms", 0, 3) == b"rooms"
    with pytest.raises(VaultDamagedError):
        Sealer(bytes(32), vault_id).open(kind, sealed, *place)


# The log

@pytest.mark.parametrize(("statements", "match"), [
    ([("DELETE FROM log WHERE seq = 2",)], "removed"),
    ([("DELETE FROM log WHERE seq = 1",)], "removed"),
    ([("DELETE FROM log WHERE seq = (SELECT max(seq) FROM log)",)], "end of the vault's log"),
    ([("DELETE FROM log",)], "end of the vault's log"),
    ([("UPDATE log SET content = (SELECT content FROM log WHERE seq = 3) WHERE seq = 2",)], "changed"),
    ([("UPDATE log SET content = x'00' WHERE seq = 2",)], "changed"),
    ([("UPDATE log SET seq = 99 WHERE seq = 2",)], "end of the vault's log"),
    ([("INSERT INTO log SELECT max(seq) + 1, content FROM log",)], "end of the vault's log"),
    ([("UPDATE log SET content = 'text' WHERE seq = 2",)], "changed"),
])
def test_lines_that_were_removed_changed_or_added(closed, key, statements, match):
    change(closed, *statements)
    with pytest.raises(VaultDamagedError, match=match), Vault.open(closed, key) as vault:
        vault.log()


def test_a_line_of_another_history_in_the_chain_is_found(closed, key):
    """Somebody with the key seals a line anew: the hashes of the chain tell."""
    from ekistics.vault.log import START, LogEntry, new_line
    with Vault.open(closed, key) as vault:
        forged = vault._sealer.seal("log", new_line(LogEntry("create", "eve"), seq=1, previous=START), 1)
    change(closed, ("UPDATE log SET content = ? WHERE seq = 1", forged))
    with pytest.raises(VaultDamagedError, match="changed"), Vault.open(closed, key) as vault:
        vault.log()


# Older copies

def test_an_older_copy_in_its_place(closed, key):
    old = closed.read_bytes()
    with Vault.open(closed, key) as vault:
        vault.read("X24", "person", **READ)
    closed.write_bytes(old)
    with pytest.raises(VaultOlderError, match="older copy"):
        Vault.open(closed, key)
    Vault.open(closed, key, accept_older=True, actor="ada").close()
    with Vault.open(closed, key) as vault:
        assert (vault.log()[-1].action, vault.log()[-1].actor) == ("accept", "ada")
        vault.verify()


def test_two_copies_that_went_their_own_ways(closed, key):
    old = closed.read_bytes()
    with Vault.open(closed, key) as vault:
        vault.read("X24", "person", **READ)
    closed.write_bytes(old)
    head_file(key.heads, vault._sealer.vault_id).unlink()  # another machine
    with Vault.open(closed, key) as vault:
        for _ in range(3):
            vault.read("X24", "household", **READ)
        other = closed.read_bytes()
    closed.write_bytes(old)
    with Vault.open(closed, key, accept_older=True) as vault:
        for _ in range(5):
            vault.read("M", "household", **READ)
    closed.write_bytes(other)
    with pytest.raises(VaultOlderError):
        Vault.open(closed, key)


def test_another_history_of_the_same_length(closed, key):
    old = closed.read_bytes()
    with Vault.open(closed, key) as vault:
        vault.read("X24", "person", **READ)
        head = head_file(key.heads, vault._sealer.vault_id)
        seen = head.read_bytes()
    closed.write_bytes(old)
    head.unlink()
    with Vault.open(closed, key) as vault:
        vault.read("X24", "household", **READ)
    head.write_bytes(seen)
    with pytest.raises(VaultOlderError, match="another history"):
        Vault.open(closed, key)


def test_the_file_is_replaced_while_it_is_open(closed, key):
    old = closed.read_bytes()
    with Vault.open(closed, key) as vault:
        vault.read("X24", "person", **READ)
        closed.write_bytes(old)
        with pytest.raises(VaultError):
            vault.read("X24", "person", **READ)


def test_the_memory_of_heads(closed, key, tmp_path):
    with Vault.open(closed, key) as vault:
        file = head_file(key.heads, vault._sealer.vault_id)
        assert str(read_head(file)) == vault.verify().head
    file.write_text("?")
    with pytest.raises(VaultError, match="newest state cannot be read"):
        Vault.open(closed, key)
    file.write_text("")  # killed before its first line
    Vault.open(closed, key).close()
    file.unlink()
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="newest state"):
        Vault.open(closed, VaultKey.from_file(key.file, heads=tmp_path / "file"))
    elsewhere = VaultKey.from_file(key.file, heads=tmp_path / "heads")
    Vault.open(closed, elsewhere).close()
    assert len(list((tmp_path / "heads").iterdir())) == 1


def test_a_copy_elsewhere_opens_with_the_key_only(closed, key, new_key, tmp_path):
    copy = tmp_path / "copy.vault"
    shutil.copy2(closed, copy)
    with pytest.raises(VaultKeyError):
        Vault.open(copy, new_key("other"))
    assert len(touch(copy, VaultKey.from_file(key.file, heads=tmp_path / "h"))) == 3


def test_where_nothing_can_be_logged_nothing_is_read(closed, key):
    with Vault.open(closed, key) as vault:
        vault._file._connection.execute("PRAGMA query_only=ON")
        with pytest.raises(VaultError, match="logged first"):
            vault.read("X24", "person", **READ)


@pytest.mark.parametrize(("kind", "code"), CODES.items())
def test_each_kind_has_its_code(kind, code):
    assert kind("x").code == code


# The memory of heads

def test_the_memory_does_not_go_back(closed, key, monkeypatch):
    """Who comes late to remember what it did does not undo what another one remembered since."""
    late = []
    with Vault.open(closed, key) as slow, Vault.open(closed, key) as quick:
        with monkeypatch.context() as held:
            held.setattr(vault_module, "write_head", lambda *given, **named: late.append((given, named)))
            slow.read("X24", "person", **READ)
        before = closed.read_bytes()
        quick.erase_household("H000003", surveys=["X24"], **ERASE)
        for given, named in late:
            vault_module.write_head(*given, **named)
    closed.write_bytes(before)
    with pytest.raises(VaultOlderError, match="older copy"):
        Vault.open(closed, key)


def test_an_accepted_copy_is_remembered_though_it_is_older(closed, key):
    old = closed.read_bytes()
    with Vault.open(closed, key) as vault:
        for _ in range(4):
            vault.read("X24", "person", **READ)
    closed.write_bytes(old)
    with Vault.open(closed, key, accept_older=True, actor="ada") as vault:
        file, head = head_file(key.heads, vault._sealer.vault_id), vault.verify().head
    assert str(read_head(file)) == head
    Vault.open(closed, key).close()


def lost(key):
    """Take away the folder that remembers."""
    shutil.rmtree(key.heads)
    key.heads.write_text("")


@pytest.mark.parametrize("work", [
    lambda v: v.read("X24", "person", **READ), lambda v: v.store(make_record("Y"), make_tables(), **STORE),
    lambda v: v.erase_household("H000003", surveys=["X24"], **ERASE), lambda v: v.erase_survey("M", **ERASE)])
def test_what_could_not_be_remembered_is_not_done(closed, key, work):
    with Vault.open(closed, key) as vault:
        before = vault.verify()
        lost(key)
        with pytest.raises(VaultError, match="newest state"):
            work(vault)
        assert vault.verify() == before


def test_a_new_key_that_cannot_remember_replaces_nothing(closed, key, new_key, tmp_path):
    """An error says that nothing was done: who then destroys the new key must not have lost the vault."""
    (tmp_path / "file").write_text("")
    fresh = VaultKey.from_file(new_key("fresh").file, heads=tmp_path / "file")
    with Vault.open(closed, key) as vault, pytest.raises(VaultError, match="newest state"):
        vault.rekey(fresh, actor="ada")
    assert len(touch(closed, key)) == 3


def test_the_memory_follows_no_link(closed, key, tmp_path):
    with Vault.open(closed, key) as vault:
        file = head_file(key.heads, vault._sealer.vault_id)
    other = tmp_path / "other.txt"
    other.write_text("")
    file.unlink()
    file.symlink_to(other)
    with pytest.raises(VaultError, match="newest state"):
        Vault.open(closed, key)
    assert other.read_text() == ""


# Disks

def test_a_disk_that_takes_no_more_is_no_damage(path, key):
    """A quota or a limit comes as a failed write: nobody is then told to put an older copy in the file's place."""
    before, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    with Vault.create(path, key) as vault:
        vault.store(make_record(), make_tables(), **STORE)
        whole = vault.verify()
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 4096, limits[1]))
        try:
            with pytest.raises(VaultError, match="SQLITE_IOERR_WRITE") as caught:
                vault.store(make_record("Y"), make_tables(3000), **STORE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert not isinstance(caught.value, VaultDamagedError)
        assert vault.verify() == whole


@pytest.mark.parametrize(("name", "kind"), [
    ("SQLITE_IOERR_READ", VaultDamagedError), ("SQLITE_IOERR_SHORT_READ", VaultDamagedError),
    ("SQLITE_IOERR_FSYNC", VaultError), ("SQLITE_FULL", VaultError), ("SQLITE_CORRUPT_INDEX", VaultDamagedError)])
def test_what_cannot_be_read_is_damage_and_what_cannot_be_written_is_not(path, name, kind):
    assert type(container_module._error(name, path)) is kind


def test_erasing_a_survey_does_not_need_room_or_a_quiet_moment(closed, key):
    """The file shrinks where it can; the erasure counted before."""
    with Vault.open(closed, key) as vault:
        size, reader = closed.stat().st_size, sqlite3.connect(closed, isolation_level=None)
        vault._file._connection.execute("PRAGMA busy_timeout=50")

        def taken(statement):
            if statement == "VACUUM":
                reader.execute("BEGIN")
                reader.execute("SELECT count(*) FROM log").fetchall()

        vault._file._connection.set_trace_callback(taken)
        assert vault.erase_survey("M", **ERASE).total == 70_000
        reader.close()
        vault.verify()
        assert closed.stat().st_size == size
        assert vault.erase_survey("X24", **ERASE).total == 70
        assert closed.stat().st_size < size / 2


def test_a_vault_that_cannot_be_made_or_opened_is_told_plainly(path, key, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VaultError, match="Check the rights"):
        Vault.create(tmp_path / "file" / "people.vault", key)
    with pytest.raises(VaultError, match="Check the rights"):
        container_module.Container(tmp_path)


def test_a_vault_that_could_not_be_filled_leaves_no_draft(path, key, monkeypatch):
    monkeypatch.setattr(container_module.Container, "put_line", lambda *_: (_ for _ in ()).throw(OSError("disk")))
    with pytest.raises(VaultError):
        Vault.create(path, key)
    assert list(path.parent.iterdir()) == []
