"""From a survey's files to the vault: read, held against form, codebook and mapping, and stored in standard variables.

Only what the mapping names goes into the vault: the other variables of the files are not needed, so they are not kept.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from ekistics.core.errors import ConfigurationError, EkisticsError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance, digest_file
from ekistics.jobs.households.config import SurveyConfig, read_survey
from ekistics.readers.microdata import (
    Mapping,
    Problem,
    Standardised,
    SurveyFile,
    VariableReport,
    described_by,
    described_by_ddi,
    mapping_problems,
    read_ddi,
    read_form,
    read_mapping,
    read_microdata,
    require_sound,
    standardise,
    told_codes,
)
from ekistics.vault import SurveyRecord, Vault, without_values

__all__ = ["ImportOutcome", "SurveyInputs", "check", "import_notes", "import_survey", "read_inputs"]

NEEDED = ("household_id", "weight")


@dataclass(frozen=True, slots=True, eq=False)
class SurveyInputs:
    """The files of a survey, read and described.

    Parameters
    ----------
    mapping : Mapping
        The mapping.
    files : dict of str to SurveyFile
        The file of each level.
    sources : tuple of Provenance
        All files with their checksums.
    """

    mapping: Mapping
    files: dict[str, SurveyFile] = field(repr=False)
    sources: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What went into the vault: counts only.

    Parameters
    ----------
    code : str
        The survey.
    households, persons : int
        Rows stored.
    reports : tuple of VariableReport
        What became of each standard variable.
    without_people : int
        Households of which no person is in the list of people, where there is a list.
    """

    code: str
    households: int
    persons: int
    reports: tuple[VariableReport, ...]
    without_people: int = 0


def read_inputs(config: SurveyConfig) -> SurveyInputs:
    """Read a survey's files, with what its form and codebook say of the variables.

    Parameters
    ----------
    config : SurveyConfig
        The survey.

    Returns
    -------
    SurveyInputs
        The files; nothing is stored yet.

    Raises
    ------
    EkisticsError
        A file cannot be read, or contradicts the form or the codebook.
    """
    given, stated = config.files, config.survey.stated()
    shipped = config.file(config.mapping.file)
    mapping = read_mapping(shipped if shipped.is_file() else config.mapping.file)
    found = {"household": (given.household, given.household_sheet), "person": (given.person, given.person_sheet)}
    form = read_form(config.file(given.form)) if given.form else None
    book = read_ddi(config.file(given.codebook)) if given.codebook else None
    files: dict[str, SurveyFile] = {}
    for level, (name, sheet) in found.items():
        if not name:
            continue
        survey = read_microdata(config.file(name), sheet=sheet, encoding=given.encoding, role=f"{level}s",
                                stated=stated, time_period=config.survey.time_period)
        survey = described_by(survey, form) if form else survey
        files[level] = described_by_ddi(survey, book, name=given.codebook) if book else survey
    extras = [(config.file(name), role) for name, role in ((given.form, "form"), (given.codebook, "codebook")) if name]
    extras += [(shipped, "mapping")] if shipped.is_file() else []
    sources = (*(survey.provenance for survey in files.values()),
               *(Provenance(path.name, digest_file(path), role) for path, role in extras))
    return SurveyInputs(mapping, files, sources)


def check(path: Path | str) -> tuple[Problem, ...]:
    """Find every problem of a survey's mapping with its files; where there is none, what an import would refuse.

    Parameters
    ----------
    path : path
        A survey.toml, or the folder that holds it.

    Returns
    -------
    tuple of Problem
        The problems; none when the survey can be imported.

    Raises
    ------
    EkisticsError
        A file cannot be read at all.
    """
    config = read_survey(Path(path))
    _record(config)
    with without_values():
        inputs = read_inputs(config)
        return tuple(_problems(inputs)) or _refusals(config, inputs)


def _refusals(config: SurveyConfig, inputs: SurveyInputs) -> tuple[Problem, ...]:
    """Tell what an import would refuse although the mapping fits: weights, areas, units, ids."""
    try:
        _made(config, inputs)
    except EkisticsError as error:
        told = EkisticsError(error.message, expected=error.expected, got=error.got)
        return (Problem("survey", error.where or inputs.mapping.name, str(told), error.hint or ""),)
    return ()


def _problems(inputs: SurveyInputs) -> Iterator[Problem]:
    for name in NEEDED:
        if name not in inputs.mapping.household:
            yield Problem("variable", f"{inputs.mapping.name}: [household]",
                          _("The mapping has no '{name}'.").format(name=name))
    if "person" in inputs.files:
        for name in ("person_id", "person_household_id"):
            if name not in inputs.mapping.person:
                yield Problem("variable", f"{inputs.mapping.name}: [person]",
                              _("The mapping has no '{name}'.").format(name=name))
    for level, survey in inputs.files.items():
        yield from mapping_problems(inputs.mapping, survey, level=level)


def import_survey(path: Path | str, vault: Vault, *, actor: str) -> ImportOutcome:
    """Take a survey into the vault, all of it or nothing.

    Parameters
    ----------
    path : path
        A survey.toml, or the folder that holds it.
    vault : Vault
        The open vault.
    actor : str
        Who imports, for the vault's log.

    Returns
    -------
    ImportOutcome
        Counts of what was stored.

    Raises
    ------
    EkisticsError
        A file cannot be read, the mapping does not fit, weights cannot be, or ids do not meet.
    """
    config = read_survey(Path(path))
    record = _record(config)
    with without_values():
        inputs = read_inputs(config)
        require_sound(tuple(_problems(inputs)))
        made = _made(config, inputs)
        tables = {level: each.frame for level, each in made.items()}
        reports = tuple(report for each in made.values() for report in each.reports)
        with _notes(config, inputs, reports):
            vault.store(record, tables, actor=actor)
    return ImportOutcome(config.survey.code, len(tables["household"]), len(tables.get("person", ())), reports,
                         _without_people(tables))


def _made(config: SurveyConfig, inputs: SurveyInputs) -> dict[str, Standardised]:
    """Make the tables in standard variables, and refuse weights, areas, units and ids that cannot be."""
    made = {level: standardise(inputs.mapping, survey, level=level) for level, survey in inputs.files.items()}
    homes = made["household"].frame
    _require_weights(homes, inputs)
    _require_frame(homes, config)
    _require_areas(homes, config)
    _require_units(homes, inputs.mapping.name)
    if "person" in made:
        _require_households({level: each.frame for level, each in made.items()})
    return made


def import_notes(config: SurveyConfig) -> Path:
    """Give the file in which an import leaves what it found: counts and labels, no record.

    Parameters
    ----------
    config : SurveyConfig
        The survey.

    Returns
    -------
    pathlib.Path
        ``<code>.import.json`` beside the configuration.
    """
    return config.file(f"{config.survey.code}.import.json")


@contextmanager
def _notes(config: SurveyConfig, inputs: SurveyInputs, reports: tuple[VariableReport, ...]) -> Iterator[None]:
    """Write the notes beside their place, and put them there once the survey is stored; or leave neither."""
    variables = [{"standard": each.standard, "level": each.level, "from": list(each.variables), "label": each.label,
                  "user_missing": each.user_missing, "assumption": each.assumption} for each in reports]
    notes = {"code": config.survey.code, "sources": [asdict(source) for source in inputs.sources],
             "variables": variables}
    path = import_notes(config)
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(json.dumps(notes, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(_("The notes of the import cannot be written."), where=path,
                                 got=error.strerror) from error
    try:
        yield
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _record(config: SurveyConfig) -> SurveyRecord:
    keeping = config.vault
    try:
        return SurveyRecord(config.survey.code, config.survey.title, keeping.purpose, keeping.consent,
                            date.fromisoformat(keeping.retention_until))
    except InvalidValueError as error:
        error.where = "survey.toml: survey.code" if error.param == "code" else "survey.toml: vault"
        raise


def _require_weights(households: pd.DataFrame, inputs: SurveyInputs) -> None:
    weight = households["weight"]
    if weight.empty:
        raise InvalidValueError(_("The sample has no rows."), where=inputs.files["household"].name)
    wrong = int((~(weight > 0)).sum())
    if wrong:
        missing, zero = int(weight.isna().sum()), int((weight == 0).sum())
        raise InvalidValueError(
            _("Weights must be positive: {missing} are missing, {zero} are zero, {negative} negative.").format(
                missing=missing, zero=zero, negative=wrong - missing - zero),
            where=f"{inputs.files['household'].name}: [household.weight]",
            hint=_("Leave households that did not take part out of the file."))


def _require_frame(households: pd.DataFrame, config: SurveyConfig) -> None:
    """Refuse weights that do not add up to the households of the frame, where their number is stated."""
    stated, added = config.weight.households, float(households["weight"].sum())
    if stated and abs(added / stated - 1) > config.weight.tolerance:
        raise InvalidValueError(_("The weights do not add up to the households of the frame."),
                                where="survey.toml: weight.households", expected=f"{stated:g}", got=f"{added:g}",
                                hint=_("Weights may need a scale in the mapping, such as 0.000001 for those of DHS."))


def _require_areas(households: pd.DataFrame, config: SurveyConfig) -> None:
    """Refuse areas that the configuration does not name, where it names any."""
    if not config.areas:
        return
    if "area" not in households.columns:
        raise ConfigurationError(_("Areas are named, and the mapping has no 'area'."), where="survey.toml: areas")
    known = {area.value for area in config.areas}
    unknown = households.loc[~households["area"].isin(known), "area"].fillna("")
    if len(unknown):
        counts = {str(value): int(count) for value, count in unknown.value_counts().items()}
        raise ConfigurationError(_("The survey has areas that the configuration does not name."),
                                 where="survey.toml: areas", got=told_codes(counts),
                                 hint=_("Add a table [[areas]] for each."))


def _require_units(households: pd.DataFrame, mapping: str) -> None:
    """Refuse units that lie in two strata, and sizes of the population that a stratum or unit cannot have."""
    frame = households.assign(**{name: "" for name in ("stratum",) if name not in households})
    if "psu" not in frame:
        return
    twice = int((frame.groupby("psu")["stratum"].nunique() > 1).sum())
    if twice:
        raise InvalidValueError(_("{count} units lie in two strata.").format(count=twice),
                                where=f"{mapping}: [household.psu]",
                                hint=_("Name the variables that together make one id, with 'join = true'."))
    for name, by, unit in (("psu_count", "stratum", "psu"), ("household_count", "psu", "household_id")):
        if name not in frame:
            continue
        size, drawn = frame.groupby(by)[name], frame.groupby(by)[unit].nunique()
        sound = (size.min() > 0) & (size.min() == size.max()) & (size.count() == size.size()) & (size.max() >= drawn)
        if not sound.all():
            raise InvalidValueError(
                _("In {count} of {all} strata or units the size of the population is not one number, or is less than "
                  "was drawn.").format(count=int((~sound).sum()), all=len(sound)),
                where=f"{mapping}: [household.{name}]")


def _without_people(tables: dict[str, pd.DataFrame]) -> int:
    """Count the households of which no person is in the list of people."""
    if "person" not in tables:
        return 0
    return int((~tables["household"]["household_id"].isin(set(tables["person"]["household_id"]))).sum())


def _require_households(tables: dict[str, pd.DataFrame]) -> None:
    known = set(tables["household"]["household_id"])
    lost = int((~tables["person"]["household_id"].isin(known)).sum())
    if lost:
        raise InvalidValueError(_("Some people belong to no household of the table."), where="[person.household_id]",
                                got=lost, hint=_("Map both ids in the same way."))
