"""From packages to the records of a national report: verified, of one country, each value with where it stands.

A report is for everybody, and nobody asks who reads its files: values that may not be published are taken out here,
with their reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, InvalidValueError, PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import (
    DIMENSIONS,
    OBSERVATION_COLUMNS,
    free_values,
    is_restricted,
    observations,
    result_rows,
)
from ekistics.core.provenance import Run
from ekistics.core.reasons import Reason
from ekistics.indicators import specs
from ekistics.jobs.national.cities import read_city_values
from ekistics.package import ProfilePackage, read_package, verify_package
from ekistics.package.documents import read_document
from ekistics.publish.national_report import Narrative, NationalRecords
from ekistics.publish.national_report.records import DocumentRecord, stated_confidence
from ekistics.publish.records import PlaceRecord, cited_rows

__all__ = ["ReadRecords", "read_records"]

_KEY = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS)
_TABLE = "observations.csv"
_INDEX = "index.toml"  # what only a package of an index holds
_DOCUMENTS = ("sample.json", "survey.json", "framework.json")  # what a report takes of a package beside its values


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A package of the country, with where it stands."""

    folder: Path
    package: ProfilePackage

    @property
    def source(self) -> str:
        """Say who made what the values rest on; names of files where nobody is named."""
        return _source(self.package.run)

    def rows(self) -> pd.DataFrame:
        """Give the rows of the country, each with its line in the package's table."""
        rows = self.package.observations.reset_index(drop=True)
        lines = [f"{self.folder.name}/{_TABLE}, line {number}" for number in range(2, len(rows) + 2)]
        cited = cited_rows(free_values(rows), edition=self.package.edition, source=self.source, address=lines)
        return cited[cited["ref_area"] == self.package.place.code]

    def document(self, name: str) -> DocumentRecord | None:
        """Give a document of the package."""
        content = read_document(self.folder, name)
        if content is None:
            return None
        place = f"{self.folder.name}/{name}"
        return DocumentRecord(self._free(content), place, self.package.run.id, self.package.edition, place)

    def _free(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take out of a document the values of parts of the country whose indicator may not be published."""
        rows, parts = self.package.observations, content.get("domains")
        secret = set(rows.loc[is_restricted(rows) & rows["obs_value"].notna(), "indicator"])
        if parts is None or not secret:
            return content
        empty = dict.fromkeys(("value", "se", "lci", "uci"), None) | {"reason": str(Reason.RESTRICTED)}
        return {**content, "domains": {**parts, "rows": [
            {**row, **empty} if row["indicator"] in secret and row["value"] is not None else row
            for row in parts["rows"]]}}


def _source(run: Run) -> str:
    told = [each.citation or each.producer for each in run.inputs]
    return "; ".join(dict.fromkeys(text for text in told if text)) or ", ".join(
        dict.fromkeys(each.name for each in run.inputs))


@dataclass(frozen=True, slots=True, eq=False)
class ReadRecords:
    """What a report is made from, and what of it the report has no use for.

    Parameters
    ----------
    of : callable
        From a language to the records.
    idle : tuple of str
        Names of packages of the country's indices: they hold values of cities, and none of the country.
    earlier : mapping of str to frozenset of str
        Addresses of the values of each package of an earlier round, by its name.
    """

    of: Callable[[str], NationalRecords]
    idle: tuple[str, ...]
    earlier: Mapping[str, frozenset[str]]


def read_records(packages: Sequence[Path], *, earlier: Sequence[Path], cities: Path | None, publisher: str,
                 texts: Callable[[str], tuple[Narrative, ...]]) -> ReadRecords:
    """Read what a national report is made from.

    Parameters
    ----------
    packages, earlier : sequence of pathlib.Path
        Packages of the country, of this round and of earlier ones.
    cities : pathlib.Path, optional
        The cities' observations.
    publisher : str
        Who publishes the report.
    texts : callable
        From the country's code to the texts of people.

    Returns
    -------
    ReadRecords
        The records, and the packages that add no value.

    Raises
    ------
    EkisticsError
        An input cannot be used.
    """
    held = [_held(Path(path)) for path in packages]
    if not held:
        raise ConfigurationError(_("Name a package of the country."), where="PACKAGE")
    place = held[0].package.place
    past = [_held(Path(path)) for path in earlier]
    for each in (*held, *past):
        if each.package.place.code != place.code:
            raise InvalidValueError(_("This package is of another country."), where=each.folder, expected=place.code,
                                    got=each.package.place.code)
    idle = tuple(each.folder.name for each in held if _adds_nothing(each))
    rows = _unique(held, hint=_("Give the older one with --earlier."))
    _require_earlier(held, past)
    before = _unique(past, hint=_("Leave one of the two out of --earlier.")) if past else None
    sample = next((found for each in held if (found := each.document("sample.json")) is not None), None)
    surveys = tuple(found for each in held if (found := each.document("survey.json")) is not None)
    names = {city["code"]: city["name"] for city in sample.content["cities"]} if sample else {}
    known = {spec.code: spec for each in (*past, *held) for spec in each.package.indicators}
    beside = _city_rows(cities, names, known)
    ours = {spec.code: spec for spec in specs()}
    written = texts(place.code)
    newest = max(each.package.edition for each in held)
    return ReadRecords(lambda language: NationalRecords(
        PlaceRecord(place.code, place.name, "country", place.code),
        tuple((ours | known).values()), rows, before, beside,
        names, sample, surveys, _stated(held), written,
        tuple(check for each in held for check in each.package.checks), _levels([*held, *past]), newest, "", publisher,
        language),
        idle, {each.folder.name: frozenset(each.rows()["address"]) for each in past})


def _levels(held: Sequence[_Held]) -> dict[str, float]:
    """Give the level of confidence of the intervals of each run that states it."""
    return {each.package.run.id: level for each in held if (level := stated_confidence(
        each.package.run.parameters, read_document(each.folder, "survey.json"))) is not None}


def _adds_nothing(held: _Held) -> bool:
    """Tell a package of indices from one that has no place in a report, and refuse the latter."""
    if not held.rows().empty or any(read_document(held.folder, name) is not None for name in _DOCUMENTS):
        return False
    if (held.folder / _INDEX).is_file():
        return True
    places = sorted(set(held.package.observations["ref_area"]))
    raise InvalidValueError(
        _("This package holds no value of the country."), where=held.folder,
        expected=_("values of {place}").format(place=held.package.place.code),
        got=_("values of {place}").format(place=", ".join(places[:3])) if places else _("none"),
        hint=_("Make national values with 'ekistics national' or 'ekistics households'; values of cities go with "
               "--cities."))


def _require_earlier(held: Sequence[_Held], past: Sequence[_Held]) -> None:
    """Refuse a package of this round as one of an earlier round: nothing could have changed between the two."""
    told = [*_KEY, "obs_value"]
    for old in past:
        rows = old.rows()[told]
        for new in held:
            same = old.package.run.id == new.package.run.id
            if same or (not rows.empty and len(rows.merge(new.rows()[told], on=told)) == len(rows)):
                raise InvalidValueError(
                    _("The earlier round is this round: its values are those of a package of the report."),
                    where=f"--earlier {old.folder}", expected=_("a package of another run, of an earlier time"),
                    got=_("run {run}").format(run=new.package.run.id) if same else str(new.folder),
                    hint=_("Give the package of a round before with --earlier, or leave it out."))


def _held(folder: Path) -> _Held:
    """Read a package of a country, and only one that is whole."""
    problems = verify_package(folder).problems
    if problems:
        raise PackageError(_("The package does not verify."), where=folder, got=str(problems[0]),
                           hint=_("Look at all of it: {command}").format(command=f"ekistics verify {folder}"))
    package = read_package(folder)
    if package.place.kind != "country":
        raise InvalidValueError(_("This package is of no country."), where=folder, expected="country",
                                got=package.place.kind, hint=_("Make one with 'ekistics national'."))
    return _Held(folder.resolve(), package)


def _unique(held: Sequence[_Held], *, hint: str) -> pd.DataFrame:
    """Give the rows of packages; refuse two values for one thing: nobody could say which is reported."""
    rows = pd.concat([each.rows() for each in held], ignore_index=True)
    twice = rows.duplicated(list(_KEY))
    if twice.any():
        row = rows[twice].iloc[0]
        raise InvalidValueError(_("Two packages give a value for the same thing."), where=row["address"],
                                got=f"{row['indicator']} {row['series']} {row['time_period']}".strip(),
                                hint=hint)
    return rows


def _stated(held: Sequence[_Held]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the country states not to apply."""
    found = [read_document(each.folder, "framework.json") for each in held]
    return {row["slot"]: {key: row[key] for key in ("reason", "by", "day")}
            for content in found if content is not None and content["framework"] == "nua"
            for row in content["statements"]}


def _city_rows(path: Path | None, names: Mapping[str, str],
               known: Mapping[str, IndicatorSpec]) -> pd.DataFrame | None:
    """Read the observations of the sample's cities, of the indicators that the country reports."""
    if path is None:
        return None
    if not names:
        raise ConfigurationError(_("The cities' values need the sample that the cities were drawn in."), where=path,
                                 expected="sample.json")
    found = read_city_values(Path(path), names)
    rows = found.rows[found.rows["indicator"].isin(known)]
    rows = free_values(rows.assign(**{name: rows[name] if name in rows else "" for name in ("conf_status", "reason")}))
    source = ", ".join(each.name for each in found.inputs) if len(found.inputs) == 1 else Path(path).name
    whole = rows if set(OBSERVATION_COLUMNS) <= set(rows.columns) else _completed(rows, found.specs, found.inputs)
    return cited_rows(whole, edition="", source=source, address=[
        f"{source}: {area} {indicator}" for area, indicator in zip(whole["ref_area"], whole["indicator"], strict=True)])


def _completed(rows: pd.DataFrame, known: Mapping[str, IndicatorSpec], inputs: Sequence[Any]) -> pd.DataFrame:
    """Give rows of a plain table the columns of observations; the file's digest stands for the run."""
    run = inputs[0].sha256[:16]
    made = []
    for code, own in rows.groupby("indicator", sort=False):
        for _at, row in own.iterrows():
            made.append(observations(result_rows(
                pd.Series([row["obs_value"]], index=pd.Index([row["ref_area"]], name="ref_area")),
                series=row["series"], variant=row["variant"], time_period=row["time_period"],
                **{name: float(row[name]) for name in ("numerator", "denominator", "se", "lci", "uci")
                   if name in row and np.isfinite(row[name])},
                reason=row["reason"], **{name: row[name] for name in DIMENSIONS}), known[str(code)], run=run).assign(
                    conf_status=row["conf_status"] or "F"))
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=list(OBSERVATION_COLUMNS))
