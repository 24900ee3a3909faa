"""The command that writes a country's report on the New Urban Agenda."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.i18n import _


def national_report(  # noqa: PLR0913 - one option a thing
        packages: Annotated[list[Path], typer.Argument(help="Packages of the country.")],
        out: Annotated[Path, typer.Option("--out", help="Folder for the documents.")],
        language: Annotated[list[str] | None, typer.Option(
            "--language", help="Language (en, fr, ar); repeat for more. All of them when not given.")] = None,
        earlier: Annotated[list[Path] | None, typer.Option(
            "--earlier", help="A package of an earlier round; repeat for more.")] = None,
        cities: Annotated[Path | None, typer.Option(
            "--cities", help="The cities' observations: a CSV, or a folder with a package of each city.")] = None,
        texts: Annotated[Path | None, typer.Option("--texts", help="A TOML file with texts of people.")] = None,
        publisher: Annotated[str, typer.Option("--publisher", help="Who publishes the report.")] = "Ekistics",
        as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Write a country's report on the New Urban Agenda: documents in three languages, and their data sheets."""
    from ekistics.jobs.national.report import national_report as run
    from ekistics.publish.national_report import LANGUAGES

    outcome = run(packages, out, languages=language or LANGUAGES, earlier=earlier or (), cities=cities, texts=texts,
                  publisher=publisher)
    counts = {report.language: len(report.citations) for report in outcome.reports}
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "files": outcome.files, "numbers": counts,
                               "notes": outcome.notes}))
        return
    for code, count in counts.items():
        typer.echo(_("{language}: {count} numbers, each with its entry in the data sheet.").format(
            language=code, count=count))
    for note in outcome.notes:
        typer.echo(note)
    typer.echo(str(outcome.folder.resolve()))
