"""Line 1: the pictures of every page, and where to look at them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OUT = ROOT / "out"


def lines() -> list[tuple[int, str, str, str]]:
    """Photograph the demo's site; ``PICTURES=0`` leaves it out."""
    if os.environ.get("PICTURES") == "0":
        return [(1, "`make pictures`", "left out (PICTURES=0)", "skipped")]
    packages = [OUT / "sample-city-profile", OUT / "sample-country-profiles"]
    if not all(p.is_dir() for p in packages):
        subprocess.run(["make", "demo-data"], cwd=ROOT, check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-m", "tools.make_site_pictures", *map(str, packages), "--out",
                           str(OUT / "pictures/site")], cwd=ROOT, capture_output=True, text=True, check=False)
    figure = (done.stdout or done.stderr).strip().splitlines()[-1] if (done.stdout or done.stderr).strip() else ""
    return [(1, "pictures of every page: desktop, phone, Arabic, dark, Chinese", figure,
             "fail" if done.returncode else "pass")]
