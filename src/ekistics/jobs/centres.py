"""Profile every urban centre that three grids hold: delineate, then one package a centre.

A run that is killed goes on where it stopped; a centre that fails says so in the list and stops no other.
"""

import csv
import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd

from ekistics.core.crs import equal_area_for
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
)
from ekistics.core.i18n import N_, _, use_language
from ekistics.core.period import Period
from ekistics.core.place import Place
from ekistics.core.place_codes import centre_code, checked_country
from ekistics.core.provenance import digest_file, digest_values
from ekistics.geo.degurba import DegurbaParameters, centre_frame
from ekistics.jobs import delineate
from ekistics.jobs.profile import profile
from ekistics.jobs.profile.run import code_version

__all__ = ["Centre", "CentreResult", "CentresOutcome", "Grids", "run"]

Progress = Callable[[str, int, int], None]

PLACES, CENTRES, RESULTS, WORK = "places.csv", "centres.gpkg", "results.csv", ".work"
EPOCH_NOTE = N_("Time period {period} as stated by the user of the file.")
_NAME_COLUMNS = ("country", "code", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grids:
    """The grids of a country or of any larger ground, on the same equal-area cells.

    Parameters
    ----------
    population, built_up : mapping of str to pathlib.Path
        Time period, as the user states it, to the GeoTIFF of people, and of built-up square metres, a cell.
    land : pathlib.Path
        GeoTIFF of permanent land, square metres a cell.
    nodata : str
        What a cell of the population without data means: "missing" or "zero".
    stated : mapping of str to str
        Any of producer, citation, licence and accessed, for all files.
    """

    population: Mapping[str, Path]
    built_up: Mapping[str, Path]
    land: Path
    nodata: str = "missing"
    stated: Mapping[str, str] = field(default_factory=dict)

    @property
    def latest(self) -> str:
        """Give the last time that has people and built-up surface; the centres are those of then."""
        common = [period for period in self.population if period in self.built_up]
        if not common:
            raise ConfigurationError(_("People and built-up surface have no time in common."), where="--built-up",
                                     expected=", ".join(self.population), got=", ".join(self.built_up))
        return max(common, key=Period.parse)


@dataclass(frozen=True, slots=True, eq=False)
class Centre:
    """One urban centre as a place, with what the list of places says about it.

    Parameters
    ----------
    place : Place
        Code, name, country.
    outline : geopandas.GeoDataFrame
        One row: its id and polygon, in the CRS of the grid.
    longitude, latitude : float
        Middle of its cells, degrees.
    population : float
        People in its cells.
    area_km2 : float
        Area of the polygon on the ellipsoid.
    """

    place: Place
    outline: gpd.GeoDataFrame
    longitude: float
    latitude: float
    population: float
    area_km2: float


@dataclass(frozen=True, slots=True)
class CentreResult:
    """What became of a centre: ``status`` is written, kept (nothing changed since) or failed."""

    code: str
    name: str
    status: str
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True)
class CentresOutcome:
    """What a run of the job gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where packages and lists are.
    results : tuple of CentreResult
        One a centre.
    unmatched : tuple of str
        Codes in the table of names, of this country, that are no centre found here.
    time_period : str
        The time of the centres.
    """

    folder: Path
    results: tuple[CentreResult, ...]
    unmatched: tuple[str, ...]
    time_period: str

    def count(self, status: str) -> int:
        """Count the centres with a status."""
        return sum(result.status == status for result in self.results)


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What all centres of a run share."""

    grids: Grids
    out: Path
    rules: Mapping[str, Any]
    language: str
    documents: bool
    digest: Callable[[Path], str]


def run(grids: Grids, *, country: str, out: Path | str, names: Path | None = None,
        parameters: DegurbaParameters | None = None, documents: bool = False, language: str = "en",
        progress: Progress | None = None) -> CentresOutcome:
    """Delineate urban centres and profile each inside its polygon.

    Parameters
    ----------
    grids : Grids
        The inputs.
    country : str
        ISO 3166-1 alpha-3 code under which the centres are kept.
    out : path-like
        Folder: one package a centre, named by its code; ``places.csv``, ``centres.gpkg`` and ``results.csv``.
    names : pathlib.Path, optional
        CSV with the columns country, code (of the centre or of the place) and name.
    parameters : DegurbaParameters, optional
        The rules of the delineation.
    documents : bool, default False
        Whether to make page and PDF of each.
    language : str
        Language of the packages.
    progress : callable, optional
        Called with the code of a centre, how many are done and how many there are.

    Returns
    -------
    CentresOutcome
        What became of each centre.

    Raises
    ------
    EkisticsError
        The country is unknown, or the grids or the table of names cannot be used; no package was touched.
    """
    out = Path(out)
    tell = progress or _silent
    country = checked_country(country)
    known = _read_names(names, country) if names else {}
    period = grids.latest
    with use_language(language):
        found, rules = _delineated(grids, period, out, parameters)
        centres = [_centre(found.iloc[[row]], country, known) for row in range(len(found))]
        _write(out / PLACES, _places_csv(centres, period))
        recipe = _Recipe(grids, out, rules, language, documents, cache(digest_file))
        results = tuple(_told(recipe, centre, tell, number, len(centres)) for number, centre in enumerate(centres))
    tell("", len(centres), len(centres))
    _write(out / RESULTS, _csv(("code", "name", "status", "seconds", "error"),
                               ([r.code, r.name, r.status, f"{r.seconds:.2f}", r.error] for r in results)))
    codes = {centre.place.code for centre in centres}
    return CentresOutcome(out, results, tuple(sorted(set(known) - codes)), period)


def _silent(code: str, done: int, of: int) -> None:
    """Report to nobody."""


def _delineated(grids: Grids, period: str, out: Path,
                parameters: DegurbaParameters | None) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Give the centres of the last time, and the rules that differ from the usual ones, dynamic ones as numbers."""
    result = delineate.run(grids.population[period], grids.built_up[period], grids.land, parameters=parameters,
                           outputs=delineate.Outputs(centres=out / CENTRES))
    used, usual = result.classification.parameters.as_dict(), DegurbaParameters().as_dict()
    rules = {name: value for name, value in used.items() if value != usual[name]}
    return centre_frame(result.classification.centres, result.grid), rules


def _centre(row: gpd.GeoDataFrame, country: str, names: Mapping[str, str]) -> Centre:
    """Make a place of a centre; without a name in the table its id is its name."""
    values = row.iloc[0]
    code = centre_code(country, values["centre_id"])
    name = names.get(code) or _("Urban centre {id}").format(id=values["centre_id"])
    longitude, latitude = float(values["longitude"]), float(values["latitude"])
    metres2 = float(row.to_crs(equal_area_for(longitude, latitude)).area.iloc[0])  # as the profile measures it
    return Centre(Place(code, name, "city", country, country), row[["centre_id", "geometry"]], longitude, latitude,
                  float(values["population"]), metres2 / 1e6)


def _read_names(path: Path, country: str) -> dict[str, str]:
    """Read the names of a country's centres by place code."""
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError as error:
        raise MissingInputError(_("There is no such table of names."), where=path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFormatError(_("The table of names is not a CSV file in UTF-8."), where=path,
                               got=str(error)) from error
    names: dict[str, str] = {}
    for line, row in enumerate(rows, 2):
        if absent := [column for column in _NAME_COLUMNS if not (row.get(column) or "").strip()]:
            raise InputFormatError(_("The table of names needs a value in each of three columns."),
                                   where=_("{path}, line {line}").format(path=path, line=line),
                                   expected=", ".join(_NAME_COLUMNS), got=_("nothing in {columns}").format(
                                       columns=", ".join(absent)))
        if row["country"].strip() == country:
            _add_name(names, row["code"].strip().removeprefix(f"{country}-"), row["name"].strip(), country,
                      where=_("{path}, line {line}").format(path=path, line=line))
    return names


def _add_name(names: dict[str, str], centre_id: str, name: str, country: str, *, where: str) -> None:
    try:
        code = centre_code(country, centre_id)
    except InvalidValueError as error:
        raise InvalidValueError(error.message, where=where, param="code", expected=error.expected,
                                got=error.got) from error
    if code in names:
        raise InvalidValueError(_("A centre has two names."), where=where, param="code", got=code)
    names[code] = name


def _told(recipe: _Recipe, centre: Centre, tell: Progress, number: int, of: int) -> CentreResult:
    tell(centre.place.code, number, of)
    return _profiled(recipe, centre)


def _profiled(recipe: _Recipe, centre: Centre) -> CentreResult:
    """Profile one centre; whatever goes wrong with it stays with it."""
    begin = time.perf_counter()
    result = partial(CentreResult, centre.place.code, centre.place.name)
    try:
        written = _profile(recipe, centre)
    except EkisticsError as error:
        return result("failed", time.perf_counter() - begin, str(error))
    except Exception as error:  # noqa: BLE001 - one centre of thousands never ends the run; the list names its fault
        return result("failed", time.perf_counter() - begin, f"{type(error).__name__}: {error}")
    return result("written" if written else "kept", time.perf_counter() - begin)


def _profile(recipe: _Recipe, centre: Centre) -> bool:
    """Write the package of a centre, unless the one that stands was made from the same; tell whether it was."""
    package, work = recipe.out / centre.place.code, recipe.out / WORK / centre.place.code
    work.mkdir(parents=True, exist_ok=True)
    text = _city_toml(recipe, centre, work)
    made_from = digest_values({
        "city": text, "outline": centre.outline.geometry.iloc[0].wkb_hex, "crs": centre.outline.crs.to_wkt(),
        "inputs": [recipe.digest(path) for path in _paths(recipe.grids)], "code": code_version(),
        "documents": recipe.documents})
    note = work / "made-from"
    if (package / "datapackage.json").is_file() and note.is_file() and note.read_text(encoding="ascii") == made_from:
        return False
    note.unlink(missing_ok=True)
    centre.outline.to_parquet(work / "boundary.parquet")
    _write(work / "city.toml", text)
    profile(work, out=package, documents=recipe.documents, digest=recipe.digest)
    _write(note, made_from)
    return True


def _paths(grids: Grids) -> list[Path]:
    return [*grids.population.values(), *grids.built_up.values(), grids.land]


def _city_toml(recipe: _Recipe, centre: Centre, work: Path) -> str:
    """Write the city.toml of a centre; its paths count from its folder."""
    grids, place = recipe.grids, centre.place
    where = partial(_from, work.resolve())
    dated = [("[population]", {"path": where(path), "time_period": period, "nodata": grids.nodata,
                               **_stated(grids, period)}) for period, path in grids.population.items()]
    dated += [("[built_up]", {"path": where(path), "time_period": period, **_stated(grids, period)})
              for period, path in grids.built_up.items()]
    tables = [("city", {"name": place.name, "code": place.code, "country": place.country,
                        "language": recipe.language}),
              ("boundary", {"path": "boundary.parquet"}), *dated,
              ("land", {"path": where(grids.land), **grids.stated})]
    if recipe.rules:
        tables.append(("parameters.degurba", dict(recipe.rules)))
    return "\n".join(f"[{title}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
                     for title, values in tables)


def _from(folder: Path, path: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()


def _stated(grids: Grids, period: str) -> dict[str, str]:
    """Give what is stated about a dated file; the citation says whose word the time is."""
    note = _(EPOCH_NOTE).format(period=period)
    return {**grids.stated, "citation": " ".join(filter(None, (grids.stated.get("citation", ""), note)))}


def _toml(value: Any) -> str:
    """Write a value as TOML, whose strings are JSON's, except that it wants one more sign escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _places_csv(centres: list[Centre], period: str) -> str:
    heads = ("code", "name", "kind", "country", "parent", "longitude", "latitude", "population", "area_km2",
             "time_period")
    return _csv(heads, ([c.place.code, c.place.name, c.place.kind, c.place.country, c.place.parent,
                         f"{c.longitude:.6f}", f"{c.latitude:.6f}", f"{c.population:.3f}", f"{c.area_km2:.6f}", period]
                        for c in centres))


def _csv(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return stream.getvalue()


def _write(path: Path, text: str) -> None:
    """Write a text file that is there whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
