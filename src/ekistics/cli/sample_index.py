"""The command that makes up cities with values for an index."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.i18n import _


def sample_index(folder: Annotated[Path, typer.Argument(help="Folder for the tables; made when not there.")],
                 name: Annotated[str, typer.Option("--index", help="Code of an index that comes with the program, or a "
                                                                   "file that defines one.")] = "city_prosperity",
                 cities: Annotated[int, typer.Option(min=2, help="How many cities.")] = 1000,
                 seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same cities.")] = 1,
                 as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Make up cities with values for an index, measured with errors and holes, and their true scores."""
    from ekistics.jobs.index import load_definition
    from ekistics.jobs.sample_index import make_sample_index

    made = make_sample_index(load_definition(name).index, folder, cities=cities, seed=seed)
    if as_json:
        typer.echo(json.dumps({"folder": str(made.folder), "seed": made.seed, "cities": made.cities,
                               "with_holes": made.holes}))
        return
    typer.echo(_("Made {cities} made-up cities in {folder}; {holes} of them lack some values.").format(
        cities=made.cities, folder=made.folder, holes=made.holes))
    typer.echo(_("Now: {command}").format(
        command=f"ekistics index build {name} --values {folder}/cities.csv --out {folder}-index"))
