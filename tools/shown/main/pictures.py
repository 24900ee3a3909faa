"""Line 8: the pictures of the sample city's profile, its size, and where to look at them."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_MB = 8.0


def lines() -> list[tuple[int, str, str, str]]:
    """Profile the sample city and photograph it; ``PICTURES=0`` leaves it out."""
    if os.environ.get("PICTURES") == "0":
        return [(8, "`make pictures`", "left out (PICTURES=0)", "skipped")]
    out = Path("out")
    with tempfile.TemporaryDirectory() as folder:
        city, package = Path(folder) / "city", Path(folder) / "sample-city-profile"
        ekistics = [str(Path(sys.executable).with_name("ekistics"))]
        subprocess.run([*ekistics, "sample-city", str(city)], check=True, capture_output=True)
        subprocess.run([*ekistics, "profile", str(city / "city.toml"), "--out", str(package)], check=True,
                       capture_output=True)
        subprocess.run([sys.executable, "tools/make_pictures.py", str(package), "--out", str(out / "pictures")],
                       check=True, capture_output=True)
        size = (package / "profile.html").stat().st_size / 1e6
    count = len(list((out / "pictures" / "sample-city-profile").glob("*.png")))
    small = "pass" if size <= LIMIT_MB else "fail"
    return [(8, "profile.html of the sample city, at most 8 MB", f"{size:.1f} MB", small),
            (8, "pictures of page, print and PDF", f"{count} in {out / 'pictures'}", "pass" if count > 20 else "fail")]
