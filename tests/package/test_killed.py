"""A process killed with -9 at any moment leaves the old package or none, and the next run tidies up."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ekistics.package import read_package, verify_package, write_package
from ekistics.package.staging import replaced_folder

HERE = Path(__file__).parent
LOOP = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
import conftest as c
from ekistics.package import write_package
layers = c.make_layers()
print("ready", flush=True)
for n in range(100000):
    write_package(c.make_package(layers, edition=f"e{n}"), Path(sys.argv[2]))
"""
# Dies at the n-th rename, before it or after it: the two renames of a swap are the only moments that matter.
AT_RENAME = """
import os, signal, sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
import conftest as c
from ekistics.package import write_package
wanted, when = int(sys.argv[3]), sys.argv[4]
rename, count = Path.rename, 0
def dying(self, target):
    global count
    count += 1
    if count == wanted and when == "before": os.kill(os.getpid(), signal.SIGKILL)
    rename(self, target)
    if count == wanted and when == "after": os.kill(os.getpid(), signal.SIGKILL)
Path.rename = dying
write_package(c.make_package(edition="new"), Path(sys.argv[2]))
"""


def litter(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir() if path != folder)


@pytest.mark.parametrize("seconds", [0.02, 0.35, 0.8])
def test_killed_at_any_time_leaves_a_whole_package_or_none(seconds, small, tmp_path):
    folder = tmp_path / "profile"
    writer = subprocess.Popen([sys.executable, "-c", LOOP, str(HERE), str(folder)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    writer.kill()
    assert writer.wait() == -signal.SIGKILL
    writer.stdout.close()
    if folder.exists():
        assert verify_package(folder).problems == ()
        assert read_package(folder).edition.startswith("e")
    write_package(small, folder)
    assert verify_package(folder).ok
    assert litter(folder) == []


@pytest.mark.parametrize(("rename", "when", "edition"), [
    (1, "before", "old"), (1, "after", None), (2, "before", None), (2, "after", "new")])
def test_killed_at_a_rename(rename, when, edition, package, small, tmp_path):
    folder = tmp_path / "profile"
    write_package(replace(small, edition="old"), folder)
    done = subprocess.run([sys.executable, "-c", AT_RENAME, str(HERE), str(folder), str(rename), when])
    assert done.returncode == -signal.SIGKILL
    if edition is None:
        assert not folder.exists()
    else:
        assert read_package(folder).edition == edition
        assert verify_package(folder).ok
    # A run that fails before its end brings the old package back and takes the litter away.
    with pytest.raises(TypeError):
        write_package(replace(small, checks=(1,)), folder)
    assert read_package(folder).edition == (edition or "old")
    assert litter(folder) == []


def test_a_living_writer_is_left_alone(small, tmp_path):
    folder = tmp_path / "profile"
    with replaced_folder(folder, may_replace=print) as staging:
        (staging / "a").write_text("a")
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:  # another process writes the same package meanwhile
            try:
                with replaced_folder(folder, may_replace=print) as other:
                    (other / "b").write_text("b")
                os.write(write_end, b"1")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read_end, 1) == b"1"
        os.close(read_end)
        os.close(write_end)
        assert (staging / "a").exists()
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert litter(folder) == []
