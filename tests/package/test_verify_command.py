import io
import json
import zipfile

import pytest
import typer
from typer.testing import CliRunner

from ekistics.cli.verify import verify
from ekistics.core.errors import InputFormatError
from ekistics.package import write_package
from ekistics.package.archive import zip_package


@pytest.fixture
def run(small, tmp_path):
    write_package(small, tmp_path / "p")
    app = typer.Typer()
    app.command()(verify)
    return lambda *options, of="p": CliRunner().invoke(app, [str(tmp_path / of), *options])


def test_a_whole_package_exits_with_zero(run):
    done = run()
    assert (done.exit_code, "is whole: 6 files, 6 observations" in done.stdout.replace("\n", " ")) == (0, True)
    assert json.loads(run("--json").stdout)["problems"] == []


def test_a_broken_package_exits_with_one_and_names_the_file(run, tmp_path):
    (tmp_path / "p/checks.json").write_text("{}")
    done = run()
    assert done.exit_code == 1
    assert "checks.json" in done.stdout
    done = run("--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert found["ok"] is False
    assert [(p["code"], p["where"]) for p in found["problems"]] == [("bytes", "checks.json")]


def test_a_zip_archive_of_a_package_is_verified_as_it_is(run, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"".join(zip_package(tmp_path / "p")))
    done = run(of="x.zip")
    assert (done.exit_code, "x.zip is whole: 6 files" in done.stdout.replace("\n", "")) == (0, True)
    assert json.loads(run("--json", of="x.zip").stdout)["folder"].endswith("x.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p", "x.zip"]


def test_what_was_changed_in_an_archive_is_named(run, tmp_path):
    pieces = b"".join(zip_package(tmp_path / "p"))
    with zipfile.ZipFile(io.BytesIO(pieces)) as known, zipfile.ZipFile(tmp_path / "x.zip", "w") as other:
        for name in known.namelist():
            other.writestr(name, b"{}" if name == "checks.json" else known.read(name))
    done = run("--json", of="x.zip")
    assert done.exit_code == 1 and [p["where"] for p in json.loads(done.stdout)["problems"]] == ["checks.json"]
    (tmp_path / "no.zip").write_bytes(b"not an archive")
    assert isinstance(run(of="no.zip").exception, InputFormatError)
