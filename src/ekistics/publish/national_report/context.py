"""What every part of one national report needs: the rows as they are shown, and the list of numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import pandas as pd

from ekistics.core.frameworks import SlotState, nua_framework, slot_state
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.report_outline import Outline, OutlineSection, nua_report
from ekistics.publish.briefs.common import known_specs, prepared
from ekistics.publish.citing import Citations
from ekistics.publish.figures import default_of, grouped, headline_of, listed, newest_of_groups
from ekistics.publish.groups import split_by
from ekistics.publish.national_report.records import NationalRecords
from ekistics.publish.numbers import number_text

__all__ = ["COUNTED", "Context", "context_of", "main_of", "section_of"]

COUNTED = "_cities_"  # in the codes of counts of cities by an indicator


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """One report while it is composed.

    Parameters
    ----------
    records : NationalRecords
        What it is made from.
    outline : Outline
        Its order.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : mapping of str to list of namedtuple
        The newest national rows of the headline series in their first reading, by indicator: everybody, then groups.
    every : tuple of namedtuple
        All national rows of all rounds.
    cities : tuple of namedtuple
        The newest rows of the cities.
    slots : mapping of int to SlotState
        State of each slot of the framework.
    cites : Citations
        The list of numbers.
    """

    records: NationalRecords
    outline: Outline
    specs: Mapping[str, IndicatorSpec]
    rows: Mapping[str, list[Any]]
    every: tuple[Any, ...]
    cities: tuple[Any, ...]
    slots: Mapping[int, SlotState]
    cites: Citations

    @property
    def language(self) -> str:
        """Give the language of the report."""
        return self.records.language

    @property
    def name(self) -> str:
        """Give the name of the country."""
        return self.records.place.name

    def whole(self, value: float) -> str:
        """Write a count."""
        return number_text(float(value), 0, language=self.language)

    def placed_at(self, section: OutlineSection) -> list[str]:
        """Give the codes of the indicators whose rows stand in a section."""
        return [code for code in self.specs if code in self.rows and section_of(code, self.outline) == section.code]

    @property
    def unplaced(self) -> list[str]:
        """Give the codes of indicators with rows that the outline has no section for."""
        return [code for code in self.specs if code in self.rows and not section_of(code, self.outline)]


def context_of(records: NationalRecords) -> Context:
    """Read the records as a report shows them.

    Parameters
    ----------
    records : NationalRecords
        The records.

    Returns
    -------
    Context
        The rows that are shown; the list of numbers is still empty.
    """
    specs, code = known_specs(records.specs), records.place.code
    rows = _listed(records.rows, specs, [code])
    earlier = _listed(records.earlier, specs, [code])
    cities = newest_of_groups(_listed(records.city_rows, specs, list(records.cities)))
    shown = {indicator: main_of(specs[indicator], by_series)
             for indicator, by_series in grouped(newest_of_groups(rows)).items()}
    names = {code: records.place.name, **records.cities}
    return Context(records, nua_report(), specs, {code: found for code, found in shown.items() if found},
                   (*rows, *earlier), tuple(row for row in cities if not split_by(row)),
                   _slots(records, rows), Citations(
                       specs, names, language=records.language, confidence=records.confidence))


def _listed(rows: pd.DataFrame | None, specs: Mapping[str, IndicatorSpec], places: list[str]) -> list[Any]:
    if rows is None or rows.empty:
        return []
    frame = prepared(rows)
    return listed(frame[frame["indicator"].isin(specs) & frame["ref_area"].isin(places)])


def _slots(records: NationalRecords, rows: Iterable[Any]) -> dict[int, SlotState]:
    held = {row.indicator for row in rows if isfinite(row.obs_value) and not split_by(row)}
    return {slot.number: slot_state(slot, held, not_applicable=slot.number in records.not_applicable)
            for slot in nua_framework().slots}


def main_of(spec: IndicatorSpec, by_series: Mapping[str, list[Any]]) -> list[Any]:
    """Choose the rows of an indicator that a report shows.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    by_series : mapping of str to list of namedtuple
        Its newest rows by series.

    Returns
    -------
    list of namedtuple
        Of each headline series, the first reading that has a value for everybody: everybody, then the groups.
    """
    made: list[Any] = []
    for series in headline_of(spec, by_series):
        found = by_series[series.code]
        told = [row for row in found if isfinite(row.obs_value) and not split_by(row)] or found
        first = default_of(spec, series.code, [row.variant for row in told])
        made += sorted((row for row in found if row.variant == first), key=lambda row: bool(split_by(row)))
    return made


def section_of(code: str, outline: Outline) -> str:
    """Say in which section of the outline an indicator stands.

    Parameters
    ----------
    code : str
        Code of the indicator; that of a count of cities by it, or of one made for a slot.
    outline : Outline
        The outline.

    Returns
    -------
    str
        Code of the section; empty where the outline places it nowhere.

    Examples
    --------
    >>> outline = nua_report()
    >>> section_of("sdg_11_2_1_cities_above_50", outline), section_of("nua_09", outline), section_of("own_1", outline)
    ('1.1.3', '1.2.1', '')
    """
    counted = code.partition(COUNTED)[0]
    slot = int(code[4:]) if code.startswith("nua_") and code[4:].isdecimal() else 0
    return next((section.code for section in outline.sections
                 if counted in section.indicators or slot in section.slots), "")
