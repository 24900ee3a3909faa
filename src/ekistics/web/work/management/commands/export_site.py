"""Write the public site as plain files."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ekistics.core.i18n import _
from ekistics.web.languages import LANGUAGES
from ekistics.web.observatory.export import export_site


class Command(BaseCommand):
    """Write the public site into a folder."""

    help = "Write the public site as plain files that any host can give."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder and the languages."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--language", action="append", default=[], choices=[code for code, _name in LANGUAGES])
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what it holds."""
        made = export_site(options["folder"], languages=options["language"])
        if options["as_json"]:
            self.stdout.write(json.dumps(asdict(made), ensure_ascii=False))
        else:
            self.stdout.write(_("{folder}: {pages} pages, {files} files, {size} MB.").format(
                folder=options["folder"], pages=made.pages, files=made.files, size=round(made.bytes / 1e6, 1)))
