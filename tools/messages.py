"""Gather every text for people into ``src/ekistics/locale/ekistics.pot``, the file that translators start from.

Texts are marked with ``_`` or ``N_`` in Python and with ``_`` or ``trans`` in templates. The catalogue has no date and
no line numbers, so that it changes only when a text does; ``--check`` says whether it is up to date.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "src/ekistics"
OPTIONS = ("--mapping-file", "pyproject.toml", "--keywords", "N_", "--add-comments", "Translators:", "--add-location",
           "file", "--sort-by-file", "--project", "Ekistics", "--width", "120")
CATALOGUE = ROOT / SOURCE / "locale/ekistics.pot"


def extract() -> str:
    """Extract the catalogue from the sources."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "ekistics.pot"
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *OPTIONS,
                        "--output-file", str(target), SOURCE], cwd=ROOT, check=True)
        text = target.read_text(encoding="utf-8")
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|'
                  r'Report-Msgid-Bugs-To):.*\n', "", text, flags=re.M)
    text = re.sub(r"^# (FIRST AUTHOR|Copyright \(C\)).*\n", "", text, flags=re.M)
    return text.replace("#, fuzzy\nmsgid \"\"", "msgid \"\"", 1)


def main() -> int:
    """Write the catalogue, or compare it."""
    text = extract()
    if "--check" in sys.argv:
        same = CATALOGUE.is_file() and CATALOGUE.read_text(encoding="utf-8") == text
        print("messages: up to date" if same else "messages: run 'make messages'")
        return int(not same)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(text, encoding="utf-8")
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(re.findall('^msgid ', text, re.M)) - 1} texts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
