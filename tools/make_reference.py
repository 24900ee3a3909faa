"""Write the pages of ``docs/reference`` that come from the code, so that they cannot say anything else.

``--check`` compares instead of writing; a test does the same.
"""

import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import typer.main

from tools import make_indicator_docs

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs/reference"
NOTICE = "<!-- Written by tools/make_reference.py from the code; `make reference` renews it. -->\n"
CITY = """\
The file says where a city's inputs are. `ekistics init` writes one with every key explained; `ekistics validate`
checks it. Unknown keys are refused, with the nearest right one. Paths count from the folder of the file. Tables in
double brackets may be repeated.
"""
SAMPLE = """\
The file says how `ekistics sample` draws cities ([guide](../how-to/national-sample.md)). Unknown keys are refused.
Paths count from the folder of the file.
"""
NATIONAL = """\
The file says of what `ekistics national` makes national values ([guide](../how-to/national-sample.md)). Unknown keys
are refused. Paths count from the folder of the file. Tables in double brackets may be repeated.
"""
SURVEY = """\
`survey.toml` says where a survey's files are, how they are mapped, drawn, estimated and published. `ekistics households
init` writes one with every key explained. Unknown keys are refused, with the nearest right one. Paths count from the
folder of the file. Tables in double brackets may be repeated.
"""
INDEX = """\
The file defines an index of cities for `ekistics index build` ([guide](../how-to/city-index.md)). Unknown keys, steps
and methods are refused, with the nearest right one. Tables in double brackets may be repeated; `filled_by` is a list
inside an item. `ekistics index items city_prosperity` shows the one that comes with the program.
"""
INDEX_STEPS = """\
The steps stand in their order. `denominate`, `impute`, `screen` and `treat` are taken only where the scenario has them;
an empty table `{}` takes a step as it is by default. `goalposts` takes the forms of the items.
"""
INDEX_FORMS = """\
The `form` of an item is a table with its `kind` and the parameters of that kind, such as
`form = { kind = "linear", low = 0, high = 40 }`. A parameter of another kind is refused, and so is a form that lacks
one without a default. A score below 0 counts as 0, one above 100 as 100; where `inverse`, it is 100 less that score.
"""
MAPPING = """\
Each table is named by its level and standard variable, such as `[household.water_source]`. Beside the tables stand
`title` and `source`.
"""
COMMANDS = """\
Exit codes: 0 it went well; 1 a check failed; 2 the input or the call is wrong, with one clear error; 130 it
was cancelled. Every command has `--help`, and those that print a result have `--json`.
"""
UPLOADS = """\
Observations can be uploaded as CSV, as SDMX-CSV, or as XLSX from the template. What a file is, is told by its content.
A dry run comes first: it shows every problem by row and column. Nothing is saved until there is none, and then all is.
"""
UPLOAD_FORMATS = (
    ("CSV", "UTF-8 with or without byte order mark, or UTF-16; separated by comma, semicolon or tab; what was found is "
            "stated. Only a decimal point is read; beside semicolons a decimal comma too, where no number has a point "
            "and the comma cannot part thousands, or where you say that it is the decimal mark"),
    ("SDMX-CSV", "versions 1.0 and 2.0, with ids alone or with labels; the concepts are the columns below in capital "
                 "letters, or `INCOME_WEALTH_QUANTILE` and `DISABILITY_STATUS` as the global SDG structure names them; "
                 "other concepts must be total"),
    ("XLSX", "the sheet `observations`, or the first sheet; values only: formulas, dates, merged cells, macros and "
             "links to other files are refused. A workbook keeps 16 digits of a number"),
)
UPLOAD_ROWS = """\
Rows are numbered as a spreadsheet numbers them: the header is row 1, and empty rows count. Column names are the same in
capital letters and with blanks for `_`. The column `run` of a table that was downloaded is taken no notice of.
"""
UPLOAD_PROBLEMS = """\
A code never changes its meaning. The first problems are shown by row and column, and all are counted. A cell that
cannot be read is one problem, and no rule that looks at it is held against its row as well.
"""
UPLOAD_LIMITS = {"bytes": "bytes of the file", "rows": "rows below the header", "columns": "columns",
                 "cells": "cells with content", "cell_characters": "characters in a cell",
                 "seconds": "seconds for reading", "members": "files in a workbook",
                 "unpacked_mb": "megabytes of a workbook when unpacked",
                 "memory_mb": "megabytes of memory for a workbook",
                 "ratio": "times its packed size that a file in a workbook may have"}


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Lay out a Markdown table."""
    lines = ["| " + " | ".join(heads) + " |"]
    lines.append("|" + "---|" * (lines[0].count("|") - 1))
    for row in rows:
        cells = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def code(text: object) -> str:
    """Set a text as code; nothing stays nothing."""
    return f"`{text}`" if str(text) else ""


def errors_page() -> str:
    """List the errors."""
    from ekistics.core import errors

    classes = [getattr(errors, name) for name in errors.__all__]
    rows = [(code(c.code), code(c.__name__), ", ".join(code(b.__name__) for b in c.__bases__), first_line(c))
            for c in sorted(classes, key=lambda c: c.code)]
    return (f"# Errors\n{NOTICE}\nEvery error has a code, and says where it was met, what was expected, what came "
            "instead and what to do. On the command line its exit code is 2; with `--json` it is printed as "
            "`{\"error\": {code, message, where, param, expected, got, hint}}`. Every class is also a standard "
            "exception of Python.\n\n" + table(("code", "class", "is also", "meaning"), rows))


def first_line(thing: Any) -> str:
    """Give the first line of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n")[0]


def reasons_page() -> str:
    """List the reasons for absent values."""
    from ekistics.core.reasons import Reason, reason_text

    rows = [(code(r.value), reason_text(r.value)) for r in Reason]
    return (f"# Reasons\n{NOTICE}\nA value that was not computed is an observation with `obs_status` `O`, no "
            "`obs_value`, and one of these codes in `reason`.\n\n" + table(("reason", "in words"), rows))


def units_page() -> str:
    """List the units."""
    from ekistics.core.units import UNITS

    rows = [(code(u.code), u.symbol, u.title, u.digits) for u in UNITS.values()]
    return (f"# Units\n{NOTICE}\nThe codes of `unit_measure`: those of the SDG code list of SDMX where it has one.\n\n"
            + table(("code", "symbol", "unit", "digits shown without an interval"), rows))


def documented(kind: Any) -> dict[str, str]:
    """Read the Parameters section of a class's docstring."""
    text = inspect.getdoc(kind) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", text, re.M | re.S)
    return {} if section is None else {
        name: " ".join(m[2].split()).replace("``", "`")
        for m in re.finditer(r"^(\w+(?:, \w+)*) : [^\n]*\n((?: +[^\n]+\n?)+)", section[1], re.M)
        for name in m[1].split(", ")}


def settings_page() -> str:
    """List the settings."""
    from ekistics.core.settings import PREFIX, Settings

    texts = documented(Settings)
    rows = [(code(PREFIX + f.name.upper()), code(f.default), texts[f.name]) for f in fields(Settings)]
    return (f"# Settings\n{NOTICE}\nRead from the environment by the commands; nothing is read when the package is "
            "imported.\n\n" + table(("variable", "default", "meaning"), rows))


def upload_page() -> str:
    """Describe uploads of observations: columns, formats, problems."""
    from ekistics.core.upload_columns import UPLOAD_COLUMNS
    from ekistics.jobs.upload_problems import UploadProblem
    from ekistics.readers.uploads import UploadLimits

    columns = [(code(c.name), "yes" if c.needed else "no", code(c.empty), c.text) for c in UPLOAD_COLUMNS.values()]
    limits = [(words, f"{getattr(UploadLimits(), name):,.0f}") for name, words in UPLOAD_LIMITS.items()]
    problems = [(code(p.code), p.text, p.remedy) for p in UploadProblem]
    parts = (f"# Uploads of observations\n{NOTICE}\n{UPLOADS}", table(("format", "what is read"), UPLOAD_FORMATS),
             UPLOAD_ROWS, "## Columns\n",
             table(("column", "needed", "an empty cell stands for", "what to write"), columns),
             "## Limits\n", table(("limit", "at most"), limits),
             f"## Problems\n\n{UPLOAD_PROBLEMS}", table(("code", "what is said", "what to do"), problems))
    return "\n".join(parts)


def city_page() -> str:
    """Describe city.toml."""
    from ekistics.jobs.city_config import CityConfig

    return file_page("city.toml", CITY, CityConfig)


def sample_page() -> str:
    """Describe the design of a sample of cities."""
    from ekistics.jobs.sample_cities.design import SampleDesign

    return file_page("design.toml of a sample of cities", SAMPLE, SampleDesign)


def national_page() -> str:
    """Describe the design of national values."""
    from ekistics.jobs.national.design import NationalDesign

    return file_page("design.toml of national values", NATIONAL, NationalDesign)


def file_page(title: str, text: str, kind: Any) -> str:
    """Describe a file that people write, from its schema."""
    from ekistics.core.schema import schema_rows

    parts = [f"# {title}\n{NOTICE}\n{text}"]
    helps = {f.name: f.metadata["help"] for f in fields(kind) if f.metadata.get("help")}
    rows = schema_rows(kind)
    for at in dict.fromkeys(row["table"] for row in rows):
        keys = [(code(r["key"]), r["needed"], code(r["default"]), r["help"]) for r in rows if r["table"] == at]
        parts.append(f"## `{at}`\n\n{helps[at.strip('[]')]}\n\n{table(('key', 'needed', 'default', 'meaning'), keys)}")
    return "\n".join(parts)


def survey_page() -> str:
    """List the keys of survey.toml and of a mapping file."""
    from ekistics.core.schema import schema_rows
    from ekistics.jobs.households.config import SurveyConfig
    from ekistics.readers.microdata import Entry

    parts = [f"# survey.toml and mapping.toml\n{NOTICE}\n{SURVEY}"]
    helps = {f.name: f.metadata["help"] for f in fields(SurveyConfig) if f.metadata.get("help")}
    rows = schema_rows(SurveyConfig)
    heads = ("key", "needed", "default", "meaning")
    for at in dict.fromkeys(row["table"] for row in rows):
        keys = [(code(r["key"]), r["needed"], code(r["default"]), r["help"]) for r in rows if r["table"] == at]
        title = f"`{at}`" if at else "Other tables"
        parts.append(f"## {title}\n\n{helps.get(at.strip('[]'), '')}\n\n{table(heads, keys)}")
    keys = [(code(r["key"]), r["needed"], code(r["default"]), r["help"]) for r in schema_rows(Entry)]
    parts.append(f"## A table of mapping.toml\n\n{MAPPING}\n{table(heads, keys)}")
    return "\n".join(parts)


def index_page() -> str:
    """List the keys of a file of an index, and the parameters of its steps."""
    from ekistics.composite.scenario import STEPS
    from ekistics.core.schema import schema_rows
    from ekistics.instruments.indices import IndexDefinition

    parts = [f"# index.toml\n{NOTICE}\n{INDEX}"]
    helps = {f.name: f.metadata["help"] for f in fields(IndexDefinition) if f.metadata.get("help")}
    rows = schema_rows(IndexDefinition)
    for at in dict.fromkeys(row["table"] for row in rows):
        keys = [(code(r["key"]), r["needed"], code(r["default"]), r["help"]) for r in rows if r["table"] == at]
        title = f"`{at}`" if at else "The file itself"
        parts.append(f"## {title}\n\n{helps.get(at.strip('[]'), '')}\n\n"
                     f"{table(('key', 'needed', 'default', 'meaning'), keys)}")
    steps = [(code(name), code(each.name), default(each), documented(step)[each.name],
              ", ".join(code(method) for method in step.METHODS) if each.name in ("method", "then") else "")
             for name, step in STEPS.items() for each in fields(step) if each.name != "forms"]
    heads = ("step", "parameter", "default", "meaning", "methods")
    return "\n".join([*parts, f"## Steps\n\n{INDEX_STEPS}\n{table(heads, steps)}", forms_part()])


def forms_part() -> str:
    """Describe the forms of an item: what each takes, how it scores, and what its parameters mean."""
    from ekistics.composite.forms import FORMULAS, TAKES, Form

    forms = [(code(kind), ", ".join(code(name) for name in TAKES[kind]), code(FORMULAS[kind])) for kind in TAKES]
    texts = documented(Form)
    rows = [(code(each.name), default(each), texts[each.name]) for each in fields(Form)[1:]]
    return (f"## Forms\n\n{INDEX_FORMS}\n{table(('kind', 'parameters', 'score of a value x'), forms)}\n"
            f"{table(('parameter', 'default', 'meaning'), rows)}")


def default(each: Any) -> str:
    """Write the default of a field; nothing where it has none."""
    return "" if each.default in (MISSING, None) else code(shown(each.default))


def standard_page() -> str:
    """List the standard variables."""
    from ekistics.core.standard_variables import standard_variables

    rows = [(code(v.name), v.level, v.title, v.unit or v.kind, ", ".join(code(c) for c in v.codes), v.source)
            for v in standard_variables().values()]
    return (f"# Standard variables\n{NOTICE}\nWhat the variables of every survey are mapped to. Which codes count as "
            "improved, durable or secure is a rule of an indicator. [unsure] marks what was not checked against its "
            "source.\n\n" + table(("variable", "level", "what it is", "unit or kind", "codes", "source"), rows))


def commands_page() -> str:
    """Describe the commands."""
    from ekistics.cli.app import app

    group = typer.main.get_command(app)
    commands: dict[str, Any] = group.commands  # type: ignore[attr-defined]
    parts = [f"# Commands\n{NOTICE}\n{COMMANDS}"]
    for name, command in commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            parts.append(command_section(name, command))
        else:
            parts.append(f"## {name}\n\n{inspect.cleandoc(command.help or '')}\n")
            parts += [command_section(f"{name} {each}", one, level="###") for each, one in inner.items()]
    return "\n".join(parts)


def command_section(name: str, command: Any, *, level: str = "##") -> str:
    """Describe one command."""
    rows = []
    for p in command.params:
        default = "" if p.required or p.default in (None, False) or callable(p.default) else code(shown(p.default))
        rows.append((code(written(p)), "yes" if p.required else "no", default, getattr(p, "help", "") or ""))
    needed = [f"{p.opts[0]} {p.name.upper()}" if is_option(p) else p.name.upper() for p in command.params if p.required]
    optional = [f"[{p.name.upper()}]" for p in command.params if not p.required and not is_option(p)]
    usage = " ".join(["ekistics", name, *needed, *optional, "[OPTIONS]"])
    text = inspect.cleandoc(command.help or "").replace("\b", "")
    return (f"{level} {name}\n\n{text}\n\n```text\n{usage}\n```\n\n"
            + table(("argument or option", "needed", "default", "meaning"), rows))


def is_option(parameter: Any) -> bool:
    """Tell options from arguments."""
    return bool(parameter.param_type_name == "option")


def written(parameter: Any) -> str:
    """Write a parameter as it is typed."""
    return ", ".join((*parameter.opts, *parameter.secondary_opts)) if is_option(parameter) else parameter.name.upper()


def shown(value: object) -> str:
    """Write a default as it is typed."""
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


PAGES = {"commands.md": commands_page, "city-toml.md": city_page, "sample-toml.md": sample_page,
         "national-toml.md": national_page, "errors.md": errors_page, "reasons.md": reasons_page,
         "units.md": units_page, "survey-toml.md": survey_page, "index-toml.md": index_page,
         "standard-variables.md": standard_page, "settings.md": settings_page, "upload.md": upload_page}


def pages() -> dict[str, str]:
    """Make every page: path below ``docs/reference`` to text."""
    made = {name: make() for name, make in PAGES.items()}
    return made | make_indicator_docs.pages(NOTICE)


def main() -> int:
    """Write or compare the pages."""
    checking, stale = "--check" in sys.argv, []
    for name, text in pages().items():
        path = FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not checking:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    verb = "out of date (run 'make reference')" if checking else "renewed"
    print(f"reference: {', '.join(stale)} {verb}" if stale else "reference: up to date")
    return int(checking and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
