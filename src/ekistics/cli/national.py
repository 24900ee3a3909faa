"""The command that makes national values of a sample of cities."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ekistics.cli.tables import show
from ekistics.core.i18n import _
from ekistics.core.reasons import reason_text


def national(
        design: Annotated[Path, typer.Argument(help="The design.toml of the national values.")],
        out: Annotated[Path, typer.Option("--out", help="Folder for the package of the country.")],
        as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Estimate national values from a sample of cities, with their errors, and write a package of the country."""
    from ekistics.jobs.national import national as run

    outcome = run(design, out)
    rows, parts = outcome.document["comparison"], outcome.document.get("domains", {"rows": []})["rows"]
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "run": outcome.package.run.id, "values": rows,
                               "parts": parts}, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False)
    for title in (_("indicator"), _("value"), _("standard error"), _("interval"), _("plain mean"), _("volunteers")):
        left = title == _("indicator")
        table.add_column(title, justify="left" if left else "right", overflow="fold",
                         no_wrap=title == _("interval"))  # its two ends belong together
    for row in rows:
        table.add_row(row["title"], *(_text(row[name]) for name in ("value", "se")),
                      f"{_text(row['lci'])} - {_text(row['uci'])}",
                      *(_text(row[name]) for name in ("unweighted_mean", "volunteers")))
        for part in (each for each in parts if _whole(each) == _whole(row)):
            found = part["value"] is not None
            table.add_row(f"  {part['group']}", _text(part["value"]) if found else reason_text(part["reason"]),
                          _text(part["se"]), f"{_text(part['lci'])} - {_text(part['uci'])}" if found else "", "", "")
    show(table)
    typer.echo(str(outcome.folder.resolve()))


def _whole(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("indicator", "series", "variant", "time_period"))


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
