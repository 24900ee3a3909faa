"""A report as HTML: a fragment for the site and a page that stands alone; neither needs inline style or script."""

import base64
import hashlib
from functools import cache

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from ekistics.publish.assets import font_faces, template_text
from ekistics.publish.charts import drawing
from ekistics.publish.content import Chart
from ekistics.publish.report import Report, blocks, data_table, mark

__all__ = ["report_html", "report_page", "report_styles"]

POLICY = "default-src 'none'; style-src '{style}'; font-src data:; img-src data:; base-uri 'none'; form-action 'none'"


def report_html(report: Report) -> str:
    """Write a report as a fragment of HTML: one ``article`` with its own language and direction.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    str
        The fragment. Its classes are styled by :func:`report_styles`; no style, script or event stands in it.
    """
    def draw(chart: Chart) -> Markup:
        return Markup(drawing(chart, language=report.language))  # noqa: S704 - our own drawing, its texts are escaped

    return _environment().get_template("report").render(
        r=report, t=report.labels, blocks=blocks(report), data=data_table(report), draw=draw, mark=mark)


def report_page(report: Report) -> bytes:
    """Write a report as one HTML file that opens from disk and needs no network.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    bytes
        The page, UTF-8. Its policy allows its own style sheet, named by its hash, and nothing else.
    """
    body = report_html(report)
    style = font_faces(body) + report_styles()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template("page").render(
        r=report, t=report.labels, body=Markup(body), style=Markup(style),  # noqa: S704 - written above, escaped there
        policy=POLICY.format(style=f"sha256-{digest}")).encode()


def report_styles() -> str:
    """Give the style sheet of reports.

    Returns
    -------
    str
        CSS; every rule is inside ``.report``, and colours come from the site's tokens where they are set.
    """
    return template_text("report.css")


@cache
def _environment() -> Environment:
    texts = {"report": template_text("report.html.j2"), "page": template_text("report_page.html.j2")}
    return Environment(loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                       lstrip_blocks=True)
