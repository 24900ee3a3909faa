"""``design.toml`` of national values: sample, the cities' observations, indicators, and what is done with silence."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ekistics.core import schema
from ekistics.core.errors import ConfigurationError, MissingInputError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.schema import key
from ekistics.survey.sampling.estimation import INTERVALS

__all__ = ["Indicator", "NationalDesign", "parse_national", "read_national"]

POLICIES = ("refuse", "reweight")
LONELY = ("fail", "collapse")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryTable:
    """The country."""

    name: str = key(N_("Name of the country."), example="My country")
    code: str = key(N_("ISO 3166-1 alpha-3 code of the country."), example="XXX")
    language: str = key(N_("Language of the package (code)."), default="en")
    edition: str = key(N_("Name of this edition for citation; the day of the run when empty."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFolder:
    """The sample."""

    path: str = key(N_("Folder of the drawn sample, as 'ekistics sample' wrote it."), example="sample")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsTable:
    """The cities' observations."""

    path: str = key(N_("A CSV of observations, or a folder with a profile package of each city."), example="packages")
    producer: str = key(N_("Who made the data."), default="")
    citation: str = key(N_("How to cite it."), default="")
    licence: str = key(N_("Its licence, as its producer states it."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One national value."""

    code: str = key(N_("Code of the indicator."), example="sdg_11_2_1")
    series: str = key(N_("Code of its series; the first headline series when empty."), default="")
    variant: str = key(N_("Code of its variant; the default one when empty."), default="")
    time_period: str = key(N_("The time of the cities' values; the one they all have when empty."), default="")
    above: float | None = key(N_("Also count the cities whose value is above this."), example=50.0, default=None)
    below: float | None = key(N_("Also count the cities whose value is below this."), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimationTable:
    """How values and errors are found."""

    nonresponse: str = key(N_("If a city of the sample has no value: refuse, or reweight (the others of its stratum "
                              "stand for it)."), default="refuse")
    lonely: str = key(N_("If a stratum has one city only that was drawn by chance: fail, or collapse it into the "
                         "next."), default="fail")
    interval: str = key(N_("Interval of shares: logit, t, korn-graubard, wilson or normal. Others have t or normal."),
                        default="logit")
    confidence: float = key(N_("Confidence of the intervals."), default=0.95)
    by: tuple[str, ...] = key(N_("Columns of the frame, or stratum, for whose values national ones are given too, such "
                                 "as region."), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteersTable:
    """Cities that came by themselves."""

    codes: tuple[str, ...] = key(N_("Codes of cities that would have reported by themselves."), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A slot of the New Urban Agenda's monitoring framework that does not apply to the country."""

    slot: int = key(N_("Number of the slot, 1 to 77."), example=12)
    reason: str = key(N_("Why it does not apply, in words that others can judge."),
                      example="The country has no manufacturing that its statistics could count.")
    by: str = key(N_("The office that states it."), example="Statistical office")
    day: str = key(N_("The day of the statement, as 2026-11-20."), example="2026-11-20")


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalDesign:
    """A whole design.toml of national values."""

    country: CountryTable = key(N_("The country."))
    sample: SampleFolder = key(N_("The sample."))
    observations: ObservationsTable = key(N_("The cities' observations."))
    indicator: tuple[Indicator, ...] = key(N_("A national value; repeat the table for more."), default=())
    estimation: EstimationTable = key(N_("How values and errors are found."), default=EstimationTable())
    volunteers: VolunteersTable = key(N_("Cities that came by themselves, for comparison only."),
                                      default=VolunteersTable())
    not_applicable: tuple[NotApplicable, ...] = key(
        N_("A slot of the New Urban Agenda's framework that does not apply; repeat the table for more."), default=())
    folder: Path = field(default=Path(), metadata={"internal": True})


def read_national(path: Path) -> NationalDesign:
    """Read and check a design.toml of national values.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    NationalDesign
        The design.

    Raises
    ------
    MissingInputError
        The file is not there.
    ConfigurationError
        It is not TOML, or breaks the schema.
    """
    if not path.is_file():
        raise MissingInputError(_("There is no such design."), where=path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("This is not a TOML file."), where=path, got=str(error)) from error
    return replace(parse_national(content, where=str(path)), folder=path.parent)


def parse_national(content: Mapping[str, Any], *, where: str = "design.toml") -> NationalDesign:
    """Check the content of a design of national values.

    Parameters
    ----------
    content : mapping
        The parsed file.
    where : str
        Name for error texts.

    Returns
    -------
    NationalDesign
        The design.

    Raises
    ------
    ConfigurationError
        A key is missing or wrong.
    UnknownNameError
        A choice does not exist.
    """
    design: NationalDesign = schema.build(NationalDesign, content, where=where)
    how = design.estimation
    for value, known, what in ((how.nonresponse, POLICIES, _("policy of nonresponse")),
                               (how.lonely, LONELY, _("policy of lonely strata")),
                               (how.interval, INTERVALS, _("interval"))):
        if value not in known:
            raise UnknownNameError.among(value, list(known), what=what, where=where)
    if not 0 < how.confidence < 1:
        raise ConfigurationError(_("A confidence level lies between 0 and 1."), where=f"{where}: estimation.confidence",
                                 got=how.confidence)
    if not design.indicator:
        raise ConfigurationError(_("No indicator is asked for."), where=where, expected="[[indicator]]")
    return design
