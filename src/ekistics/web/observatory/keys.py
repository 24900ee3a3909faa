"""Keys of observations: the rows of measures, periods and groups that a table's texts stand for."""

from collections.abc import Iterable
from typing import Any

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period as CorePeriod
from ekistics.core.provenance import digest_values
from ekistics.indicators.registry import specs
from ekistics.package.descriptor import parse_spec
from ekistics.package.table import Columns
from ekistics.web.chunks import parts
from ekistics.web.observatory.models import Group, Indicator, Measure, Period

__all__ = ["Keys", "people_specs"]

MEASURE = ("indicator", "series", "variant", "unit_measure", "base", "method")
UNKNOWN_POSITION = 1000


def _period(text: str) -> Period:
    days = CorePeriod.parse(text) if text else None
    return Period(text=text, start=days and days.start, end=days and days.end)


def people_specs(codes: Iterable[str]) -> list[IndicatorSpec]:
    """Give those of some indicators of which the record says that they come from people's records.

    Parameters
    ----------
    codes : iterable of str
        Codes of indicators.

    Returns
    -------
    list of IndicatorSpec
        The indicators, as the record holds them.
    """
    found: list[IndicatorSpec] = []
    for part in parts(sorted(set(codes))):
        held = Indicator.objects.filter(code__in=part, specification__people_records=True)
        found += [parse_spec(plain) for plain in held.values_list("specification", flat=True)]
    return found


class Keys:
    """Looks keys up, makes those that are new, and remembers them for the packages of one batch."""

    def __init__(self) -> None:
        self.indicators: dict[str, Indicator] = {}
        self.measures: dict[tuple[str, ...], int] = {}
        self.periods: dict[str, int] = {}
        self.groups: dict[tuple[str, ...], int] = {}

    def forget(self) -> None:
        """Forget everything: what a transaction made is gone where it failed."""
        for held in (self.indicators, self.measures, self.periods, self.groups):
            held.clear()

    def learn(self, given: Iterable[IndicatorSpec], specifications: dict[str, dict[str, Any]], *,
              replace: bool = True) -> None:
        """Put indicators into the record; another specification of a known one replaces it where that is asked for."""
        order = {spec.code: i for i, spec in enumerate(specs())}
        for spec in given:
            held = self.indicators.get(spec.code)
            if held is None:
                held, _made = Indicator.objects.get_or_create(code=spec.code, defaults=self._fields(
                    spec, specifications[spec.code], order))
                self.indicators[spec.code] = held
            if replace and held.stamp != digest_values(specifications[spec.code])[:16]:
                for name, value in self._fields(spec, specifications[spec.code], order).items():
                    setattr(held, name, value)
                held.save()

    @staticmethod
    def _fields(spec: IndicatorSpec, plain: dict[str, Any], order: dict[str, int]) -> dict[str, Any]:
        return {"number": spec.number, "title": spec.title, "specification": plain, "stamp": digest_values(plain)[:16],
                "position": order.get(spec.code, UNKNOWN_POSITION)}

    def measures_of(self, columns: Columns) -> list[int]:
        """Give the measure of each row."""
        rows = list(zip(*(columns[name] for name in MEASURE), strict=True))
        for key in sorted(set(rows)):
            if key not in self.measures:
                values = dict(zip(MEASURE, key, strict=True)) | {"indicator": self.indicators[key[0]]}
                self.measures[key] = Measure.objects.get_or_create(**values)[0].pk
        return [self.measures[key] for key in rows]

    def periods_of(self, columns: Columns) -> list[int]:
        """Give the period of each row; an empty one, of a value that is absent, is a period without days."""
        rows = columns["time_period"]
        self._learn_periods([text for text in dict.fromkeys(rows) if text not in self.periods])
        return [self.periods[text] for text in rows]

    def _learn_periods(self, texts: list[str]) -> None:
        """Look up periods, and make those that are new: a series of a century is one statement or three."""
        for part in parts(texts):
            found = Period.objects.filter(text__in=part)
            self.periods.update(found.values_list("text", "pk"))
            new = sorted(text for text in part if text not in self.periods)  # two who publish wait in one order
            if new:
                Period.objects.bulk_create(map(_period, new), ignore_conflicts=True)
                self.periods.update(found.values_list("text", "pk"))

    def groups_of(self, columns: Columns) -> list[int]:
        """Give the group of people of each row."""
        rows = list(zip(*([text or "_T" for text in columns[name]] for name in DIMENSIONS), strict=True))
        for key in sorted(set(rows)):
            if key not in self.groups:
                values = dict(zip(DIMENSIONS, key, strict=True))
                whole = all(value == "_T" for value in key)
                self.groups[key] = Group.objects.get_or_create(**values, defaults={"total": whole})[0].pk
        return [self.groups[key] for key in rows]
