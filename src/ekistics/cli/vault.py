"""Commands of the vault: people's records are kept, listed, logged, verified and erased here, and never exported."""

import getpass
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ekistics.core.errors import (
    ConfigurationError,
    MissingInputError,
    VaultDamagedError,
    VaultError,
    VaultKeyError,
    VaultOlderError,
)
from ekistics.core.i18n import _, joined
from ekistics.core.settings import Settings

if TYPE_CHECKING:
    from ekistics.vault import Erasure, Vault, VaultKey

__all__ = ["Actor", "File", "Heads", "KeyFile", "key_from", "opened", "vault"]

vault = typer.Typer(no_args_is_help=True, help="Keep people's records: encrypted, every reading logged, erasable. Only "
                                               "aggregates leave them, through disclosure control.")
File = Annotated[Path, typer.Argument(help="The vault.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="Its key file; EKISTICS_VAULT_KEY_FILE where it is "
                                                                 "not given; a passphrase is asked for where there is "
                                                                 "neither.")]
Heads = Annotated[Path | None, typer.Option("--heads", help="Folder that remembers the newest state of the vault, so "
                                                            "that an older copy is found; EKISTICS_VAULT_HEADS, or "
                                                            "that of the key file, where it is not given.")]
Actor = Annotated[str | None, typer.Option("--actor", help="Who you are, for the log; your name on this machine where "
                                                           "it is not given.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, for the log; without any id.")]
Json = Annotated[bool, typer.Option("--json", help="Print for machines.")]


class What(StrEnum):
    """What can be erased."""

    person = "person"
    household = "household"
    survey = "survey"


def key_from(key_file: Path | None, heads: Path | None = None, *, new: bool = False) -> "VaultKey":
    """Take the key from a file or from a prompt; there is no default, and a passphrase is never an argument.

    Parameters
    ----------
    key_file : pathlib.Path, optional
        The key file, where one is named.
    heads : pathlib.Path, optional
        Folder that remembers the newest state.
    new : bool
        Whether the key is a new one: a passphrase is then asked twice.

    Returns
    -------
    VaultKey
        The key.

    Raises
    ------
    VaultKeyError
        There is neither a file nor a terminal to ask at.
    """
    from ekistics.vault import VaultKey

    settings = Settings.from_environment()
    heads = heads or (Path(settings.vault_heads) if settings.vault_heads else None)
    if key_file is None and settings.vault_key_file and not new:
        key_file = Path(settings.vault_key_file)
    if key_file is not None:
        return VaultKey.from_file(key_file, heads=heads)
    if not sys.stdin.isatty():
        raise VaultKeyError(_("There is neither a key file nor a terminal to ask for a passphrase at."),
                            expected="--key-file FILE | EKISTICS_VAULT_KEY_FILE")
    text = getpass.getpass(_("New passphrase: ") if new else _("Passphrase: "))
    if new and getpass.getpass(_("Again: ")) != text:
        raise VaultKeyError(_("The two passphrases differ."))
    return VaultKey.from_passphrase(text, heads=heads)


@contextmanager
def opened(file: Path, key_file: Path | None, heads: Path | None, *, actor: str | None = None,
           accept_older: bool = False) -> "Iterator[Vault]":
    """Open a vault for a command; whatever fails is told without values of people.

    Parameters
    ----------
    file : pathlib.Path
        The vault.
    key_file, heads : pathlib.Path, optional
        As for :func:`key_from`.
    actor : str, optional
        Who acts.
    accept_older : bool
        Whether an older copy counts from now on.

    Yields
    ------
    Vault
        The open vault.
    """
    from ekistics.vault import Vault
    from ekistics.vault.guard import without_values

    _require_outside_site(file)
    if not file.is_file():  # before a passphrase is asked for
        raise MissingInputError(_("There is no vault here."), where=file, hint=_("'ekistics vault create' makes one."))
    key = key_from(key_file, heads)
    with without_values(), Vault.open(file, key, accept_older=accept_older, actor=actor_name(actor)) as found:
        yield found


def actor_name(actor: str | None) -> str:
    """Give who acts: as named, or the name on this machine; a container may know its user by number only."""
    if actor:
        return actor
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _require_outside_site(file: Path) -> None:
    """Refuse a vault in the folder of a site, wherever it is made or used: it may have been moved there."""
    if file.resolve().is_relative_to(Path(Settings.from_environment().home).resolve()):
        raise ConfigurationError(_("A vault does not lie in the folder of a site."), where=file,
                                 hint=_("The site's backups and its web server have nothing to do with it. Take "
                                        "another folder."))


@vault.command("key")
def make_key(file: Annotated[Path, typer.Argument(help="Where the key is written; nothing may be there.")]) -> None:
    """Make a key file for a vault."""
    from ekistics.vault import make_key_file

    make_key_file(file)
    typer.echo(_("{file} is the key. Keep a copy of it in another place: without it nobody can open the vault, and "
                 "who has both can read everything.").format(file=file))


@vault.command()
def create(file: Annotated[Path, typer.Argument(help="The vault; nothing may be there.")], key_file: KeyFile = None,
           heads: Heads = None, actor: Actor = None) -> None:
    """Make an empty vault, outside the folder of the site."""
    from ekistics.vault import Vault

    _require_outside_site(file)
    settings = Settings.from_environment()
    named = key_file or (Path(settings.vault_key_file) if settings.vault_key_file else None)
    with Vault.create(file, key_from(named, heads, new=named is None), actor=actor_name(actor)):
        typer.echo(_("{file} is made.").format(file=file))


@vault.command("list")
def list_surveys(file: File, key_file: KeyFile = None, heads: Heads = None, as_json: Json = False) -> None:
    """List the surveys of a vault with their conditions, tables and numbers of rows."""
    with opened(file, key_file, heads) as found:
        rows = [{"code": s.code, "title": s.title, "purpose": s.purpose, "consent": s.consent,
                 "retention_until": s.retention_until.isoformat(), "purposes": list(s.purposes),
                 "tables": {name: {"rows": count, "columns": list(columns)}
                            for name, (count, columns) in found.tables(s.code).items()}} for s in found.surveys()]
    if as_json:
        typer.echo(json.dumps({"surveys": rows}, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['code']}  {row['title']}")
        for name, label in (("purpose", _("purpose")), ("consent", _("consent")), ("retention_until", _("kept until"))):
            typer.echo(f"  {label}: {row[name]}")
        for name, table in row["tables"].items():  # type: ignore[attr-defined]
            typer.echo("  " + _("{table}: {rows} rows, {columns} columns").format(
                table=name, rows=table["rows"], columns=len(table["columns"])))
    if not rows:
        typer.echo(_("There is no survey in it."))


@vault.command("log")
def show_log(file: File, key_file: KeyFile = None, heads: Heads = None, as_json: Json = False,
             last: Annotated[int, typer.Option(min=0, help="Only so many lines from the end; 0 shows all.")] = 0,
             ) -> None:
    """Show who read, stored or erased what, when and what for; a removed or changed line is found."""
    with opened(file, key_file, heads) as found:
        entries = found.log()
    for entry in entries[-last:]:
        if as_json:
            typer.echo(json.dumps(entry.as_dict(), ensure_ascii=False))
        else:
            what = "/".join(part for part in (entry.survey, entry.table) if part) or entry.audit_id
            typer.echo("  ".join(str(part) for part in (
                entry.seq, entry.at, entry.action, entry.actor, what, entry.rows, entry.purpose,
                joined(entry.columns)) if part != ""))


@vault.command()
def verify(file: File, key_file: KeyFile = None, heads: Heads = None, actor: Actor = None, as_json: Json = False,
           accept_older: Annotated[bool, typer.Option("--accept-older", help="Let this copy count from now on, though "
                                                                             "a newer one was seen.")] = False,
           ) -> None:
    """Read a whole vault and say whether it is whole; exit code 1 where it is not."""
    trouble = None
    try:
        with opened(file, key_file, heads, actor=actor, accept_older=accept_older) as found:
            check = found.verify()
    except (VaultDamagedError, VaultOlderError) as error:
        trouble = error
    if trouble is not None:
        typer.echo(json.dumps({"ok": False, "error": trouble.as_dict()}, ensure_ascii=False) if as_json
                   else str(trouble))
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps({"ok": True, "surveys": check.surveys, "rows": check.rows, "chunks": check.chunks,
                               "lines": check.lines, "head": check.head}))
    else:
        typer.echo(_("{file} is whole. Surveys: {surveys}; rows: {rows}; lines of the log: {lines}.").format(
            file=file, surveys=check.surveys, rows=check.rows, lines=check.lines))
        typer.echo(_("End of the log, to be noted elsewhere: {head}").format(head=check.head))


@vault.command()
def erase(file: File, what: Annotated[What, typer.Argument(help="What is erased.")], reason: Reason,
          survey: Annotated[list[str] | None, typer.Option("--survey", help="In this survey; may be given again."
                                                           )] = None,
          all_surveys: Annotated[bool, typer.Option("--all-surveys", help="In all surveys: the same id is then taken "
                                                                          "for the same person.")] = False,
          key_file: KeyFile = None, heads: Heads = None, actor: Actor = None, as_json: Json = False) -> None:
    """Erase a person, a household with its members, or a survey; an id is asked for, and is no argument."""
    if bool(survey) == all_surveys or (what is What.survey and (all_surveys or len(survey or ()) != 1)):
        raise ConfigurationError(_("Say in which surveys."), expected="--survey CODE" if what is What.survey
                                 else "--survey CODE | --all-surveys")
    with opened(file, key_file, heads) as found:
        named: dict[str, Any] = {"actor": actor_name(actor), "reason": reason}
        if what is What.survey:
            done = found.erase_survey((survey or [""])[0], **named)
        else:
            record_id = _asked_id()
            work = found.erase_person if what is What.person else found.erase_household
            done = work(record_id, surveys=survey or None, **named)
    _told([done], as_json=as_json)


def _asked_id() -> str:
    """Ask for an id: in no list of processes and no history of a shell."""
    record_id = (input(_("Id: ")) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    if not record_id:
        raise VaultError(_("No id was given."), hint=_("It is asked for, or read from standard input."))
    return record_id


def _told(done: "list[Erasure]", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"erased": [{"audit_id": each.audit_id, "rows": {
            f"{code}/{table}": count for (code, table), count in each.rows.items()}} for each in done]}))
        return
    for each in done:
        typer.echo(_("Erased rows: {rows}. The log keeps the number {number}.").format(
            number=each.audit_id, rows=joined(f"{code}/{table} {count}" for (code, table), count in each.rows.items())))


@vault.command()
def expire(file: File, key_file: KeyFile = None, heads: Heads = None, actor: Actor = None, as_json: Json = False,
           day: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day; today where it is not "
                                                                                   "given.")] = None) -> None:
    """Erase what may not be kept any more: surveys, and rows whose own last day is over."""
    with opened(file, key_file, heads) as found:
        done = found.expire(date.today() if day is None else day.date(), actor=actor_name(actor))
    if not done and not as_json:
        typer.echo(_("Nothing is over."))
    _told(list(done), as_json=as_json)


@vault.command()
def rekey(file: File, key_file: KeyFile = None, heads: Heads = None, actor: Actor = None,
          new_key_file: Annotated[Path | None, typer.Option("--new-key-file", help="The new key file; a new passphrase "
                                                                                   "is asked for where it is not "
                                                                                   "given.")] = None,
          new_heads: Annotated[Path | None, typer.Option("--new-heads", help="As --heads, for the new key.")] = None,
          ) -> None:
    """Encrypt a vault anew by a new key; destroy the old one, and older copies can be read by nobody."""
    with opened(file, key_file, heads) as found:
        found.rekey(key_from(new_key_file, new_heads or heads, new=True), actor=actor_name(actor))
    typer.echo(_("{file} opens with the new key only. Older copies still open with the old one: destroy it, and they "
                 "can be read by nobody.").format(file=file))
