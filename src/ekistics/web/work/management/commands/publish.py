"""Load profile packages into the record."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ekistics.core.i18n import _
from ekistics.web.observatory.publishing import Outcome, packages_in, publish_packages


class Command(BaseCommand):
    """Load one package, or all packages of a folder."""

    help = "Load profile packages into the record."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folders."""
        parser.add_argument("folders", nargs="+", type=Path)
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load them and say what became of each."""
        folders = [package for folder in options["folders"] for package in packages_in(Path(folder))]
        outcomes = publish_packages(folders)
        if options["as_json"]:
            self.stdout.write(json.dumps([_plain(o) for o in outcomes], ensure_ascii=False))
        else:
            for outcome in outcomes:
                self.stdout.write(_line(outcome))
        if any(outcome.error for outcome in outcomes):
            raise SystemExit(1)


def _plain(outcome: Outcome) -> dict[str, Any]:
    return {"package": outcome.package, "place": outcome.place, "edition": outcome.edition, "added": outcome.added,
            "observations": outcome.observations, "changes": outcome.changes,
            "error": outcome.error.as_dict() if outcome.error else None}


def _line(outcome: Outcome) -> str:
    if outcome.error is not None:
        return _("{package}: not loaded. {error}").format(package=outcome.package, error=outcome.error)
    if not outcome.added:
        return _("{place}: the record has this package already; nothing changed.").format(place=outcome.place)
    words = _("{place}: edition {edition}, {count} observations, {changes} changed since the edition before.")
    if outcome.observations == 1:
        words = _("{place}: edition {edition}, 1 observation, {changes} changed since the edition before.")
    return words.format(place=outcome.place, edition=outcome.edition, count=outcome.observations,
                        changes=outcome.changes)
