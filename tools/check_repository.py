"""Check the files of the repository: sizes, addresses, paths of a machine, hashes of the lock, sources of the data."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LARGEST = 1_000_000  # bytes
# Written in pieces, so that this file does not find itself.
INDEX = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "registry" + r"\.(npmjs|yarnpkg)",
                             "--" + "(extra-)?index-" + "url", "deb" + r"\.debian\.org")))
MACHINE = re.compile(r"(?<![\w.$}/-])/(" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers")) + r")/\w")
LOCKS = ("requirements/dev.lock", "requirements/peers.lock")
MADE_UP = ("city.toml", "survey.toml")  # configurations of the made-up city and its survey
SOURCED = ("source", "citation", "provenance")


def tracked(root: Path) -> list[Path]:
    """List the files that git keeps, and those that it would."""
    out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root,
                         capture_output=True, text=True, check=True)
    return [root / line for line in out.stdout.splitlines() if (root / line).is_file()]


def text_findings(name: str, text: str) -> list[str]:
    """Find addresses of package indexes and paths of one machine."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if (hit := INDEX.search(line)) and "--no-emit-index" not in line:
            found.append(f"{name}:{number}: names a package index ({hit[0]})")
        if hit := MACHINE.search(line):
            found.append(f"{name}:{number}: names a path of one machine ({hit[0]}...)")
    return found


def lock_findings(name: str, text: str) -> list[str]:
    """Find pinned packages without a hash."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    return [f"{name}: {entry.split()[0]} has no hash" for entry in entries
            if re.match(r"[A-Za-z0-9._-]+==", entry) and "--hash=sha256:" not in entry]


def has_source(table: Any) -> bool:
    """Tell whether a table of data names its source, at its top or in each of its tables."""
    if isinstance(table, list):
        return bool(table) and all(has_source(t) for t in table)
    if not isinstance(table, dict):
        return False
    if any(str(table.get(key, "")).strip() for key in SOURCED):
        return True
    inner = [v for v in table.values() if isinstance(v, dict) or (isinstance(v, list) and v and isinstance(v[0], dict))]
    return bool(inner) and all(has_source(v) for v in inner)


def data_findings(name: str, text: str) -> list[str]:
    """Find data files of the package that do not say where their facts come from (what is made up has none)."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [f"{name}: is not TOML: {error}"]
    return [] if has_source(content) else [f"{name}: has no 'source' at its top or in each of its tables"]


def findings(root: Path) -> list[str]:
    """Check every file."""
    found = []
    for path in tracked(root):
        name = path.relative_to(root).as_posix()
        if path.stat().st_size > LARGEST:
            found.append(f"{name}: {path.stat().st_size / 1e6:.1f} MB, more than {LARGEST / 1e6:.0f} MB")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += text_findings(name, text)
        if name in LOCKS:
            found += lock_findings(name, text)
        if name.startswith("src/ekistics/") and name.endswith(".toml") and path.name not in MADE_UP:
            found += data_findings(name, text)
    return found


def main() -> int:
    """Check the repository."""
    found = findings(ROOT)
    print("\n".join(found) if found else "repository: no finding")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
