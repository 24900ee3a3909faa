"""From the vault to a package: classify, estimate by area and group, judge, control disclosure, describe, write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _, use_language
from ekistics.core.observation import absent_rows, observations
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.core.reasons import Reason
from ekistics.indicators import spec as find_spec
from ekistics.indicators.certificate import certificates
from ekistics.indicators.households import EXTRA_COLUMNS, cells, criteria, rules_of_indicator
from ekistics.jobs.households.config import SurveyConfig, read_survey
from ekistics.jobs.households.document import Facts, survey_document, variable_rows
from ekistics.jobs.households.intake import import_notes
from ekistics.jobs.households.methods import method_text
from ekistics.jobs.households.prepare import household_frame, person_frame, require_pairs
from ekistics.jobs.households.reliability import with_verdicts
from ekistics.jobs.profile.run import code_version
from ekistics.package import ProfilePackage, write_package
from ekistics.package.descriptor import json_bytes
from ekistics.publish.ddi import codebook
from ekistics.survey.disclosure import CellTable, control
from ekistics.survey.publication import rules as publication_rules
from ekistics.vault import Vault, without_values

__all__ = ["EstimateOutcome", "estimate"]

_CASES = ("n", "n_psu", "n_numerator")


@dataclass(frozen=True, slots=True, eq=False)
class EstimateOutcome:
    """What an estimation gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where the package is.
    package : ProfilePackage
        Its content.
    document : dict
        The content of survey.json.
    other_strata : tuple of str
        Rounds in the vault whose strata are others than those of this one.
    """

    folder: Path
    package: ProfilePackage
    document: dict[str, Any] = field(repr=False)
    other_strata: tuple[str, ...] = ()


def estimate(path: Path | str, vault: Vault, *, out: Path | str, actor: str) -> EstimateOutcome:
    """Estimate a survey from the vault and write its package.

    Parameters
    ----------
    path : path
        A survey.toml, or the folder that holds it.
    vault : Vault
        The open vault that holds the survey.
    out : path
        Folder for the package; an earlier package there is replaced when the new one is whole.
    actor : str
        Who estimates, for the vault's log.

    Returns
    -------
    EstimateOutcome
        The package.

    Raises
    ------
    EkisticsError
        The vault has no such survey, or it cannot be estimated; nothing was written.
    """
    config, now = read_survey(Path(path)), datetime.now(UTC).replace(microsecond=0)
    with use_language(config.place.language), without_values():
        stored = _read(vault, config, actor)
        other = _rounds_of_other_strata(vault, config, stored["household"], actor)
        config = _said_of_rounds(config, other)
        package, document = _package(config, stored, now)
        documents = {"survey.json": json_bytes(document), "ddi.xml": codebook(document)}
        write_package(package, Path(out), documents=documents)
    return EstimateOutcome(Path(out), package, document, other)


def _read(vault: Vault, config: SurveyConfig, actor: str) -> dict[str, pd.DataFrame]:
    code = config.survey.code
    purpose = _("estimates of {code}").format(code=code)
    return {table: vault.read(code, table, purpose=purpose, actor=actor).frame() for table in vault.tables(code)
            if table in ("household", "person")}


def _rounds_of_other_strata(vault: Vault, config: SurveyConfig, homes: pd.DataFrame, actor: str) -> tuple[str, ...]:
    """Name those rounds in the vault whose strata have other codes; only the strata of their households are read."""
    known = {record.code for record in vault.surveys()} - {config.survey.code}
    purpose, found = _("estimates of {code}").format(code=config.survey.code), []
    for code in [each.code for each in config.rounds if each.code in known and "stratum" in homes.columns]:
        if "stratum" not in vault.tables(code).get("household", (0, ()))[1]:
            found.append(code)
            continue
        there = vault.read(code, "household", columns=["stratum"], purpose=purpose, actor=actor)
        if set(map(str, there.column("stratum"))) != set(map(str, homes["stratum"])):
            found.append(code)
    return tuple(found)


def _said_of_rounds(config: SurveyConfig, other: tuple[str, ...]) -> SurveyConfig:
    """Say of rounds whether their strata are others."""
    said = _("Its strata are others than those of this round.")
    return replace(config, rounds=tuple(
        replace(each, why=" ".join(filter(None, (each.why, said)))) if each.code in other else each
        for each in config.rounds))


def _package(config: SurveyConfig, stored: Mapping[str, pd.DataFrame],
             now: datetime) -> tuple[ProfilePackage, dict[str, Any]]:
    homes = household_frame(stored["household"], config)
    require_pairs(homes, config)
    people = person_frame(stored["person"], config) if "person" in stored else None
    judged = {code: criteria(code, homes, config.rules_of(code)) for code in config.indicators()}
    notes = _notes(config)
    run = _run(config, stored, notes)
    rules = None if config.publication.rules == "none" else publication_rules(config.publication.rules)
    tables = [_table(config, (homes, people), code, (judged[code], run.id, rules)) for code in judged]
    whole = tables[0].joined(*tables[1:])
    disclosed = control(whole, config.disclosure.rules())
    facts = Facts(config, homes, people, judged,
                  variable_rows(stored["household"], stored.get("person"), notes.get("variables", ())),
                  disclosed.rows, whole.rows, rules, disclosed.report)
    specs = tuple(find_spec(code) for code in judged)
    made = [each for each in certificates() if each["indicator"] in judged]
    place = config.place.place()
    package = ProfilePackage(place=place, places=(place, *_areas(config)), run=run, observations=disclosed.rows,
                             disclosed=disclosed, layers=(), certificates=tuple(made), created=now.isoformat(),
                             indicators=specs, edition=config.place.edition or now.date().isoformat())
    return package, survey_document(facts)


def _areas(config: SurveyConfig) -> tuple[Place, ...]:
    return tuple(Place(area.code, area.name, area.kind, config.place.country, config.place.code)
                 for area in config.areas)


def _notes(config: SurveyConfig) -> dict[str, Any]:
    path = import_notes(config)
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ConfigurationError(_("The notes of the import cannot be read."), where=path,
                                 hint=_("Import the survey again, or remove this file.")) from error


def _run(config: SurveyConfig, stored: Mapping[str, pd.DataFrame], notes: Mapping[str, Any]) -> Run:
    """Name what was read: the records as they are in the vault now, by one digest a table, and the files of then."""
    inputs = [Provenance(f"{config.survey.code}/{table}", _digest(frame), role=f"{table}s",
                         time_period=config.survey.time_period, **config.survey.stated())
              for table, frame in stored.items()]
    inputs += [Provenance(**{name: str(value) for name, value in each.items()}) for each in notes.get("sources", ())
               if each.get("role") in ("form", "codebook", "mapping")]
    methods = {code: str(find_spec(code).method) for code in config.indicators()}
    return Run(tuple(inputs), _parameters(config), methods, code_version())


def _digest(frame: pd.DataFrame) -> str:
    plain = frame.apply(lambda column: column.astype(object) if column.dtype == "category" else column)
    names = ",".join(map(str, frame.columns)).encode()
    return digest_bytes(names + pd.util.hash_pandas_object(plain, index=False).to_numpy().tobytes())


def _parameters(config: SurveyConfig) -> dict[str, Any]:
    rules = {f"{code}.{name}": list(value) if isinstance(value, tuple) else value
             for code in config.indicators()
             for name, value in rules_of_indicator(code, config.rules_of(code)).items()}
    chosen, design = config.estimate, config.design
    return {**rules, "groups": list(chosen.groups),
            "area_groups": list(chosen.area_groups), "ages": list(chosen.ages), "lonely": design.lonely,
            "disability_cutoff": chosen.disability_cutoff, "displaced_kinds": chosen.displaced_kinds,
            "max_unknown_share": chosen.max_unknown_share, "interval": design.interval,
            "confidence": design.confidence, "degrees_of_freedom": design.degrees_of_freedom,
            "publication": config.publication.rules,
            "weight": config.weight.statement, "survey": config.survey.code,
            **{f"disclosure.{name}": value for name, value in config.disclosure.rules().as_dict().items()}}


def _table(config: SurveyConfig, frames: tuple[pd.DataFrame, pd.DataFrame | None], code: str,
           made: tuple[Any, str, Any]) -> CellTable:
    """Estimate an indicator for the whole place and for each area, as a table for disclosure control."""
    judged, run, rules = made
    spec = find_spec(code)
    parts = [_rows(config, frames, code, area=area) for area in (False, *([True] if config.areas else []))]
    empty = [area.code for area in config.areas if area.code not in set(frames[0]["area"])]
    if empty:
        absent = absent_rows(pd.Index(empty), spec, str(Reason.NO_CASES), time_period=config.survey.time_period)
        parts.append(absent.assign(**dict.fromkeys(EXTRA_COLUMNS, 0.0)))
    results = with_verdicts(pd.concat(parts), spec, rules)
    rows = observations(results.drop(columns=list(EXTRA_COLUMNS)), spec, run=run)
    texts = {key: method_text(spec, *key, judged, freedom=config.design.degrees_of_freedom)
             for key in set(zip(rows["series"], rows["variant"], strict=True))}
    rows["method"] = [texts[key] for key in zip(rows["series"], rows["variant"], strict=True)]
    told = results["obs_value"].notna().groupby([results["series"], results["variant"]]).transform("any").to_numpy()
    # Of a reading that is given nowhere nothing can be worked out, so its cells need no protection.
    counts = {name: np.where(told, np.nan_to_num(results[name].to_numpy(dtype=np.float64)), 0.0) for name in _CASES}
    return CellTable(rows.assign(**counts), {area.code: config.place.code for area in config.areas})


def _rows(config: SurveyConfig, frames: tuple[pd.DataFrame, pd.DataFrame | None], code: str, *,
          area: bool) -> pd.DataFrame:
    homes, people = frames
    where = homes["area"] if area else config.place.code
    placed = homes.assign(ref_area=where)
    if people is not None:
        position = pd.Index(homes["household_id"]).get_indexer(pd.Index(people["household_id"]))
        people = people.assign(ref_area=placed["ref_area"].to_numpy()[position])
    groups = config.estimate.area_tables() if area else config.estimate.tables()
    how = {"groups": groups, "lonely": config.design.lonely, "interval": config.design.interval,
           "confidence": config.design.confidence, "degrees_of_freedom": config.design.degrees_of_freedom,
           "max_unknown_share": config.estimate.max_unknown_share}
    return cells(code, placed, people, rules=config.rules_of(code), how=how, time_period=config.survey.time_period)
