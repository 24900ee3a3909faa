"""The command line: one table of commands, one edge that turns errors into text and exit codes."""

import json
import sys
from collections.abc import Callable
from typing import Any

import typer
from rich.console import Console

from ekistics.cli import site
from ekistics.cli.backup_key import backup_key
from ekistics.cli.centres import profile_centres
from ekistics.cli.delineate import delineate
from ekistics.cli.households import households
from ekistics.cli.index import index
from ekistics.cli.indicators import indicators
from ekistics.cli.national import national
from ekistics.cli.national_report import national_report
from ekistics.cli.profile import init, profile, validate
from ekistics.cli.sample_cities import sample
from ekistics.cli.sample_city import sample_city
from ekistics.cli.sample_country import sample_country
from ekistics.cli.sample_index import sample_index
from ekistics.cli.sample_survey import sample_survey
from ekistics.cli.vault import vault
from ekistics.cli.verify import verify
from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _, use_language
from ekistics.core.settings import Settings

__all__ = ["COMMANDS", "app", "main"]

EXIT_BAD_INPUT = 2
EXIT_CANCELLED = 130

COMMANDS: dict[str, Callable[..., Any]] = {
    "init": init,
    "validate": validate,
    "profile": profile,
    "delineate": delineate,
    "profile-centres": profile_centres,
    "indicators": indicators,
    "verify": verify,
    "sample": sample,
    "national": national,
    "national-report": national_report,
    "sample-city": sample_city,
    "sample-country": sample_country,
    "sample-survey": sample_survey,
    "sample-index": sample_index,
    "serve": site.serve,
    "publish": site.publish,
    "worker": site.worker,
    "backup-key": backup_key,
    "backup": site.backup,
    "restore": site.restore,
    "export-site": site.export_site,
    "audit-verify": site.audit_verify,
}

app = typer.Typer(name="ekistics", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  help=_("The open urban observatory: city data in, trusted numbers with their proof out."))
for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(vault, name="vault")
app.add_typer(households, name="households")
app.add_typer(index, name="index")


def main() -> None:
    """Run the command line; exit code 0 is success, 1 a check that failed, 2 bad input, 130 cancelled."""
    as_json = "--json" in sys.argv
    try:
        with use_language(Settings.from_environment().language):
            app(standalone_mode=True)
    except EkisticsError as error:
        if as_json:
            sys.stdout.write(json.dumps({"error": error.as_dict()}, ensure_ascii=False) + "\n")
        else:
            console = Console(stderr=True, highlight=False, soft_wrap=True)
            console.print(f"[bold]{_('Error')}[/bold] ({error.code})")
            console.print(str(error), markup=False)
        raise SystemExit(EXIT_BAD_INPUT) from None
    except KeyboardInterrupt:
        Console(stderr=True).print(_("Cancelled. What was finished is kept; run again to go on."))
        raise SystemExit(EXIT_CANCELLED) from None
