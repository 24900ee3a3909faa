"""``survey.toml``: where a survey's files are, how they are mapped, drawn, estimated and published."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ekistics.core import schema
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.core.i18n import N_, _
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.core.place import Place
from ekistics.core.schema import key
from ekistics.indicators.households import DEGREES, people_indicators, rules_of_indicator
from ekistics.survey.design import LONELY
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.freedom import DEGREES_OF_FREEDOM
from ekistics.survey.intervals import INTERVALS

__all__ = ["Area", "Round", "SurveyConfig", "parse_survey", "read_survey", "survey_template"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The survey."""

    code: str = key(N_("A stable code of this round: letters, digits and _ . -"), example="XXX-HS-2024")
    title: str = key(N_("Its title."), example="Household survey 2024")
    time_period: str = key(N_("The time that the values bear, e.g. 2024."), example="2024")
    producer: str = key(N_("Who made it."), default="")
    citation: str = key(N_("How to cite it."), default="")
    licence: str = key(N_("Its licence, as its producer states it."), default="")
    accessed: str = key(N_("The day it was fetched."), default="")
    series: str = key(N_("A code that the rounds of one survey share."), default="")
    population: str = key(N_("Which households it stands for."), default="")
    collected_from: str = key(N_("First day of collection."), default="")
    collected_to: str = key(N_("Last day of collection."), default="")

    def stated(self) -> dict[str, str]:
        """Give what is stated about the source, for the reader's provenance."""
        return {"producer": self.producer, "citation": self.citation, "licence": self.licence,
                "accessed": self.accessed}


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlace:
    """The place that the values are about."""

    name: str = key(N_("Name of the city or country."), example="My city")
    code: str = key(N_("Its stable code."), example="XXX-MYCITY")
    country: str = key(N_("ISO 3166-1 alpha-3 code of the country."), example="XXX")
    kind: str = key(N_("'city' or 'country'."), default="city")
    language: str = key(N_("Language of the texts (code)."), default="en")
    edition: str = key(N_("Name of this edition for citation; the day of the run when empty."), default="")

    def place(self) -> Place:
        """Give the place."""
        return Place(self.code, self.name, self.kind, self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The survey's files."""

    household: str = key(N_("The file of households (.dta, .sav, .csv, .xlsx, .parquet), from this folder."),
                         example="households.csv")
    person: str = key(N_("The file of people; the same file where they are a sheet of it."), default="")
    household_sheet: str = key(N_("Sheet of the households; the first when empty."), default="")
    person_sheet: str = key(N_("Sheet of the people, such as a repeat of a Kobo export."), default="")
    form: str = key(N_("The XLSForm that a Kobo or ODK export was made with."), default="")
    codebook: str = key(N_("A DDI codebook (XML) that describes the variables."), default="")
    encoding: str = key(N_("Encoding of texts, where a file states a wrong one."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingInput:
    """The mapping."""

    file: str = key(N_("A mapping file, or the name of a shipped one: dhs-household, mics-household, kobo-example."),
                    example="mapping.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """On which conditions the vault keeps the records."""

    purpose: str = key(N_("What the records were collected for."), example="Housing and services by neighbourhood")
    consent: str = key(N_("What people agreed to, or the law that asks for it."), example="informed consent")
    retention_until: str = key(N_("Last day on which they may be kept, e.g. 2029-12-31."), example="2029-12-31")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """Where the weights come from."""

    statement: str = key(N_("Where the weights come from, in words; printed with every value."),
                         example="Inverse probability of selection, by the producer.")
    households: float | None = key(N_("Households in the frame, which the weights must add up to."), example=0.0,
                                   default=None)
    tolerance: float = key(N_("How far they may be from that, as a part of it."), default=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignInput:
    """How the sample was drawn; strata and units are variables of the mapping."""

    psu: str = key(N_("What a primary sampling unit is, such as 'enumeration area'."), default="")
    lonely: str = key(N_("What is done with a stratum of one unit: fail, certainty, grand-mean or collapse."),
                      default="fail")
    interval: str = key(N_("Kind of the interval of shares: logit, korn-graubard, wilson or t."), default="logit")
    confidence: float = key(N_("Its confidence."), default=0.95)
    degrees_of_freedom: str = key(N_("What intervals count: satterthwaite, by what each stratum adds to the variance; "
                                     "or units, units less strata, as other programs do."), default="satterthwaite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """How many took part."""

    selected: int | None = key(N_("Households that were drawn."), example=0, default=None)
    eligible: int | None = key(N_("Of these, households that could take part."), example=0, default=None)
    statement: str = key(N_("Anything to say of non-response."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimation:
    """What is estimated."""

    indicators: tuple[str, ...] = key(N_("Indicators; all that come from people's records when empty."), default=())
    groups: tuple[str, ...] = key(N_("Dimensions to split by; two with a cross between them are split by both, such as "
                                     "'displacement_status*sex'."), default=("sex", "displacement_status"))
    area_groups: tuple[str, ...] = key(N_("Of these, groups that are split inside each area too. Few samples bear it: "
                                          "small cells are withheld, and others to protect them."), default=())
    ages: tuple[int, ...] = key(N_("First year of each group of age."), default=(0, 15, 25, 65))
    disability_cutoff: str = key(N_("Least degree of the Washington Group's Short Set that counts: some, a_lot or "
                                    "cannot."), default="a_lot")
    displaced_kinds: bool = key(N_("Whether kinds of displaced people are split, instead of displaced and not "
                                   "displaced."), default=False)
    max_unknown_share: float = key(N_("Above this share of households of which it is not known, only bounds are "
                                      "given."), default=0.05)

    def tables(self) -> tuple[tuple[str, ...], ...]:
        """Give the groups as tuples of dimensions."""
        return tuple(tuple(group.split("*")) for group in self.groups)

    def area_tables(self) -> tuple[tuple[str, ...], ...]:
        """Give the groups inside areas as tuples of dimensions."""
        return tuple(tuple(group.split("*")) for group in self.area_groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """An area of the place that values are given for."""

    value: str = key(N_("What the survey's variable of areas holds for it."), example="1")
    code: str = key(N_("Its stable code."), example="XXX-MYCITY-1")
    name: str = key(N_("Its name."), example="North")
    kind: str = key(N_("'neighbourhood' or 'city'."), default="neighbourhood")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Which values are reliable enough."""

    rules: str = key(N_("A set of rules: nchs-2017, or none."), default="nchs-2017")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Which values could tell about a person; see the explanation of disclosure control."""

    cases: int = key(N_("Fewest households behind a value."), default=DisclosureRules().cases)
    psus: int = key(N_("Fewest primary sampling units behind a value."), default=DisclosureRules().psus)
    certain: int = key(N_("Fewest households behind a share of 0 or 100 percent."), default=DisclosureRules().certain)
    counted: int = key(N_("Fewest households that are counted, or not counted, in a share."),
                       default=DisclosureRules().counted)
    protection: float = key(N_("How far bounds that can be worked out stay from a withheld value, as a part of it."),
                            default=DisclosureRules().protection)
    source: str = key(N_("The law or office that asks for these numbers."), default=DisclosureRules().source)

    def rules(self) -> DisclosureRules:
        """Give the rules."""
        return DisclosureRules(cases=self.cases, psus=self.psus, certain=self.certain, counted=self.counted,
                               protection=self.protection, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Another round of the same survey."""

    code: str = key(N_("Its code."), example="XXX-HS-2019")
    time_period: str = key(N_("Its time."), example="2019")
    comparable: bool = key(N_("Whether its values can be compared with these."), example=True)
    title: str = key(N_("Its title."), default="")
    why: str = key(N_("Why, or why not."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyConfig:
    """A whole survey.toml."""

    survey: Survey = key(N_("The survey."))
    place: SurveyPlace = key(N_("The place that the values are about."))
    files: Files = key(N_("The survey's files."))
    mapping: MappingInput = key(N_("From the survey's variables to the standard ones."))
    vault: Keeping = key(N_("On which conditions the vault keeps the records."))
    weight: Weight = key(N_("Where the weights come from."))
    design: DesignInput = key(N_("How the sample was drawn."), default=DesignInput())
    response: Response = key(N_("How many took part."), default=Response())
    estimate: Estimation = key(N_("What is estimated."), default=Estimation())
    areas: tuple[Area, ...] = key(N_("Areas inside the place; repeat the table."), default=())
    publication: Publication = key(N_("Which values are reliable enough to publish."), default=Publication())
    disclosure: Disclosure = key(N_("Which values could tell about a person."), default=Disclosure())
    rounds: tuple[Round, ...] = key(N_("Other rounds of the survey; repeat the table."), default=())
    rules: dict[str, Any] | None = key(N_("Thresholds that differ from the defaults: a table an indicator."),
                                       default=None)
    folder: Path = field(default=Path(), metadata={"internal": True})

    def file(self, path: str) -> Path:
        """Give the path of a file from the folder of the configuration."""
        return self.folder / path

    def indicators(self) -> tuple[str, ...]:
        """Give the codes of the indicators to estimate."""
        return self.estimate.indicators or people_indicators()

    def rules_of(self, indicator: str) -> dict[str, Any]:
        """Give the thresholds of an indicator that differ from its defaults."""
        return dict((self.rules or {}).get(indicator, {}))


def read_survey(path: Path) -> SurveyConfig:
    """Read and check a survey.toml.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder that holds it.

    Returns
    -------
    SurveyConfig
        The configuration.

    Raises
    ------
    MissingInputError
        The configuration is not there.
    ConfigurationError, UnknownNameError
        It is not TOML, or breaks the schema.
    """
    folder = path.parent if path.suffix == ".toml" else path
    path = path / "survey.toml" if path.is_dir() else path
    if not path.is_file():
        raise MissingInputError(_("There is no such configuration."), where=path,
                                hint=_("Make one with 'ekistics households init {folder}'.").format(folder=folder))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("This is not a TOML file."), where=path, got=str(error)) from error
    return parse_survey(content, folder=path.parent, where=str(path))


def parse_survey(content: Mapping[str, Any], *, folder: Path = Path(), where: str = "survey.toml") -> SurveyConfig:
    """Check the content of a survey.toml.

    Parameters
    ----------
    content : mapping
        The parsed file.
    folder : pathlib.Path
        Where its paths count from.
    where : str
        Name for error texts.

    Returns
    -------
    SurveyConfig
        The configuration.

    Raises
    ------
    ConfigurationError, UnknownNameError
        A key is unknown, missing or has the wrong type, or a value cannot be.
    """
    config: SurveyConfig = replace(schema.build(SurveyConfig, content, where=where), folder=folder)
    _check_names(config, where)
    _check_values(config, where)
    return config


def _one_of(value: str, known: tuple[str, ...], where: str, what: str) -> None:
    if value not in known:
        raise UnknownNameError.among(value, known, what=what, where=where)


def _check_names(config: SurveyConfig, where: str) -> None:
    for code in config.estimate.indicators:
        _one_of(code, people_indicators(), f"{where}: estimate.indicators", _("indicator of people's records"))
    strange = set(config.estimate.area_groups) - set(config.estimate.groups)
    if strange:
        raise UnknownNameError.among(min(strange), config.estimate.groups, what=_("group"),
                                     where=f"{where}: estimate.area_groups")
    for group in config.estimate.tables():
        for name in group:
            _one_of(name, DIMENSIONS, f"{where}: estimate.groups", _("dimension"))
    for code, rules in (config.rules or {}).items():
        _one_of(code, people_indicators(), f"{where}: rules", _("indicator of people's records"))
        if not isinstance(rules, Mapping):
            raise ConfigurationError(_("A table is needed here."), where=f"{where}: rules.{code}", got=repr(rules))
        _check_rules(code, rules, where)
    _one_of(config.design.lonely, LONELY, f"{where}: design.lonely", _("rule"))
    _one_of(config.design.interval, INTERVALS, f"{where}: design.interval", _("kind of interval"))
    _one_of(config.design.degrees_of_freedom, DEGREES_OF_FREEDOM, f"{where}: design.degrees_of_freedom",
            _("count of degrees of freedom"))
    _one_of(config.estimate.disability_cutoff, DEGREES, f"{where}: estimate.disability_cutoff", _("degree"))
    _one_of(config.place.kind, ("city", "country"), f"{where}: place.kind", _("kind of place"))
    _one_of(config.publication.rules, ("nchs-2017", "none"), f"{where}: publication.rules", _("set of rules"))


def _check_rules(code: str, rules: Mapping[str, Any], where: str) -> None:
    try:
        rules_of_indicator(code, rules)
    except EkisticsError as error:
        error.where = f"{where}: rules.{code}" + (f".{error.where}" if error.where in rules else "")
        raise


def _check_values(config: SurveyConfig, where: str) -> None:
    try:
        date.fromisoformat(config.vault.retention_until)
    except ValueError as error:
        raise ConfigurationError(_("This is not a day."), where=f"{where}: vault.retention_until",
                                 expected="2029-12-31", got=config.vault.retention_until) from error
    for name, groups in (("groups", config.estimate.tables()), ("area_groups", config.estimate.area_tables())):
        if len({frozenset(group) for group in groups}) < len(groups) or any(len(set(g)) < len(g) for g in groups):
            raise ConfigurationError(_("A group is there twice."), where=f"{where}: estimate.{name}",
                                     got=", ".join("*".join(group) for group in groups))
    ages = config.estimate.ages
    if not ages or list(ages) != sorted(set(ages)) or ages[0] != 0:
        raise ConfigurationError(_("Groups of age begin with 0 and ascend."), where=f"{where}: estimate.ages",
                                 got=list(ages))
    codes = [config.place.code, *(area.code for area in config.areas)]
    if len(set(codes)) < len(codes):
        raise ConfigurationError(_("Two areas have one code."), where=f"{where}: areas")
    _check_numbers(config, where)
    for at, text in (("survey.time_period", config.survey.time_period),
                     *(("rounds.time_period", each.time_period) for each in config.rounds)):
        try:
            Period.parse(text)
        except InvalidValueError as error:
            raise ConfigurationError(error.message, where=f"{where}: {at}", expected=error.expected, got=text,
                                     hint=error.hint) from error
    if config.weight.households is not None and not config.weight.households > 0:
        raise ConfigurationError(_("The number of households of the frame must be positive."),
                                 where=f"{where}: weight.households", got=f"{config.weight.households:g}")
    config.disclosure.rules()
    config.place.place()


def _check_numbers(config: SurveyConfig, where: str) -> None:
    """Refuse shares, and a confidence, that cannot be."""
    shares = {"design.confidence": config.design.confidence, "weight.tolerance": config.weight.tolerance,
              "estimate.max_unknown_share": config.estimate.max_unknown_share}
    for at, value in shares.items():
        if not 0 <= value <= 1 or (at == "design.confidence" and value in (0, 1)):
            raise ConfigurationError(_("This is a part of one: 0.05 for 5 percent."), where=f"{where}: {at}", got=value)


def survey_template() -> str:
    """Write the commented survey.toml that ``ekistics households init`` gives.

    Returns
    -------
    str
        TOML in which only what must be filled in is not commented out.

    Examples
    --------
    >>> parse_survey(tomllib.loads(survey_template())).place.name
    'My city'
    """
    return schema.template(SurveyConfig, _(
        "A survey for 'ekistics households'. Fill in what you have; a line that starts with # is not read.\n"
        "Records go into the vault; only aggregates leave it, through disclosure control."))

