"""Packages are read by other processes: they are, and where one of them is killed all but its package are taken."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PROGRAM = """
import json, os, sys
from pathlib import Path
import django
django.setup()
from ekistics.web.observatory import reading
from ekistics.web.observatory.models import Observation
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.work.start import prepare
prepare()
note, killed, *folders = map(Path, sys.argv[1:])
whole = reading.take_in
def take_in(folder):
    with note.open("a") as stream:
        stream.write(f"{os.getpid()} ")
    if folder.name in killed.name.split(','):
        os.kill(os.getpid(), 9)
    return whole(folder)
reading.take_in = take_in
outcomes = publish_packages(folders)
print(json.dumps({"packages": [o.package for o in outcomes], "added": [o.added for o in outcomes],
                  "errors": [str(o.error or "") for o in outcomes], "pid": os.getpid(),
                  "rows": Observation.objects.count()}))
"""


@pytest.fixture
def publish_apart(tmp_path: Path) -> Callable[..., dict]:
    """Publish in a process of its own, which has one thread and no transaction around it."""
    def done(folders: list[Path], killed: list[Path] | None = None) -> dict:
        note = tmp_path / "pids"
        note.write_text("")
        environment = {**os.environ, "EKISTICS_HOME": str(tmp_path / "site"),
                       "DJANGO_SETTINGS_MODULE": "ekistics.web.settings", "EKISTICS_DATABASE": ""}
        names = ",".join(folder.name for folder in killed or []) or "none"
        ran = subprocess.run([sys.executable, "-c", PROGRAM, str(note), names, *map(str, folders)], env=environment,
                             capture_output=True, text=True, check=False, timeout=300)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1]) | {"readers": set(map(int, note.read_text().split()))}

    return done


def test_packages_are_read_by_processes_of_their_own(write, publish_apart) -> None:
    found = publish_apart([write(f"GHA-R{i:02d}", layers=False) for i in range(7)])
    assert found["added"] == [True] * 7 and found["rows"] > 0
    assert found["readers"] and found["pid"] not in found["readers"]


def test_only_the_package_that_killed_its_reader_is_left_and_a_second_run_takes_it(write, publish_apart) -> None:
    folders = [write(f"GHA-R{i:02d}", layers=False) for i in range(30)]
    found = publish_apart(folders, killed=[folders[7], folders[27]])
    assert found["packages"] == [*map(str, folders)]
    assert [i for i, added in enumerate(found["added"]) if not added] == [7, 27]
    told = [i for i, text in enumerate(found["errors"]) if "more memory" in text and folders[i].name in text]
    assert told == [i for i, text in enumerate(found["errors"]) if text] == [7, 27]
    again = publish_apart(folders)
    assert again["errors"] == [""] * 30 and again["packages"] == found["packages"]
    assert again["added"] == [not added for added in found["added"]]
