"""The site under load: 10 million made-up observations of 13,000 cities, on SQLite and on PostgreSQL.

``BENCH_QUICK=1`` takes 200,000 observations and short runs, whose bars are not judged. ``BENCH_CACHE`` names a folder
in which record and packages are kept from run to run; without it they go when the run ends.
"""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.site_page import first_page_bytes
from benchmarks.site_record import FACTS
from benchmarks.site_server import Site, serving
from tools.with_postgres import binaries, server

ROOT = Path(__file__).resolve().parent.parent
CSV_ROWS, CSV_BAR_S, CSV_BAR_MIB = 1_000_000, 30.0, 100.0
PACKAGES, PACKAGES_BAR = 100, 100.0
PAGE_BAR_KB = 150
RUNS = 3
ENOUGH = 1024 * 1024
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "1GB"}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Load:
    """A load with its bar.

    Parameters
    ----------
    database : str
        Its name.
    rate : float
        Requests a second.
    bar_ms : float
        The most that the 95th percentile may be.
    """

    database: str
    rate: float
    bar_ms: float


LOADS = {"sqlite": Load("SQLite", 10, 150), "postgresql": Load("PostgreSQL", 25, 100)}


def rows(quick: bool) -> list[Row]:
    """Measure everything."""
    size, seconds = (200_000, 10) if quick else (10_000_000, 60)
    with cache_folder() as cache:
        floors = {load.rate: floor(cache, load.rate, seconds) for load in LOADS.values()}
        found = of_database("sqlite", cache, {}, size, seconds, floors)
        programs = binaries()
        if programs is None:
            return [*found, {"name": "The site on PostgreSQL", "note": "PostgreSQL is absent"}]
        with server(programs, **DURABLE) as address:
            found += of_database("postgresql", cache, {"EKISTICS_DATABASE": address}, size, seconds, floors)
        found.append(publishing(cache, programs, quick))
    return [row | {"met": None} if quick else row for row in found]


@contextmanager
def cache_folder() -> Iterator[Path]:
    """Give the folder in which records are kept."""
    named = os.environ.get("BENCH_CACHE")
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
        yield Path(named)
    else:
        with tempfile.TemporaryDirectory(prefix="ekistics-bench-") as folder:
            yield Path(folder)


def program(name: str, *arguments: str, environment: dict[str, str]) -> dict[str, Any]:
    """Run a module of this folder in a process of its own, and read the JSON that it prints last."""
    outcome = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=ROOT, check=True,
                             env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(outcome.stdout.strip().splitlines()[-1]))


def made_record(vendor: str, cache: Path, environment: dict[str, str], size: int) -> dict[str, str]:
    """Make the record unless it is kept from before, perhaps before a migration; give the settings that name it."""
    home = cache / f"{vendor}-{size}"
    settings = {"EKISTICS_HOME": str(home), **environment}
    kept = vendor == "sqlite" and (home / FACTS).exists()
    if not kept:
        shutil.rmtree(home, ignore_errors=True)  # files of a record that is no more
    said = program("site_record", "--size", str(size), *(["--kept"] if kept else []), environment=settings)
    print(json.dumps(said), file=sys.stderr)
    return settings


def of_database(vendor: str, cache: Path, environment: dict[str, str], size: int, seconds: int,
                floors: dict[float, str]) -> list[Row]:
    """Measure what depends on the database."""
    settings, load = made_record(vendor, cache, environment, size), LOADS[vendor]
    facts = Path(settings["EKISTICS_HOME"]) / FACTS
    found = [loaded(settings, facts, load, size, seconds, warm, floors[load.rate]) for warm in (False, True)]
    with serving(settings) as site:
        found.append(csv_row(site, load.database, min(CSV_ROWS, size)))
        if vendor == "sqlite":
            found.append(page_row(site))
    return found


def ask(site: Site, facts: Path, rate: float, seconds: int, *more: str) -> dict[str, Any]:
    """Run the load generator."""
    return program("site_load", "--port", str(site.port), "--facts", str(facts), "--rate", str(rate), "--seconds",
                   str(seconds), *more, environment={})


def loaded(settings: dict[str, str], facts: Path, load: Load, size: int, seconds: int, warm: bool,  # noqa: PLR0913
           floor_text: str) -> Row:
    """Measure the mix: the median 95th percentile of three runs, each with other addresses and a site just started."""
    runs, temperature = [], "warm" if warm else "cold"
    for seed in range(1, 1 + (1 if size < CSV_ROWS else RUNS)):
        with serving(settings) as site:
            used = site.cpu_s()
            runs.append(ask(site, facts, load.rate, seconds, "--seed", str(seed), *(["--warm"] if warm else [])))
            runs[-1]["cpu_s"] = site.cpu_s() - used
    p95 = median(run["all"]["p95"] for run in runs)
    middle = next(run for run in runs if run["all"]["p95"] == p95)
    errors = sum(sum(run["errors"].values()) for run in runs)
    each = 1000 * middle["cpu_s"] / max(middle["all"]["count"], 1)
    used_text = "" if warm else f"{each:.0f} ms of processor time a request, without the database's own; "
    slowest = sorted(middle["kinds"].items(), key=lambda pair: -pair[1]["p95"])[:3]
    for run in runs:
        print(temperature, load.database, json.dumps(run, ensure_ascii=False), file=sys.stderr)
    note = (f"p50 {middle['all']['p50']:.0f}, p99 {middle['all']['p99']:.0f}, longest {middle['all']['max']:.0f} ms; "
            f"{errors} errors in {sum(run['all']['count'] for run in runs):,}; slowest kinds, p95: "
            + ", ".join(f"{name} {found['p95']:.0f} ms" for name, found in slowest) + f"; {used_text}{floor_text}")
    return {"name": f"The site, {size:,} observations, {load.database}: {load.rate:g} requests a second, {temperature}",
            "ours_s": p95 / 1000, "bar": f"p95 <= {load.bar_ms:.0f} ms", "note": note,
            "met": p95 <= load.bar_ms and errors == 0}


def floor(cache: Path, rate: float, seconds: int) -> str:
    """Measure the same load on a bare page, with the middleware and without."""
    facts = cache / "floor.json"
    facts.write_text(json.dumps({"cities": [f"GHA-M{i:05d}" for i in range(1000)], "names": [["Kalo"] * 4],
                                 "layers": []}), encoding="utf-8")
    found = []
    for middleware in ("1", "0"):
        with serving({"EKISTICS_HOME": str(cache / "floor"), "DJANGO_SETTINGS_MODULE": "benchmarks.site_floor",
                      "BENCH_MIDDLEWARE": middleware}) as site:
            found.append(ask(site, facts, rate, seconds)["all"]["p95"])
    return f"a bare page {found[0]:.0f} ms, without middleware {found[1]:.0f} ms"


def csv_row(site: Site, database: str, wanted: int) -> Row:
    """Stream a table of all observations until there are as many rows as wanted."""
    with site.watched() as memory:
        begin, count = time.perf_counter(), 0
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=120)
        connection.request("GET", "/tables/observations.csv")
        answer = connection.getresponse()
        while count <= wanted and (piece := answer.read(ENOUGH)):
            count += piece.count(b"\n")
        seconds = time.perf_counter() - begin
        connection.close()
    return {"name": f"CSV of {wanted:,} rows, {database}", "ours_s": seconds, "peak_mib": memory[0],
            "bar": f"<= {CSV_BAR_S:.0f} s, {CSV_BAR_MIB:.0f} MiB more", "note": f"{count:,} lines read",
            "met": seconds <= CSV_BAR_S and memory[0] <= CSV_BAR_MIB and count >= wanted * 0.95}


def page_row(site: Site) -> Row:
    """Count the bytes of the first page."""
    found = first_page_bytes(f"http://127.0.0.1:{site.port}/en/")
    row: Row = {"name": "First page, compressed", "bar": f"<= {PAGE_BAR_KB} KB without the map"}
    if found is None:
        return row | {"note": "Chromium is absent"}
    return row | {"note": f"{found[0] / 1000:.1f} KB; the map's own parts {found[1] / 1000:.1f} KB",
                  "met": found[0] <= PAGE_BAR_KB * 1000}


def publishing(cache: Path, programs: Path, quick: bool) -> Row:
    """Load packages into an empty site: the median of three runs."""
    count, found = (20 if quick else PACKAGES), []
    for _run in range(1 if quick else RUNS):
        with tempfile.TemporaryDirectory(prefix="ekistics-home-", dir=cache) as home, server(programs, **DURABLE) as at:
            found.append(program("site_packages", str(cache / "packages"), "--count", str(count),
                                 environment={"EKISTICS_HOME": home, "EKISTICS_DATABASE": at}))
    middle = sorted(found, key=lambda run: run["seconds"])[len(found) // 2]
    rate = middle["packages"] / middle["seconds"]
    return {"name": f"publish {count} packages of 100 observations, PostgreSQL", "ours_s": middle["seconds"],
            "bar": f">= {PACKAGES_BAR:.0f} packages a second",
            "note": f"{rate:.0f} packages a second, CPU of the process {middle['cpu_s']:.2f} s, "
                    f"{middle['statements']} statements", "met": rate >= PACKAGES_BAR}
