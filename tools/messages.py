"""Keep the catalogues of texts for people: the template, the translations, and what is compiled from them.

Texts are marked with ``_`` or ``N_`` in Python and with ``_`` or ``trans`` in templates. The template
``src/ekistics/locale/ekistics.pot`` and the translations ``<language>/LC_MESSAGES/ekistics.po`` have no date and no
line numbers, so that they change only when a text does. Each translated text carries its state as a comment,
``# state: machine`` or ``# state: reviewed``; an empty translation has none.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "src/ekistics"
WIDTH = 120
OPTIONS = ("--mapping-file", "pyproject.toml", "--keywords", "N_", "--add-comments", "Translators:", "--add-location",
           "file", "--sort-by-file", "--project", "Ekistics", "--width", str(WIDTH))
LOCALE = ROOT / SOURCE / "locale"
CATALOGUE = LOCALE / "ekistics.pot"
LANGUAGES = {"ar": "Arabic", "es": "Spanish", "fr": "French", "ru": "Russian", "zh": "Chinese (simplified)"}
STATES = ("reviewed", "machine")
# ``{name}`` and ``{name:.1f}`` of str.format, ``%(name)s`` of the trans blocks of templates.
PLACEHOLDER = re.compile(r"\{\w*(?:![rsa])?(?::[^{}]*)?\}|%\(\w+\)[a-z]")


def extract() -> str:
    """Extract the template from the sources."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "ekistics.pot"
        subprocess.run([sys.executable, "-m", "babel.messages.frontend", "-q", "extract", *OPTIONS,
                        "--output-file", str(target), SOURCE], cwd=ROOT, check=True)
        return without_dates(target.read_text(encoding="utf-8"))


def without_dates(text: str) -> str:
    """Leave out of a catalogue's head what changes without a text having changed."""
    text = re.sub(r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|'
                  r'Report-Msgid-Bugs-To):.*\n', "", text, flags=re.M)
    text = re.sub(r"^# (FIRST AUTHOR|Copyright \(C\)).*\n", "", text, flags=re.M)
    return text.replace("#, fuzzy\nmsgid \"\"", "msgid \"\"", 1)


def po_path(language: str) -> Path:
    """Return the place of a language's translations."""
    return LOCALE / language / "LC_MESSAGES/ekistics.po"


def template() -> Catalog:
    """Read the template."""
    return read_po(BytesIO(CATALOGUE.read_bytes()))


def translations(language: str) -> Catalog:
    """Read the translations of a language; there are none before the first update."""
    path = po_path(language)
    if path.is_file():
        return read_po(BytesIO(path.read_bytes()), locale=language)
    comment = (f"# {LANGUAGES[language]} texts of Ekistics.\n"
               "# This file is distributed under the same license as the Ekistics project.\n#")
    return Catalog(locale=language, project="Ekistics", header_comment=comment, fuzzy=False)


def texts(catalogue: Catalog) -> Iterator[Message]:
    """Go through the messages of a catalogue without its head."""
    return (message for message in catalogue if message.id)


def parts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return the forms of a text: one, or singular and plural."""
    return (value,) if isinstance(value, str) else tuple(value or ("",))


def is_translated(message: Message) -> bool:
    """Tell whether every form of a message is translated."""
    return all(parts(message.string))


def state(message: Message) -> str:
    """Return ``reviewed``, ``machine`` or ``none``; an empty string where a translation does not say its state."""
    if not is_translated(message):
        return "none"
    named = [comment.removeprefix("state: ") for comment in message.user_comments if comment.startswith("state: ")]
    return named[0] if len(named) == 1 and named[0] in STATES else ""


def save(language: str, catalogue: Catalog) -> None:
    """Write the translations of a language in the order of the template, without what the template no longer has."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=WIDTH, ignore_obsolete=True, include_lineno=False)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(without_dates(buffer.getvalue().decode()), encoding="utf-8")


def merged(language: str) -> Catalog:
    """Merge the template into the translations of a language: new texts come in empty, old ones go."""
    catalogue = translations(language)
    catalogue.update(template(), no_fuzzy_matching=True, update_creation_date=False)
    for message in texts(catalogue):
        if not is_translated(message):
            message.user_comments = []
    return catalogue


def update(language: str) -> Catalog:
    """Write the merge of the template and the translations of a language."""
    catalogue = merged(language)
    save(language, catalogue)
    return catalogue


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text.

    >>> sorted(placeholders("{count} people in {place}, %(year)s"))
    ['%(year)s', '{count}', '{place}']
    """
    return set(PLACEHOLDER.findall(text))


def wrong_placeholders(source: str | tuple[str, ...], translation: str | tuple[str, ...]) -> str:
    """Say how the placeholders of a translation differ from those of its source; empty where they do not."""
    wanted = set().union(*map(placeholders, parts(source)))
    for form in parts(translation):
        # A singular may leave the number out: "one street". The last form, the plural, has all.
        lacking = wanted - placeholders(form) if form == parts(translation)[-1] else set()
        extra = placeholders(form) - wanted
        if lacking or extra:
            return f"lacks {sorted(lacking)}, has {sorted(extra)} too many"
    return ""


def faults(catalogue: Catalog, ids: set[object]) -> list[str]:
    """List what is wrong with the translations of a language, given the ids of the template."""
    own = {message.id: message for message in texts(catalogue)}
    found = [f"not in the template: {key!r}" for key in own if key not in ids]
    found += [f"not in the translations: {key!r}" for key in ids - own.keys()]
    for message in filter(is_translated, own.values()):
        wrong = wrong_placeholders(message.id, message.string)
        found += [f"{message.id!r}: {wrong}"] if wrong else []
        found += [] if state(message) else [f"{message.id!r}: say '# state: machine' or '# state: reviewed'"]
        found += [f"{message.id!r}: fuzzy translations are not used"] if message.fuzzy else []
    return found


def check() -> list[str]:
    """List what is wrong with the template and with each language."""
    same = CATALOGUE.is_file() and CATALOGUE.read_text(encoding="utf-8") == extract()
    found = [] if same else [f"{CATALOGUE.name} is not up to date: run 'make messages'"]
    ids = {message.id for message in texts(template())}
    for language in LANGUAGES:
        lines = (faults(translations(language), ids) if po_path(language).is_file()
                 else ["no translations: run 'make messages'"])
        found += [f"{language}: {line}" for line in lines]
    return found


def counts(catalogue: Catalog) -> dict[str, int]:
    """Count the texts of a language by the state of their translation."""
    counted = Counter(state(message) or "machine" for message in texts(catalogue))
    return {name: counted[name] for name in (*STATES, "none")}


def compile_language(language: str) -> dict[str, int]:
    """Write what the program reads of a language: its ``.mo``, and beside it the count of texts by state."""
    catalogue, path = translations(language), po_path(language)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    counted = counts(catalogue)
    (path.parent / "states.json").write_text(json.dumps(counted) + "\n", encoding="utf-8")
    return counted


def missing(catalogue: Catalog, prefix: str = "") -> list[object]:
    """List the ids that have no translation, of the files whose path begins with a prefix."""
    return [message.id for message in texts(catalogue)
            if not is_translated(message) and any(path.startswith(prefix) for path, _line in message.locations)]


def apply(catalogue: Catalog, given: Mapping[str, str], new_state: str) -> list[str]:
    """Put translations into a catalogue; list why some cannot go in, and then put in none."""
    known = {message.id: message for message in texts(catalogue)}
    refused = [f"not in the template: {key!r}" for key in given if key not in known]
    for key in given.keys() & known.keys():
        wrong = wrong_placeholders(key, given[key]) if given[key] else "is empty"
        refused += [f"{key!r}: {wrong}"] if wrong else []
        if new_state == "machine" and state(known[key]) == "reviewed":
            refused.append(f"{key!r}: was reviewed; a machine's translation does not replace it")
    if not refused:
        for key, text in given.items():
            known[key].string, known[key].user_comments = text, [f"state: {new_state}"]
    return refused


def apply_file(language: str, path: Path, new_state: str) -> int:
    """Put the translations of a JSON file ``{id: translation}`` into a language; all of them or none."""
    catalogue = merged(language)
    given = json.loads(path.read_text(encoding="utf-8"))
    refused = apply(catalogue, given, new_state)
    if refused:
        print("\n".join(refused), file=sys.stderr)
        return 1
    save(language, catalogue)
    print(f"{language}: {len(given)} put in; {counts(catalogue)}")
    return 0


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Without an option: write the template from the sources.")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--update", action="store_true", help="merge the template into the translations")
    one.add_argument("--compile", action="store_true", help="write what the program reads")
    one.add_argument("--check", action="store_true", help="say what is out of date or wrong")
    one.add_argument("--missing", nargs="+", metavar=("LANG", "PREFIX"),
                     help="print untranslated ids as JSON lines, of files under PREFIX")
    one.add_argument("--apply", nargs=2, metavar=("LANG", "FILE"), help="put in the translations of a JSON file")
    parser.add_argument("--state", choices=STATES, default="machine", help="the state of the applied translations")
    return parser.parse_args(argv)


def run(asked: argparse.Namespace) -> int:
    """Do what is asked."""
    if asked.check:
        found = check()
        print("\n".join(found) or "messages: up to date")
        return int(bool(found))
    if asked.update or asked.compile:
        for language in LANGUAGES:
            print(f"{language}: {counts(update(language)) if asked.update else compile_language(language)}")
        return 0
    if asked.missing:
        for key in missing(merged(asked.missing[0]), *asked.missing[1:2]):
            print(json.dumps(key, ensure_ascii=False))
        return 0
    if asked.apply:
        return apply_file(asked.apply[0], Path(asked.apply[1]), asked.state)
    text = extract()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(text, encoding="utf-8")
    print(f"{CATALOGUE.relative_to(ROOT)}: {len(re.findall('^msgid ', text, re.M)) - 1} texts")
    return 0


if __name__ == "__main__":
    sys.exit(run(arguments()))
