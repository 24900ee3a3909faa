"""Check the docstrings of the public functions of the lower layers with ``numpydoc lint``.

numpydoc reads the source without importing it, so it does not know that a dataclass takes its fields as arguments, and
it judges private and one-line methods like functions. This tool runs the command, then:

- holds the Parameters of a dataclass or named tuple against its fields itself;
- takes ``a, b : type`` in Returns for the two values that it names;
- asks Parameters and Returns of functions; a method or property may do with a summary, but if it has a Parameters
  section, the section is complete;
- leaves private names alone.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("core", "composite", "geo", "survey", "indicators", "package", "readers", "vault")
FINDING = re.compile(r"^(?P<path>.+?\.py):(?P<line>\d+): (?P<code>[A-Z]{2}\d\d) (?P<text>.*)$")
SUMMARY_ONLY = {"RT01", "PR01", "YD01"}  # what a method may leave out
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(tree: ast.AST, outer: tuple[ast.AST, ...] = ()) -> Iterator[tuple[Definition, tuple[ast.AST, ...]]]:
    """Walk every class and function with the definitions around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Definition):
            yield node, outer
            yield from definitions(node, (*outer, node))
        else:
            yield from definitions(node, outer)


def is_dataclass(node: ast.AST) -> bool:
    """Tell whether a definition is a dataclass or a named tuple."""
    return isinstance(node, ast.ClassDef) and (any("dataclass" in ast.unparse(d) for d in node.decorator_list)
                                               or any("NamedTuple" in ast.unparse(b) for b in node.bases))


def is_private(node: Definition, outer: tuple[ast.AST, ...]) -> bool:
    """Tell whether a definition is private, or inside something private or inside a function."""
    names = [n.name for n in (*outer, node) if isinstance(n, Definition)]
    inside_function = any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) for n in outer)
    return inside_function or any(name.startswith("_") for name in names)


def has_parameters(node: Definition) -> bool:
    """Tell whether a docstring has a Parameters section."""
    return bool(re.search(r"^\s*Parameters\n\s*-+$", ast.get_docstring(node) or "", re.M))


def documented_parameters(node: Definition) -> list[str]:
    """List the names in a docstring's Parameters section."""
    text = ast.get_docstring(node) or ""
    section = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[^\n]*\n-+$|\Z)", text, re.M | re.S)
    lines = [] if section is None else re.findall(r"^(\w[\w, ]*?) : ", section[1], re.M)
    return [name.strip() for line in lines for name in line.split(",")]


def field_names(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[str]:
    """List the fields that a dataclass takes as arguments, those of its bases in the same module first."""
    inherited = [name for base in node.bases if (known := classes.get(ast.unparse(base))) is not None
                 and is_dataclass(known) for name in field_names(known, classes)]
    return inherited + [n.target.id for n in node.body
                        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
                        and "ClassVar" not in ast.unparse(n.annotation)
                        and "init=False" not in ("" if n.value is None else ast.unparse(n.value)).replace(" ", "")]


def excused(code: str, node: Definition, outer: tuple[ast.AST, ...]) -> bool:
    """Tell whether a finding of numpydoc is one that this house does not ask."""
    if is_private(node, outer):
        return True
    if code == "PR02" and is_dataclass(node):
        return True
    if code == "RT02" and re.search(r"^Returns\n-+\n\w+, [\w, ]+ : ", ast.get_docstring(node) or "", re.M):
        return True
    is_method = bool(outer) or isinstance(node, ast.ClassDef)
    return is_method and code in SUMMARY_ONLY and not (code == "PR01" and has_parameters(node))


def dataclass_findings(path: Path, tree: ast.Module) -> list[str]:
    """Compare the Parameters of each public dataclass with its fields."""
    found = []
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    for node, outer in definitions(tree):
        if not isinstance(node, ast.ClassDef) or not is_dataclass(node) or is_private(node, outer):
            continue
        said, fields = documented_parameters(node), field_names(node, classes)
        if said and set(said) != set(fields):
            found.append(f"{path}:{node.lineno}: parameters of {node.name}: said {said}, fields {fields}")
    return found


def lint(paths: list[Path]) -> list[str]:
    """Run ``numpydoc lint`` and give the findings that count, one line each."""
    outcome = subprocess.run([sys.executable, "-m", "numpydoc", "lint", "--config", str(ROOT), *map(str, paths)],
                             capture_output=True, text=True, check=False, cwd=ROOT)
    lines = [line for line in (outcome.stdout + outcome.stderr).splitlines() if line.strip()]
    if outcome.returncode and not any(FINDING.match(line) for line in lines):
        return ["numpydoc did not run:", *lines]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    nodes = {(str(path), node.lineno): (node, outer) for path, tree in trees.items()
             for node, outer in definitions(tree)}
    found = [f for path, tree in trees.items() for f in dataclass_findings(path, tree)]
    for line in lines:
        match = FINDING.match(line)
        place = (str((ROOT / match["path"]).resolve()), int(match["line"])) if match else None
        if match and (place not in nodes or not excused(match["code"], *nodes[place])):
            found.append(line)
    return found


def main() -> int:
    """Check the lower layers."""
    paths = sorted(p for layer in LAYERS for p in (ROOT / "src/ekistics" / layer).rglob("*.py"))
    found = lint(paths)
    print("\n".join(found) if found else f"docstrings: {len(paths)} modules, no finding")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
