"""A report to print and to file: A4, tagged (PDF/UA-1), every number leading to its entry in the list."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import as_file
from typing import Any

import typst

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.publish.assets import font_folder, template_text
from ekistics.publish.charts import drawing, printable
from ekistics.publish.content import Chart
from ekistics.publish.pdf import STANDARD
from ekistics.publish.report import Report, blocks, data_table

__all__ = ["report_pdf"]

NO_GLYPH = "could not be displayed"  # the typesetter's words for a character that no font has


def report_pdf(report: Report) -> bytes:
    """Set a report as PDF.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    bytes
        The document, PDF/UA-1. The same report gives the same bytes.

    Raises
    ------
    InputFormatError
        The typesetter refused a part of the content, such as a character that no font has.
    """
    content = json.dumps(_content(report), ensure_ascii=False, default=str)
    try:
        try:
            return _set(report, content, own_fonts=True)
        except typst.TypstError as error:
            if NO_GLYPH not in str(error):
                raise
            return _set(report, content, own_fonts=False)
    except typst.TypstError as error:
        hint = _("Install a font that has these characters, such as Noto Sans CJK.") if NO_GLYPH in str(error) else None
        raise InputFormatError(_("The document cannot be set."), where=f"{report.code}.pdf", got=str(error),
                               hint=hint) from error


def _set(report: Report, content: str, *, own_fonts: bool) -> bytes:
    """Set with the fonts of this package, so that a document is the same everywhere; or with the machine's too."""
    with as_file(font_folder()) as fonts:
        return bytes(typst.compile(template_text("report.typ").encode(), font_paths=[str(fonts)],
                                   ignore_system_fonts=own_fonts, sys_inputs={"content": content},
                                   pdf_standards=STANDARD, timestamp=_made(report)))


def _made(report: Report) -> int:
    """Take the edition's day as the time of making, so that a file depends on nothing but its content."""
    try:
        return int(datetime.fromisoformat(report.edition).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def _content(report: Report) -> dict[str, Any]:
    made = []
    for kind, block in blocks(report):
        if isinstance(block, Chart):
            block = replace(block, svg=printable(drawing(block, language=report.language)),
                            spec=None)  # noqa: PLW2901
        made.append({"block": kind, **_plain(asdict(block))})
    frame = {name: getattr(report, name) for name in ("language", "direction", "kind", "title", "place",
                                                      "edition_text", "source_line", "labels")}
    return {**frame, "blocks": made, "data": asdict(data_table(report))}


def _plain(value: Any) -> Any:
    """Give running text one shape: every part has a text, numbers have their entry too."""
    for name in ("parts", "meaning", "by"):
        if name in value:
            value[name] = _spans(value[name])
    if "paragraphs" in value:
        value["paragraphs"] = [_spans(parts) for parts in value["paragraphs"]]
    for item in value.get("items", ()):
        if isinstance(item, dict):
            _plain(item)
    return value


def _spans(parts: Any) -> list[Any]:
    return [{"text": part, "number": -1} if isinstance(part, str) else part for part in parts]
