"""Check the licences of everything that is installed or bundled with the program: no GPL, no AGPL; LGPL only as listed.

The Python packages are the run-time closure of ``ekistics`` as installed; tools for developing are not in it. The npm
packages are those of ``frontend/package-lock.json`` that go into the pages.
"""

import json
import re
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
# Licences that the project may depend on, as words of an SPDX expression, in lower case.
ALLOWED = re.compile(
    r"^(mit(-0|-cmu)?|mit license|isc( license)?|0bsd|bsd(-[023]-clause)?|new bsd|bsd license|apache(-2\.0| license.*)?"
    r"|apache software license|mpl-2\.0|mozilla public license 2\.0 \(mpl 2\.0\)|psf-2\.0|python-2\.0"
    r"|python software foundation license|zlib|cc0-1\.0"
    r"|cc-by-4\.0|ofl-1\.1|unlicense|unicode-3\.0|blueoak-1\.0\.0|isc license \(iscl\)|mit license.*)$")
# LGPL packages that are imported, never linked in: name -> why it may be.
LGPL_ALLOWED: dict[str, str] = {}
# Packages that state no licence in their own files -> the licence, and where it is stated.
STATED_ELSEWHERE = {
    # A fork of zaach/jsonlint, whose README ends with the MIT licence; it is needed by maplibre's checker of styles.
    "@mapbox/jsonlint-lines-primitives": "MIT",
    # The LICENSE file in its wheel is the MIT licence; its metadata has no field for it.
    "pyrage": "MIT",
    # The LICENSE file in its wheel is the two-clause BSD licence; its metadata has no field for it.
    "pyxform": "BSD-2-Clause",
}
COPYLEFT = re.compile(r"(?<![a-z])(a?gpl|gnu (affero )?general public)", re.I)
LESSER = re.compile(r"(lgpl|gnu lesser)", re.I)


def normal(name: str) -> str:
    """Give a package name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(root: str) -> list[metadata.Distribution]:
    """List the distributions that a distribution needs at run time, itself included."""
    seen: dict[str, metadata.Distribution] = {}
    waiting = [root]
    while waiting:
        name = normal(waiting.pop())
        if name in seen:
            continue
        seen[name] = metadata.distribution(name)
        for text in seen[name].requires or []:
            need = Requirement(text)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                waiting.append(need.name)
    return [seen[name] for name in sorted(seen)]


def stated_licence(fields: Mapping[str, str], classifiers: Iterable[str]) -> str:
    """Give a distribution's licence: its SPDX expression, else its classifiers, else the first line of its text."""
    if fields.get("License-Expression"):
        return str(fields["License-Expression"])
    classes = [c.rsplit("::", 1)[1].strip() for c in classifiers if c.startswith("License ::")]
    if classes:
        return " AND ".join(classes)
    text = (fields.get("License") or "").strip()
    return text.splitlines()[0].strip() if text else ""


def judge(name: str, licence: str) -> str | None:
    """Say what is wrong with a licence, or nothing."""
    licence = licence or STATED_ELSEWHERE.get(name, "")
    if not licence:
        return f"{name}: states no licence"
    alternatives = [re.split(r"\s+and\s+|/", part) for part in re.split(r"\s+or\s+", licence, flags=re.I)]
    if any(all(_allowed(name, word) for word in re.split(r"\s+and\s+", " and ".join(words), flags=re.I))
           for words in alternatives):
        return None
    refused = COPYLEFT.search(licence) or LESSER.search(licence)
    kind = "is refused" if refused else "is not on the list of known licences"
    return f"{name}: licence {licence!r} {kind} (tools/check_licences.py)"


def _allowed(name: str, word: str) -> bool:
    word = word.strip().lower().lstrip("(")
    word = word if "(" in word else word.rstrip(")")
    word = re.sub(r"\s+with\s+[\w.-]+$", "", word)
    if LESSER.search(word):
        return name in LGPL_ALLOWED
    return not COPYLEFT.search(word) and bool(ALLOWED.match(word))


def python_findings(root: str = "ekistics") -> tuple[int, list[str]]:
    """Judge the run-time closure of a distribution."""
    found, needed = [], closure(root)
    for distribution in needed:
        fields = {key: distribution.metadata[key] for key in ("License-Expression", "License")
                  if key in distribution.metadata}
        licence = stated_licence(fields, distribution.metadata.get_all("Classifier") or [])
        found.append(judge(normal(distribution.metadata["Name"]), licence))
    return len(needed), [f for f in found if f]


def npm_findings(lock: Path) -> tuple[int, list[str]]:
    """Judge the npm packages that go into the pages."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    bundled = {path.split("node_modules/")[-1]: entry for path, entry in packages.items()
               if path and not entry.get("dev") and not entry.get("link")}
    found = [judge(name, str(entry.get("license", ""))) for name, entry in sorted(bundled.items())]
    return len(bundled), [f for f in found if f]


def main() -> int:
    """Check both kinds of package."""
    python, found = python_findings()
    npm, more = npm_findings(ROOT / "frontend/package-lock.json")
    found += more
    print("\n".join(found) if found else f"licences: {python} Python and {npm} npm packages, no finding")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
