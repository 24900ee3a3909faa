"""The catalogues of texts are up to date, and their tool finds what is wrong with a translation."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from ekistics.core import i18n
from tools import messages

SOURCE = "{count} people in {place}"
KEY = "Degree of Urbanisation"


@pytest.fixture
def catalogue() -> Catalog:
    made = Catalog(locale="fr")
    made.add(SOURCE, locations=[("src/ekistics/publish/cards.py", 1)])
    made.add("Open space", locations=[("src/ekistics/core/place.py", 1)])
    return made


@pytest.fixture
def locale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the catalogues that a test may write to."""
    shutil.copytree(messages.LOCALE, tmp_path / "locale")
    monkeypatch.setattr(messages, "LOCALE", tmp_path / "locale")
    monkeypatch.setattr(messages, "CATALOGUE", tmp_path / "locale/ekistics.pot")
    return tmp_path / "locale"


def test_catalogues_are_up_to_date_and_without_fault() -> None:
    assert messages.check() == []


def test_the_languages_are_those_of_the_program() -> None:
    assert sorted([*messages.LANGUAGES, "en"]) == sorted(i18n.LANGUAGES)


def test_merging_again_changes_nothing(locale: Path) -> None:
    for language in messages.LANGUAGES:
        before = messages.po_path(language).read_text(encoding="utf-8")
        messages.update(language)
        assert messages.po_path(language).read_text(encoding="utf-8") == before


def test_merging_keeps_translations_and_drops_texts_that_went(locale: Path) -> None:
    text = messages.CATALOGUE.read_text(encoding="utf-8")
    going, staying = re.findall(r'^msgid "([^"\\]+)"$', text, re.M)[:2]
    known = messages.merged("fr")
    assert messages.apply(known, {going: "ancien", staying: "nouveau"}, "reviewed") == []
    messages.save("fr", known)
    messages.CATALOGUE.write_text(text.replace(f'msgid "{going}"', 'msgid "A text that came"'), encoding="utf-8")
    after = messages.update("fr")
    assert going not in after
    assert (after[staying].string, messages.state(after[staying])) == ("nouveau", "reviewed")
    assert messages.state(after["A text that came"]) == "none"


@pytest.mark.parametrize(("translation", "named"), [
    ("{count} personnes", "lacks ['{place}']"),
    ("{count} personnes à {lieu}", "has ['{lieu}'] too many"),
    ("{count} personnes à {place:.1f}", "lacks ['{place}']"),
])
def test_a_translation_has_the_placeholders_of_its_source(catalogue: Catalog, translation: str, named: str) -> None:
    refused = messages.apply(catalogue, {"Open space": "Espace ouvert", SOURCE: translation}, "machine")
    assert len(refused) == 1
    assert named in refused[0]
    assert not messages.is_translated(catalogue["Open space"]), "all go in, or none"
    catalogue[SOURCE].string, catalogue[SOURCE].user_comments = translation, ["state: machine"]
    assert any(named in line for line in messages.faults(catalogue, {SOURCE, "Open space"}))


def test_placeholders_of_trans_blocks_are_compared() -> None:
    assert messages.wrong_placeholders("%(count)s people", "personnes")
    assert not messages.wrong_placeholders("%(count)s people", "%(count)s personnes")


def test_a_singular_may_leave_the_number_out() -> None:
    source = ("%(count)s street", "%(count)s streets")
    assert not messages.wrong_placeholders(source, ("une rue", "%(count)s rues"))
    assert messages.wrong_placeholders(source, ("%(count)s rue", "des rues"))


def test_a_translation_says_its_state(catalogue: Catalog) -> None:
    catalogue["Open space"].string = "Espace ouvert"
    assert any("# state: machine" in line for line in messages.faults(catalogue, {SOURCE, "Open space"}))
    catalogue["Open space"].user_comments = ["state: reviewed"]
    assert messages.faults(catalogue, {SOURCE, "Open space"}) == []
    assert messages.counts(catalogue) == {"reviewed": 1, "machine": 0, "none": 1}


def test_ids_are_those_of_the_template(catalogue: Catalog) -> None:
    assert messages.faults(catalogue, {SOURCE, "Streets"}) == ["not in the template: 'Open space'",
                                                               "not in the translations: 'Streets'"]


def test_unknown_and_empty_translations_are_refused(catalogue: Catalog) -> None:
    assert messages.apply(catalogue, {"Closed space": "x"}, "machine") == ["not in the template: 'Closed space'"]
    assert messages.apply(catalogue, {"Open space": ""}, "machine") == ["'Open space': is empty"]


def test_a_machine_does_not_replace_what_was_reviewed(catalogue: Catalog) -> None:
    assert messages.apply(catalogue, {"Open space": "Espace ouvert"}, "reviewed") == []
    assert messages.apply(catalogue, {"Open space": "Espace"}, "machine")
    assert catalogue["Open space"].string == "Espace ouvert"


def test_missing_texts_are_found_by_folder(catalogue: Catalog) -> None:
    assert messages.missing(catalogue) == [SOURCE, "Open space"]
    assert messages.missing(catalogue, "src/ekistics/core") == ["Open space"]


def test_what_is_compiled_is_what_the_program_reads(
        locale: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = messages.translations("fr")
    assert messages.apply(known, {KEY: "essai"}, "reviewed") == []
    messages.save("fr", known)
    counted = messages.compile_language("fr")
    monkeypatch.setattr(i18n, "files", lambda _package: tmp_path)
    monkeypatch.setattr(i18n, "_read", i18n._read.__wrapped__)  # a process reads a catalogue once
    assert i18n.translation_states("fr") == counted
    assert counted == messages.counts(known)
    assert counted["reviewed"] >= 1
    assert sum(counted.values()) == len(list(messages.texts(messages.template())))
    with i18n.use_language("fr"):
        assert i18n._(KEY) == "essai"


def test_the_build_compiles_and_ships_the_catalogues() -> None:
    makefile = (messages.ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^\t\S+python tools/messages\.py --compile$", makefile, re.M)
    project = (messages.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "LC_MESSAGES/*.mo" in project
    assert "LC_MESSAGES/states.json" in project


def test_apply_reads_a_file(locale: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "given.json"
    path.write_text(json.dumps({KEY: "essai"}), encoding="utf-8")
    assert messages.run(messages.arguments(["--apply", "fr", str(path), "--state", "reviewed"])) == 0
    assert messages.run(messages.arguments(["--missing", "fr", "src/ekistics/cli"])) == 0
    assert json.dumps(KEY) not in capsys.readouterr().out.splitlines()
    path.write_text(json.dumps({"no such text": "essai"}), encoding="utf-8")
    assert messages.run(messages.arguments(["--apply", "fr", str(path), "--state", "reviewed"])) == 1
