"""Golden cases shipped with the indicators, and the certificate that running them gives."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS
from ekistics.indicators.registry import IndicatorModule, modules

__all__ = ["GoldenCase", "certificate", "certificates", "golden_cases", "run_case"]

_KEY = ("series", "variant", "ref_area", "time_period", *DIMENSIONS)
_CHECKED = ("value", "numerator", "denominator", "lci", "uci")


@dataclass(frozen=True, slots=True, eq=False)
class GoldenCase:
    """One case that was computed outside this program.

    Parameters
    ----------
    name : str
        Short name.
    source : str
        Where the inputs and the answer come from.
    computed_by : str
        Who computed the answer.
    computed_with : str
        With what.
    computed_on : str
        When, ISO 8601.
    working : str
        The arithmetic, so that it can be done again by hand.
    arguments : mapping
        Arguments of the indicator's ``compute``, tables as frames.
    expected : tuple of mapping
        Which row (series, variant, ref_area, time_period, dimensions), and its value, numerator, denominator, lci, uci
        or the reason of its absence.
    tolerance : float
        Largest difference that counts as agreement, in the unit of the value.
    tolerance_reason : str
        Why that much.
    """

    name: str
    source: str
    computed_by: str
    computed_with: str
    computed_on: str
    working: str
    arguments: Mapping[str, Any]
    expected: tuple[Mapping[str, Any], ...]
    tolerance: float
    tolerance_reason: str


def golden_cases(module: IndicatorModule, folder: Traversable | None = None) -> tuple[GoldenCase, ...]:
    """Read the golden cases of an indicator.

    Parameters
    ----------
    module : module
        The indicator.
    folder : importlib.resources.abc.Traversable, optional
        Folder that holds ``<code>.toml``; by default ``golden`` beside the module.

    Returns
    -------
    tuple of GoldenCase
        The cases; none where there is no file.

    Raises
    ------
    InputFormatError
        The file is not TOML, or a case lacks a field.
    """
    package = getattr(module, "__name__", "").rpartition(".")[0]
    folder = folder or (files(package) / "golden" if package else None)
    path = None if folder is None else folder / f"{module.SPEC.code}.toml"
    if path is None or not path.is_file():
        return ()
    try:
        return tuple(_case(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["case"])
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise InputFormatError(_("Golden cases cannot be read."), where=path, got=repr(error)) from error


def _case(entry: Mapping[str, Any]) -> GoldenCase:
    tables = {name: pd.DataFrame(table["rows"], columns=table["columns"]).set_index("ref_area")
              for name, table in entry.get("tables", {}).items()}
    return GoldenCase(entry["name"], entry["source"], entry["computed_by"], entry["with"], str(entry["on"]),
                      entry["working"], {**entry.get("arguments", {}), **tables}, tuple(entry["expected"]),
                      float(entry["tolerance"]), entry["tolerance_reason"])


def run_case(module: IndicatorModule, case: GoldenCase) -> tuple[str, ...]:
    """Run a golden case.

    Parameters
    ----------
    module : module
        The indicator.
    case : GoldenCase
        The case.

    Returns
    -------
    tuple of str
        What differs, in words; empty when the case passes.
    """
    rows = module.compute(**case.arguments).reset_index().to_dict("records")
    found = []
    for wanted in case.expected:
        key = {name: str(wanted[name]) for name in _KEY if name in wanted}
        key.update({name: "_T" for name in DIMENSIONS if name not in wanted})
        match = [row for row in rows if all(row[name] == value for name, value in key.items())]
        if len(match) != 1:
            found.append(_("{case}: {count} rows for {key}").format(case=case.name, count=len(match), key=key))
            continue
        found += _differences(case, wanted, match[0])
    return tuple(found)


def _differences(case: GoldenCase, wanted: Mapping[str, Any], row: Mapping[Any, Any]) -> list[str]:
    if "reason" in wanted and (row["reason"] != wanted["reason"] or not np.isnan(row["obs_value"])):
        return [f"{case.name}: {row['series']}: {row['reason'] or row['obs_value']} != {wanted['reason']}"]
    tolerance = float(wanted.get("tolerance", case.tolerance))
    pairs = [(name, float(row["obs_value" if name == "value" else name]), float(wanted[name]))
             for name in _CHECKED if name in wanted]
    return [f"{case.name}: {row['series']} {row['variant']} {row['ref_area']} {name}: {got} != {value}"
            for name, got, value in pairs if not abs(got - value) <= tolerance]


def certificate(module: IndicatorModule, folder: Traversable | None = None) -> dict[str, object]:
    """Run an indicator's golden cases and say how many agree.

    Parameters
    ----------
    module : module
        The indicator.
    folder : importlib.resources.abc.Traversable, optional
        As in :func:`golden_cases`.

    Returns
    -------
    dict
        The keys ``indicator``, ``cases``, ``passed``, ``source`` (who computed them) and ``differences``.
    """
    cases = golden_cases(module, folder)
    outcomes = [run_case(module, case) for case in cases]
    return {"indicator": module.SPEC.code, "cases": len(cases), "passed": sum(not o for o in outcomes),
            "source": "; ".join(dict.fromkeys(who for case in cases for who in case.computed_by.split("; "))),
            "differences": [text for outcome in outcomes for text in outcome]}


@cache
def _all_certificates() -> tuple[dict[str, object], ...]:
    return tuple(certificate(module) for module in modules().values())


def certificates() -> tuple[dict[str, object], ...]:
    """Run the golden cases of every indicator, once in a process.

    Returns
    -------
    tuple of dict
        A certificate an indicator, as :func:`certificate` gives it; a profile prints them.
    """
    return tuple(dict(each) for each in _all_certificates())
