"""Show what the program promises, line by line: ``make shown-main``, ``make shown-site``.

Every package of ``tools/shown`` is an issue; each of its modules has ``lines()``, which gives tuples (line, text,
figure, status) with status ``pass``, ``fail`` or ``skipped``. Names after ``python -m tools.show NAME`` choose modules.
"""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

LAST = ("bench", "load", "goldens", "kills", "suite", "fresh")  # the long ones, and those that load the machine
STYLES = {"pass": "green", "fail": "red", "skipped": "yellow"}
Line = tuple[int | str, str, str, str]


def modules(issue: str, chosen: list[str]) -> list[str]:
    """List the modules of an issue that are to be run, the long ones last."""
    package = importlib.import_module(f"tools.shown.{issue}")
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if not chosen or m.name in chosen]
    return sorted(names, key=lambda name: (LAST.index(name) + 1 if name in LAST else 0, name))


def gather(issue: str, names: list[str], console: Console) -> Iterator[Line]:
    """Run each module; one that breaks is a failed line."""
    for name in names:
        console.print(f"[dim]{name} ...[/dim]")
        try:
            yield from importlib.import_module(f"tools.shown.{issue}.{name}").lines()
        except Exception as error:  # noqa: BLE001 - one broken line must not hide the others
            traceback.print_exc()
            yield "?", name, f"{type(error).__name__}: {error}", "fail"


def table(title: str, lines: list[Line]) -> Table:
    """Lay the lines out, in their order."""
    shown_table = Table("line", "what", "figure", "pass/fail/skipped", title=title)
    for number, text, figure, status in sorted(lines, key=lambda line: (str(line[0]).zfill(3), line[1])):
        shown_table.add_row(str(number), text, figure, f"[{STYLES[status]}]{status}[/]")
    return shown_table


def main() -> int:
    """Show every line of an issue."""
    issue, *chosen = sys.argv[1:] or ["main"]
    console = Console(width=None if sys.stdout.isatty() else 150)
    lines = list(gather(issue, modules(issue, chosen), Console(stderr=True)))
    title = (importlib.import_module(f"tools.shown.{issue}").__doc__ or issue).strip().rstrip(".")
    console.print(table(title, lines))
    count = {status: sum(line[3] == status for line in lines) for status in STYLES}
    console.print(f"{count['pass']} passed, {count['fail']} failed, {count['skipped']} skipped")
    return int(count["fail"] > 0 or not lines)


if __name__ == "__main__":
    sys.exit(main())
