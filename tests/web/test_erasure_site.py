"""A person's way from a survey's files to the site's pages, and the erasure: afterwards nothing holds the person."""

import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from ekistics.jobs.households import estimate, import_survey
from ekistics.vault import Vault, make_key_file
from ekistics.web.observatory.publishing import publish_packages
from tests.jobs.household_survey import frames, write
from tests.vault.traces import find_bytes, find_decrypted

pytestmark = pytest.mark.django_db
MARK = "Wisteria"


def dump(folder: Path) -> Path:
    """Write every cell of every table of the database into a file."""
    with connection.cursor() as cursor, (folder / "database.txt").open("w", encoding="utf-8") as stream:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                print(table, *(bytes(v) if isinstance(v, memoryview) else v for v in row), file=stream)
    return folder / "database.txt"


def test_nothing_holds_an_erased_person_but_the_audit_id(world, client, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("safe", "keys", "dumps"):
        (tmp_path / name).mkdir()
    homes, people = frames()
    marked = homes["hh"][7]
    homes, people = (frame.replace({marked: f"{MARK}-7"}) for frame in (homes, people))
    survey = write(tmp_path / "in", homes, people)
    path, key = tmp_path / "safe/people.vault", make_key_file(tmp_path / "keys/vault.key")
    with Vault.create(path, key) as vault:
        import_survey(survey, vault, actor="analyst")
        estimate(survey, vault, out=tmp_path / "package", actor="analyst")
        (outcome,) = publish_packages([tmp_path / "package"])
        assert outcome.error is None, outcome.error
        for page in ("/en/cities/XTH/", "/en/indicators/sdg_11_1_1/", "/en/cities/XTH/brief.docx"):
            assert client.get(page).status_code == 200, page
        assert b"Groups of people" in client.get("/en/cities/XTH/brief.html").content
        assert find_decrypted(MARK, path, key)  # the vault holds the household, and the search finds it
        done = vault.erase_household(f"{MARK}-7", actor="officer", reason="they asked for it")
        assert done.rows["XXX-HS-2024", "household"] == 1 and done.rows["XXX-HS-2024", "person"] > 0
        assert vault.log()[-1].audit_id == done.audit_id
    (tmp_path / "dumps/log.txt").write_text(caplog.text, encoding="utf-8")
    places = {"vault": path.parent, "package": tmp_path / "package", "media": Path(settings.MEDIA_ROOT),
              "database": dump(tmp_path / "dumps"), "log": tmp_path / "dumps/log.txt"}
    assert "XTH" in places["database"].read_text(encoding="utf-8")  # it is the site's database that was written out
    assert any(places["media"].rglob("*"))
    found = {name: find_bytes(MARK, [place]) for name, place in places.items()}
    assert found == dict.fromkeys(places, [])
    assert find_decrypted(MARK, path, key) == []
    print("\nSHOWN traces of an erased household and its people: "
          + ", ".join(f"{name} {len(hits)}" for name, hits in found.items()) + ", vault decrypted 0")
