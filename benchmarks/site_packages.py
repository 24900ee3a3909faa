"""Time how packages are loaded: ``python -m benchmarks.site_packages FOLDER --count 100`` writes and publishes them."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import django
import pandas as pd

from ekistics.core.observation import observations, result_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.indicators.registry import specs
from ekistics.package import ProfilePackage, write_package

ROWS = 100
FIRST_YEAR = 1920


def write(folder: Path, number: int) -> Path:
    """Write a package of a made-up city: 100 observations, no layers."""
    spec = {s.code: s for s in specs()}["population_density"]
    code = f"GHA-B{number:05d}"
    run = Run((Provenance("people.tif", digest_bytes(code.encode()), role="population", producer="made up",
                          licence="CC0-1.0"),), {"number": number}, {spec.code: "1"}, "0")
    years = [str(FIRST_YEAR + i) for i in range(ROWS)]
    values = pd.Series([1000.0 + number + i for i in range(ROWS)], pd.Index([code] * ROWS, name="ref_area"))
    rows = result_rows(values, series="density", variant=spec.variants[0].code if spec.variants else "",
                       time_period=years, numerator=values * 2, denominator=2.0)
    city = Place(code, f"Made-up city {number}", "city", "GHA")
    package = ProfilePackage(city, (city,), run, observations(rows, spec, run=run.id), (),
                             created="2026-11-20T10:00:00Z", indicators=(spec,))
    write_package(package, folder / code)
    return folder / code


def publish(folders: list[Path]) -> dict[str, float]:
    """Load them, after two others that make the process warm, and give the seconds."""
    from django.db import connection

    from ekistics.web.observatory.publishing import publish_packages
    from ekistics.web.work.start import prepare

    prepare()
    publish_packages(folders[:2])
    statements = Counted()
    begin, used = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(statements):
        outcomes = publish_packages(folders[2:])
    seconds, cpu = time.perf_counter() - begin, time.process_time() - used
    if not all(outcome.added for outcome in outcomes):
        raise SystemExit(str([outcome.error for outcome in outcomes if not outcome.added][:1]))
    return {"packages": len(outcomes), "seconds": seconds, "cpu_s": cpu, "statements": statements.count}


class Counted:
    """Counts statements."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN204
        """Pass one on."""
        self.count += 1
        return execute(sql, params, many, context)


def main() -> int:
    """Write what is absent, publish, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekistics.web.settings")
    django.setup()
    wanted = range(given.count + 2)
    folders = [given.folder / f"GHA-B{i:05d}" for i in wanted]
    for i in wanted:
        if not folders[i].exists():
            write(given.folder, i)
    print(json.dumps(publish(folders)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
