"""Commands for indices of cities: built, explained, and told what their ranks are worth."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ekistics.core.i18n import _

__all__ = ["index"]

index = typer.Typer(no_args_is_help=True, help="Build an index of cities, explain a city's score, and say what the "
                                               "ranks are worth.")
IndexName = Annotated[str, typer.Argument(metavar="INDEX", help="Code of an index that comes with the program, such as "
                                                                "city_prosperity, or a file that defines one.")]
Package = Annotated[Path, typer.Argument(help="Folder of an index package.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
_SHOWN = 20  # cities in the table on the screen


@index.command()
def build(name: IndexName,
          values: Annotated[Path, typer.Option(help="Folder of packages, table of observations, or a CSV with a row a "
                                                    "city and a column an item.")],
          out: Annotated[Path, typer.Option("--out", help="Folder for the index package.")],
          country: Annotated[str, typer.Option(help="ISO 3166-1 alpha-3 code of cities of a table that does not say "
                                                    "it.")] = "",
          time_period: Annotated[str, typer.Option(help="Time of values that do not say theirs.")] = "",
          near: Annotated[bool | None, typer.Option(help="Whether an indicator that is only near an item fills it; as "
                                                         "the definition says when not given.")] = None,
          language: Annotated[str, typer.Option(help="Language of the package (code).")] = "en",
          as_json: Json = False) -> None:
    """Score and rank cities by an index, and write a package that explains itself."""
    from ekistics.jobs.index import build_index

    outcome = build_index(name, values, out, country=country, time_period=time_period, use_near=near,
                          language=language)
    results, ignored = outcome.results, outcome.built.values.ignored
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "run": outcome.package.run.id,
                               "cities": len(results["units"]), "ranked": results["ranked"],
                               "ignored_columns": list(ignored),
                               "units": [{key: unit[key] for key in ("code", "score", "rank", "known")}
                                         for unit in results["units"]]}, ensure_ascii=False))
        return
    _show_cities(results)
    if ignored:
        typer.echo(_("Columns that no item of the index is filled from: {names}").format(names=", ".join(ignored)))
    typer.echo(_("{ranked} of {cities} cities have a score.").format(ranked=results["ranked"],
                                                                     cities=len(results["units"])))
    typer.echo(str(outcome.folder.resolve()))


def _show_cities(results: dict[str, Any]) -> None:
    """Show the first cities: those with a score by rank, then those without, with what is known of them."""
    units = sorted(results["units"], key=lambda unit: (unit["rank"] or float("inf"), -unit["known"], unit["code"]))
    table = Table(box=None, pad_edge=False)
    for title, left in ((_("rank"), False), (_("city"), True), (_("score"), False), (_("known"), False)):
        table.add_column(title, justify="left" if left else "right", overflow="fold")
    for unit in units[:_SHOWN]:
        table.add_row("" if unit["rank"] is None else f"{unit['rank']:.0f}", unit["name"],
                      _("incomplete") if unit["score"] is None else f"{unit['score']:.1f}",
                      _("{known} of {items}").format(known=unit["known"], items=len(results["items"])))
    Console().print(table)
    if len(units) > _SHOWN:
        typer.echo(_("... and {count} more, in results.json.").format(count=len(units) - _SHOWN))


@index.command()
def items(name: IndexName, as_json: Json = False) -> None:
    """List the items of an index: unit, what fills each, and which benchmarks are doubtful."""
    from ekistics.jobs.index import load_definition

    definition = load_definition(name).index
    rows = [{"code": item.code, "title": item.title, "parent": item.parent, "unit": item.unit, "status": item.status,
             "note": item.note, "filled_by": [f"{s.indicator}/{s.series}/{s.variant} ({s.fit})"
                                              for s in item.filled_by]} for item in definition.items]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for title in (_("item"), _("unit"), _("benchmark"), _("filled by")):
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(row["code"], row["unit"], row["status"], ", ".join(row["filled_by"]))
    Console().print(table)
