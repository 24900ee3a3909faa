"""The registry: built-in indicators and those of other packages, by code."""

from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, cast

import pandas as pd

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.indicators import (
    adequate_housing,
    built_up_per_person,
    degree_of_urbanisation,
    drinking_water,
    housing_affordability,
    hygiene,
    intersection_density,
    living_space,
    population_density,
    sanitation,
    sdg_11_1_1,
    sdg_11_2_1,
    sdg_11_3_1,
    sdg_11_6_2,
    sdg_11_7_1,
    street_density,
)

__all__ = ["BUILTIN", "GROUP", "IndicatorModule", "compute", "gather", "module", "modules", "spec", "specs"]

GROUP = "ekistics.indicators"


class IndicatorModule(Protocol):
    """What an indicator module holds: its description, its one computation and its example inputs."""

    SPEC: IndicatorSpec
    compute: Callable[..., pd.DataFrame]
    example_inputs: Callable[[], dict[str, Any]]


BUILTIN = tuple(cast(IndicatorModule, each) for each in (
    degree_of_urbanisation, sdg_11_2_1, sdg_11_3_1, sdg_11_6_2, sdg_11_7_1, population_density, built_up_per_person,
    street_density, intersection_density, sdg_11_1_1, adequate_housing, housing_affordability, living_space,
    drinking_water, sanitation, hygiene))


def gather(builtin: Iterable[IndicatorModule], points: Iterable[EntryPoint]) -> dict[str, IndicatorModule]:
    """Put built-in modules and entry points together, by indicator code.

    Parameters
    ----------
    builtin : iterable of module
        The modules of this package, in the order of the profile.
    points : iterable of importlib.metadata.EntryPoint
        Entry points of the group :data:`GROUP`; each names a module.

    Returns
    -------
    dict of str to module
        Modules by code, the built-in ones first, others by the name of their entry point.

    Raises
    ------
    ConfigurationError
        Two modules have one code, or an entry point names something else than an indicator module.
    """
    found: dict[str, IndicatorModule] = {}
    named = [(each.SPEC.code, each) for each in builtin]
    named += [(point.value, point.load()) for point in sorted(points, key=lambda point: point.name)]
    for where, each in named:
        if not all(hasattr(each, name) for name in ("SPEC", "compute", "example_inputs")):
            raise ConfigurationError(_("An entry point does not name an indicator module."), where=where,
                                     expected=_("a module with SPEC, compute and example_inputs"))
        if each.SPEC.code in found:
            raise ConfigurationError(_("Two indicators have the code {code!r}.").format(code=each.SPEC.code),
                                     where=where, hint=_("Rename one of them, or remove one of the packages."))
        found[each.SPEC.code] = each
    return found


@cache
def modules() -> dict[str, IndicatorModule]:
    """Give every indicator module there is, by code.

    Returns
    -------
    dict of str to module
        Modules in the order of the profile.
    """
    return gather(BUILTIN, entry_points(group=GROUP))


def module(code: str) -> IndicatorModule:
    """Look an indicator module up.

    Parameters
    ----------
    code : str
        The indicator's code, e.g. ``sdg_11_2_1``, or the number people know, e.g. ``11.2.1``.

    Returns
    -------
    module
        The module.

    Raises
    ------
    UnknownNameError
        There is no such indicator.

    Examples
    --------
    >>> module("11.2.1").SPEC.code
    'sdg_11_2_1'
    """
    by_number = {each.SPEC.number: each for each in modules().values() if each.SPEC.number}
    found = modules().get(code) or by_number.get(code)
    if found is None:
        raise UnknownNameError.among(code, [*modules(), *by_number], what=_("indicator"))
    return found


def specs() -> tuple[IndicatorSpec, ...]:
    """Give the descriptions of all indicators, in the order of the profile.

    Returns
    -------
    tuple of IndicatorSpec
        The descriptions.

    Examples
    --------
    >>> len(specs()) >= 9
    True
    """
    return tuple(each.SPEC for each in modules().values())


def spec(code: str) -> IndicatorSpec:
    """Give the description of an indicator.

    Parameters
    ----------
    code : str
        Its code or number.

    Returns
    -------
    IndicatorSpec
        The description.

    Raises
    ------
    UnknownNameError
        There is no such indicator.

    Examples
    --------
    >>> spec("sdg_11_3_1").title
    'Land use efficiency'
    """
    return module(code).SPEC


def compute(code: str) -> Callable[..., pd.DataFrame]:
    """Give the computation of an indicator.

    Parameters
    ----------
    code : str
        Its code or number.

    Returns
    -------
    callable
        The module's ``compute``: measured quantities in, result rows out.

    Raises
    ------
    UnknownNameError
        There is no such indicator.

    Examples
    --------
    >>> compute("population_density").__module__
    'ekistics.indicators.population_density'
    """
    return module(code).compute
