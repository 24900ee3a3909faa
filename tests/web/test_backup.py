"""Backups: all of a site in one sealed file, restored elsewhere on either database, row by row the same."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ekistics.core.errors import ConfigurationError, EkisticsError, InputFormatError, InvalidValueError
from ekistics.package import write_package
from ekistics.web.work import backup as backups
from ekistics.web.work.backup import make_backup, recipients_of, require_room
from ekistics.web.work.restore import check_backup
from ekistics.web.work.sealed import Ledger, identity_of, seal
from tests.web.packages import small_package
from tests.web.sites import Site, drop, new_site

SERVER = os.environ.get("EKISTICS_DATABASE", "")
# The suite runs once on each database: what needs SQLite alone is not tried again beside the server.
PAIRS = [("postgresql", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "postgresql")] if SERVER else [
    ("sqlite", "sqlite")]
KIND = PAIRS[0][0]
FILL = """
    from datetime import timedelta
    from django.utils import timezone
    from ekistics.web.accounts.models import ApiToken, RoleGrant, User
    from ekistics.web.observatory.models import Edition
    from ekistics.web.observatory.publishing import publish_packages
    from ekistics.web.places.models import Place
    from ekistics.web.policy import State
    from ekistics.web.work.models import Job
    from ekistics.web.work.start import prepare
    from ekistics.web.workflow.models import Comment
    prepare()
    packages = {packages}
    for folder in packages[:3]:
        (outcome,) = publish_packages([Path(folder)])
        assert outcome.error is None, outcome.error
    publish_packages([Path(packages[3])], embargo_until=timezone.now() + timedelta(days=30))
    publish_packages([Path(packages[4])], state=State.DRAFT)
    editor = User.objects.create_user("éditrice", "editor@example.org", "correct-horse-battery", language="fr")
    RoleGrant.objects.create(user=editor, place=Place.objects.get(code="GHA-AVA"), role=3,
                             given_by=User.objects.get(username="admin"))
    ApiToken.objects.create(user=editor, name="script", prefix="ek_abc", digest="d" * 64, scopes=["read", "write"],
                            expires_at=timezone.now())
    edition = Edition.objects.order_by("id").first()
    Comment.objects.create(target=f"edition:{{edition.pk}}", text="Wrong\\nvalue? \\u0627\\u0644 \\U0001f600 \\\\ \\"",
                           actor=editor)
    Comment.objects.create(target=f"edition:{{edition.pk}}", text="", contact="reader@example.org", public=True)
    folder = Path(django.conf.settings.MEDIA_ROOT) / "exports" / ("a" * 32)
    folder.mkdir(parents=True)
    (folder / "export").write_bytes(bytes(range(256)) * 500)
    (folder.parent / "empty").write_bytes(b"")
    Job.objects.create(kind="upload-check", state="done", place=edition.place, author=editor, progress=1.0,
                       parameters={{"language": "fr", "n": [1, 2.5, None, {{"z": "1", "a": True}}]}},
                       file=f"exports/{{'a' * 32}}/export", started_at=timezone.now())
"""
ROWS = """
    from io import StringIO
    from django.core.management import call_command
    out = StringIO()
    call_command("dumpdata", exclude=["sessions"], use_base_manager=True, stdout=out)
    rows = {}
    for row in json.loads(out.getvalue()):
        rows.setdefault(row["model"], {})[str(row["pk"])] = row["fields"]
    tell(rows)
"""
PAGES = """
    import hashlib
    import re
    from django.test import Client
    from ekistics.web.accounts.models import User
    answers = {}
    for who in (None, "admin"):
        client = Client()
        if who:
            client.force_login(User.objects.get(username=who))
        for page in ("/en/", "/ar/", "/en/cities/GHA-AVA/", "/fr/cities/GHA-BOR/", "/en/cities/GHA-DRA/",
                     "/en/cities/GHA-ELF/"):
            answer = client.get(page)
            text = re.sub(rb"csrfmiddlewaretoken[^>]*>", b"", answer.content)
            answers[f"{who} {page}"] = [answer.status_code, len(text), hashlib.sha256(text).hexdigest()]
    tell(answers)
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a key as people make it."""
    place = tmp_path_factory.mktemp("keys")
    file = place / "key"
    said = Site(place / "none").call("backup-key", file)
    assert said.startswith("age1") and file.stat().st_mode & 0o777 == 0o600
    assert not (place / "none").exists()
    return file


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """Give a site with everything in it, one a database."""
    place = tmp_path_factory.mktemp("filled")
    packages = [("GHA-AVA", {}), ("GHA-AVA", {"access": 61.0, "seed": 2}), ("GHA-BOR", {"conf_status": "C"}),
                ("GHA-DRA", {}), ("GHA-ELF", {})]
    folders = [place / f"package-{i}" for i in range(len(packages))]
    for folder, (code, changes) in zip(folders, packages, strict=True):
        write_package(small_package(code, **changes), folder)
    made: dict[str, Site] = {}

    def give(kind: str) -> Site:
        if kind not in made:
            site = new_site(place / kind, SERVER if kind == "postgresql" else "")
            site.ask(FILL.format(packages=[str(f) for f in folders]))
            made[kind] = site
        return made[kind]

    yield give
    for site in made.values():
        drop(site)


@pytest.fixture(scope="module")
def sealed_file(filled, key: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a backup of the site on SQLite."""
    file = tmp_path_factory.mktemp("sealed") / "site.age"
    filled("sqlite").call("backup", file, "--recipient", identity_of(key).to_public())
    return file


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Give empty places for sites, and take their databases away afterwards."""
    made: list[Site] = []

    def give(kind: str = "sqlite") -> Site:
        made.append(new_site(tmp_path / f"site-{len(made)}", SERVER if kind == "postgresql" else ""))
        return made[-1]

    yield give
    for site in made:
        drop(site)


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_row_file_and_page_is_the_same_elsewhere(filled, empty, key, tmp_path, before: str, after: str) -> None:
    source, target = filled(before), empty(after)
    old = source.ask(ROWS)
    source.call("backup", tmp_path / "site.age", "--key-file", key)
    said = target.call("restore", tmp_path / "site.age", "--key-file", key)
    new = target.ask(ROWS)
    log = "workflow.auditentry"
    old_log, new_log = old.pop(log), new.pop(log)
    assert old.keys() == new.keys() and len(old) >= 20
    for model in old:
        assert old[model] == new[model], model
    added = [row["action"] for pk, row in new_log.items() if pk not in old_log]
    assert {pk: new_log[pk] for pk in old_log} == old_log and added == ["backup.restore"]
    assert f"a log of {len(old_log)} entries that holds" in said
    assert source.files() == target.files() and len(source.files()) > 30
    assert (source.home / "secret.key").read_bytes() == (target.home / "secret.key").read_bytes()
    assert not (target.home / ".restore").exists()
    pages = target.ask(PAGES)
    assert pages == source.ask(PAGES) and {answer[0] for answer in pages.values()} >= {200}


@pytest.mark.parametrize("after", [KIND])
def test_a_restored_site_goes_on(sealed_file, empty, key, tmp_path, after: str) -> None:
    site = empty(after)
    site.call("restore", sealed_file, "--key-file", key)
    write_package(small_package("GHA-FEN"), tmp_path / "package")
    assert "edition" in site.call("publish", tmp_path / "package")
    site.call("backup", tmp_path / "again.age", "--key-file", key)
    told = site.ask("""
        from ekistics.web.workflow.audit import verify_chain
        from ekistics.web.workflow.models import AuditEntry
        from django.db import DatabaseError, connection, transaction
        refused = 0
        for statement in ("UPDATE workflow_auditentry SET action = 'x'", "DELETE FROM workflow_auditentry"):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(statement)
            except DatabaseError:
                refused += 1
        tell([len(list(verify_chain())), refused, list(AuditEntry.objects.values_list("action", flat=True))])
    """)
    assert told[:2] == [0, 2]
    assert told[2][-3:] == ["backup.restore", "edition.add", "backup.make"]


def test_check_counts_what_is_there_and_restores_nothing(sealed_file, filled, key, empty) -> None:
    found = check_backup(sealed_file, identity_of(key))
    assert found.files == len(filled("sqlite").files()) and not found.missing and not found.vanished
    assert found.rows["observatory_observation"] == 60 and "django_session" not in found.rows
    site = empty()
    assert "is whole" in site.call("restore", sealed_file, "--key-file", key, "--check")
    assert list(site.home.iterdir()) == []


def test_another_key_does_not_open_it(sealed_file, empty, tmp_path) -> None:
    site = empty()
    site.call("backup-key", tmp_path / "other")
    assert "This key does not open the backup" in site.call("restore", sealed_file, "--key-file", tmp_path / "other",
                                                            code=2)
    assert not (site.home / "media").exists()
    with pytest.raises(ConfigurationError, match="not a key file"):
        identity_of(_text(tmp_path / "no-key", "hello\n"))


def _text(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def small_file(sealed_file, key, tmp_path_factory) -> tuple[bytes, pyrage.x25519.Identity, Path]:
    """Give the bytes of a backup, its key, and a place for damaged copies."""
    return sealed_file.read_bytes(), identity_of(key), tmp_path_factory.mktemp("damaged") / "copy.age"


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 7))
@example(0.0, 0)
@example(0.999999, 7)
def test_any_flipped_bit_is_found(small_file, at: float, bit: int) -> None:
    whole, identity, copy = small_file
    damaged = bytearray(whole)
    damaged[int(at * len(whole))] ^= 1 << bit
    copy.write_bytes(damaged)
    with pytest.raises((InputFormatError, ConfigurationError)):
        check_backup(copy, identity)


def test_any_flipped_byte_of_the_head_is_found(small_file) -> None:
    whole, identity, copy = small_file
    for at in range(260):
        copy.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1:])
        with pytest.raises((InputFormatError, ConfigurationError)):
            check_backup(copy, identity)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1, exclude_max=True))
@example(0.0)
@example(0.9999999)
def test_a_file_that_is_cut_off_is_found(small_file, at: float) -> None:
    whole, identity, copy = small_file
    copy.write_bytes(whole[:int(at * len(whole))])
    with pytest.raises(InputFormatError, match="damaged or cut off"):
        check_backup(copy, identity)


def test_a_file_that_is_longer_is_found(small_file) -> None:
    whole, identity, copy = small_file
    copy.write_bytes(whole + b"\0")
    with pytest.raises(InputFormatError, match="damaged or cut off"):
        check_backup(copy, identity)


@pytest.mark.parametrize("after", [KIND])
def test_a_damaged_backup_restores_nothing_and_leaves_the_place_free(sealed_file, key, empty, tmp_path,
                                                                     after: str) -> None:
    site, whole, copy = empty(after), sealed_file.read_bytes(), tmp_path / "copy.age"
    copy.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "damaged or cut off" in site.call("restore", copy, "--key-file", key, code=2)
    assert sorted(p.name for p in site.home.iterdir() if "sqlite3" not in p.name) == []
    site.call("restore", sealed_file, "--key-file", key)
    assert len(site.files()) > 30


def test_a_site_that_is_not_empty_is_refused(sealed_file, key, empty, filled) -> None:
    said = filled("sqlite").call("restore", sealed_file, "--key-file", key, code=2)
    assert "The site is not empty" in said and "--home" in said
    site = empty()
    (site.home / "media").mkdir(parents=True)
    (site.home / "media" / "somebody's").write_bytes(b"file")
    assert "The site is not empty" in site.call("restore", sealed_file, "--key-file", key, code=2)
    assert (site.home / "media" / "somebody's").read_bytes() == b"file"


def test_what_a_killed_restore_left_is_taken_away(sealed_file, key, empty) -> None:
    site = empty()
    for folder in (".restore/media", "media/packages"):  # killed between the files' place and the database's
        (site.home / folder).mkdir(parents=True)
        (site.home / folder / "file").write_bytes(b"half")
    site.call("restore", sealed_file, "--key-file", key)
    assert "packages/file" not in site.files() and not (site.home / ".restore").exists()


COUNTED = """
    from ekistics.web.observatory.models import Coverage
    tell(sorted(map(list, Coverage.objects.values_list("measure", "period", "cities"))))
"""


@pytest.mark.parametrize("kind", [KIND])
def test_a_backup_from_before_an_upgrade_is_upgraded(filled, empty, key, tmp_path, kind: str) -> None:
    old = empty(kind)
    filled("sqlite").call("backup", tmp_path / "now.age", "--key-file", key)
    old.call("restore", tmp_path / "now.age", "--key-file", key)
    gone = old.ask("""
        from django.core.management import call_command
        from django.db import connection
        from django.db.migrations.loader import MigrationLoader
        names = sorted(MigrationLoader(connection).disk_migrations)
        apps = [app for app in ("workflow", "observatory", "accounts", "places")
                if len([n for n in names if n[0] == app]) > 1]
        for app in apps:
            call_command("migrate", app, min(n for a, n in names if a == app), verbosity=0)
        tell(apps)
    """)
    assert "workflow" in gone
    old.call("backup", tmp_path / "old.age", "--key-file", key)
    new = empty(kind)
    new.call("restore", tmp_path / "old.age", "--key-file", key)
    assert new.ask("""
        from io import StringIO
        from django.core.management import call_command
        out = StringIO()
        call_command("migrate", check_unapplied=True, stdout=out)
        from ekistics.web.observatory.models import Observation
        from ekistics.web.places.models import SearchTerm
        words = SearchTerm.objects.values_list("term", "backwards")
        tell([Observation.objects.count(), len(words) > 0, [w for w in words if w[0] != w[1][::-1]]])
    """) == [60, True, []]
    assert new.ask(PAGES)["None /en/cities/GHA-AVA/"][0] == 200
    counted = new.ask(COUNTED)
    assert counted == filled("sqlite").ask(COUNTED) and any(cities for _measure, _period, cities in counted)


def test_writers_go_on_while_a_backup_reads_one_moment(filled, tmp_path, key) -> None:
    told = filled("postgresql" if SERVER else "sqlite").ask(f"""
        import threading
        from django.db import connection
        from ekistics.web.work import backup
        from ekistics.web.workflow.models import Comment
        def write():
            Comment.objects.create(target="edition:1", text="meanwhile")
            connection.close()
        whole = backup.parts_of
        def parts_of(table):
            if table.name == "workflow_comment":
                thread = threading.Thread(target=write)
                thread.start()
                thread.join()
            yield from whole(table)
        backup.parts_of = parts_of
        before = Comment.objects.count()
        made = backup.make_backup(Path({str(tmp_path / "site.age")!r}),
                                  backup.recipients_of([], Path({str(key)!r})))
        tell([before, made.rows["workflow_comment"], Comment.objects.count()])
        Comment.objects.filter(text="meanwhile").delete()
    """)
    assert told[1] == told[0] and told[2] == told[0] + 1


def test_an_upload_that_vanishes_meanwhile_is_told(empty, filled, key, tmp_path) -> None:
    site = empty()
    shutil.copytree(filled("sqlite").home, site.home)
    told = site.ask(f"""
        from ekistics.web.work import backup
        listed, calls = backup.media_files, []
        def media_files():
            calls.append(1)
            for path, size in list(listed()):
                if len(calls) == 2 and path.name == "empty":
                    path.unlink(missing_ok=True)
                yield path, size
        backup.media_files = media_files
        made = backup.make_backup(Path({str(tmp_path / "site.age")!r}),
                                  backup.recipients_of([], Path({str(key)!r})))
        tell(made.vanished)
    """)
    assert told == ["media/exports/empty"]
    found = check_backup(tmp_path / "site.age", identity_of(key))
    assert found.vanished == told and found.files == len(site.files())


def test_an_edition_without_its_folder_is_told(empty, filled, key, tmp_path) -> None:
    site = empty()
    shutil.copytree(filled("sqlite").home, site.home)
    (lost, *_rest) = sorted((site.home / "media/packages/GHA-BOR").iterdir())
    shutil.rmtree(lost)
    said = site.call("backup", tmp_path / "site.age", "--key-file", key)
    assert f"packages/GHA-BOR/{lost.name}" in said


def test_a_file_that_becomes_shorter_is_not_kept(tmp_path) -> None:
    file = tmp_path / "upload"
    file.write_bytes(b"x" * 3_000_000)
    ledger = Ledger()
    pieces = ledger.file("media/upload", file)
    head = next(pieces)
    os.truncate(file, 10)
    assert len(head) + sum(map(len, pieces)) == 512 + -(-3_000_000 // 512) * 512
    assert ledger.members == {}


def test_nothing_is_written_in_the_clear_or_over_something(key, tmp_path) -> None:
    with pytest.raises(ConfigurationError, match="always encrypted"):
        recipients_of([], None)
    with pytest.raises(ConfigurationError, match="not a recipient"):
        recipients_of(["age1nobody"], None)
    there = _text(tmp_path / "there.age", "an older backup")
    with pytest.raises(InvalidValueError, match="already"):
        make_backup(there, recipients_of([], key))
    assert there.read_text() == "an older backup"
    assert "already" in Site(tmp_path).call("backup-key", there, code=2)


def test_too_little_room_is_refused_before_anything_is_written(key, tmp_path, monkeypatch) -> None:
    free = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: free)
    monkeypatch.setattr(backups, "database_bytes", lambda: 4_000_001)
    monkeypatch.setattr(backups, "media_files", lambda: iter([(Path("a"), 1_000_000)]))
    with pytest.raises(InvalidValueError, match="Expected 6 MB, got 5 MB"):
        make_backup(tmp_path / "site.age", recipients_of([], key))
    assert list(tmp_path.iterdir()) == []
    require_room(tmp_path, 5_000_000)


HEAD = {"format": "ekistics-backup", "version": 1, "program": "0", "made_at": "", "database": "sqlite",
        "migrations": [], "estimate": {}, "tables": {"t": ["a"]}}


@pytest.mark.parametrize(("members", "text"), [
    ({"head.json": HEAD, "media/../../evil": {}}, "not a backup of a site"),
    ({"head.json": HEAD, "media//etc/evil": {}}, "not a backup of a site"),
    ({"head.json": HEAD, "tables/000.other/000000.jsonl.gz": {}}, "not a backup of a site"),
    ({"head.json": HEAD, "tables/000.t/000000.jsonl.gz": {}}, "not a backup of a site"),
    ({"media/a": {}}, "not a backup of a site"), ({"head.json": HEAD}, "list of contents"),
    ({"head.json": HEAD, "secret.key": {}, "manifest.json": {"members": {"secret.key": [2, "0"]}}},
     "list of contents"), ({"head.json": {**HEAD, "version": 2}}, "this program reads"), ({}, "list of contents"),
])
def test_a_file_that_somebody_made_up_is_refused(members: dict, text: str, key, tmp_path) -> None:
    _seal(members, key, tmp_path / "made-up.age")
    with pytest.raises(EkisticsError, match=text):
        check_backup(tmp_path / "made-up.age", identity_of(key))


def _seal(members: dict, key: Path, file: Path) -> None:
    def pieces() -> Iterator[bytes]:
        for name, content in members.items():
            yield from Ledger().member(name, json.dumps(content).encode())
        yield Ledger.end()

    with file.open("wb") as stream:
        seal(pieces(), stream, recipients_of([], key))


def test_a_backup_of_a_newer_program_is_refused(key, empty, tmp_path) -> None:
    _seal({"head.json": {**HEAD, "program": "9.9", "migrations": [["work", "0999_later"]]}}, key, tmp_path / "new.age")
    said = empty().call("restore", tmp_path / "new.age", "--key-file", key, code=2)
    assert "made by a newer program" in said and "work.0999_later" in said
