"""Make the national report of the made-up country of 200 cities, for its pictures."""

import argparse
import shutil
import sys
from pathlib import Path

from ekistics.jobs.national.report import national_report
from tests.jobs.report_country import make_country


def main() -> int:
    """Draw the sample, estimate both rounds, and write the report in every language."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    country = make_country(out)
    report = national_report([country.package], out / "report", earlier=[country.earlier], cities=country.cities,
                             texts=country.texts)
    sys.stdout.write(f"{report.folder}: {len(report.files)} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
