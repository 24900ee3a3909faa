"""Every example in the documentation is run: Python blocks as doctests, console blocks as commands.

The blocks of one page run in order, in one folder that is made for the page. A console block has commands after ``$``
and what they print; ``...`` stands for any text. A page's block after an HTML comment ``<!-- not run: reason -->`` is
left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from sybil import Document, Example, Region, Sybil
from sybil.parsers.myst import PythonCodeBlockParser

collect_ignore = ["conf.py", "_build"]

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?P<note><!-- not run: [^>]+ -->\n+)?^```console\n(?P<text>.*?)^```$", re.M | re.S)
FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE
SECONDS = 300


def steps(text: str) -> list[tuple[str, str]]:
    """Split a console block into commands and what they print."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (f"{found[-1][0]}\n{line[2:]}", "")
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


def run_console(example: Example) -> str | None:
    """Run the commands of a block, and say where something else was printed."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                                "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "EKISTICS_ROOT": str(ROOT)}
    for name in ("EKISTICS_LANGUAGE", "EKISTICS_HOME", "EKISTICS_DATABASE", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    for command, wanted in steps(example.parsed):
        outcome = subprocess.run(["bash", "-c", command], cwd=example.namespace["_folder"], env=environment,
                                 capture_output=True, text=True, check=False, timeout=SECONDS,
                                 stdin=subprocess.DEVNULL)
        # A page may show what a terminal shows, or leave out the progress that goes to standard error.
        seen = (outcome.stdout, outcome.stderr + outcome.stdout)
        if not any(OutputChecker().check_output(wanted, got, FLAGS) for got in seen):
            return f"$ {command}\nexpected:\n{wanted}\ngot (exit code {outcome.returncode}):\n{seen[1]}"
    return None


def console_blocks(document: Document) -> list[Region]:
    """Find the console blocks of a page."""
    return [Region(m.start("text"), m.end("text"), m["text"], run_console)
            for m in BLOCK.finditer(document.text) if not m["note"]]


def enter(namespace: dict[str, object]) -> None:
    """Give a page its folder, and run its Python there."""
    namespace["_before"] = Path.cwd()
    namespace["_folder"] = folder = tempfile.mkdtemp(prefix="ekistics-docs-")
    os.chdir(folder)


def leave(namespace: dict[str, object]) -> None:
    """Remove the folder."""
    os.chdir(str(namespace["_before"]))
    shutil.rmtree(str(namespace["_folder"]), ignore_errors=True)


pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser(doctest_optionflags=FLAGS), console_blocks],
                            patterns=["*.md"], setup=enter, teardown=leave).pytest()
