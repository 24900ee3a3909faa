"""Restore a backup into an empty site, or verify it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ekistics.core.i18n import _
from ekistics.web.work.restore import check_backup, restore_backup
from ekistics.web.work.sealed import identity_of


class Command(BaseCommand):
    """Put a backup in the place of an empty site."""

    help = "Restore a backup."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the key."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--key-file", type=Path, required=True)
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore it, or only verify it, and say what is in it."""
        identity = identity_of(options["key_file"])
        found = (check_backup if options["check"] else restore_backup)(options["file"], identity)
        text = _("{file} is whole: made {made} by {program} from {database}; {rows} rows of {tables} tables, {files} "
                 "files.") if options["check"] else _(
            "Restored {file}, made {made} by {program} from {database}; {rows} rows of {tables} tables, {files} files, "
            "a log of {entries} entries that holds.")
        self.stdout.write(text.format(file=options["file"], made=found.made_at, program=found.program,
                                      database=found.database, rows=sum(found.rows.values()),
                                      tables=len(found.rows), files=found.files, entries=found.entries))
