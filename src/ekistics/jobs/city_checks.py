"""Checks of a city.toml beyond the type of single keys: values that contradict each other or mean nothing."""

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ekistics.core.codelists import is_dimension_code
from ekistics.core.errors import ConfigurationError, EkisticsError
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.geo.degurba import DegurbaParameters

if TYPE_CHECKING:
    from ekistics.jobs.city_config import CityConfig

__all__ = ["check_city"]

SEXES = ("F", "M", "_T")


def check_city(config: "CityConfig", where: str) -> None:
    """Check what single keys cannot say.

    Parameters
    ----------
    config : CityConfig
        The configuration.
    where : str
        Name of the file, for error texts.

    Raises
    ------
    ConfigurationError
        Values contradict each other or are not allowed; the text names the table and the key.
    UnknownNameError
        A parameter of the Degree of Urbanisation is not known.
    """
    try:
        config.city.place()
    except EkisticsError as error:
        raise ConfigurationError(error.message, where=f"{where}: [city]", expected=error.expected,
                                 got=error.got) from error
    _check_boundary(config, where)
    _check_population(config, f"{where}: [[population]]")
    for entry in config.built_up:
        _one_of(entry.unit, ("m2", "share"), _("Unknown unit."), f"{where}: [[built_up]]")
    if config.land:
        _one_of(config.land.unit, ("m2", "share"), _("Unknown unit."), f"{where}: [land]")
    _check_once([(b.time_period,) for b in config.built_up], f"{where}: [[built_up]]")
    if config.air:
        _check_period(config.air.time_period, f"{where}: [air] time_period")
    if config.streets and config.streets.time_period:
        _check_period(config.streets.time_period, f"{where}: [streets] time_period")
    _check_parameters(config, where)
    _check_uncertainty(config, f"{where}: [uncertainty]")


def _check_boundary(config: "CityConfig", where: str) -> None:
    b = config.boundary
    ways = [bool(b.path), b.point is not None and not b.path, b.from_population]
    if sum(ways) != 1:
        raise ConfigurationError(_("A boundary is needed, in one way."), where=f"{where}: [boundary]",
                                 expected=_("one of 'path', 'point' or 'from_population'"), got=sum(ways))


def _check_population(config: "CityConfig", where: str) -> None:
    for people in config.population:
        _one_of(people.nodata, ("missing", "zero"), _("Unknown meaning of no data."), where)
        _one_of(people.sex, SEXES, _("Unknown sex."), f"{where} sex")
        if not is_dimension_code("age", people.age):
            raise ConfigurationError(_("Unknown age group."), where=f"{where} age", got=repr(people.age),
                                     expected=_("an SDMX code such as Y0T14, Y_GE65 or _T"))
    _check_once([(p.time_period, p.sex, p.age) for p in config.population], where)


def _check_parameters(config: "CityConfig", where: str) -> None:
    place = f"{where}: [parameters]"
    _one_of(config.parameters.attach, ("edge", "node"), _("Unknown way to attach."), place)
    _check_not_negative(asdict(config.parameters), place)
    DegurbaParameters.from_mapping(config.parameters.degurba or {}, where=f"{where}: [parameters.degurba]")


def _check_uncertainty(config: "CityConfig", where: str) -> None:
    u = config.uncertainty
    if (u.built_up_relative_sd is None) != (u.population_relative_sd is None):
        raise ConfigurationError(_("Both standard deviations are needed, or neither."), where=where,
                                 expected="built_up_relative_sd, population_relative_sd",
                                 hint=_("Give 0 for a quantity that is known exactly."))
    errors = {"built_up_relative_sd": u.built_up_relative_sd, "population_relative_sd": u.population_relative_sd,
              "draws": u.draws, "seed": u.seed}
    _check_not_negative(errors, where)


def _check_not_negative(values: dict[str, Any], where: str) -> None:
    for name, value in values.items():
        if type(value) in (int, float) and not (math.isfinite(value) and value >= 0):
            raise ConfigurationError(_("A number must not be negative or infinite."), where=f"{where} {name}",
                                     expected=_("a number from 0"), got=value)


def _one_of(text: str, allowed: tuple[str, ...], message: str, where: str) -> None:
    if text not in allowed:
        *first, last = map(repr, allowed)
        raise ConfigurationError(message, where=where, got=repr(text),
                                 expected=_("{names} or {last}").format(names=", ".join(first), last=last))


def _check_period(text: str, where: str) -> None:
    try:
        Period.parse(text)
    except EkisticsError as error:
        raise ConfigurationError(error.message, where=where, expected=error.expected, got=error.got) from error


def _check_once(keys: list[tuple[str, ...]], where: str) -> None:
    seen: set[tuple[str, ...]] = set()
    for entry in keys:
        _check_period(entry[0], where)
        if entry in seen:
            raise ConfigurationError(_("A time period is given twice."), where=where, got=" ".join(entry),
                                     hint=_("Keep one file for each period and group."))
        seen.add(entry)
