"""Command: make the sample city."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ekistics.core.i18n import _


def sample_city(folder: Annotated[Path, typer.Argument(help="Folder for the city's files; made when not there.")],
                seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same city.")] = 1,
                as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Make the sample city: a made-up coastal city in the real formats, with its city.toml."""
    from ekistics.jobs.sample_city import make_sample_city

    with Console(stderr=True).status(_("Drawing the sample city ...")):
        made = make_sample_city(folder, seed=seed)
    if as_json:
        typer.echo(json.dumps({"folder": str(made.folder), "config": str(made.config), "seed": made.seed,
                               "people": round(made.people), "files": made.files}))
        return
    typer.echo(_("Made Port Merrow, a made-up city of {people} people: {count} files in {folder}").format(
        people=f"{made.people:,.0f}", count=len(made.files), folder=made.folder))
    typer.echo(_("Now: ekistics profile {config} --out {out}").format(
        config=made.config, out=folder.with_name(f"{folder.name}-profile")))
