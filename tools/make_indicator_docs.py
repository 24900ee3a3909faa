"""Write a page for every indicator from its spec: what it says, of what, by which method, and the proof."""

import tomllib
from importlib.resources import files
from typing import Any

GOLDEN = ("Computed outside this program and shipped with it; every profile runs them again and prints the "
          "result in its certificate.")
INDEX = "One indicator is one module with one public function; `ekistics indicators` lists the same."


def cells(*values: object) -> str:
    """Lay out a row of a Markdown table."""
    return "| " + " | ".join(str(v).replace("|", "\\|").replace("\n", " ") for v in values) + " |"


def golden_lines(code: str) -> list[str]:
    """List the golden cases of an indicator: who computed them, with what, when."""
    path = files("ekistics.indicators") / "golden" / f"{code}.toml"
    if not path.is_file():
        return []
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    cases: list[dict[str, Any]] = next((v for v in content.values() if isinstance(v, list)), [])
    source = str(content.get("source", ""))
    rows = [cells(c.get("name", c.get("case", "")), c.get("source", source), c.get("computed_by", c.get("by", "")),
                  c.get("with", c.get("tool", "")), c.get("date", c.get("on", ""))) for c in cases]
    if not rows:
        return []
    return ["## Golden cases", "", GOLDEN, "", cells("case", "source", "computed by", "with", "on"),
            "|---|---|---|---|---|", *rows, "",
            *(f"- {c['name']}: {c['working']}" for c in cases if "working" in c), ""]


def indicator_page(spec: Any, notice: str) -> str:
    """Describe one indicator."""
    title = f"{spec.number} {spec.title}".strip()
    lines = [f"# {title}", notice, f"Code: `{spec.code}`", "", f"**{spec.question}** {spec.definition}", "",
             f"- Method: {spec.method}", f"- Needs: {', '.join(f'`{i}`' for i in spec.inputs)}"]
    if spec.dimensions:
        lines.append(f"- Split by: {', '.join(f'`{d}`' for d in spec.dimensions)}, where the population is")
    if spec.source:
        lines.append(f"- Definition: <{spec.source}>")
    lines += ["", "## Series", "", cells("series", "what it is", "unit", "of"), "|---|---|---|---|",
              *(cells(f"`{s.code}`" + (" (headline)" if s.headline else ""), s.title, f"`{s.unit_measure}`", s.base)
                for s in spec.series), ""]
    if spec.variants:
        lines += ["## Variants", "", "The default first.", "", cells("variant", "name", "of", "why it differs"),
                  "|---|---|---|---|", *(cells(f"`{v.code}`", v.title, v.base, v.why) for v in spec.variants), ""]
    lines += ["## How it is computed", "", "```{eval-rst}",
              f".. autofunction:: ekistics.indicators.{spec.code}.compute", "```", "", *golden_lines(spec.code)]
    return "\n".join(lines).rstrip() + "\n"


def index_page(specs: Any, notice: str) -> str:
    """List the indicators."""
    lines = ["# Indicators", notice, INDEX, "", cells("code", "number", "title", "question"), "|---|---|---|---|",
             *(cells(f"[`{s.code}`](indicators/{s.code}.md)", s.number, s.title, s.question) for s in specs), "",
             "```{toctree}", ":hidden:", "", *(f"indicators/{s.code}" for s in specs), "```", ""]
    return "\n".join(lines)


def pages(notice: str) -> dict[str, str]:
    """Make the pages: path below ``docs/reference`` to text."""
    from ekistics.indicators import specs

    known = tuple(specs())
    return {"indicators.md": index_page(known, notice),
            **{f"indicators/{s.code}.md": indicator_page(s, notice) for s in known}}
