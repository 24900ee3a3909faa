"""The command that makes the sample survey."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.i18n import _


def sample_survey(folder: Annotated[Path, typer.Argument(help="Folder for the survey; made when not there.")],
                  seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same answers.")] = 1,
                  as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Make the sample survey: two rounds of a made-up household survey of the sample city, with form and mapping."""
    from ekistics.jobs.sample_survey.make import make_sample_survey

    made = make_sample_survey(folder, seed=seed)
    if as_json:
        typer.echo(json.dumps({"folder": str(made.folder), "seed": made.seed, "households": made.households}))
        return
    for year, count in made.households.items():
        typer.echo(_("{year}: {count} made-up households were asked.").format(year=year, count=count))
    file = made.folder / f"survey_{max(made.households)}.toml"
    typer.echo(_("How to go on stands at the top of {file}").format(file=file))
