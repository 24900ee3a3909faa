import json

import pytest
import typer
from typer.testing import CliRunner

from ekistics.cli.verify import verify
from ekistics.package import write_package


@pytest.fixture
def run(small, tmp_path):
    write_package(small, tmp_path / "p")
    app = typer.Typer()
    app.command()(verify)
    return lambda *options: CliRunner().invoke(app, [str(tmp_path / "p"), *options])


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
