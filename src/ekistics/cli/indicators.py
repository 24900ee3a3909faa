"""The command that lists the indicators, or shows one: what it counts, by which method, with which proof."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ekistics.cli.tables import show
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec

__all__ = ["as_plain", "indicators"]


def indicators(code: Annotated[str | None, typer.Argument(help="Code or number of one indicator, e.g. 11.3.1.")] = None,
               as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """List the indicators, or show one with its method, variants and golden cases."""
    from ekistics.indicators import module, specs

    if code is None:
        found = specs()
        if as_json:
            typer.echo(json.dumps([_brief(spec) for spec in found], ensure_ascii=False))
        else:
            show(_overview(found))
        return
    chosen = module(code)
    content = as_plain(chosen)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False))
    else:
        _show(chosen.SPEC, content)


def _brief(spec: IndicatorSpec) -> dict[str, Any]:
    return {"code": spec.code, "number": spec.number, "title": _(spec.title), "question": _(spec.question),
            "inputs": list(spec.inputs)}


def _overview(found: tuple[IndicatorSpec, ...]) -> Table:
    table = _table(_("code"), _("number"), _("title"), _("question"), _("inputs"))
    for spec in found:
        table.add_row(spec.code, spec.number, _(spec.title), _(spec.question), ", ".join(spec.inputs))
    return table


def as_plain(chosen: Any) -> dict[str, Any]:
    """Give an indicator as plain values: the whole spec, and its golden cases with what they say today.

    Parameters
    ----------
    chosen : module
        The indicator.

    Returns
    -------
    dict
        The fields of the spec in the language in use, ``golden_cases`` and ``certificate``.
    """
    from ekistics.indicators.certificate import certificate, golden_cases

    spec: IndicatorSpec = chosen.SPEC
    return {**_brief(spec), "definition": _(spec.definition), "method": asdict(spec.method),
            "series": [{**asdict(s), "title": _(s.title), "base": _(s.base) if s.base else "",
                        "variants": [v.code for v in spec.variants_of(s.code)]} for s in spec.series],
            "variants": [{"code": v.code, "title": _(v.title), "why": _(v.why) if v.why else "",
                          "base": _(v.base) if v.base else ""} for v in spec.variants],
            "dimensions": list(spec.dimensions), "source": spec.source,
            "golden_cases": [{"name": c.name, "source": c.source, "computed_by": c.computed_by,
                              "computed_with": c.computed_with, "computed_on": c.computed_on, "working": c.working}
                             for c in golden_cases(chosen)],
            "certificate": certificate(chosen)}


def _show(spec: IndicatorSpec, content: dict[str, Any]) -> None:
    console = Console(highlight=False)
    console.print(f"{content['number']} {content['title']}".strip(), style="bold", markup=False)
    for line in (content["question"], content["definition"], "",
                 _("Method: {method}").format(method=spec.method), _("Read it at: {source}").format(source=spec.source),
                 _("Needs: {inputs}").format(inputs=", ".join(spec.inputs)),
                 _("Split by: {dimensions}").format(dimensions=", ".join(spec.dimensions) or _("nothing"))):
        console.print(line, markup=False)
    series = _table(_("series"), _("what it is"), _("unit"), _("of"))
    for s in content["series"]:
        series.add_row(s["code"], s["title"], s["unit_measure"], s["base"])
    variants = _table(_("variant"), _("name"), _("why it differs"))
    for v in content["variants"]:
        variants.add_row(v["code"], v["title"], v["why"])
    golden = _table(_("golden case"), _("computed by"), _("on"), _("source"))
    for case in content["golden_cases"]:
        golden.add_row(case["name"], case["computed_by"], case["computed_on"], case["source"])
    for table in (series, variants, golden):
        if table.row_count:
            show("", table)
    proof = content["certificate"]
    console.print()
    console.print(_("{passed} of {cases} golden cases agree.").format(passed=proof["passed"], cases=proof["cases"]))


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, title in enumerate(titles):
        table.add_column(title, overflow="fold", no_wrap=not number)  # a code that is broken cannot be copied
    return table
