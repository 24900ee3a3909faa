"""The shape of the code: sizes, and what importing it brings along."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "src/ekistics").rglob("*.py"))
FOLDERS = ("tools", "benchmarks", "tests", "properties")
OURS = MODULES + sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))
LONGEST_MODULE, LONGEST_FUNCTION = 700, 60


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef, source: list[str]) -> int:
    """Count the lines of a function that are not blank, comment or docstring."""
    first = node.body[0]
    skipped = range(first.lineno, (first.end_lineno or first.lineno) + 1) if ast.get_docstring(node) else range(0)
    return sum(1 for n in range(node.lineno, (node.end_lineno or node.lineno) + 1)
               if n not in skipped and source[n - 1].strip() and not source[n - 1].lstrip().startswith("#"))


def long_functions(text: str) -> list[tuple[str, int]]:
    source = text.split("\n")
    sizes = [(n.name, code_lines(n, source)) for n in ast.walk(ast.parse(text))
             if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(n, size) for n, size in sizes if size > LONGEST_FUNCTION]


def test_modules_are_short() -> None:
    long = {name(p): n for p in OURS if (n := len(p.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE}
    assert long == {}


def test_functions_are_short() -> None:
    long = {name(p): found for p in OURS if (found := long_functions(p.read_text(encoding="utf-8")))}
    assert long == {}


def test_long_function_would_be_found() -> None:
    body = "\n".join("    x = 1" for _ in range(LONGEST_FUNCTION))
    assert long_functions(f'def f():\n    """Do."""\n{body}\n') == [("f", LONGEST_FUNCTION + 1)]


def formatted_messages(text: str) -> list[int]:
    """Give the lines where a translation call gets a text that was put together before: it is in no catalogue."""
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
             and n.func.id in ("_", "N_") and n.args]
    return [c.lineno for c in calls if isinstance(c.args[0], ast.JoinedStr | ast.BinOp) or is_format(c.args[0])]


def is_format(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def test_messages_are_plain_texts() -> None:
    found = {name(p): lines for p in MODULES if (lines := formatted_messages(p.read_text(encoding="utf-8")))}
    assert found == {}


@pytest.mark.parametrize("call", ['_(f"{x} people")', '_("{x}".format(x=1))', '_("a" + x)'])
def test_formatted_message_would_be_found(call: str) -> None:
    assert formatted_messages(call) == [1]


def imported_by(statement: str) -> tuple[set[str], float]:
    program = (f"import sys, time, json\nbegin = time.perf_counter()\n{statement}\n"
               "print(json.dumps([sorted({m.split('.')[0] for m in sys.modules}), time.perf_counter() - begin]))")
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules, seconds = json.loads(outcome.stdout)
    return set(modules), seconds


def test_import_brings_no_page_or_document_library() -> None:
    modules, _ = imported_by("import ekistics")
    assert not modules & {"altair", "vl_convert", "typst", "jinja2", "django", "sphinx", "pytest"}


def test_import_is_quick() -> None:
    # The best of three: the first may read everything from a cold disk.
    assert min(imported_by("import ekistics")[1] for _ in range(3)) < 5
