"""Command: make a key for backups."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _


def backup_key(file: Annotated[Path, typer.Argument(help="Where the secret key is written; nothing may be there.")],
               ) -> None:
    """Make a key for backups: the file opens them, the recipient that is printed seals them."""
    import pyrage

    key = pyrage.x25519.Identity.generate()
    recipient = key.to_public()
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InvalidValueError(_("There is a file of this name already."), where=file,
                                hint=_("A key replaces nothing. Take another name.")) from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(f"# recipient: {recipient}\n{key}\n")
        stream.flush()
        os.fsync(stream.fileno())
    typer.echo(str(recipient))
    typer.echo(_("Keep {file} away from the site's machine: whoever has it can read every backup, and without it "
                 "nobody can.").format(file=file), err=True)
