"""The command that classifies grids and territorial units by the Degree of Urbanisation."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ekistics.cli.tables import show
from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import N_, _

STEP_TITLES = {"classify": N_("reading and classifying"), "clusters": N_("clusters"), "edges": N_("edges and gaps"),
               "units": N_("territorial units"), "level 1": N_("writing level 1"), "level 2": N_("writing level 2"),
               "centres": N_("urban centres"), "done": N_("done")}


def delineate(
        population: Annotated[Path | None, typer.Option(help="GeoTIFF of people per cell.")] = None,
        built_up: Annotated[Path | None, typer.Option(help="GeoTIFF of built-up square metres per cell.")] = None,
        land: Annotated[Path | None, typer.Option(help="GeoTIFF of permanent land, square metres per cell.")] = None,
        level: Annotated[int, typer.Option(min=1, max=2, help="Level of --out and --compare.")] = 2,
        out: Annotated[Path | None, typer.Option(help="GeoTIFF of classes to write.")] = None,
        settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE",
                                                           help="Set a parameter; repeat for more.")] = None,
        preset: Annotated[str, typer.Option(help="Set of rules to start from.")] = "r2023a",
        units: Annotated[Path | None, typer.Option(help="Polygons of territorial units to classify.")] = None,
        units_out: Annotated[Path | None, typer.Option(help="CSV of the units' classes to write.")] = None,
        units_id: Annotated[str, typer.Option(help="Column with the units' codes.")] = "",
        units_method: Annotated[str, typer.Option(help="lattice (official, 50 m) or exact.")] = "lattice",
        centres: Annotated[Path | None, typer.Option(help="GeoPackage of urban centres to write.")] = None,
        crop: Annotated[int, typer.Option(min=0, help="Cells of a buffer to cut off after classifying.")] = 0,
        compare: Annotated[Path | None, typer.Option(
            metavar="REFERENCE", help="Compare cell by cell with a raster; exit code 1 when any cell differs.")] = None,
        list_parameters: Annotated[bool, typer.Option("--list-parameters", help="List parameters and stop.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Classify a grid by the Degree of Urbanisation, and territorial units with it."""
    from ekistics.geo.degurba import DegurbaParameters
    from ekistics.jobs import delineate as job
    from ekistics.jobs.compare_classes import compare as compare_classes

    rules = DegurbaParameters.from_settings(settings or [], preset=preset)
    if list_parameters:
        _show_parameters(rules, as_json=as_json)
        return
    inputs = _inputs(population, built_up, land)
    if bool(units) != bool(units_out):
        raise ConfigurationError(_("--units and --units-out belong together."), where="--units")
    if not (out or units_out or centres or compare):
        raise ConfigurationError(_("Nothing to write or compare was asked for."),
                                 expected="--out, --units-out, --centres, --compare")
    outputs = job.Outputs({level: out} if out else {}, units_out, centres)
    asked = job.Units(units, units_id, method=units_method) if units else None
    with _Shown(as_json) as shown:
        result = job.run(*inputs, outputs=outputs, parameters=rules, units=asked, crop=crop, progress=shown)
    compared = compare_classes(result, compare, level) if compare else None
    _print(_report(result, level, compared), compared, as_json=as_json)
    if compared and compared.differ:
        raise typer.Exit(1)


def _inputs(population: Path | None, built_up: Path | None, land: Path | None) -> tuple[Path, Path, Path]:
    given = {"--population": population, "--built-up": built_up, "--land": land}
    absent = [name for name, path in given.items() if path is None]
    if population is None or built_up is None or land is None:
        raise ConfigurationError(_("An input is not named."), expected=", ".join(absent))
    return population, built_up, land


class _Shown:
    """Shows the steps on a terminal; silent where output goes elsewhere."""

    def __init__(self, as_json: bool) -> None:
        self._bar = Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24),
                             TimeElapsedColumn(), console=Console(stderr=True), transient=True,
                             disable=as_json or not sys.stderr.isatty())
        self._task = self._bar.add_task("", total=1.0)

    def __enter__(self) -> "_Shown":
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def __call__(self, step: str, share: float) -> None:
        self._bar.update(self._task, description=_(STEP_TITLES.get(step, step)), completed=share)


def _report(result: Any, level: int, compared: Any) -> dict[str, Any]:
    """Give what was found as plain values."""
    found = result.classification
    report: dict[str, Any] = {
        "level": level, "cells": found.counts(level, crop=result.crop), "centres": len(found.centres),
        "centre_population": float(found.centres.population.sum()), "engine": found.engine,
        "built_up_threshold": found.parameters.centre_built_up, "run": result.run.id}
    if result.units is not None:
        report["units"] = {column.removesuffix("_class"): {str(k): int(v) for k, v in
                                                           result.units[column].value_counts().sort_index(
                                                               ascending=False).items()}
                           for column in result.units.columns if column.endswith("_class")}
    if compared is not None:
        report["compared"] = {"cells": compared.cells, "differ": compared.differ, "pairs": list(compared.pairs)}
    return report


def _print(report: dict[str, Any], compared: Any, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    from ekistics.geo.degurba import NAMES

    table = Table(box=None, pad_edge=False)
    for title in (_("class"), _("name"), _("cells")):
        table.add_column(title, justify="left" if title == _("name") else "right")
    for code, cells in report["cells"].items():
        table.add_row(str(code), _(NAMES[code]), f"{cells:,}")
    show(table)
    typer.echo(_("{count} urban centres with {people} people").format(
        count=report["centres"], people=f"{report['centre_population']:,.0f}"))
    for rules, counts in report.get("units", {}).items():
        typer.echo(_("units, {rules}: {counts}").format(
            rules=rules, counts=", ".join(f"{code}: {count}" for code, count in counts.items())))
    if compared is not None:
        typer.echo(_("{differ} of {cells} cells differ").format(differ=compared.differ, cells=compared.cells))
        for reference, ours, cells in compared.pairs[:10]:
            typer.echo(_("  {reference} in the reference, {ours} here: {cells}").format(
                reference=reference, ours=ours, cells=cells))


def _show_parameters(rules: Any, *, as_json: bool) -> None:
    from ekistics.geo.degurba import PRESETS, list_parameters

    listed = list_parameters(rules)
    if as_json:
        typer.echo(json.dumps([{"name": p.name, "value": p.default, "unit": p.unit, "allowed": p.allowed,
                                "help": p.help} for p in listed], ensure_ascii=False))
        return
    for p in listed:
        typer.echo(f"{p.name} = {p.default}" + (f"  [{p.unit}]" if p.unit else ""))
        typer.echo(f"    {p.help} ({p.allowed})")
    typer.echo(_("Presets: {names}").format(names=", ".join(PRESETS)))
