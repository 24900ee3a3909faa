"""Commands for surveys of households: checked, taken into the vault, and estimated from it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ekistics.cli.vault import Actor, Heads, KeyFile, actor_name, opened
from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _

__all__ = ["households"]

households = typer.Typer(no_args_is_help=True, help="Take a survey of households into the vault, and publish what it "
                                                    "says about a city or country.")
SurveyFile = Annotated[Path, typer.Argument(help="A survey.toml, or the folder that holds it.")]
VaultFile = Annotated[Path, typer.Option("--vault", help="The vault.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


@households.command()
def init(folder: Annotated[Path, typer.Argument(help="Folder for the survey; made when it is not there.")]) -> None:
    """Write a commented survey.toml to fill in."""
    from ekistics.jobs.households import survey_template

    path = folder / "survey.toml"
    if path.exists():
        raise InputFormatError(_("There is a survey.toml already."), where=path,
                               hint=_("Edit it, or name another folder."))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(survey_template(), encoding="utf-8")
    typer.echo(_("Wrote {path}. Fill in what you have, then: ekistics households check {path}").format(path=path))


@households.command()
def check(survey: SurveyFile, as_json: Json = False) -> None:
    """Hold the mapping against the files, their labels, the form and the codebook; exit code 1 when they disagree."""
    from ekistics.jobs.households import check as run

    problems = run(survey)
    if as_json:
        typer.echo(json.dumps({"ok": not problems, "problems": [
            {"code": p.code, "where": p.where, "message": p.message, "hint": p.hint} for p in problems]},
            ensure_ascii=False))
    else:
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(_("{count} problems.").format(count=len(problems)) if problems else
                   _("The mapping fits the survey."))
    if problems:
        raise typer.Exit(1)


@households.command("import")
def import_survey(survey: SurveyFile, vault: VaultFile, key_file: KeyFile = None, heads: Heads = None,
                  actor: Actor = None, as_json: Json = False) -> None:
    """Take a survey into the vault, in standard variables; all of it or nothing."""
    from ekistics.jobs.households import import_survey as run

    with opened(vault, key_file, heads, actor=actor) as found:
        outcome = run(survey, found, actor=actor_name(actor))
    if as_json:
        typer.echo(json.dumps({"code": outcome.code, "households": outcome.households, "persons": outcome.persons,
                               "without_people": outcome.without_people, "variables": len(outcome.reports)}))
        return
    typer.echo(_("{code}: {households} households and {persons} people are in the vault.").format(
        code=outcome.code, households=outcome.households, persons=outcome.persons))
    if outcome.without_people:
        typer.echo(_("{count} households have nobody in the list of people: shares of people leave them out.").format(
            count=outcome.without_people))
    for report in outcome.reports:
        typer.echo(_("  {name}: {known} known, {said} answered without an answer, {absent} absent").format(
            name=report.standard, known=report.known, said=report.user_missing, absent=report.absent))


@households.command()
def estimate(survey: SurveyFile, vault: VaultFile,
             out: Annotated[Path, typer.Option("--out", help="Folder for the profile package.")],
             key_file: KeyFile = None, heads: Heads = None, actor: Actor = None, as_json: Json = False) -> None:
    """Estimate indicators from the vault, control disclosure, and write a profile package."""
    from ekistics.jobs.households import estimate as run

    with opened(vault, key_file, heads, actor=actor) as found:
        outcome = run(survey, found, out=out, actor=actor_name(actor))
    told: dict[str, Any] = outcome.document["withheld"]
    if as_json:
        typer.echo(json.dumps({"folder": str(outcome.folder), "run": outcome.package.run.id,
                               "other_strata": outcome.other_strata, **told}))
        return
    typer.echo(_("{place}: {published} values of {cells}; {absent} could not be computed, {publication} tell too "
                 "little, {disclosure} are withheld to protect people.").format(
        place=outcome.package.place.name, **told))
    for code in outcome.other_strata:
        typer.echo(_("{code}: Its strata are others than those of this round.").format(code=code))
    typer.echo(str(outcome.folder.resolve()))
