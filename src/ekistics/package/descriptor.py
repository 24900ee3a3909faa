"""The descriptor ``datapackage.json``: a Frictionless Data Package with one property of our own, ``ekistics``."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from pyproj import CRS

from ekistics.core.crs import norm_crs
from ekistics.core.errors import EkisticsError, MissingInputError, PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes, digest_file
from ekistics.core.quality import QualityFlag
from ekistics.package.model import SCHEMA_VERSION, Layer, ProfilePackage
from ekistics.package.table import table_schema

__all__ = ["DESCRIPTOR", "DISCLOSURE", "checks_bytes", "crs_text", "descriptor_bytes", "json_bytes", "layer_crs",
           "listed_files", "load_checks", "load_descriptor", "make_descriptor", "parse_head", "parse_spec",
           "plain_spec", "seal"]

DESCRIPTOR = "datapackage.json"
DISCLOSURE = "disclosure.json"
MEDIA_TYPES = {
    "csv": "text/csv", "parquet": "application/vnd.apache.parquet", "json": "application/json", "html": "text/html",
    "pdf": "application/pdf", "tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    "pmtiles": "application/vnd.pmtiles", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml", "toml": "application/toml",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def json_bytes(values: Any) -> bytes:
    r"""Write plain values as the one JSON text that a package uses.

    Parameters
    ----------
    values : object
        Mappings, sequences, text and finite numbers; other values stand as their text.

    Returns
    -------
    bytes
        UTF-8, indented, ending in a line feed.

    Raises
    ------
    PackageError
        A number is not finite.

    Examples
    --------
    >>> json_bytes({"a": 1})
    b'{\n "a": 1\n}\n'
    """
    try:
        return (json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False, default=str) + "\n").encode()
    except ValueError as error:
        raise PackageError(_("A value of the package cannot be written as JSON."), got=str(error)) from error


def make_descriptor(package: ProfilePackage, folder: Path, files: Iterable[str], *, created: str) -> dict[str, Any]:
    """Describe a package whose other files are written.

    Parameters
    ----------
    package : ProfilePackage
        What it holds.
    folder : pathlib.Path
        Where its files are.
    files : iterable of str
        Their paths in the folder.
    created : str
        Time of making, ISO 8601.

    Returns
    -------
    dict
        The descriptor, sealed with its own digest.
    """
    place = package.place
    described = {
        "profile": "data-package",
        "name": re.sub(r"[^a-z0-9._-]+", "-", place.code.lower()).strip("-"),
        "id": package.run.id,
        "title": _("City profile of {name}").format(name=place.name),
        "version": package.edition or "1",
        "created": created,
        "licenses": _licences(package.run.inputs),
        "sources": [{"title": " - ".join(filter(None, (p.producer, p.name))), "sha256": p.sha256}
                    for p in package.run.inputs],
        "resources": [_resource(path, folder) for path in files],
        "ekistics": _head(package),
    }
    if not described["licenses"]:
        del described["licenses"]
    return seal(described)


def _licences(inputs: Iterable[Provenance]) -> list[dict[str, str]]:
    stated = dict.fromkeys(p.licence.strip() for p in inputs if p.licence.strip())
    return [{"name": re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-") or "other", "title": text} for text in stated]


def _resource(path: str, folder: Path) -> dict[str, Any]:
    file = folder / path
    form = file.suffix.lstrip(".")
    name = re.sub(r"[^a-z0-9._/-]+", "-", path.lower())
    resource = {"name": name, "path": path, "format": form, "mediatype": MEDIA_TYPES[form],
                "bytes": file.stat().st_size, "hash": f"sha256:{digest_file(file)}"}
    if form in ("csv", "json", "html"):
        resource["encoding"] = "utf-8"
    if path == "observations.csv":
        resource |= {"profile": "tabular-data-resource", "schema": table_schema()}
    return resource


def _head(package: ProfilePackage) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "edition": package.edition,
        "place": package.place.code,
        "places": [asdict(place) for place in package.places],
        "run": package.run.as_dict(),
        "layers": [_layer(layer) for layer in package.layers],
        "indicators": [plain_spec(spec) for spec in package.indicators],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    described: dict[str, Any] = {"code": layer.code, "title": layer.title, "value": layer.value,
                                 "unit_measure": layer.unit_measure, "note": layer.note}
    if layer.raster is None:
        return described | {"kind": "vector", "crs": "EPSG:4326"}
    raster = layer.raster
    source = None if raster.provenance is None else asdict(raster.provenance)
    return described | {"kind": "raster", "crs": crs_text(raster.grid.crs), "cell_unit": raster.unit_measure,
                        "time_period": raster.time_period, "provenance": source}


def crs_text(crs: CRS) -> str:
    """Name a system so that it can be read back: by authority where it has one, in full otherwise.

    Parameters
    ----------
    crs : pyproj.CRS
        The system.

    Returns
    -------
    str
        ``AUTHORITY:CODE`` or WKT.

    Examples
    --------
    >>> crs_text(CRS.from_epsg(4326))
    'EPSG:4326'
    """
    authority = crs.to_authority(min_confidence=100)
    if authority is not None and CRS.from_authority(*authority) == crs:
        return ":".join(authority)
    return str(crs.to_wkt())


def plain_spec(spec: IndicatorSpec) -> dict[str, Any]:
    """Turn an indicator into plain values, as the descriptor and the site's catalogue hold it.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.

    Returns
    -------
    dict
        What :func:`parse_spec` reads; ``people_records`` only where it is so, as in packages from before it was known.
    """
    values = asdict(spec)
    plain = {field.name: values[field.name] for field in fields(spec) if field.init}
    if not spec.people_records:
        del plain["people_records"]
    return plain


def checks_bytes(package: ProfilePackage) -> bytes:
    """Write ``checks.json``: quality flags and certificates of conformance.

    Parameters
    ----------
    package : ProfilePackage
        The package.

    Returns
    -------
    bytes
        The file's content.
    """
    return json_bytes({"schema_version": SCHEMA_VERSION, "flags": [asdict(flag) for flag in package.checks],
                       "certificates": [dict(certificate) for certificate in package.certificates]})


def seal(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Add to a descriptor the digest of itself, so that a changed byte of it shows.

    Parameters
    ----------
    descriptor : mapping
        The descriptor, sealed before or not.

    Returns
    -------
    dict
        The same with ``ekistics.digest``, the SHA-256 of its text without that key.
    """
    head = {key: value for key, value in descriptor["ekistics"].items() if key != "digest"}
    plain = {**descriptor, "ekistics": head}
    return {**plain, "ekistics": {**head, "digest": f"sha256:{digest_bytes(json_bytes(plain))}"}}


def descriptor_bytes(descriptor: Mapping[str, Any]) -> bytes:
    """Write a sealed descriptor.

    Parameters
    ----------
    descriptor : mapping
        As :func:`make_descriptor` gives it.

    Returns
    -------
    bytes
        The file's content.
    """
    return json_bytes(descriptor)


def load_descriptor(folder: Path) -> dict[str, Any]:
    """Read the descriptor of a profile package, refusing any other folder.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    dict
        The descriptor.

    Raises
    ------
    MissingInputError
        There is no such folder or descriptor.
    PackageError
        The descriptor is not JSON, not one of ours, or of another schema version.
    """
    path = folder / DESCRIPTOR
    if not path.is_file():
        raise MissingInputError(_("This is not a profile package: it has no {name}.").format(name=DESCRIPTOR),
                                where=folder)
    try:
        descriptor: dict[str, Any] = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PackageError(_("The descriptor is not JSON."), where=path, got=str(error)) from error
    head = descriptor.get("ekistics") if isinstance(descriptor, dict) else None
    if not isinstance(head, dict) or "schema_version" not in head:
        raise PackageError(_("This data package is not a city profile."), where=path,
                           expected=_("the property 'ekistics' with a schema_version"))
    if head["schema_version"] != SCHEMA_VERSION:
        raise PackageError(_("The package is of another schema version."), where=path, expected=SCHEMA_VERSION,
                           got=head["schema_version"], hint=_("Read it with the version of Ekistics that made it."))
    return descriptor


def listed_files(descriptor: Mapping[str, Any]) -> list[str]:
    """List the files that a descriptor names, itself included.

    Parameters
    ----------
    descriptor : mapping
        The descriptor.

    Returns
    -------
    list of str
        Paths in the package.

    Examples
    --------
    >>> listed_files({"resources": [{"path": "checks.json"}]})
    ['checks.json', 'datapackage.json']
    """
    resources = descriptor.get("resources")
    paths = [r["path"] for r in resources if isinstance(r, dict) and isinstance(r.get("path"), str)] \
        if isinstance(resources, list) else []
    return [*paths, DESCRIPTOR]


def parse_head(descriptor: Mapping[str, Any]) -> tuple[Place, tuple[Place, ...], Run, tuple[IndicatorSpec, ...]]:
    """Turn the property ``ekistics`` of a descriptor into values.

    Parameters
    ----------
    descriptor : mapping
        The descriptor.

    Returns
    -------
    place : Place
        The city.
    places : tuple of Place
        The city and its neighbourhoods.
    run : Run
        What made the numbers.
    indicators : tuple of IndicatorSpec
        What the numbers are about.

    Raises
    ------
    PackageError
        A part is missing or cannot be.
    """
    try:
        head = descriptor["ekistics"]
        places = tuple(Place(**place) for place in head["places"])
        place = {p.code: p for p in places}[head["place"]]
        return place, places, _parse_run(head["run"]), tuple(parse_spec(spec) for spec in head["indicators"])
    except (KeyError, TypeError, AttributeError, EkisticsError) as error:
        raise PackageError(_("The descriptor lacks a part or holds one that cannot be."), where=DESCRIPTOR,
                           got=str(error)) from error


def _parse_run(values: Mapping[str, Any]) -> Run:
    inputs = tuple(Provenance(**{k: v for k, v in source.items() if k != "id"}) for source in values["inputs"])
    return Run(inputs, values["parameters"], values["methods"], values["code_version"])


def parse_spec(values: Mapping[str, Any]) -> IndicatorSpec:
    """Turn an indicator as plain values, as the descriptor holds it, into a specification.

    Parameters
    ----------
    values : mapping
        One of ``ekistics.indicators``.

    Returns
    -------
    IndicatorSpec
        The indicator.

    Raises
    ------
    KeyError, TypeError, EkisticsError
        A part is missing or cannot be.
    """
    return IndicatorSpec(**{
        **_tuples(values), "method": MethodEdition(**values["method"]),
        "series": tuple(SeriesSpec(**_tuples(series)) for series in values["series"]),
        "variants": tuple(Variant(**variant) for variant in values["variants"])})


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn JSON's lists into the tuples they were."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def layer_crs(entry: Mapping[str, Any]) -> CRS:
    """Give the system that the descriptor states for a layer.

    Parameters
    ----------
    entry : mapping
        One of ``ekistics.layers``.

    Returns
    -------
    pyproj.CRS
        The system.
    """
    return norm_crs(entry.get("crs"), where=entry.get("code"))


def load_checks(path: Path) -> tuple[tuple[QualityFlag, ...], tuple[dict[str, object], ...]]:
    """Read ``checks.json``.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    flags : tuple of QualityFlag
        Quality of inputs and results.
    certificates : tuple of dict
        Conformance of the methods.

    Raises
    ------
    PackageError
        The file is not what it should be.
    """
    try:
        content = json.loads(path.read_bytes())
        flags = tuple(QualityFlag(**{**flag, "indicators": tuple(flag["indicators"])}) for flag in content["flags"])
        return flags, tuple(dict(certificate) for certificate in content["certificates"])
    except (OSError, ValueError, KeyError, TypeError, LookupError, RecursionError) as error:
        raise PackageError(_("The quality checks cannot be read."), where=path.name, got=str(error)) from error
