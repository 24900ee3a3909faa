"""The command that draws a national sample of cities."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _


def sample(
        design: Annotated[Path | None, typer.Argument(help="The design.toml of the sample.")] = None,
        out: Annotated[Path | None, typer.Option("--out", help="Folder of the sample.")] = None,
        commit: Annotated[bool, typer.Option("--commit", help="Commit a seed: publish its digest, then draw.")] = False,
        public_value: Annotated[str, typer.Option(help="The public value that the design promises.")] = "",
        replace: Annotated[str, typer.Option(metavar="CODE", help="Replace a city that cannot take part.")] = "",
        reason: Annotated[str, typer.Option(help="Why it is replaced: no-data, no-access, no-consent, not-a-city, "
                                                 "merged or other.")] = "",
        note: Annotated[str, typer.Option(help="A word of explanation for the log of replacements.")] = "",
        verify: Annotated[bool, typer.Option("--verify", help="Draw again from the published seed.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Draw a national sample of cities: commit a seed, draw, replace a city, or verify a draw."""
    if out is None:
        raise ConfigurationError(_("The folder of the sample is not given."), where="--out")
    if verify:
        _verify(out, as_json=as_json)
    elif replace:
        _replace(out, replace, (reason, note), as_json=as_json)
    elif design is None:
        raise ConfigurationError(_("The design is not given."), where="sample", expected="design.toml")
    elif commit:
        _commit(design, out, as_json=as_json)
    else:
        _draw(design, out, public_value, as_json=as_json)


def _commit(design: Path, out: Path, *, as_json: bool) -> None:
    from ekistics.jobs.sample_cities.commit import COMMITMENT, commit_seed, seed_file

    made = commit_seed(design, out)
    if as_json:
        typer.echo(json.dumps({"commitment": made.commitment, "frame_sha256": made.frame_sha256,
                               "committed": made.committed, "seed_file": str(seed_file(out))}))
        return
    typer.echo(_("Committed {digest}").format(digest=made.commitment))
    typer.echo(_("Publish {path}, and keep {seed} to yourself until the draw.").format(
        path=out / COMMITMENT, seed=seed_file(out).name))


def _draw(design: Path, out: Path, public_value: str, *, as_json: bool) -> None:
    from ekistics.jobs.sample_cities import draw_sample

    document = draw_sample(design, out, public_value=public_value).document
    if as_json:
        typer.echo(json.dumps({"folder": str(out), "cities": [city["code"] for city in document["cities"]]}))
        return
    drawn, certain = len(document["cities"]), sum(city["certainty"] for city in document["cities"])
    typer.echo(_("{drawn} of {all} cities drawn, {certain} of them certain.").format(
        drawn=drawn, all=document["frame"]["cities"], certain=certain))
    for row in document["design"]["strata"]:
        typer.echo(f"  {row['title']}: {row['sample']} / {row['frame']}")
    typer.echo(str(out.resolve()))


def _replace(out: Path, code: str, why: tuple[str, str], *, as_json: bool) -> None:
    from ekistics.jobs.sample_cities import replace_city

    entry = replace_city(out, code, reason=why[0], note=why[1])
    if as_json:
        typer.echo(json.dumps(entry, ensure_ascii=False))
    elif entry["in"] is None:
        typer.echo(_("{code} leaves the sample, and no city can stand in for it.").format(code=code))
    else:
        typer.echo(_("{new} stands in for {code}.").format(new=entry["in"], code=code))


def _verify(out: Path, *, as_json: bool) -> None:
    from ekistics.jobs.sample_cities import verify_sample

    found: list[Any] = verify_sample(out)
    if as_json:
        typer.echo(json.dumps({"ok": not found, "problems": found}, ensure_ascii=False))
    else:
        typer.echo("\n".join(found) or _("The published seed draws the published cities."))
    if found:
        raise typer.Exit(1)
