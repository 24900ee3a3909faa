"""Write a profile package: all of it or nothing."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import people_codes
from ekistics.package.descriptor import (
    DESCRIPTOR,
    DISCLOSURE,
    MEDIA_TYPES,
    checks_bytes,
    descriptor_bytes,
    json_bytes,
    listed_files,
    load_descriptor,
    make_descriptor,
)
from ekistics.package.layers import write_layer
from ekistics.package.model import ProfilePackage
from ekistics.package.staging import replaced_folder
from ekistics.package.table import canonical_observations, columns_of, csv_bytes, write_parquet

__all__ = ["write_package"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.(" + "|".join(MEDIA_TYPES) + ")")
_OURS = ("observations.csv", "observations.parquet", "checks.json", DISCLOSURE, DESCRIPTOR)


def write_package(package: ProfilePackage, folder: Path, *, documents: Mapping[str, bytes] | None = None) -> None:
    """Write a profile package into a folder, replacing an older package at the very end.

    Parameters
    ----------
    package : ProfilePackage
        What to write.
    folder : pathlib.Path
        Where; parents are made. A folder that holds anything but a package is refused.
    documents : mapping of str to bytes, optional
        Documents by file name, such as ``profile.html`` and ``profile.pdf``.

    Raises
    ------
    PackageError
        The folder holds something else, or the package cannot be written as it is: values from people's records
        come from disclosure control alone.

    Notes
    -----
    The same package gives the same bytes in every file; only ``created`` in the descriptor, and with it the
    descriptor's digest, follows the clock where ``package.created`` is empty. A process killed at any moment leaves
    the old package or none. Maps are stored as float32; the observations keep every digit.
    """
    documents = dict(documents or {})
    for name in documents:
        if not _NAME.fullmatch(name) or name in _OURS:
            raise PackageError(_("A document of the package cannot have this name."), got=repr(name),
                               expected=_("a plain file name such as profile.html"))
    _require_distinct_layers(package)
    report = _disclosure_report(package)
    with replaced_folder(Path(folder), may_replace=_require_package) as staging:
        files = _write_contents(package, staging, documents)
        if report is not None:
            (staging / DISCLOSURE).write_bytes(json_bytes(report))
            files.append(DISCLOSURE)
        created = package.created or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        descriptor = make_descriptor(package, staging, files, created=created)
        (staging / DESCRIPTOR).write_bytes(descriptor_bytes(descriptor))


def _disclosure_report(package: ProfilePackage) -> dict[str, Any] | None:
    """Give the report on values from people's records, and refuse those without; most packages have none."""
    if package.disclosed is None and not people_codes(package.indicators):
        return None
    from ekistics.package.disclosed import disclosed_report  # the kernel takes a second to load

    return disclosed_report(package)


def _write_contents(package: ProfilePackage, staging: Path, documents: Mapping[str, bytes]) -> list[str]:
    table = canonical_observations(package.observations)
    (staging / "observations.csv").write_bytes(csv_bytes(columns_of(table)))
    write_parquet(table, staging / "observations.parquet")
    (staging / "checks.json").write_bytes(checks_bytes(package))
    files = ["observations.csv", "observations.parquet", "checks.json"]
    for name, content in documents.items():
        (staging / name).write_bytes(content)
        files.append(name)
    (staging / "layers").mkdir()
    for layer in package.layers:
        files.extend(write_layer(layer, staging))
    return files


def _require_distinct_layers(package: ProfilePackage) -> None:
    codes = [layer.code for layer in package.layers]
    for code in codes:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", code) or codes.count(code) > 1:
            raise PackageError(_("Layers need codes of their own, of small letters, digits, _ and -."), got=repr(code))


def _require_package(place: Path) -> None:
    """Refuse to replace a file, or a folder with anything that is not part of a package."""
    hint = _("Choose another folder, or empty this one first.")
    if not place.is_dir():
        raise PackageError(_("A file is in the way."), where=place, expected=_("a folder"), hint=hint)
    found = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir()}
    if not found:
        return
    try:
        listed = set(listed_files(load_descriptor(place)))
    except EkisticsError as error:
        raise PackageError(_("The folder is not empty and holds no profile package."), where=place,
                           got=", ".join(sorted(found)[:3]), hint=hint) from error
    if found - listed:
        raise PackageError(_("The folder holds files that are not part of its package, and they would be lost."),
                           where=place, got=", ".join(sorted(found - listed)[:3]), hint=hint)
