"""Time the program beside its peers, in one run on one machine: ``make bench`` (``BENCH_QUICK=1`` for a short run).

``python -m benchmarks --only NAME ...`` runs the modules whose names begin so; a page is written where all its modules
ran, and the site (``--only site``) has a page of its own.

Each module of this folder with a ``rows(quick)`` gives dicts with the keys ``name``, ``ours_s``, ``peer``, ``peer_s``,
``ratio``, ``bar``, ``peak_mib``, ``note`` and, where the bar was tested, ``met``. The table is printed and written to
``docs/benchmarks.md`` with machine, versions and date.
"""

import argparse
import importlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE, SITE_PAGE = ROOT / "docs/benchmarks.md", ROOT / "docs/benchmarks-site.md"
PEERS = ROOT / ".venv-peers"
MODULES = ("degurba", "network", "zonal", "profile", "survey", "sampling", "vault", "households", "composite",
           "site_bench")
OURS = ("ekistics", "numpy", "numba", "scipy", "shapely", "exactextract", "rasterio")
THEIRS = ("networkx", "osmnx", "pandana", "rasterstats", "svy")


@dataclass(frozen=True, slots=True)
class Row:
    """One timed task."""

    name: str
    ours_s: float | None = None
    peer: str = ""
    peer_s: float | None = None
    ratio: float | None = None
    bar: str = ""
    peak_mib: float | None = None
    note: str = ""
    met: bool | None = None
    module: str = ""

    def cells(self) -> tuple[str, ...]:
        """Give the cells of the printed table."""
        ratio = self.ratio
        if ratio is None and self.ours_s and self.peer_s:
            ratio = self.peer_s / self.ours_s
        return (self.name, seconds(self.ours_s), self.peer, seconds(self.peer_s),
                "" if ratio is None else f"{ratio:.3g}", self.bar, {True: "yes", False: "no", None: ""}[self.met],
                "" if self.peak_mib is None else f"{self.peak_mib:,.0f}", self.note)

    def figure(self) -> str:
        """Give the row as one line."""
        return ", ".join(f"{head} {cell}" for head, cell in zip(HEADS[1:-1], self.cells()[1:-1], strict=True) if cell)


INTRODUCTION = """# Benchmarks

`make bench` times the program beside its peers in one run, and writes this page. The peers have the versions of
`requirements/peers.lock` and stand in an environment of their own. "Times faster" is the peer's time divided by ours.
"""
SITE_INTRODUCTION = """# Benchmarks of the site

`make bench` writes this page, and `python -m benchmarks --only site` alone (about half an hour; nothing else may run).
A made-up record of 10 million observations, 13,000 cities and 100 indicators is served as `ekistics serve` does, by
three processes, and asked on the same two cores by an open load: requests leave when they are due, answered or not, and
their times count from then. The mix, in shares of all requests: {mix}. Cold: each address comes once, to a site that
was just started. Warm: {warm} addresses, the first of them most often. Each figure is the median of three runs of a
minute. The floor beside it is the same load on a bare page of 30 kB, served in the same way.
"""
VERSIONS = """import sys
from importlib.metadata import version
print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]))
"""
HEADS = ("task", "ours, s", "peer", "peer, s", "times faster", "bar", "met", "peak MiB", "note")


def seconds(value: float | None) -> str:
    """Give a time with three digits."""
    return "" if value is None else f"{value:.3g}"


def verdict(row: Row) -> str:
    """Say whether a row meets its bar: pass, fail, or skipped where nothing was tested."""
    return {True: "pass", False: "fail", None: "skipped"}[row.met]


def ensure_peers() -> None:
    """Make the peers' own environment where it is absent."""
    if (PEERS / ".ready").exists():
        return
    subprocess.run(["make", "--no-print-directory", f"{PEERS.name}/.ready"], cwd=ROOT, check=True)


def chosen(only: str | Sequence[str] = "") -> list[str]:
    """List the modules whose names begin with a word, or with one of several; all of them where it is empty."""
    return [name for name in MODULES if name.startswith(only if isinstance(only, str) else tuple(only))]


def collect(*, quick: bool, only: str | Sequence[str] = "") -> list[Row]:
    """Run the modules that were chosen."""
    if any(not name.startswith("site") for name in chosen(only)):
        ensure_peers()
    known = {f.name for f in fields(Row)}
    rows = []
    for name in chosen(only):
        print(f"{name} ...", file=sys.stderr, flush=True)
        for raw in importlib.import_module(f"benchmarks.{name}").rows(quick):
            rows.append(Row(**{key: value for key, value in raw.items() if key in known} | {"module": name}))
    return rows


def versions(names: Iterable[str], python: Path | None = None) -> str:
    """Give the versions of packages, of this environment or of another."""
    if python is None:
        return ", ".join(f"{name} {metadata.version(name)}" for name in names)
    if not python.exists():
        return "not installed"
    outcome = subprocess.run([str(python), "-c", VERSIONS, *names], capture_output=True, text=True, check=False)
    return outcome.stdout.strip()


def machine() -> str:
    """Describe the machine."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = named[0] if named else model
    return f"{os.cpu_count()} cores of {model}; {platform.system()}, Python {platform.python_version()}"


def page(rows: list[Row], *, quick: bool, introduction: str = INTRODUCTION) -> str:
    """Write a page of the documentation."""
    facts = {"Date": f"{datetime.now(UTC):%-d %b %Y}" + (", the short run" if quick else ""), "Machine": machine(),
             "Versions": versions(OURS)}
    if any(row.peer for row in rows):
        facts["Peers"] = versions(THEIRS, PEERS / "bin/python")
    lines = [introduction, *(f"- {head}: {text}" for head, text in facts.items()), "",
             "| " + " | ".join(HEADS) + " |", "|" + "---|" * len(HEADS),
             *("| " + " | ".join(row.cells()) + " |" for row in rows), ""]
    return "\n".join(lines)


def write_pages(rows: list[Row]) -> None:
    """Write the pages of which all rows were measured."""
    sites = [row for row in rows if row.module.startswith("site")]
    others = [row for row in rows if row not in sites]
    if sites and all(row.met is not None for row in sites):  # PostgreSQL and Chromium were there
        SITE_PAGE.write_text(page(sites, quick=False, introduction=site_introduction()), encoding="utf-8")
        print(SITE_PAGE.relative_to(ROOT))
    if {row.module for row in others} == {name for name in MODULES if not name.startswith("site")}:
        PAGE.write_text(page(others, quick=False), encoding="utf-8")
        print(PAGE.relative_to(ROOT))


def site_introduction() -> str:
    """Say how the site is measured."""
    from benchmarks.site_mix import MIX, WARM_ADDRESSES

    return SITE_INTRODUCTION.format(warm=WARM_ADDRESSES, mix="; ".join(
        f"{kind.name} {100 * kind.share:.0f} %" for kind in MIX))


def show(rows: list[Row]) -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEADS, title="ekistics beside its peers")
    for row in rows:
        table.add_row(*row.cells())
    Console(width=None if sys.stdout.isatty() else 180).print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write; the exit code is 1 where a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default="", help="run the modules whose names begin with these words")
    only = parser.parse_args(arguments).only
    quick = os.environ.get("BENCH_QUICK") == "1"
    rows = collect(quick=quick, only=only)
    show(rows)
    print(f"{machine()}\n{versions(OURS)}\n{versions(THEIRS, PEERS / 'bin/python')}")
    if not quick:
        write_pages(rows)
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
