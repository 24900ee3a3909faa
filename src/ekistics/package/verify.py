"""Verify a profile package: files, checksums, schema, rules of the observations, layers."""

import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
from jsonschema import Draft7Validator  # type: ignore[import-untyped]
from pyogrio.errors import DataLayerError, DataSourceError

from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, people_codes
from ekistics.core.place import Place
from ekistics.core.provenance import Run, digest_file
from ekistics.core.units import UNITS
from ekistics.package.descriptor import (
    DESCRIPTOR,
    DISCLOSURE,
    descriptor_bytes,
    listed_files,
    load_checks,
    load_descriptor,
    parse_head,
    seal,
)
from ekistics.package.documents import document_faults
from ekistics.package.read import read_layer
from ekistics.package.rules import observation_breaches
from ekistics.package.table import Columns, arrow_table, columns_of, csv_bytes, read_arrow, read_csv

__all__ = ["Problem", "Verification", "verify_package"]

Head = tuple[Place, tuple[Place, ...], Run, tuple[IndicatorSpec, ...]]
_SHOWN_ROWS = 5
_ADVICE = "; It might help to specify"  # GDAL's, for who opens a file by hand
_NEEDED = ("observations.csv", "observations.parquet", "checks.json")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a package.

    Parameters
    ----------
    code : str
        Its kind: ``missing``, ``extra``, ``bytes``, ``hash``, ``schema``, ``layer``, ``disclosure``, or a rule of the
        observations.
    where : str
        The file, and the rows where there are some.
    message : str
        What is wrong, in words.
    """

    code: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of verifying a package.

    Parameters
    ----------
    folder : str
        The package.
    problems : tuple of Problem
        What is wrong; empty when the package is whole.
    files : int
        Files looked at, the descriptor included.
    observations : int
        Rows of the table that was read.
    run : str
        Id of the run; empty when it cannot be told.
    table : pyarrow.Table, optional
        The observations that were read, for who goes on with them; None where they could not be read.
    descriptor : dict, optional
        The descriptor that was read; None where it could not be.
    head : tuple, optional
        What :func:`~ekistics.package.descriptor.parse_head` makes of it.
    """

    folder: str
    problems: tuple[Problem, ...]
    files: int
    observations: int
    run: str
    table: pa.Table | None = field(default=None, repr=False, compare=False)
    descriptor: dict[str, Any] | None = field(default=None, repr=False, compare=False)
    head: Head | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Tell whether the package is whole."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Give the outcome as plain values, for ``--json``.

        Returns
        -------
        dict
            The keys ok, folder, problems, files, observations and run.
        """
        return {"ok": self.ok, "folder": self.folder, "problems": [asdict(problem) for problem in self.problems],
                "files": self.files, "observations": self.observations, "run": self.run}


def verify_package(folder: Path) -> Verification:
    """Hold a package against its own descriptor and the rules of all packages.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    Verification
        Every problem found; a package that cannot be opened at all is one problem.

    Raises
    ------
    MissingInputError
        There is no package in the folder.
    """
    folder = Path(folder)
    try:
        descriptor = load_descriptor(folder)
    except PackageError as error:
        return Verification(str(folder), (Problem("schema", DESCRIPTOR, _said(error, folder)),), 1, 0, "")
    shape = _shape_problems(descriptor)
    try:
        head = None if shape else parse_head(descriptor)
    except PackageError as error:
        shape.append(Problem("schema", DESCRIPTOR, _said(error, folder)))
    if shape or head is None:
        return Verification(str(folder), tuple(shape), 1, 0, "")
    problems = [*_descriptor_problems(folder, descriptor, head), *_file_problems(folder, descriptor)]
    table, found = _content_problems(folder, descriptor, head, {problem.where for problem in problems})
    return Verification(str(folder), (*problems, *found), len(listed_files(descriptor)),
                        0 if table is None else len(table), descriptor["ekistics"]["run"]["id"], table, descriptor,
                        head)


@cache
def _validator() -> Draft7Validator:
    schema = json.loads((files("ekistics.package") / "schema" / "profile-package-1.json").read_text("utf-8"))
    return Draft7Validator(schema)


def _shape_problems(descriptor: Mapping[str, Any]) -> list[Problem]:
    faults = sorted(_validator().iter_errors(descriptor), key=lambda fault: list(map(str, fault.path)))
    return [Problem("schema", DESCRIPTOR, f"{'/'.join(map(str, fault.path))}: {fault.message}") for fault in faults]


def _descriptor_problems(folder: Path, descriptor: Mapping[str, Any], known: Head) -> Iterator[Problem]:
    """Check seal and form of the descriptor; every byte of it counts."""
    head, run = descriptor["ekistics"], known[2]
    if run.id != head["run"]["id"]:
        yield Problem("run", DESCRIPTOR, _("The run's id is not that of its inputs, parameters and methods."))
    if seal(descriptor)["ekistics"]["digest"] != head["digest"]:
        yield Problem("hash", DESCRIPTOR, _("The descriptor was changed after it was written."))
    elif (folder / DESCRIPTOR).read_bytes() != descriptor_bytes(descriptor):
        yield Problem("hash", DESCRIPTOR, _("The descriptor's text was changed, though not its values."))


def _file_problems(folder: Path, descriptor: Mapping[str, Any]) -> Iterator[Problem]:
    listed = listed_files(descriptor)
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield Problem("schema", name, _("The descriptor lists this file twice."))
    for name in sorted(set(_NEEDED) - set(listed)):
        yield Problem("missing", name, _("The descriptor does not list this file."))
    for resource in descriptor["resources"]:
        yield from _resource_problems(folder / resource["path"], resource)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or name in listed):
            yield Problem("extra", name, _("The descriptor does not list this file."))


def _resource_problems(path: Path, resource: Mapping[str, Any]) -> Iterator[Problem]:
    name = resource["path"]
    if path.is_symlink() or not path.is_file():
        yield Problem("missing", name, _("The file is not there."))
    elif path.stat().st_size != resource["bytes"]:
        yield Problem("bytes", name, _("The file has {got} bytes, not {expected}.").format(
            got=path.stat().st_size, expected=resource["bytes"]))
    elif f"sha256:{digest_file(path)}" != resource["hash"]:
        yield Problem("hash", name, _("The file was changed after it was written."))


def _content_problems(folder: Path, descriptor: Mapping[str, Any], head: Head,
                      broken: set[str]) -> tuple[pa.Table | None, list[Problem]]:
    """Look into the files that are what the descriptor says; the others are reported already."""
    table, problems = _table_problems(folder, head, broken)
    if "checks.json" not in broken:
        problems += _guarded("checks.json", lambda: load_checks(folder / "checks.json"), folder)
    listed = listed_files(descriptor)
    problems += [Problem("schema", name, _said(error, folder))
                 for name, error in document_faults(folder, head[0], set(listed) - broken)]
    for entry in descriptor["ekistics"]["layers"]:
        names = [name for name in listed if name.rsplit(".", 1)[0] == f"layers/{entry['code']}"]
        problems += _layer_problems(folder, entry, set(names), broken)
    if table is not None:
        problems += _disclosure_problems(folder, descriptor, table, head)
    return table, problems


def _disclosure_problems(folder: Path, descriptor: Mapping[str, Any], table: pa.Table, head: Head) -> list[Problem]:
    """Hold values from people's records against the report of disclosure control; most packages have neither."""
    indicators, listed = head[3], DISCLOSURE in listed_files(descriptor)
    if not listed and not people_codes(indicators):
        return []
    from ekistics.package.disclosed import disclosure_faults  # the kernel takes a second to load

    return [Problem("disclosure", where, fault) for where, fault in disclosure_faults(
        folder, descriptor["ekistics"]["layers"], table, indicators=indicators, listed=listed)]


def _table_problems(folder: Path, head: Head, broken: set[str]) -> tuple[pa.Table | None, list[Problem]]:
    name = "observations.parquet" if "observations.parquet" not in broken else "observations.csv"
    if name in broken:
        return None, []
    try:
        table = read_arrow(folder / name) if name.endswith("parquet") else arrow_table(read_csv(folder / name))
        columns = columns_of(table)
        same = "observations.csv" in broken or _is_twin(columns, folder / "observations.csv")
    except EkisticsError as error:
        return None, [Problem("schema", name, _said(error, folder))]
    _place, places, run, indicators = head
    problems = [Problem(breach.code, f"{name}, {_rows(breach.rows)}", breach.message)
                for breach in observation_breaches(columns, places=places, run=run.id, indicators=indicators)]
    if not same:
        problems.append(Problem("tables", name, _("The two tables of observations differ.")))
    return table, problems


def _is_twin(columns: Columns, csv: Path) -> bool:
    """Tell whether the other table has the same rows; our own writer's text is compared without being parsed."""
    written = csv_bytes(columns)
    return csv.read_bytes() == written or csv_bytes(columns_of(read_csv(csv))) == written


def _rows(rows: tuple[int, ...]) -> str:
    shown = ", ".join(str(row) for row in rows[:_SHOWN_ROWS])
    if len(rows) > _SHOWN_ROWS:
        return _("rows {rows} and {more} more").format(rows=shown, more=len(rows) - _SHOWN_ROWS)
    return _("rows {rows}").format(rows=shown) if len(rows) > 1 else _("row {rows}").format(rows=shown)


def _layer_problems(folder: Path, entry: Mapping[str, Any], names: set[str], broken: set[str]) -> list[Problem]:
    stem = f"layers/{entry['code']}"
    main = f"{stem}.parquet" if entry["kind"] == "vector" else f"{stem}.tif"
    problems = [] if main in names else [Problem("missing", main, _("The descriptor does not list this file."))]
    unknown = [code for code in (entry["unit_measure"], entry.get("cell_unit", "")) if code and code not in UNITS]
    problems += [Problem("unit", main, _("Unknown unit {code}.").format(code=code)) for code in unknown]
    if main in names - broken:
        problems += _guarded(main, lambda: read_layer(folder, entry), folder)
    tiles = f"{stem}.pmtiles"
    if tiles in names - broken:
        problems += _guarded(tiles, lambda: pyogrio.read_info(folder / tiles), folder)
    return problems


def _said(error: Exception, folder: Path) -> str:
    """Say an error without its place: the problem names the file, and the folder may be one that is gone by then."""
    if isinstance(error, EkisticsError):
        error = copy(error)
        error.where = None
    said = str(error).replace(f"{folder}/", "")
    return said.partition(_ADVICE)[0]


def _guarded(name: str, look: Any, folder: Path) -> list[Problem]:
    try:
        look()
    except (EkisticsError, DataSourceError, DataLayerError, OSError, ValueError) as error:
        return [Problem("layer" if name.startswith("layers/") else "schema", name, _said(error, folder))]
    return []
