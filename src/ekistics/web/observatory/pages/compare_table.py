"""The table of a comparison as a file: what the page shows, one row a city and indicator."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from django.http import Http404, HttpRequest, HttpResponse

from ekistics.core.i18n import _
from ekistics.publish.tabular import csv_stream
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.pages.caching import public_page
from ekistics.web.observatory.pages.compare import Asked, Line, asked_of, lines
from ekistics.web.observatory.pages.shared import absolute, named_places, series_title, variant_title
from ekistics.web.observatory.taking import rows_leave, rows_taken
from ekistics.web.places.models import Place
from ekistics.web.render import language_now

__all__ = ["COLUMNS", "compare_table"]

NUMBERS = ("obs_value", "lci", "uci")
COLUMNS = ("indicator", "number", "title", "series", "variant", "variant_title", "ref_area", "place", "time_period",
           *NUMBERS, "unit_measure", "unit", "base", "obs_status", "method", "remark", "address")


@public_page(knows=("c", "i", "p"), several=("c", "i"))
def compare_table(request: HttpRequest) -> HttpResponse:
    """Give the comparison that an address asks for as CSV; what is not measured has a row that says so."""
    actor = actor_of(request)
    asked = asked_of(request, actor)
    if not asked.cities:
        raise Http404
    found = lines(actor, asked, language_now())
    if rows_leave(request):
        rows_taken(actor, "table:comparison", [row.conf_status for line in found for row in line.rows.values()],
                   form="csv", cities=[place.code for place in asked.cities])
    table = pd.DataFrame(list(_rows(asked, found)), columns=list(COLUMNS))
    table = table.astype(dict.fromkeys(NUMBERS, float))
    return HttpResponse(b"".join(csv_stream([table], columns=COLUMNS, numbers=NUMBERS)), content_type="text/csv",
                        headers={"Content-Disposition": 'attachment; filename="comparison.csv"'})


def _rows(asked: Asked, found: list[Line]) -> Iterator[dict[str, Any]]:
    names = named_places(asked.cities)
    for line in found:
        for place, cell in zip(asked.cities, line.cells, strict=True):
            row = line.rows.get(place.code)
            absent = _("not measured") if cell.figure is None else cell.figure.text if cell.figure.absent else ""
            yield _row(line, place, row) | {"place": names[place.pk], "remark": absent or cell.verdict, "address": (
                absolute("value", number=cell.number) if cell.number else "")}


def _row(line: Line, place: Place, row: Any) -> dict[str, Any]:
    spec = line.spec
    shown = {"indicator": spec.code, "number": spec.number, "title": line.title, "ref_area": place.code,
             "unit": line.unit, **dict.fromkeys(("series", "variant", "variant_title", "time_period", "unit_measure",
                                                 "base", "obs_status", "method"), ""),
             **dict.fromkeys(NUMBERS, float("nan"))}
    if row is None:
        return shown
    held = {name: getattr(row, name) for name in ("series", "variant", "time_period", *NUMBERS, "unit_measure",
                                                  "obs_status", "method")}
    return shown | held | {"title": series_title(spec, row.series), "base": _(row.base) if row.base else "",
                           "variant_title": variant_title(spec, row.variant)}
