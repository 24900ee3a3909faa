"""Values from people's records in a package: only what disclosure control let out, with its report beside them."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, people_codes
from ekistics.core.observation import DIMENSIONS
from ekistics.package.descriptor import DISCLOSURE
from ekistics.package.documents import read_document
from ekistics.package.model import Layer, ProfilePackage
from ekistics.package.read import read_layer
from ekistics.package.survey_sizes import size_faults
from ekistics.package.table import NUMBER_COLUMNS, canonical_observations
from ekistics.survey.disclosure import digest_rows, is_disclosed, row_keys, row_order, told_key, withheld_mask

__all__ = ["disclosed_report", "disclosure_faults", "layer_faults"]

Floats = np.ndarray[Any, np.dtype[np.float64]]
_ROUNDED = 1e-5  # relative; layers may hold numbers as float32
_PARTS = {"schema_version", "digest", "rules", "counts", "attack", "withheld", "cases"}
_NAMES = {"counts": {"rows", "published", "withheld"}, "attack": {"recovered", "within"}}
_BESIDE = ("value", *NUMBER_COLUMNS, "n", "cases")  # words that follow the name of a series in that of a column


def disclosed_report(package: ProfilePackage) -> dict[str, Any] | None:
    """Give the report to be written beside the values from people's records, and refuse values without one.

    Parameters
    ----------
    package : ProfilePackage
        What is to be written.

    Returns
    -------
    dict or None
        The report of disclosure control; None where nothing comes from people's records.

    Raises
    ------
    PackageError
        Rows of such indicators are not those that disclosure control let out, or a layer holds other values of them.
    """
    rows = _of_people(canonical_observations(package.observations), people_codes(package.indicators))
    if rows.empty and package.disclosed is None:
        return None
    if not is_disclosed(package.disclosed):
        raise PackageError(_("Values from people's records leave only through disclosure control."),
                           where="observations", expected=_("the table that disclosure control gives, as 'disclosed'"),
                           hint=_("Make it with ekistics.survey.disclosure.control."))
    if digest_rows(rows) != package.disclosed.digest:
        raise PackageError(_("The rows from people's records are not those that disclosure control gave."),
                           where="observations", hint=_("Take them from the disclosed table, all of them, unchanged."))
    for layer in package.layers:
        for fault in layer_faults(layer, package.observations, package.indicators):
            raise PackageError(fault, where=layer.code)
    return package.disclosed.report


def _of_people(table: pd.DataFrame, codes: frozenset[str]) -> pd.DataFrame:
    return table[table["indicator"].isin(codes)]


def disclosure_faults(folder: Path, layers: Iterable[Mapping[str, Any]], table: pa.Table, *,
                      indicators: Sequence[IndicatorSpec], listed: bool) -> Iterator[tuple[str, str]]:
    """Hold the values from people's records against the report beside them, and the layers against the values.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    layers : iterable of mapping
        Entries of its layers in the descriptor.
    table : pyarrow.Table
        Its observations.
    indicators : sequence of IndicatorSpec
        What they are about.
    listed : bool
        Whether the descriptor lists the report.

    Yields
    ------
    tuple of str
        The file, and what is wrong with it, in words.
    """
    frame = table.to_pandas(use_threads=False)
    rows = _of_people(frame, people_codes(indicators)).reset_index(drop=True)
    if listed:
        yield from ((DISCLOSURE, fault) for fault in _guarded_faults(folder / DISCLOSURE, rows))
        yield from (("survey.json", fault) for fault in _guarded_sizes(folder, rows))
    elif not rows.empty:
        yield "observations.parquet", _("Values from people's records have no report of disclosure control.")
    for entry in layers:
        try:
            layer = read_layer(folder, entry)
        except EkisticsError:
            continue  # told by the layer's own check
        yield from ((f"layers/{layer.code}.parquet", fault) for fault in layer_faults(layer, frame, indicators))


def _guarded_faults(path: Path, rows: pd.DataFrame) -> list[str]:
    try:
        return list(_report_faults(_read(path), rows))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return [_("The report of disclosure control cannot be read.")]


def _guarded_sizes(folder: Path, rows: pd.DataFrame) -> list[str]:
    try:
        survey = read_document(folder, "survey.json")
        return [] if survey is None else list(size_faults(survey, rows, _read(folder / DISCLOSURE)))
    except (EkisticsError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, IndexError):
        return []  # told by the checks of the document and of the report


def _read(path: Path) -> Mapping[str, Any]:
    report = json.loads(path.read_bytes())
    if report["schema_version"] != "1" or set(report) != _PARTS:
        raise ValueError  # more could be the private report: which cells are small
    if any(set(report[part]) != names for part, names in _NAMES.items()):
        raise ValueError
    return dict(report)


def _report_faults(report: Mapping[str, Any], rows: pd.DataFrame) -> Iterator[str]:
    if report["digest"] != f"sha256:{digest_rows(rows)}":
        yield _("The values from people's records are not those of the report of disclosure control.")
    withheld = withheld_mask(rows)
    if rows.loc[withheld, list(NUMBER_COLUMNS)].notna().any(axis=None):
        yield _("A row that is withheld to protect people holds a number.")
    if sorted(map(_plain, report["withheld"])) != sorted(_plain(told_key(key)) for key in row_keys(rows.loc[withheld])):
        yield _("The report of disclosure control lists other cells than those that are withheld.")
    counts = report["counts"]
    hidden = int(withheld.sum())
    if (counts["rows"], counts["published"], counts["withheld"]) != (len(rows), len(rows) - hidden, hidden):
        yield _("The report of disclosure control counts other cells than there are.")
    yield from _case_faults(report, rows, withheld)


def _case_faults(report: Mapping[str, Any], rows: pd.DataFrame, withheld: np.ndarray[Any, np.dtype[np.bool_]]
                 ) -> Iterator[str]:
    """Hold the numbers of cases that the report gives against its own rules."""
    cases = np.array([np.nan if n is None else float(n) for n in report["cases"]])
    if len(cases) != len(rows):
        yield _("The report of disclosure control counts other cells than there are.")
        return
    by_key = withheld[row_order(rows)]
    if np.isfinite(cases[by_key]).any() or np.isnan(cases[~by_key]).any():
        yield _("The report of disclosure control tells the cases of cells that are withheld, or not those of others.")
    if ((cases > 0) & (cases < int(report["rules"]["cases"]))).any():
        yield _("A value of fewer cases than the rules ask for is not withheld.")


def _plain(told: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((str(name), str(text)) for name, text in told.items())


def layer_faults(layer: Layer, observations: pd.DataFrame, indicators: Iterable[IndicatorSpec]) -> Iterator[str]:
    """Find columns of a layer with values from people's records that no observation shows.

    Parameters
    ----------
    layer : Layer
        The layer.
    observations : pandas.DataFrame
        The package's observations.
    indicators : iterable of IndicatorSpec
        What they are about.

    Yields
    ------
    str
        What is wrong, in words: a column named by such an indicator or series holds a number, for an area, that is no
        published value of it.
    """
    if layer.frame is None:
        return
    for spec in indicators:
        if not spec.people_records:
            continue
        named = _named_by(spec)
        for column in (c for c in layer.frame.columns if named.fullmatch(str(c))):
            if not _is_published(layer.frame, column, observations[observations["indicator"] == spec.code]):
                yield _("The column {column} holds values from people's records that are not published.").format(
                    column=column)


def _named_by(spec: IndicatorSpec) -> re.Pattern[str]:
    """Match names of columns that are made of the codes of an indicator, its series and readings."""
    own = "|".join(re.escape(code) for code in (spec.code, *(s.code for s in spec.series)))
    more = "|".join(re.escape(word) for word in (*_BESIDE, *(v.code for v in spec.variants)))
    return re.compile(f"(?:{re.escape(spec.code)}[_.: -])?(?:{own})(?:[_.: -](?:{more}))*", re.IGNORECASE)


def _numbers_in(column: "pd.Series[Any]") -> Floats:
    """Read the numbers of a column, also those that stand in texts."""
    texts = column.astype(object).where(column.notna(), "").astype(str)
    found = pd.to_numeric(texts.str.extract(r"(-?\d+(?:\.\d+)?)", expand=False), errors="coerce")
    given = pd.to_numeric(column, errors="coerce").astype(float)
    return np.asarray(given.fillna(found), dtype=np.float64)


def _is_published(frame: gpd.GeoDataFrame, column: str, rows: pd.DataFrame) -> bool:
    values = _numbers_in(frame[column])
    if not np.isfinite(values).any():
        return True
    if "ref_area" not in frame.columns:
        return False
    whole = rows[(rows[list(DIMENSIONS)] == "_T").all(axis=1)]
    shown = {area: part[list(NUMBER_COLUMNS)].to_numpy(dtype=float).ravel() for area, part in whole.groupby("ref_area")}
    return all(np.isnan(value) or bool(np.isclose(shown.get(str(area), np.empty(0)), value, rtol=_ROUNDED).any())
               for area, value in zip(frame["ref_area"], values, strict=True))
