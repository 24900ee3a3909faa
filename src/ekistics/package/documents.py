"""Documents of a package that the site shows: how a survey or a sample was made, what a country states of a framework.

They are files beside the numbers, written with the package and sealed by its checksums; each has a schema here.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.core.place import Place
from ekistics.core.provenance import digest_bytes

__all__ = ["DOCUMENTS", "document_faults", "read_document", "require_document"]

DOCUMENTS = ("survey.json", "sample.json", "framework.json")
_SHOWN = 200  # characters of a fault: the text of a schema's fault may hold the whole value


def read_document(folder: Path, name: str) -> dict[str, Any] | None:
    """Read a document of a package and hold it against its schema.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    name : str
        One of :data:`DOCUMENTS`.

    Returns
    -------
    dict or None
        Its content; None where the package has none.

    Raises
    ------
    PackageError
        It is not JSON, or not what its schema asks for; the first fault is named.
    """
    path = Path(folder) / name
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PackageError(_("The document is not JSON."), where=name, got=str(error)) from error
    return require_document(name, content)


def require_document(name: str, content: Any) -> dict[str, Any]:
    """Hold the content of a document against its schema.

    Parameters
    ----------
    name : str
        One of :data:`DOCUMENTS`.
    content : object
        What is, or will be, in it.

    Returns
    -------
    dict
        The content.

    Raises
    ------
    PackageError
        It is not what the schema asks for, and the first fault is named; or the seed of a sample was not committed.
    """
    for fault in sorted(_validator(name).iter_errors(content), key=lambda each: list(map(str, each.path))):
        place = "/".join(map(str, fault.path)) or "/"
        raise PackageError(_("The document is not what its schema asks for."), where=f"{name}, {place}",
                           got=fault.message[:_SHOWN],
                           hint=_("The schema is {name} of this program.").format(name=_schema_name(name)))
    if name == "sample.json":
        _require_seed(content["seed"])
    return dict(content)


def _require_seed(seed: Mapping[str, Any]) -> None:
    """Refuse a seed that is not the one whose digest was published: such cities may have been chosen."""
    if seed["seed"] is not None and digest_bytes(seed["seed"].encode()) != seed["commitment"]:
        raise PackageError(_("The {what} is not the one that was committed.").format(what=_("seed")),
                           where="sample.json, seed", expected=seed["commitment"])


def document_faults(folder: Path, place: Place, names: Collection[str]) -> Iterator[tuple[str, PackageError]]:
    """Give what is wrong with the documents of a package.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    place : Place
        What the package is about; its documents must be about the same.
    names : collection of str
        The package's files that are whole; others are not opened.

    Yields
    ------
    str
        Name of the document.
    PackageError
        What is wrong with it.
    """
    for name in (each for each in DOCUMENTS if each in names):
        try:
            content = read_document(folder, name)
            if content is not None:
                _require_place(name, content, place)
        except PackageError as error:
            yield name, error


def _require_place(name: str, content: Mapping[str, Any], place: Place) -> None:
    own = content["place"]["code"] if name == "survey.json" else content.get("country", content.get("city"))
    if own != place.code:
        raise PackageError(_("The document is about another place than the package."), where=name, expected=place.code,
                           got=own)


def _schema_name(name: str) -> str:
    return f"{name.removesuffix('.json')}-1.json"


@cache
def _validator(name: str) -> Draft7Validator:
    return Draft7Validator(json.loads((files("ekistics.package") / "schema" / _schema_name(name)).read_text("utf-8")))
