"""The manual says what the code says: nothing is missing from it, nothing in it is made up."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main

import ekistics
from ekistics.composite.forms import FORMULAS, KINDS, TAKES, Form
from ekistics.composite.scenario import STEPS
from ekistics.core import errors
from ekistics.core.codelists import EITHER_STATUSES, MISSING_STATUSES
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.core.reasons import Reason
from ekistics.core.settings import PREFIX, Settings
from tools import make_reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_reference_is_up_to_date() -> None:
    stale = [name for name, text in make_reference.pages().items()
             if not (DOCS / "reference" / name).is_file() or page(f"reference/{name}") != text]
    assert stale == [], "run 'make reference'"


def test_the_reference_of_an_index_gives_every_parameter_its_meaning() -> None:
    rows = [[cell.strip() for cell in line.split(" | ")] for line in page("reference/index-toml.md").splitlines()
            if line.startswith("| `")]
    steps = {(row[0].strip("| `"), row[1].strip("`")): row[3] for row in rows if row[0].strip("| `") in STEPS}
    steps = {key: meaning for key, meaning in steps.items() if key[1] in STEPS[key[0]].__dataclass_fields__}
    assert len(steps) == sum(each.name != "forms" for step in STEPS.values() for each in fields(step))
    assert all(len(meaning) > 10 for meaning in steps.values())
    for name in ("whole", "minimum_share"):
        assert "a hole leaves a city without a score" in steps["aggregate", name]
    forms = page("reference/index-toml.md").partition("## Forms")[2]
    for kind in KINDS:
        takes = ", ".join(f"`{name}`" for name in TAKES[kind])
        assert f"| `{kind}` | {takes} | `{FORMULAS[kind]}` |" in forms
    assert all(f"\n| `{each.name}` | " in forms for each in fields(Form)[1:])


def test_the_rules_of_a_package_name_the_statuses_that_the_code_knows() -> None:
    said = " ".join(page("reference/package.md").split())
    missing, either = (re.search(pattern, said) for pattern in (
        r"a status that says missing \(([^)]+)\)", r"none of these; ([^;]+?) may stand with either"))
    assert re.findall("`(.)`", missing[1]) == list(MISSING_STATUSES)
    assert re.findall("`(.)`", either[1]) == list(EITHER_STATUSES)


def test_every_public_name_is_documented_and_exists() -> None:
    documented = set(re.findall(r"^\.\. auto\w+:: ekistics\.(\w+)$", page("reference/python.md"), re.M))
    assert documented == set(ekistics.__all__)
    assert len(ekistics.__all__) <= 20
    assert all(hasattr(ekistics, name) for name in ekistics.__all__)


def test_every_command_is_documented() -> None:
    from ekistics.cli.app import app

    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"^## ([a-z-]+)$", page("reference/commands.md"), re.M)) == commands


def test_every_error_is_documented_with_a_code_of_its_own() -> None:
    codes = [getattr(errors, name).code for name in errors.__all__]
    assert len(set(codes)) == len(codes)
    assert set(re.findall(r"^\| `([a-z-]+)` \|", page("reference/errors.md"), re.M)) == set(codes)


def test_every_setting_and_reason_is_documented() -> None:
    assert all(f"`{PREFIX}{f.name.upper()}`" in page("reference/settings.md") for f in fields(Settings))
    assert all(f"`{reason.value}`" in page("reference/reasons.md") for reason in Reason)


def test_every_column_is_documented() -> None:
    assert [c for c in OBSERVATION_COLUMNS if f"`{c}`" not in page("reference/package.md")] == []


@pytest.mark.parametrize("path", sorted((DOCS / "decisions").glob("0*.md")), ids=lambda p: p.stem)
def test_decision_has_its_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]}: .+\n\nStatus: (accepted|replaced by \d{{4}}), \d{{4}}-\d\d-\d\d\n", text)
    assert re.findall(r"^## (.+)$", text, re.M) == ["Context", "Decision", "Consequences"]


def test_news_fragments_are_named_by_their_kind() -> None:
    names = [p.name for p in (ROOT / "changes").iterdir() if p.name != "README.md"]
    assert [n for n in names if not re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed)\.md", n)] == []


def test_make_targets_named_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")]
    named = {(p.name, t) for p in documents for t in re.findall(r"`make ([a-z-]+)", p.read_text(encoding="utf-8"))}
    assert [(p, t) for p, t in sorted(named) if t not in targets] == []


def test_readme_shows_what_the_tutorial_runs() -> None:
    example = page("../README.md").split("## An example")[1].split("## Read on")[0]
    shown = [line for block in re.findall(r"^```\w+\n(.*?)^```$", example, re.M | re.S) for line in block.splitlines()]
    run = page("tutorial/first-profile.md").splitlines()
    assert len(shown) > 10
    assert [line for line in shown if line not in run] == []


def test_readme_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page("../README.md"))
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []
