"""Command: verify a profile package."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.i18n import _


def verify(folder: Annotated[Path, typer.Argument(help="A profile package: its folder, or a zip archive of it.")],
           as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Check a profile package: its files, checksums, schema and the rules of its numbers."""
    from ekistics.core.settings import Settings
    from ekistics.jobs.package_upload import verify_archive
    from ekistics.package.verify import verify_package

    outcome = (verify_archive(folder, max_unpacked_mb=Settings.from_environment().max_unpacked_mb)
               if folder.is_file() else verify_package(folder))
    if as_json:
        typer.echo(json.dumps(outcome.as_dict(), ensure_ascii=False))
    elif outcome.ok:
        words = _("{folder} is whole: {files} files, {count} observations, run {run}.")
        if outcome.observations == 1:
            words = _("{folder} is whole: {files} files, 1 observation, run {run}.")
        typer.echo(words.format(
            folder=folder, files=outcome.files, count=outcome.observations, run=outcome.run))
    else:
        for problem in outcome.problems:
            typer.echo(str(problem))
        words = _("{folder} is not whole: {count} problems.")
        if len(outcome.problems) == 1:
            words = _("{folder} is not whole: 1 problem.")
        typer.echo(words.format(folder=folder, count=len(outcome.problems)))
    if not outcome.ok:
        raise typer.Exit(1)
