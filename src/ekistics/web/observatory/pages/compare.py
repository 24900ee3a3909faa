"""Cities side by side: their newest values, or those of a year, and what can and cannot be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import Estimate
from ekistics.core.units import unit
from ekistics.publish.charts import bounded, ranking
from ekistics.publish.compare import compare as judged
from ekistics.publish.content import Figure
from ekistics.publish.figures import default_of, figure, grouped, headline_of, newest_rows
from ekistics.publish.numbers import period_text
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs, listed, rows_for
from ekistics.web.observatory.models import Coverage, Measure
from ekistics.web.observatory.pages.adding import city_names, typed_cities
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.shared import absolute, named_places, plain, series_title
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor, visible
from ekistics.web.render import language_now

__all__ = ["Asked", "asked_of", "compare", "compare_chart", "compared_rows"]

MOST_CITIES, MOST_INDICATORS, FIRST_INDICATORS, FOUND = 12, 20, 6, 20
TYPED = 10_000  # characters: more than an address has, so that no name is cut off before it is counted


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is compared.

    Parameters
    ----------
    cities : tuple of Place
        In the order of the address.
    specs : tuple of IndicatorSpec
        The indicators.
    chosen : tuple of str
        Codes of the indicators that the address names; empty where the first ones are shown.
    period : str
        A time period; empty for the newest of each city.
    """

    cities: tuple[Place, ...]
    specs: tuple[IndicatorSpec, ...]
    chosen: tuple[str, ...]
    period: str

    def query(self, **more: str) -> str:
        """Give the address that keeps this state."""
        parts = [("c", place.code) for place in self.cities] + [("i", code) for code in self.chosen]
        return urlencode([*parts, *([("p", self.period)] if self.period else []), *more.items()])


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in the table.

    Parameters
    ----------
    figure : Figure or None
        The value in words; None where the record has none.
    number : int
        Key of the observation; 0 for none.
    verdict : str
        How it compares with the first city.
    """

    figure: Figure | None
    number: int = 0
    verdict: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """An indicator in the table, or on a chart.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    title : str
        Its headline series.
    unit : str
        The unit in words.
    cells : tuple of Cell
        One a city.
    rows : dict of str to namedtuple
        The observations by place.
    """

    spec: IndicatorSpec
    title: str
    unit: str
    cells: tuple[Cell, ...]
    rows: dict[str, Any]

    @property
    def drawn(self) -> bool:
        """Tell whether a city has a value: an axis alone is no chart."""
        return any(cell.figure is not None and not cell.figure.absent for cell in self.cells)


def asked_of(request: HttpRequest, actor: Actor) -> Asked:
    """Read an address; cities and indicators that are not there are left out."""
    cities = _cities(actor, request.GET.getlist("c"), MOST_CITIES)
    specs = indicator_specs(stamp_of(request))
    chosen = tuple(c for c in dict.fromkeys(request.GET.getlist("i")) if c in specs)[:MOST_INDICATORS]
    shown = chosen or _with_values(specs)[:FIRST_INDICATORS]
    period = plain(request.GET.get("p", ""), 24)
    took(request, c=[place.code for place in cities], i=list(chosen), p=period if _is_known(period) else "")
    return Asked(cities, tuple(specs[c] for c in shown), chosen, period)


def _is_known(period: str) -> bool:
    """Tell whether the public record has a value of a period."""
    return period != "" and Coverage.objects.filter(values__gt=0, period__text=period).exists()


def _cities(actor: Actor, codes: Sequence[str], most: int) -> tuple[Place, ...]:
    wanted = list(dict.fromkeys(map(plain, codes)))[:most]
    held = {p.code: p for p in Place.objects.filter(visible(actor), kind="city", code__in=wanted)}
    return tuple(held[code] for code in wanted if code in held)


def _with_values(specs: Mapping[str, IndicatorSpec]) -> tuple[str, ...]:
    known = set(Coverage.objects.filter(values__gt=0).values_list("measure__indicator__code", flat=True))
    return tuple(code for code in specs if code in known)


def compared_rows(actor: Actor, asked: Asked) -> dict[str, dict[str, list[Any]]]:
    """Give the observations that are compared, by indicator and series: the newest ones, or those of the period."""
    measures = list(Measure.objects.filter(indicator__code__in=[s.code for s in asked.specs]).values_list(
        "pk", flat=True))
    where = Q(place__in=[p.pk for p in asked.cities], measure__in=measures, group__total=True)
    if asked.period:
        where &= Q(period__text__in=[asked.period, ""])
    return grouped(newest_rows(listed(rows_for(actor, where=where).order_by("id"))))


def lines(actor: Actor, asked: Asked, language: str) -> list[Line]:
    """Lay the table out."""
    found = compared_rows(actor, asked)
    return [_line(spec, found.get(spec.code, {}), asked, language) for spec in asked.specs]


def _line(spec: IndicatorSpec, rows: Mapping[str, Sequence[Any]], asked: Asked, language: str) -> Line:
    series = next((s.code for s in headline_of(spec, rows)), spec.series[0].code)
    own = rows.get(series, ())
    first = default_of(spec, series, [row.variant for row in own])
    by_place = {row.ref_area: row for row in own if row.variant == first}
    base = by_place.get(asked.cities[0].code) if asked.cities else None
    cells = tuple(_cell(spec, by_place.get(place.code), base if i else None, language)
                  for i, place in enumerate(asked.cities))
    return Line(spec, series_title(spec, series), _(unit(spec.find_series(series).unit_measure).title), cells, by_place)


def _cell(spec: IndicatorSpec, row: Any, base: Any, language: str) -> Cell:
    if row is None:
        return Cell(None)
    verdict = "" if base is None else _verdict(row, base)
    return Cell(figure(row, spec, language=language), int(row.observation), verdict)


def _verdict(row: Any, base: Any) -> str:
    """Say how a value compares with that of the first city; values by different methods are not held together."""
    if row.method != base.method or row.unit_measure != base.unit_measure:
        return _("not compared: another method")
    found = judged(*(Estimate(one.obs_value, se=one.se, lci=one.lci, uci=one.uci) for one in (row, base)))
    words = {"higher": _("higher than the first city"), "lower": _("lower than the first city"),
             "same": _("cannot be told apart from the first city")}
    return words.get(found.verdict, _("not judged: an interval is not stated"))


@public_page(knows=("c", "i", "p", "q", "f"), several=("c", "i", "f"))
def compare(request: HttpRequest) -> HttpResponse:
    """Show the form, the table and the charts."""
    actor, language = actor_of(request), language_now()
    asked = asked_of(request, actor)
    typed = typed_cities(actor, plain(request.GET.get("q", ""), TYPED), most=MOST_CITIES, offers=FOUND)
    wanted = tuple(dict.fromkeys([*asked.cities, *typed.cities]))
    asked = replace(asked, cities=wanted[:MOST_CITIES])
    found = _offered(actor, request.GET.getlist("f"), [*wanted[MOST_CITIES:], *typed.maybe], asked)
    specs = indicator_specs(stamp_of(request))
    known = _with_values(specs)
    periods = Coverage.objects.filter(values__gt=0, measure__indicator__code__in=[s.code for s in asked.specs]).exclude(
        period__text="").order_by("-period__end").values_list("period__text", flat=True)
    return render(request, "compare.html", {
        "asked_for": asked, "names": named_places([*asked.cities, *found]), "found": found, "typed": typed,
        "lines": lines(actor, asked, language) if asked.cities else [], "full": len(asked.cities) >= MOST_CITIES,
        "choices": [specs[code] for code in known], "shown": {s.code for s in asked.specs}, "most": MOST_CITIES,
        "periods": [(text, period_text(text, language=language)) for text in dict.fromkeys(periods)],
        "suggested": city_names(), "link": f"{absolute('compare')}?{asked.query()}",
        "query": asked.query(), "reports": ("pdf", "docx", "html", "xlsx")})


def _offered(actor: Actor, before: Sequence[str], new: Sequence[Place], asked: Asked) -> list[Place]:
    """Give the cities to tick, each once: those that do not fit or may be meant, and those offered before."""
    found = dict.fromkeys([*new, *_cities(actor, before, FOUND)])
    return [place for place in found if place not in asked.cities][:FOUND]


@public_page(knows=("c", "i", "p"), several=("c", "i"))
def compare_chart(request: HttpRequest) -> HttpResponse:
    """Give the chart of one indicator of a comparison, as a specification."""
    actor, language = actor_of(request), language_now()
    asked = asked_of(request, actor)
    names = named_places(asked.cities)
    rows, found = [], lines(actor, asked, language)[:1]
    for line in found:
        for i, (place, cell) in enumerate(zip(asked.cities, line.cells, strict=True)):
            row = line.rows.get(place.code)
            if row is not None and cell.figure is not None and not cell.figure.absent:
                known = row.lci == row.lci and row.uci == row.uci  # noqa: PLR0124 - NaN differs from itself
                rows.append({"name": names[place.pk], "value": row.obs_value, "text": cell.figure.text,
                             "low": row.lci if known else None, "high": row.uci if known else None,
                             "kind": "main" if i == 0 else "other"})
    shares = any(bounded(line.spec.find_series(row.series)) for line in found for row in line.rows.values())
    return JsonResponse(ranking(sorted(rows, key=lambda row: -row["value"]), full=shares))
