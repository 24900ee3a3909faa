"""The data of an index's live page in its package: held against its schema, and its tables against its tree."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from ekistics.composite import Form, Group, Item, Scenario, Structure
from ekistics.composite.weights import resolve
from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.i18n import _
from ekistics.package.live_worth import require_worth

__all__ = ["LIVE", "read_live", "require_live"]

LIVE = "live.json"
_SCHEMA = "live-1.json"
_SHOWN = 200  # characters of a fault: the text of a schema's fault may hold the whole value
_LARGEST = 1e50  # no value of a city is beyond it, and its fifth power, by which a benchmark is told, is still a number


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
        It is not what the schema asks for, a code is there twice, a parent is no group before the index itself, a
        table has another shape or what is no number, a form or scenario is one that nobody can compute, a rank cannot
        be, or trials speak of what the index does not have.
    """
    _require_plain(content)
    for fault in sorted(_validator().iter_errors(content), key=lambda each: list(map(str, each.path))):
        raise PackageError(_("The document is not what its schema asks for."), got=fault.message[:_SHOWN],
                           where=f"{LIVE}, {'/'.join(map(str, fault.path)) or '/'}",
                           hint=_("The schema is {name} of this program.").format(name=_SCHEMA))
    _require_tree(content)
    units, items, groups = (len(content[name]) for name in ("units", "items", "groups"))
    _require_table("values", content["values"], units, items)
    _require_table("check/scores", content["check"]["scores"], units, groups)
    _require_table("check/ranks", [content["check"]["ranks"]], 1, units)
    _require_ranks(content["check"]["scores"], content["check"]["ranks"])
    _require_computable(content)
    require_worth(content, file=LIVE)
    return dict(content)


def _leaves(content: Any) -> Iterator[Any]:
    """Give every text, number and key, however deep."""
    left = [content]
    while left:
        each = left.pop()
        if isinstance(each, dict):
            left += [*each, *each.values()]
        elif isinstance(each, list):
            left += each
        else:
            yield each


def _require_plain(content: Any) -> None:
    """Refuse numbers and texts that JSON of Python holds, and neither a page nor a browser: NaN, half a sign."""
    for each in _leaves(content):
        if isinstance(each, int | float) and not -_LARGEST <= each <= _LARGEST:  # NaN is not between them either
            raise PackageError(_("A table holds what is no number."), where=LIVE, got=_brief(each),
                               expected=f"-{_LARGEST:g} ... {_LARGEST:g}")
        if isinstance(each, str) and any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in each):
            raise PackageError(_("The document is not what its schema asks for."), where=LIVE, got=ascii(each)[:_SHOWN],
                               hint=_("The schema is {name} of this program.").format(name=_SCHEMA))


def _brief(number: float) -> str:
    """Write a number that may have more digits than Python writes."""
    return f"{number:g}" if isinstance(number, float) else f"2^{number.bit_length() - 1}"


def _require_ranks(scores: Sequence[Sequence[float | None]], ranks: Sequence[float | None]) -> None:
    """Refuse a rank that is no place among the cities, and one without a score or the other way round."""
    for row, rank in zip(scores, ranks, strict=True):
        possible = row[-1] is None if rank is None else (
            row[-1] is not None and 1 <= rank <= len(ranks) and rank % 1 == 0)
        if not possible:
            raise PackageError(_("The document is not what its schema asks for."), where=f"{LIVE}, check/ranks",
                               expected=f"1 ... {len(ranks)}", got=f"{rank} ({row[-1]})",
                               hint=_("The schema is {name} of this program.").format(name=_SCHEMA))


def _require_computable(content: Mapping[str, Any]) -> None:
    """Refuse a tree, form or scenario that the kernel does not take: no page could say or compute it."""
    try:
        structure = Structure.of(
            [Item(each["code"], each["parent"], each["weight"], each["direction"]) for each in content["items"]],
            [Group(each["code"], each["parent"], each["weight"]) for each in content["groups"]])
        for item in content["items"]:
            if item["form"] is not None:
                Form.from_mapping(item["form"], where=item["code"])
        for plain in (content["scenario"], *(each["scenario"] for each in content["variants"])):
            scenario = Scenario.from_mapping(plain, where="scenario")
            resolve(structure, scenario.weigh)
            scenario.aggregate.methods(structure.levels)
    except EkisticsError as error:
        where = ", ".join(part for part in (LIVE, error.where) if part)
        raise PackageError(error.message, where=where, param=error.param, expected=error.expected,
                           got=None if error.got is None else str(error.got)[:_SHOWN], hint=error.hint) from error


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
            if value is not None and type(value) not in (int, float):
                raise PackageError(_("A table holds what is no number."), where=f"{LIVE}, {name}",
                                   got=repr(value)[:_SHOWN])


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads((files("ekistics.package") / "schema" / _SCHEMA).read_text("utf-8")))
