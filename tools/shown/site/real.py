"""Line 6: the real cities and the urban centres of Ghana, profiled and loaded into one site."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from ekistics.package.descriptor import DESCRIPTOR
from tools.stage import command

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "out"
DATA = ROOT.parent / "shared/data"
TEXT = "`make demo-real`: Porto Alegre, Las Palmas and Ghana's urban centres"


def lines() -> list[tuple[int, str, str, str]]:
    """Profile and load them, twice: the second time nothing may change."""
    if not DATA.is_dir():
        return [(6, TEXT, "real data absent", "skipped")]
    with tempfile.TemporaryDirectory() as folder:
        out, home = Path(folder) / "real", Path(folder) / "site"
        made = subprocess.run([sys.executable, "-m", "tools.demo_real", "--out", str(out)], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        if made.returncode:
            return [(6, TEXT, made.stderr.strip().splitlines()[-1], "fail")]
        first = command(home, "serve", "--prepare-only", out / "packages")
        again = command(home, "serve", "--prepare-only", out / "packages")
        pictures = _pictures(out / "packages")
    loaded = first.stdout.count("Loaded ")
    ghana = first.stdout.count("Loaded GHA-")
    figure = (f"{loaded} cities loaded, {ghana} of them urban centres of Ghana; "
              f"{again.stdout.count('Loaded ')} the second time; {pictures.stdout.strip() or 'no pictures'}")
    ended = {each.returncode for each in (first, again, pictures)}
    good = ended == {0} and ghana == 17 and loaded == 19 and "Loaded" not in again.stdout
    return [(6, TEXT, figure, "pass" if good else "fail")]


def _pictures(packages: Path) -> "subprocess.CompletedProcess[str]":
    """Photograph the comparison of Ghana's urban centres, their grey zones and their place in a ranking."""
    codes = sorted(json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))["ekistics"]["place"]
                   for package in packages.iterdir() if (package / DESCRIPTOR).exists())
    centres = "&".join(f"c={code}" for code in [code for code in codes if code.startswith("GHA-")][:5])
    pages = (f"compare=/en/compare/?{centres}", "gaps=/en/gaps/?c=GHA",
             "ranking=/en/indicators/population_density/?c=GHA")
    return subprocess.run([sys.executable, "-m", "tools.make_site_pictures", str(packages), "--out",
                           str(OUT / "pictures/ghana"), "--page", *pages], cwd=ROOT, capture_output=True, text=True,
                          check=False)
