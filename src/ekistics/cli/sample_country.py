"""The command that makes the sample country."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.i18n import _


def sample_country(folder: Annotated[Path, typer.Argument(help="Folder for the grids; made when not there.")],
                   seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same country.")] = 1,
                   as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Make the sample country: grids of a made-up island with several cities at four dates, and their names."""
    from ekistics.jobs.sample_country import EPOCHS, make_sample_country

    made = make_sample_country(folder, seed=seed)
    if as_json:
        typer.echo(json.dumps({"folder": str(made.folder), "seed": made.seed, "people": made.people,
                               "centres": made.centres}))
        return
    typer.echo(_("Made a made-up country of {people} people with {count} urban centres in {folder}").format(
        people=f"{made.people:,.0f}", count=made.centres, folder=made.folder))
    dated = " ".join(f"--{option} {year}={folder}/{kind}_{year}.tif" for year in EPOCHS
                     for option, kind in (("population", "population"), ("built-up", "built_up")))
    typer.echo(_("Now: {command}").format(command=f"ekistics profile-centres {dated} --land {folder}/land.tif "
                                                  f"--names {folder}/names.csv --country XMU --out {folder}-profiles"))
