"""Profile the real data of ``../shared/data``: Porto Alegre, Las Palmas, and every urban centre of Ghana."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared/data"
CITIES = ("portoalegre", "laspalmas")
# The Ghana grids do not say which year they describe; the vignette that they come with pairs them with people of 2020.
GHANA_PERIOD = "2020"


def run(*arguments: object) -> None:
    """Run one of the program's commands, and stop where it fails."""
    subprocess.run([sys.executable, "-m", "ekistics", *map(str, arguments)], check=True, cwd=ROOT)


def main() -> int:
    """Make the packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/real"))
    out = parser.parse_args().out.resolve()
    if not DATA.is_dir():
        sys.exit("The real data are absent: ../shared/data is not there.")
    packages = out / "packages"
    packages.mkdir(parents=True, exist_ok=True)
    for city in CITIES:
        run("profile", ROOT / f"examples/{city}/city.toml", "--out", packages / city)
    ghana = DATA / "ghsl-ghana"
    run("profile-centres", "--country", "GHA", "--out", out / "ghana", "--names", ROOT / "examples/ghana/names.csv",
        "--population", f"{GHANA_PERIOD}={ghana / 'POP.tif'}", "--built-up", f"{GHANA_PERIOD}={ghana / 'BUILT_S.tif'}",
        "--land", ghana / "LAND.tif", "--producer", "European Commission, Joint Research Centre (GHSL)",
        "--citation", "GHS-POP and GHS-BUILT-S, 1 km, Ghana; copy of the package flexurba",
        "--licence", "European Commission reuse notice")
    for package in sorted((out / "ghana").glob("GHA-*")):
        target = packages / package.name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package, target)
    sys.stdout.write(f"{packages}: {len(list(packages.iterdir()))} packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
