"""A clean clone runs the README's two commands: the first line of every issue."""

import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHECK = ROOT.parent / "shared/tools/fresh-clone"
TEXT = "a clean clone runs `make demo SERVE=0` and `make test`"


def lines() -> list[tuple[int, str, str, str]]:
    """Clone and run; ``FRESH=0`` leaves the minutes that it takes out."""
    if os.environ.get("FRESH") == "0":
        return [(1, TEXT, "left out (FRESH=0)", "skipped")]
    if not CHECK.exists():
        return [(1, TEXT, "../shared/tools is absent", "skipped")]
    begin = time.monotonic()
    outcome = subprocess.run([str(CHECK), str(ROOT)], capture_output=True, text=True, check=False,
                             stdin=subprocess.DEVNULL)
    seconds = time.monotonic() - begin
    if outcome.returncode:
        print(outcome.stdout[-4000:], outcome.stderr[-4000:])
    steps = [line[3:] for line in outcome.stdout.splitlines() if line.startswith("== make") and line.endswith(" s")]
    figure = f"{'; '.join(steps)}; {seconds:.0f} s in all"
    return [(1, TEXT, figure, "fail" if outcome.returncode else "pass")]
