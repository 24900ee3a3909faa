"""What an index package holds beside its observations: results, the live page's data, every value that went in."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite import Index
from ekistics.composite.log import Denominated, Entry, Imputed, Screened, TreatedItems
from ekistics.instruments.indices import IndexDefinition, IndexItem
from ekistics.jobs.index.compute import BASE, Built

__all__ = ["INPUT_COLUMNS", "compact_json", "inputs_csv", "live_document", "results_document"]

INPUT_COLUMNS = ("ref_area", "item", "obs_value", "unit", "time_period", "se", "status", "used", "reason", "indicator",
                 "series", "variant", "fit", "run", "origin", "obs_status")


def compact_json(content: Any) -> bytes:
    """Write a large document without blanks: a line a number would be most of it.

    Parameters
    ----------
    content : object
        Plain values with finite numbers.

    Returns
    -------
    bytes
        UTF-8, ending in a line feed.
    """
    return (json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()


def _number(value: float) -> float | None:
    """Give a number as JSON holds it: none where there is none."""
    return float(value) if np.isfinite(value) else None


def _numbers(values: npt.NDArray[np.float64]) -> list[Any]:
    """Give an array as nested lists with none where there is no number."""
    return np.where(np.isfinite(values), values, None).tolist()  # type: ignore[call-overload,no-any-return]


def _head(definition: IndexDefinition) -> dict[str, str]:
    return {name: getattr(definition, name) for name in ("code", "title", "edition", "source", "note")}


def _groups(definition: IndexDefinition) -> list[dict[str, Any]]:
    return [asdict(group) for group in definition.groups]


def _item(definition: IndexDefinition, item: IndexItem, direction: float) -> dict[str, Any]:
    form = definition.forms().get(item.code)
    return {"code": item.code, "title": item.title, "unit": item.unit, "direction": int(direction),
            "parent": item.parent, "weight": item.weight, "form": None if form is None else form.as_mapping(),
            "status": item.status, "note": item.note}


def _items(definition: IndexDefinition) -> list[dict[str, Any]]:
    directions = definition.structure().directions
    return [_item(definition, item, direction) for item, direction in zip(definition.items, directions, strict=True)]


def _variants(definition: IndexDefinition) -> list[dict[str, Any]]:
    return [{"code": each.code, "title": each.title, "why": each.why,
             "scenario": definition.scenario_of(each.code).as_mapping()} for each in definition.variant]


def _bands(definition: IndexDefinition) -> list[dict[str, Any]]:
    return [{"from": band.least, "title": band.title, "advice": band.advice} for band in definition.band]


def live_document(built: Built) -> dict[str, Any]:
    """Give what the live page computes with, and what it checks itself against.

    Parameters
    ----------
    built : Built
        The index.

    Returns
    -------
    dict
        Format 1: index, units, items, groups, values as they are standardised (the page does none of the steps
        before), standard errors, scenario, variants, bands, check. What trials say is put beside, as ``worth``.
    """
    definition, base = built.definition, built.base
    return {
        "format": 1, "index": _head(definition),
        "units": [{"code": place.code, "name": place.name, "country": place.country} for place in built.values.places],
        "items": _items(definition), "groups": _groups(definition), "values": _numbers(base.treated),
        "se": None if base.data.se is None else _numbers(base.data.se), "scenario": base.scenario.as_mapping(),
        "variants": [{name: each[name] for name in ("code", "title", "scenario")} for each in _variants(definition)],
        "bands": _bands(definition), "check": {"scores": _numbers(base.scores), "ranks": _numbers(base.ranks)},
    }


def results_document(built: Built, run: str) -> dict[str, Any]:
    """Give the results of an index: of each city its scores, ranks, coverage and what it lacks.

    Parameters
    ----------
    built : Built
        The index.
    run : str
        Id of the run.

    Returns
    -------
    dict
        The content of ``results.json``.
    """
    definition = built.definition
    return {
        "format": 1, "index": _head(definition), "run": run, "scenario": built.base.scenario.as_mapping(),
        "variants": _variants(definition), "groups": _groups(definition), "items": _items(definition),
        "bands": _bands(definition), "ranked": int(np.isfinite(built.base.ranks).sum()),
        "units": [_unit(built, row) for row in range(len(built.values.places))],
        "log": [_told(entry, built.base) for entry in built.base.log],
    }


def _unit(built: Built, row: int) -> dict[str, Any]:
    place, base = built.values.places[row], built.base
    codes, items = [group.code for group in base.structure.groups], [item.code for item in base.structure.items]
    missing, imputed = built.missing[row], built.imputed()[row]
    return {"code": place.code, "name": place.name, "country": place.country, "time_period": built.periods[row],
            "score": _number(base.total[row]), "rank": _number(base.ranks[row]),
            "scores": dict(zip(codes, _numbers(base.scores[row]), strict=True)),
            "coverage": dict(zip(codes, _numbers(base.coverage[row]), strict=True)),
            "known": int((~missing).sum()), "missing": [items[i] for i in np.flatnonzero(missing)],
            "imputed": [items[i] for i in np.flatnonzero(imputed)],
            "variants": {code: {"score": _number(index.total[row]), "rank": _number(index.ranks[row])}
                         for code, index in built.indices.items() if code != BASE}}


def _told(entry: Entry, index: Index) -> dict[str, Any]:
    """Say what a step did, with codes in place of positions."""
    units, items = list(index.data.units), [item.code for item in index.structure.items]
    step = {"step": type(entry).__name__.lower()}
    if isinstance(entry, TreatedItems):
        return step | {"items": [{name: _plain(value) for name, value in asdict(each).items()} for each in entry.items]}
    if isinstance(entry, Screened):
        return step | {"out": [units[row] for row in np.flatnonzero(entry.out)]}
    if isinstance(entry, Imputed | Denominated):
        cells = entry.cells if isinstance(entry, Imputed) else entry.lost
        return step | {"cells": [[units[row], items[column]] for row, column in np.argwhere(cells)]}
    return step | {name: _plain(getattr(entry, name)) for name in entry.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return _numbers(value.astype(np.float64))
    return _number(value) if isinstance(value, float) else value


def inputs_csv(built: Built) -> bytes:
    """Write every value that the index asks for, with its origin; what is missing is a row with its reason.

    Parameters
    ----------
    built : Built
        The index.

    Returns
    -------
    bytes
        CSV, a row a city and item, then a row a city and denominator.
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(INPUT_COLUMNS)
    writer.writerows(_input_rows(built))
    return stream.getvalue().encode()


def _input_rows(built: Built) -> Iterator[list[str]]:
    definition, base = built.definition, built.base
    cells = {(row.ref_area, row.item): row for row in built.values.cells.itertuples(index=False)}
    units = definition.units
    imputed = {(int(row), int(column)) for row, column in np.argwhere(built.imputed())}
    for row, place in enumerate(built.values.places):
        for column, (code, unit) in enumerate(units.items()):
            cell = cells.get((place.code, code))
            known = cell is not None and np.isfinite(cell.obs_value)
            filled = (row, column) in imputed
            used = base.treated[row, column] if column < len(definition.items) else np.nan
            yield [place.code, code, _text(cell.obs_value) if known else "", unit, cell.time_period if cell else "",
                   _text(cell.se) if cell else "", "given" if known else "imputed" if filled else "missing",
                   _text(used), "" if known else (cell.reason if cell and cell.reason else "not-stated"),
                   *((cell.indicator, cell.series, cell.variant, cell.fit, cell.run, cell.origin,
                      cell.obs_status) if cell else ("",) * 7)]


def _text(value: float) -> str:
    return repr(float(value)) if np.isfinite(value) else ""
