"""Back the site up into one encrypted file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ekistics.core.i18n import _
from ekistics.web.work.backup import make_backup, recipients_of

SHOWN = 20


class Command(BaseCommand):
    """Write database, media and secret key into a file that a key opens."""

    help = "Back the site up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and those who can open it."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--recipient", action="append", default=[])
        parser.add_argument("--key-file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the backup and say what is in it."""
        made = make_backup(options["file"], recipients_of(options["recipient"], options["key_file"]))
        text = _("{file}: {rows} rows of {tables} tables, {files} files, {size} MB, SHA-256 {digest}")
        self.stdout.write(text.format(
            file=made.file, rows=sum(made.rows.values()), tables=len(made.rows), files=made.files,
            size=f"{made.size / 1e6:.1f}", digest=made.digest))
        for text, names in ((_("Gone while it was copied: {name}"), made.vanished),
                            (_("Named by the database, and not there: {name}"), made.missing)):
            for name in names[:SHOWN]:
                self.stdout.write(text.format(name=name))
            if len(names) > SHOWN:
                self.stdout.write(_("and {count} more").format(count=len(names) - SHOWN))
        self.stdout.flush()
