"""What a new run changed against the package that stood before, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import _
from ekistics.core.observation import DIMENSIONS
from ekistics.core.provenance import Run

__all__ = ["Change", "changed_values", "changed_causes"]

READ = "read."  # a run's parameters read.<role>.<number>.<key> say how that input was read
KEY = ["indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS]


@dataclass(frozen=True, slots=True)
class Change:
    """One observation that changed: ``old`` or ``new`` is NaN where it was or is absent."""

    indicator: str
    series: str
    variant: str
    ref_area: str
    time_period: str
    old: float
    new: float


def changed_values(before: pd.DataFrame, after: pd.DataFrame) -> list[Change]:
    """List the observations whose value changed, came or went.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Observations of the two packages.

    Returns
    -------
    list of Change
        In the order of the new package; what went comes last.
    """
    both = after.merge(before, on=KEY, how="outer", suffixes=("_new", "_old"), sort=False)
    new, old = both["obs_value_new"].to_numpy(dtype=float), both["obs_value_old"].to_numpy(dtype=float)
    same = (new == old) | (np.isnan(new) & np.isnan(old))
    return [Change(r.indicator, r.series, r.variant, r.ref_area, r.time_period, r.obs_value_old, r.obs_value_new)
            for r in both[~same].itertuples()]


def changed_causes(before: Run, after: Run) -> list[str]:
    """Say which inputs, ways to read them, parameters, methods or code differ between two runs.

    Parameters
    ----------
    before, after : Run
        The two runs.

    Returns
    -------
    list of str
        One sentence a difference; empty when the runs are the same.
    """
    causes: list[str] = []
    old, new = _by_name(before), _by_name(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in old or name not in new:
            what = _("new input") if name not in old else _("input left out")
            causes.append(_("{what}: {name}").format(what=what, name=name))
            continue
        if old[name].sha256 != new[name].sha256:
            causes.append(_("{what}: {name}").format(what=_("input changed"), name=name))
        causes += _differences(old[name].reading, new[name].reading, name)
    causes += _differences(_apart(before.parameters), _apart(after.parameters), _("parameter"))
    causes += _differences(before.methods, after.methods, _("method"))
    if before.code_version != after.code_version:
        causes.append(_("program: {old} -> {new}").format(old=before.code_version, new=after.code_version))
    if not causes and before.id != after.id:
        causes.append(_("the order of inputs"))
    return causes


@dataclass(frozen=True, slots=True)
class _Input:
    """One input of a run: what it held and how it was read."""

    sha256: str
    reading: dict[str, Any]


def _by_name(run: Run) -> dict[str, _Input]:
    """Give the inputs by role and file name; of one name, the second and later ones are numbered."""
    found: dict[str, _Input] = {}
    roles: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for p in run.inputs:
        name = f"{p.role} {p.name}"
        roles[p.role] += 1
        names[name] += 1
        start = f"{READ}{p.role}.{roles[p.role]}."
        reading = {key.removeprefix(start): value for key, value in run.parameters.items() if key.startswith(start)}
        found[name if names[name] == 1 else f"{name} ({names[name]})"] = _Input(p.sha256, reading)
    return found


def _apart(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters that belong to no single input."""
    return {name: value for name, value in parameters.items() if not name.startswith(READ)}


def _differences(before: Any, after: Any, what: str) -> list[str]:
    return [_("{what} {name}: {old} -> {new}").format(what=what, name=name, old=before.get(name), new=after.get(name))
            for name in sorted(set(before) | set(after)) if before.get(name) != after.get(name)]
