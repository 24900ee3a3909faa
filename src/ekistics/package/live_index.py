"""The data of an index's live page in its package: held against its schema, and its tables against its tree."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _

__all__ = ["LIVE", "read_live", "require_live"]

LIVE = "live.json"
_SCHEMA = "live-1.json"
_SHOWN = 200  # characters of a fault: the text of a schema's fault may hold the whole value


def read_live(folder: Path) -> dict[str, Any] | None:
    """Read the live page's data of an index package.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    dict or None
        Its content; None where the package is of no index.

    Raises
    ------
    PackageError
        It is not JSON, or not what :func:`require_live` asks for.
    """
    path = Path(folder) / LIVE
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise PackageError(_("The document is not JSON."), where=LIVE, got=str(error)) from error
    return require_live(content)


def require_live(content: Any) -> dict[str, Any]:
    """Hold the data of a live page against its schema, and its tables against its cities, items and groups.

    Parameters
    ----------
    content : object
        What is, or will be, in ``live.json``.

    Returns
    -------
    dict
        The content.

    Raises
    ------
    PackageError
        It is not what the schema asks for, a code is there twice, a parent is no group before the index itself, or a
        table has another shape or what is no number.
    """
    for fault in sorted(_validator().iter_errors(content), key=lambda each: list(map(str, each.path))):
        raise PackageError(_("The document is not what its schema asks for."), got=fault.message[:_SHOWN],
                           where=f"{LIVE}, {'/'.join(map(str, fault.path)) or '/'}",
                           hint=_("The schema is {name} of this program.").format(name=_SCHEMA))
    _require_tree(content)
    units, items, groups = (len(content[name]) for name in ("units", "items", "groups"))
    _require_table("values", content["values"], units, items)
    _require_table("check/scores", content["check"]["scores"], units, groups)
    _require_table("check/ranks", [content["check"]["ranks"]], 1, units)
    return dict(content)


def _require_tree(content: Mapping[str, Any]) -> None:
    """Refuse a code that is there twice, and a parent that does not come after its children: the root is last."""
    codes = [each["code"] for each in (*content["items"], *content["groups"])]
    for name, listed in (("items, groups", codes), ("units", [unit["code"] for unit in content["units"]])):
        if len(set(listed)) < len(listed):
            raise PackageError(_("A code is there twice."), where=f"{LIVE}, {name}",
                               got=next(code for code in listed if listed.count(code) > 1))
    places = {group["code"]: place for place, group in enumerate(content["groups"])}
    last = len(places) - 1
    wrong = [each["code"] for each in content["items"] if each["parent"] not in places]
    wrong += [each["code"] for place, each in enumerate(content["groups"]) if (
        each["parent"] != "" if place == last else places.get(each["parent"], -1) <= place)]
    if wrong:
        raise PackageError(_("Groups must come from the lowest up, each below one that follows, the index last."),
                           where=f"{LIVE}, groups", got=", ".join(wrong[:5]))


def _require_table(name: str, rows: Sequence[Any], height: int, width: int) -> None:
    """Refuse a table of another shape, or with what is neither a number nor none."""
    if len(rows) != height or any(not isinstance(row, list) or len(row) != width for row in rows):
        raise PackageError(_("The table has another shape than its cities and columns."), where=f"{LIVE}, {name}",
                           expected=f"{height} x {width}")
    for row in rows:
        for value in row:
            if value is not None and (type(value) not in (int, float) or not isfinite(value)):
                raise PackageError(_("A table holds what is no number."), where=f"{LIVE}, {name}",
                                   got=repr(value)[:_SHOWN])


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads((files("ekistics.package") / "schema" / _SCHEMA).read_text("utf-8")))
