"""Commands of the main job: init, validate, profile."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ekistics.cli.tables import show
from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import N_, _

STAGE_TITLES = {
    "outline": N_("boundary"), "delineation": N_("Degree of Urbanisation"), "areas": N_("areas"),
    "totals": N_("sums by area"), "cells": N_("classes by area"), "air": N_("fine particles"),
    "people": N_("where people are"), "streets": N_("streets"), "open_space": N_("open space"),
    "stops": N_("timetables"), "street_land": N_("street land"), "access": N_("walking distances"),
    "completeness": N_("completeness of the map"),
    "profile.html": N_("page"), "profile.pdf": N_("PDF"),
}
SHOWN_CHANGES = 20


def init(folder: Annotated[Path, typer.Argument(help="Folder for the city; made when it is not there.")],
         as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Write a commented city.toml to fill in."""
    from ekistics.jobs.city_config import city_template

    path = folder / "city.toml"
    if path.exists():
        raise InputFormatError(_("There is a city.toml already."), where=path,
                               hint=_("Edit it, or name another folder."))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(city_template(), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"written": str(path)}))
    else:
        typer.echo(_("Wrote {path}. Fill in what you have, then: ekistics validate {path}").format(path=path))


def validate(city: Annotated[Path, typer.Argument(help="A city.toml, or the folder that holds it.")],
             as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Check a city.toml and look into each of its files."""
    from ekistics.jobs.profile import validate as run

    reports = run(city)
    failed = any(r.error for r in reports)
    if as_json:
        typer.echo(json.dumps({"ok": not failed, "inputs": [
            {"role": r.role, "path": r.path, "found": r.found, "error": r.error.as_dict() if r.error else None}
            for r in reports]}, ensure_ascii=False))
    else:
        table = Table(box=None, pad_edge=False)
        for title in (_("input"), _("file"), _("found")):
            table.add_column(title, overflow="fold")
        for r in reports:
            table.add_row(r.role, Path(r.path).name, str(r.error) if r.error else r.found)
        show(table)
        typer.echo(_("Some inputs cannot be used.") if failed else _("All inputs can be used."))
    if failed:
        raise typer.Exit(1)


def profile(city: Annotated[Path, typer.Argument(help="A city.toml, or the folder that holds it.")],
            out: Annotated[Path, typer.Option("--out", help="Folder for the profile package.")],
            documents: Annotated[bool, typer.Option(help="Make profile.html and profile.pdf.")] = True,
            index: Annotated[list[Path] | None, typer.Option(
                help="Folder of an index package that holds the city: page and PDF say what it says; repeat for "
                     "more.")] = None,
            as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Profile a city: compute every indicator and write the package with its page and PDF."""
    from ekistics.jobs.profile import profile as run

    if as_json:
        outcome = run(city, out=out, documents=documents, indices=index or ())
        typer.echo(json.dumps(_outcome_json(outcome), ensure_ascii=False))
        return
    console = Console(stderr=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn(),
                  console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        outcome = run(city, out=out, documents=documents, indices=index or (), on_event=_Shown(bar, console))
    _print_outcome(outcome)


class _Shown:
    """Shows stages as they go: a bar on a terminal, one line a stage everywhere."""

    def __init__(self, bar: Progress, console: Console) -> None:
        self._bar = bar
        self._console = console
        self._task = bar.add_task("", total=len(STAGE_TITLES))

    def __call__(self, event: Any) -> None:
        title = _(STAGE_TITLES.get(event.stage, event.stage))
        if event.what == "started":
            self._bar.update(self._task, description=title)
            return
        self._bar.advance(self._task)
        done = _("reused") if event.what == "reused" else _("{seconds} s").format(seconds=f"{event.seconds:.2f}")
        self._console.print(f"  {title:<28} {done}", highlight=False)


def _print_outcome(outcome: Any) -> None:
    """Say where the profile is, what is in it, and what changed since the package before."""
    values = outcome.package.observations
    absent = int(values["obs_value"].isna().sum())
    typer.echo(_("{place}: {count} values, {absent} not computed (each says why).").format(
        place=outcome.package.place.name, count=len(values) - absent, absent=absent))
    if not outcome.first:
        if outcome.changes:
            typer.echo(_("{count} values changed since the package before, because:")
                       .format(count=len(outcome.changes)))
            for cause in outcome.causes or (_("the package before was made otherwise"),):
                typer.echo(f"  {cause}")
            for c in outcome.changes[:SHOWN_CHANGES]:
                name = " ".join(part for part in (c.indicator, c.series, c.variant, c.ref_area, c.time_period) if part)
                typer.echo(f"  {name}: {c.old:g} -> {c.new:g}")
            if len(outcome.changes) > SHOWN_CHANGES:
                typer.echo(_("  and {count} more").format(count=len(outcome.changes) - SHOWN_CHANGES))
        else:
            typer.echo(_("No value changed since the package before."))
    for name in ("profile.html", "profile.pdf"):
        if (outcome.folder / name).exists():
            typer.echo(str((outcome.folder / name).resolve()))
    if not (outcome.folder / "profile.html").exists():
        typer.echo(str(outcome.folder.resolve()))


def _outcome_json(outcome: Any) -> dict[str, Any]:
    values = outcome.package.observations
    return {"folder": str(outcome.folder), "run": outcome.package.run.id, "observations": len(values),
            "absent": int(values["obs_value"].isna().sum()), "first": outcome.first,
            "causes": list(outcome.causes), "changes": [
                {"indicator": c.indicator, "series": c.series, "variant": c.variant, "ref_area": c.ref_area,
                 "time_period": c.time_period, "old": _number(c.old), "new": _number(c.new)} for c in outcome.changes]}


def _number(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 - NaN is the number that differs from itself
