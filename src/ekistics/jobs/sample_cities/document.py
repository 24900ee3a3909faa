"""``sample.json`` and the tables beside it: what was drawn, how, and how far it is like the frame."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ekistics.core.errors import MissingInputError
from ekistics.core.i18n import _
from ekistics.jobs.sample_cities.design import SampleDesign
from ekistics.jobs.sample_cities.frame import CityFrame, csv_text, place_of
from ekistics.package.descriptor import json_bytes
from ekistics.package.documents import read_document
from ekistics.survey.sampling import Plan, balance_of
from ekistics.survey.sampling.probabilities import Bools, Floats

__all__ = ["REPLACEMENTS", "SAMPLE", "TABLE", "balance_rows", "build_document", "city_row", "read_sample",
           "table_texts", "write_tables"]

SAMPLE, TABLE, REPLACEMENTS = "sample.json", "sample.csv", "replacements.csv"
_HEADS = ("code", "name", "stratum", "size", "pi", "weight", "certainty", "prn", "status", "rank")
_LOG = ("time", "out", "in", "reason", "note", "by")


def build_document(design: SampleDesign, frame: CityFrame, *, plan: Plan,  # noqa: PLR0913 - the parts of a draw
                   drawn: Bools, random: Floats, seed: Mapping[str, Any]) -> dict[str, Any]:
    """Make the document of a draw, without balance and reserve.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.
    plan : Plan
        Who could be drawn how.
    drawn : numpy.ndarray of bool, shape (n_cities,)
        Cities drawn.
    random : numpy.ndarray, shape (n_cities,)
        Permanent random numbers.
    seed : mapping
        What the document says of the seed.

    Returns
    -------
    dict
        The document.
    """
    table = design.frame
    return {
        "schema_version": "1", "title": design.sample.title, "country": design.sample.country,
        "created": seed["revealed"], "design": _design(design, frame, plan, drawn),
        "frame": {"sha256": frame.digest, "source": Path(table.path).name, "cities": len(frame.rows),
                  "size_total": float(frame.kernel.size.sum()), "definition": table.definition,
                  "time_period": table.time_period, "producer": table.producer, "licence": table.licence},
        "seed": dict(seed), "cities": [city_row(frame, plan.pi, i, random) | {"status": "drawn"}
                                       for i in np.flatnonzero(drawn).tolist()],
        "reserve": [], "replacements": [], "balance": [], "comparison": [], "response": None,
    }


def _design(design: SampleDesign, frame: CityFrame, plan: Plan, drawn: Bools) -> dict[str, Any]:
    sample, strata = design.sample, design.strata
    told: dict[str, Any] = {
        "method": sample.method, "size": int(drawn.sum()), "allocation": sample.allocation,
        "power": sample.power if sample.allocation == "power" else None, "minimum": sample.minimum,
        "size_measure": design.frame.size,
        "stratifiers": [*strata.columns, *(["size_class"] if strata.size_classes else [])],
        "balancing": list(sample.balancing), "order": sample.order if sample.method == "systematic-pps" else "",
        "size_classes": list(strata.size_classes), "strata": []}
    if sample.method == "cube":
        told["probabilities"] = sample.probabilities
    for number, title in enumerate(frame.titles):
        inside = frame.kernel.stratum == number
        sizes = frame.kernel.size[inside]
        told["strata"].append({
            "code": str(number + 1), "title": title, "frame": int(inside.sum()), "sample": int(drawn[inside].sum()),
            "certainty": int(plan.certain[inside].sum()), "size": float(sizes.sum()),
            "spread": float(sizes.std(ddof=1)) if len(sizes) > 1 else None})
    return told


def city_row(frame: CityFrame, pi: Floats, i: int, random: Floats) -> dict[str, Any]:
    """Give what the document says of a city.

    Parameters
    ----------
    frame : CityFrame
        The frame.
    pi, random : numpy.ndarray, shape (n_cities,)
        Inclusion probabilities, and permanent random numbers.
    i : int
        Position of the city.

    Returns
    -------
    dict
        Code, name, stratum, size, probability, weight and place.
    """
    row = frame.rows[i]
    return {"code": row["code"], "name": row["name"], "stratum": str(int(frame.kernel.stratum[i]) + 1),
            "size": float(frame.kernel.size[i]), "pi": float(pi[i]), "weight": float(1 / pi[i]),
            "certainty": bool(pi[i] >= 1), "prn": float(random[i]), **place_of(row)}


def balance_rows(design: SampleDesign, frame: CityFrame, pi: Floats, drawn: Bools) -> list[dict[str, Any]]:
    """Hold the sample against the frame in every variable that the frame has.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.
    pi : numpy.ndarray, shape (n_cities,)
        Inclusion probabilities.
    drawn : numpy.ndarray of bool, shape (n_cities,)
        Cities drawn.

    Returns
    -------
    list of dict
        Mean of the frame, weighted mean of the sample and their difference in standard deviations, a row a variable.
    """
    names = dict.fromkeys((*design.strata.columns, *design.sample.balancing, *design.frame.keep))
    names.pop(design.frame.size, None)
    others = frame.balancing(list(names))
    variables = {design.frame.size: frame.kernel.size,
                 **dict(zip(frame.balancing_names(list(names)), others.T, strict=True))}
    if len(frame.titles) > 1:
        variables |= {title: (frame.kernel.stratum == number).astype(np.float64)
                      for number, title in enumerate(frame.titles)}
    rows = []
    for name, values in variables.items():
        told = dict(zip(("frame", "sample", "difference"), balance_of(values, pi, drawn), strict=True))
        rows.append({"variable": name, **{key: None if np.isnan(value) else float(value)
                                          for key, value in told.items()}})
    return rows


def write_tables(staging: Path, document: Mapping[str, Any], reserve: Iterable[Mapping[str, Any]]) -> None:
    """Write the document and its tables for spreadsheets.

    Parameters
    ----------
    staging : pathlib.Path
        Folder to write into.
    document : mapping
        The document.
    reserve : iterable of mapping
        Cities that may stand in, with size, probability and random number.
    """
    (staging / SAMPLE).write_bytes(json_bytes(document))
    for name, text in table_texts(document, reserve).items():
        (staging / name).write_text(text, encoding="utf-8")


def table_texts(document: Mapping[str, Any], reserve: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Give the tables that belong to a document.

    Parameters
    ----------
    document : mapping
        The document.
    reserve : iterable of mapping
        Cities that may stand in, with size, probability and random number.

    Returns
    -------
    dict of str to str
        Text of ``sample.csv`` and of ``replacements.csv``.
    """
    titles = {row["code"]: row["title"] for row in document["design"]["strata"]}
    cities = [{**city, "rank": ""} for city in document["cities"]]
    cities += [{**city, "weight": 1 / city["pi"], "certainty": False, "status": "reserve"} for city in reserve]
    rows = ({**city, "stratum": titles.get(city["stratum"], city["stratum"])} for city in cities)
    return {TABLE: csv_text(_HEADS, ([_cell(row[name]) for name in _HEADS] for row in rows)),
            REPLACEMENTS: csv_text(_LOG, ([_cell(row.get(name)) for name in _LOG]
                                          for row in document["replacements"]))}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def read_sample(folder: Path) -> dict[str, Any]:
    """Read the document of a drawn sample and hold it against its schema.

    Parameters
    ----------
    folder : pathlib.Path
        The sample.

    Returns
    -------
    dict
        The document.

    Raises
    ------
    MissingInputError
        Nothing was drawn there.
    PackageError
        The document is not what its schema asks for.
    """
    found = read_document(Path(folder), SAMPLE)
    if found is None:
        raise MissingInputError(_("This is not the folder of a drawn sample: it has no {name}.").format(name=SAMPLE),
                                where=folder)
    return found
