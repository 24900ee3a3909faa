"""Sizes of a survey's sample beside withheld values: ``survey.json`` counts nothing then that its rows do not say."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS
from ekistics.survey.disclosure import row_order, withheld_mask

__all__ = ["size_faults", "without_sizes"]

Document = Mapping[str, Any]
_SAME = 1e-9  # relative; sums of the same weights in another order
_STRATUM = ("psus", "psus_in_population", "households", "persons", "sum_of_weights")
_WHOLE = ("psus", "households", "degrees_of_freedom")
_RESPONSE = ("selected", "eligible", "responded", "rate")
_SPREAD = ("lowest", "highest", "kish_effect")
_ANSWERS = ("known", "user_missing", "absent")


def without_sizes(survey: Document, rows: pd.DataFrame, report: Document) -> dict[str, Any]:
    """Take out of a survey's document what could be a number of a withheld cell, or could lead to one.

    Strata, answers that are not given and questions that are put to some households only make cells, alone or with
    others. Weights that have few values give the households of each. Therefore, as soon as one cell is withheld,
    nothing is told of a part of the sample but that it is nobody, and nothing of the whole but what a row of the whole
    place says.

    Parameters
    ----------
    survey : mapping
        The content of survey.json.
    rows : pandas.DataFrame
        The rows from people's records as they are published.
    report : mapping
        The report of disclosure control on them.

    Returns
    -------
    dict
        The same content, with null for what is not told.
    """
    if not withheld_mask(rows).any():
        return dict(survey)
    households, weights = _said_of_all(survey, rows, report)
    design, response, weight = survey["design"], survey["response"], survey["weight"]
    unsaid = ("persons", *(() if weights else ("sum_of_weights",)), *(() if households else _WHOLE))
    return {**survey,
            "design": {**design, "strata": [_null(each, _STRATUM) for each in design["strata"]],
                       "totals": _null(design["totals"], unsaid)},
            "weight": _null(weight, _SPREAD if households and weights else (*_SPREAD, "mean")),
            "response": response if households else _null(response, _RESPONSE),
            "variables": [_few(each, _ANSWERS) for each in survey["variables"]],
            "indicators": [{**each, "criteria": [_few(one, ("unknown_households",)) for one in each["criteria"]]}
                           for each in survey["indicators"]]}


def _null(part: Document, names: Collection[str]) -> dict[str, Any]:
    return {name: None if name in names else value for name, value in part.items()}


def _few(part: Document, names: Collection[str]) -> dict[str, Any]:
    """Leave counts of nobody, and take the others out."""
    return {name: None if name in names and value != 0 else value for name, value in part.items()}


def _said_of_all(survey: Document, rows: pd.DataFrame, report: Document) -> tuple[bool, bool]:
    """Tell whether rows of the whole place say how many households there are, and for how many they stand."""
    ordered = rows.iloc[row_order(rows)].reset_index(drop=True)
    whole = ((ordered[list(DIMENSIONS)] == "_T").all(axis=1) & (ordered["ref_area"] == survey["place"]["code"])
             & ~withheld_mask(ordered)).to_numpy(dtype=bool)
    cases = np.array([np.nan if n is None else float(n) for n in report["cases"]])[whole]
    known = ordered.loc[whole, "denominator"].to_numpy(dtype=float)
    totals = survey["design"]["totals"]
    households, weights = (np.nan if totals[name] is None else float(totals[name])
                           for name in ("households", "sum_of_weights"))
    return bool((cases == households).any()), bool(np.isclose(known, weights, rtol=_SAME, atol=0).any())


def size_faults(survey: Document, rows: pd.DataFrame, report: Document) -> Iterator[str]:
    """Find sizes in a survey's document that it may not tell.

    Parameters
    ----------
    survey : mapping
        The content of survey.json.
    rows : pandas.DataFrame
        The rows from people's records as they are published.
    report : mapping
        The report of disclosure control on them.

    Yields
    ------
    str
        What is wrong, in words.
    """
    if without_sizes(survey, rows, report) != survey:
        yield _("The document counts parts of the sample though values are withheld to protect people.")
