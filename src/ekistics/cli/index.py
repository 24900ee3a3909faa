"""Commands for indices of cities: built, explained, and told what their ranks are worth."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ekistics.cli.tables import show
from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import LANGUAGES, _

__all__ = ["index"]

index = typer.Typer(no_args_is_help=True, help="Build an index of cities, explain a city's score, and say what the "
                                               "ranks are worth.")
IndexName = Annotated[str, typer.Argument(metavar="INDEX", help="Code of an index that comes with the program, such as "
                                                                "city_prosperity, or a file that defines one.")]
Package = Annotated[Path, typer.Argument(help="Folder of an index package.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]
_SHOWN = 20  # cities in the table on the screen


def _require_language(code: str) -> None:
    if code not in LANGUAGES:
        raise UnknownNameError.among(code, LANGUAGES, what=_("language"), where="--language")


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
    from ekistics.jobs.index.checks import slips

    _require_language(language)
    outcome = build_index(name, values, out, country=country, time_period=time_period, use_near=near,
                          language=language)
    results, ignored, warnings = outcome.results, outcome.built.values.ignored, slips(outcome.built)
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "run": outcome.package.run.id,
                               "cities": len(results["units"]), "ranked": results["ranked"],
                               "ignored_columns": list(ignored), "replicates_lost": outcome.lost,
                               "restricted": outcome.built.values.restricted,
                               "warnings": [{"code": each.code, "title": each.title, "count": int(each.value or 0),
                                             "note": each.note} for each in warnings],
                               "units": [{key: unit[key] for key in ("code", "score", "rank", "known")}
                                         for unit in results["units"]]}, ensure_ascii=False))
        return
    _show_cities(results)
    if ignored:
        typer.echo(_("Columns that no item of the index is filled from: {names}").format(names=", ".join(ignored)))
    if outcome.built.values.restricted:
        typer.echo(_("Values that may not be published, and were left out: {count}").format(
            count=outcome.built.values.restricted))
    for each in warnings:
        typer.echo(_("Warning: {title}, {count}: {note}.").format(title=each.title, count=f"{each.value:.0f}",
                                                                  note=each.note))
    typer.echo(_("{ranked} of {cities} cities have a score.").format(ranked=results["ranked"],
                                                                     cities=len(results["units"])))
    if outcome.lost:
        typer.echo(_("The package that was here is replaced, and its {count} replicates with it. Try the ranks again: "
                     "{command}").format(count=outcome.lost, command=f"ekistics index uncertainty {out}"))
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
    show(table)
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
    for number, title in enumerate((_("item"), _("unit"), _("benchmark"), _("filled by"))):
        table.add_column(title, overflow="fold", no_wrap=not number)  # a code that is broken cannot be copied
    for row in rows:
        table.add_row(row["code"], row["unit"], row["status"], ", ".join(row["filled_by"]))
    show(table)


@index.command()
def explain(package: Package,
            city: Annotated[str, typer.Argument(help="Code or name of the city.")],
            against: Annotated[str, typer.Option(help="Code or name of a city that it is held against; the middle of "
                                                      "all when not given.")] = "",
            language: Annotated[str, typer.Option(help="Language of the sentences (code).")] = "en",
            as_json: Json = False) -> None:
    """Say in sentences what makes a city's score, what it lacks, and what it would take to move up."""
    from ekistics.jobs.index import explain_city

    _require_language(language)
    story = explain_city(package, city, against=against, language=language)
    if as_json:
        typer.echo(json.dumps({"code": story.code, "name": story.name, "sentences": story.sentences,
                               "unit": story.unit, "parts": story.parts}, ensure_ascii=False))
        return
    for sentence in story.sentences:
        typer.echo(f"{sentence}\n")


@index.command()
def uncertainty(package: Package,
                replicates: Annotated[int, typer.Option(min=1, help="How often the index is built again.")] = 1000,
                seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same draws.")] = 1,
                weights: Annotated[float, typer.Option(min=0.0, max=0.99, help="Each weight is multiplied by a number "
                                                       "between 1 less this and 1 more this.")] = 0.25,
                sobol: Annotated[int | None, typer.Option(min=0, metavar="ROWS", help="Rows of the design that tells "
                                                          "which input moves all ranks, a power of two; 0 leaves it "
                                                          "out, and the size of the index decides when not "
                                                          "given.")] = None,
                language: Annotated[str, typer.Option(help="Language of the package (code).")] = "en",
                as_json: Json = False) -> None:
    """Say what the ranks of an index are worth: build it again under all that is uncertain, and keep the intervals."""
    from ekistics.jobs.index import Uncertainty, try_ranks

    _require_language(language)
    with _Shown(as_json) as shown:
        outcome = try_ranks(package, Uncertainty(replicates, seed, weights, sobol), language=language, progress=shown)
    results = outcome.results
    told = results["uncertainty"]
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "run": outcome.package.run.id, **told},
                              ensure_ascii=False))
        return
    _show_ranks(results)
    decisive = _show_worth(results)
    typer.echo("\n" + _("{count} replicates; a rank moves by {shift} places on average. Uncertain: {inputs}.").format(
        count=told["replicates"], shift=f"{told['mean_rank_shift']:.1f}",
        inputs=", ".join(each.get("of", each["kind"]) for each in told["inputs"])))
    if decisive:
        typer.echo(decisive)
    typer.echo(str(outcome.folder.resolve()))


def _show_ranks(results: dict[str, Any]) -> None:
    """Show the first cities by rank, with the interval of the rank and the chances of the first places."""
    told = results["uncertainty"]["units"]
    units = sorted((unit for unit in results["units"] if unit["rank"] is not None), key=lambda unit: unit["rank"])
    table = Table(box=None, pad_edge=False)
    tops = list(told[units[0]["code"]]["top"]) if units else []
    for title in (_("rank"), _("city"), _("9 in 10 replicates"), *(_("among the first {k}").format(k=k) for k in tops)):
        table.add_column(title, justify="left" if title == _("city") else "right", overflow="fold")
    for unit in units[:_SHOWN]:
        found = told[unit["code"]]
        low, high = found["rank"]
        table.add_row(f"{unit['rank']:.0f}", unit["name"], f"{low:.0f} - {high:.0f}",
                      *(f"{100 * found['top'][k]:.0f} %" for k in tops))
    show(table)


def _show_worth(results: dict[str, Any]) -> str:
    """Show what moves ranks: single choices by city, parts left out, inputs; give the sentence on what matters most."""
    from ekistics.publish.index_worth import IndexWorth

    worth, names = IndexWorth.of(results), {unit["code"]: unit["name"] for unit in results["units"]}
    for title, heads, rows in (
            (_("What moves each city most"), (_("Rank"), _("City"), _("Single choice"), _("Place then")),
             worth.city_rows(names)[:_SHOWN]),
            (_("If one part is left out"), (_("Part"), _("Mean change of place"), _("Largest change"), _("City")),
             worth.part_rows(names)),
            (_("What moves the ranks of all cities, %"), (_("What is uncertain"), _("Alone"), _("With the rest")),
             worth.input_rows())):
        if rows:
            table = Table(*heads, title=title, title_justify="left", box=None, pad_edge=False)
            for row in rows:
                table.add_row(*row)
            show("", table)
    if note := worth.shares_note():
        typer.echo(note)
    return worth.decisive()


class _Shown:
    """Shows how often the index was built again on a terminal; silent where output goes elsewhere."""

    def __init__(self, as_json: bool) -> None:
        self._bar = Progress(TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(),
                             TimeElapsedColumn(), console=Console(stderr=True), transient=True,
                             disable=as_json or not sys.stderr.isatty())
        self._task = self._bar.add_task(_("builds"), total=None)

    def __enter__(self) -> "_Shown":
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def __call__(self, done: int, of: int) -> None:
        self._bar.update(self._task, completed=done, total=of)
