"""The command that profiles all urban centres of a country at once."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _


def profile_centres(
        population: Annotated[list[str], typer.Option(
            metavar="PERIOD=FILE", help="GeoTIFF of people per cell, and the time it describes; repeat for more.")],
        built_up: Annotated[list[str], typer.Option(
            metavar="PERIOD=FILE", help="GeoTIFF of built-up square metres per cell; repeat for more.")],
        land: Annotated[Path, typer.Option(help="GeoTIFF of permanent land, square metres per cell.")],
        country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3 code under which the centres are kept.")],
        out: Annotated[Path, typer.Option("--out", help="Folder for the packages and lists.")],
        names: Annotated[Path | None, typer.Option(help="CSV with the columns country, code and name.")] = None,
        settings: Annotated[list[str] | None, typer.Option(
            "--set", metavar="NAME=VALUE", help="Set a parameter of the delineation; repeat for more.")] = None,
        preset: Annotated[str, typer.Option(help="Set of rules to start from.")] = "r2023a",
        nodata: Annotated[str, typer.Option(
            help="What a cell of people without data means: missing, or zero.")] = "missing",
        producer: Annotated[str, typer.Option(help="Who made the grids.")] = "",
        citation: Annotated[str, typer.Option(help="How to cite the grids.")] = "",
        licence: Annotated[str, typer.Option(help="Licence of the grids, as their producer states it.")] = "",
        documents: Annotated[bool, typer.Option(help="Make profile.html and profile.pdf of each centre.")] = False,
        language: Annotated[str, typer.Option(help="Language of the packages (code).")] = "en",
        as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Delineate the urban centres of a country and profile each: one package a centre, and a list of places."""
    from ekistics.geo.degurba import DegurbaParameters
    from ekistics.jobs import centres as job

    grids = job.Grids(population=_dated(population, "--population"), built_up=_dated(built_up, "--built-up"),
                      land=land, nodata=_known_nodata(nodata),
                      stated={name: text for name, text in
                              (("producer", producer), ("citation", citation), ("licence", licence)) if text})
    rules = DegurbaParameters.from_settings(settings or [], preset=preset)
    with _Shown(as_json) as shown:
        outcome = job.run(grids, country=country, out=out, names=names, parameters=rules, documents=documents,
                          language=language, progress=shown)
    _print(outcome, as_json=as_json)
    if outcome.count("failed"):
        raise typer.Exit(1)


def _dated(texts: list[str], option: str) -> dict[str, Path]:
    """Read PERIOD=FILE texts; which time a file describes is never guessed from its name."""
    from ekistics.core.period import Period

    found: dict[str, Path] = {}
    for text in texts:
        period, equals, path = text.partition("=")
        if not (equals and path):
            raise ConfigurationError(_("The time that a grid describes is not stated."), where=option,
                                     expected=_("PERIOD=FILE, such as 2020=pop.tif"), got=repr(text))
        period = Period.parse(period).text
        if period in found:
            raise ConfigurationError(_("Two grids describe one time."), where=option, got=period)
        found[period] = Path(path)
    return found


def _known_nodata(nodata: str) -> str:
    if nodata not in ("missing", "zero"):
        raise ConfigurationError(_("This is not a meaning of cells without data."), where="--nodata",
                                 expected="missing, zero", got=nodata)
    return nodata


class _Shown:
    """Shows how many centres are done on a terminal; silent where output goes elsewhere."""

    def __init__(self, as_json: bool) -> None:
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
                             TimeElapsedColumn(), console=Console(stderr=True), transient=True,
                             disable=as_json or not sys.stderr.isatty())
        self._task = self._bar.add_task(_("delineating"), total=None)

    def __enter__(self) -> "_Shown":
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def __call__(self, code: str, done: int, of: int) -> None:
        self._bar.update(self._task, description=code, completed=done, total=of)


def _print(outcome: Any, *, as_json: bool) -> None:
    """Say how many centres there are, what became of them, and where they are."""
    counts = {status: outcome.count(status) for status in ("written", "kept", "failed")}
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "time_period": outcome.time_period,
                               "centres": len(outcome.results), **counts, "unmatched_names": list(outcome.unmatched),
                               "results": [asdict(result) for result in outcome.results]}, ensure_ascii=False))
        return
    typer.echo(_("{count} urban centres of {period}: {written} packages written, {kept} unchanged, {failed} failed.")
               .format(count=len(outcome.results), period=outcome.time_period, **counts))
    for result in outcome.results:
        if result.status == "failed":
            typer.echo(_("  {code} failed: {error}").format(code=result.code, error=result.error))
    if outcome.unmatched:
        typer.echo(_("Names of centres that were not found: {codes}").format(codes=", ".join(outcome.unmatched)))
    typer.echo(str(outcome.folder.resolve()))
