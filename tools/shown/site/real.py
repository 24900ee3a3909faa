"""Line 6: the real cities and the urban centres of Ghana, profiled and loaded into one site."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.stage import command

ROOT = Path(__file__).resolve().parents[3]
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
    loaded = first.stdout.count("Loaded ")
    ghana = first.stdout.count("Loaded GHA-")
    figure = (f"{loaded} cities loaded, {ghana} of them urban centres of Ghana; "
              f"{again.stdout.count('Loaded ')} the second time")
    good = first.returncode == again.returncode == 0 and ghana == 17 and loaded == 19 and "Loaded" not in again.stdout
    return [(6, TEXT, figure, "pass" if good else "fail")]
