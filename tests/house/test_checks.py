"""The house's own checks find what they are for: each is shown a planted fault."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tools import check_docstrings, check_licences, check_repository

GOOD = '''"""A module."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Well:
    """A well.

    Parameters
    ----------
    depth : float
        Its depth, metres.
    """

    depth: float

    def volume(self, area: float) -> float:
        """Give its volume."""
        return self.depth * area


def depth_share(depth: float, *, whole: float) -> float:
    """Compute a share of depth.

    Parameters
    ----------
    depth, whole : float
        Metres.

    Returns
    -------
    float
        The share.
    """
    return depth / whole


def _private(depth):
    """does what it likes"""
    return depth
'''


def findings(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "planted.py"
    path.write_text(text, encoding="utf-8")
    return check_docstrings.lint([path])


def test_docstrings_good_module_has_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == []


@pytest.mark.parametrize(("right", "wrong", "code"), [
    ("    depth, whole : float\n        Metres.\n", "    depth : float\n        Metres.\n", "PR01"),
    ("    depth, whole : float\n", "    depth, hole : float\n", "PR02"),
    ("    Returns\n    -------\n    float\n        The share.\n", "", "RT01"),
    ("Compute a share of depth.", "compute a share of depth.", "SS02"),
    ("Compute a share of depth.", "Compute a share of depth", "SS03"),
    ("    depth : float\n        Its depth, metres.\n", "    width : float\n        Its depth, metres.\n", "Well"),
])
def test_docstrings_planted_fault_is_found(tmp_path: Path, right: str, wrong: str, code: str) -> None:
    assert right in GOOD
    found = findings(tmp_path, GOOD.replace(right, wrong))
    assert any(code in line for line in found), found


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "GNU General Public License v3 (GPLv3)",
                                     "MIT AND GPL-2.0", "LGPL-2.1-or-later", "Proprietary", ""])
def test_licences_refused(licence: str) -> None:
    assert check_licences.judge("planted", licence)


@pytest.mark.parametrize("licence", ["MIT", "BSD-3-Clause AND Zlib", "Apache-2.0 OR GPL-2.0-only",
                                     "Apache-2.0 WITH LLVM-exception", "(MIT OR CC0-1.0)", "ISC License (ISCL)"])
def test_licences_accepted(licence: str) -> None:
    assert check_licences.judge("planted", licence) is None


def test_licences_lesser_only_where_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(check_licences.LGPL_ALLOWED, "planted", "imported only")
    assert check_licences.judge("planted", "LGPL-2.1-or-later") is None
    assert check_licences.judge("planted", "MIT AND AGPL-3.0")


def test_licences_closure_is_the_run_time_one() -> None:
    names = {check_licences.normal(d.metadata["Name"]) for d in check_licences.closure("ekistics")}
    assert {"ekistics", "numpy", "shapely", "llvmlite"} <= names
    assert not names & {"pytest", "sphinx", "mypy"}


def test_licences_npm_planted_fault_is_found(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"": {"license": "GPL-3.0"}, "node_modules/a": {"license": "MIT"},
                                             "node_modules/b": {"license": "AGPL-3.0"},
                                             "node_modules/c": {"license": "GPL-3.0", "dev": True}}}))
    count, found = check_licences.npm_findings(lock)
    assert count == 2
    assert len(found) == 1 and found[0].startswith("b: ")


@pytest.mark.parametrize("line", ["see https://py" + "pi.org/simple", "pip install --" + "index-url X",
                                  '"resolved": "https://registry.' + 'npmjs.org/x"', "open('/" + "work/x')",
                                  "in /" + "home/me/x"])
def test_repository_text_planted_fault_is_found(line: str) -> None:
    assert len(check_repository.text_findings("planted.md", f"fine\n{line}\n")) == 1


@pytest.mark.parametrize("line", ["docs/work/x", "a/home/b", "https://example.org/work/x", "network/roots"])
def test_repository_text_lets_others_pass(line: str) -> None:
    assert check_repository.text_findings("planted.md", line) == []


def test_repository_lock_without_hash_is_found() -> None:
    text = "a==1 \\\n    --hash=sha256:00\n    # via b\nb==2\n    # via c\n"
    assert check_repository.lock_findings("planted.lock", text) == ["planted.lock: b==2 has no hash"]


@pytest.mark.parametrize(("text", "right"), [
    ('source = "UN"\n[a]\nx = 1\n', True), ('[a]\nsource = "UN"\n[[b]]\nsource = "WHO"\n', True),
    ('[a]\nsource = "UN"\n[b]\nx = 1\n', False), ("x = 1\n", False), ('source = ""\n', False)])
def test_repository_data_need_a_source(text: str, right: bool) -> None:
    assert (check_repository.data_findings("planted.toml", text) == []) is right


def test_repository_large_file_is_found(tmp_path: Path) -> None:
    # A hook of git that runs the tests sets these, and they would point git at the wrong repository.
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, env=clean)
    (tmp_path / "large.bin").write_bytes(b"\xff" * (check_repository.LARGEST + 1))
    assert check_repository.findings(tmp_path) == ["large.bin: 1.0 MB, more than 1 MB"]
