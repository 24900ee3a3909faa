"""Plain data held against the fields of a dataclass: unknown keys and values of another type are refused."""

from collections.abc import Mapping
from dataclasses import fields
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _

__all__ = ["check_fields"]

# What people call the types; the first that a field takes is named to them.
_CALLED: dict[Any, str] = {
    float: N_("a number"), int: N_("a whole number"), str: N_("a name"), bool: N_("true or false"),
    tuple: N_("a list of names"), Mapping: N_("a table"), Mapping[str, float]: N_("a table of numbers"),
    Mapping[str, str]: N_("a table of names")}


def check_fields(cls: type, plain: Mapping[str, Any], *, what: str, where: str | None) -> None:
    """Refuse keys that are no field of a dataclass, and values that its field does not take.

    Parameters
    ----------
    cls : type
        The dataclass.
    plain : mapping of str to object
        What was given.
    what : str
        What a key is, for the error.
    where : str or None
        The place, for the error.

    Raises
    ------
    UnknownNameError
        When a key is no field.
    InvalidValueError
        When a value is of another type.
    """
    hints = get_type_hints(cls)
    known = [field.name for field in fields(cls)]
    for key, value in plain.items():
        if key not in known:
            raise UnknownNameError.among(key, known, what=what, where=where)
        if not _fits(value, hints[key]):
            raise InvalidValueError(_("The parameter is of another type."), where=where, param=key,
                                    expected=f"{key}: {_called(hints[key])}", got=repr(value))


def _fits(value: Any, hint: Any) -> bool:
    """Say whether a value is of a type; a whole number is a number too, and true is neither."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in inside)
    if origin is tuple:
        return isinstance(value, list | tuple) and all(_fits(each, inside[0]) for each in value)
    if origin is Mapping:
        return isinstance(value, Mapping) and all(_fits(each, inside[1]) for each in value.values())
    if hint in (float, int):
        return isinstance(value, int | float if hint is float else int) and not isinstance(value, bool)
    # What is a dataclass here is a table in plain data, and reads itself.
    return isinstance(value, Mapping) if hasattr(hint, "from_mapping") else isinstance(value, hint)


def _called(hint: Any) -> str:
    """Name a type as people do."""
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    named = [_CALLED.get(kind) or _CALLED.get(get_origin(kind)) for kind in kinds]
    return _(next((text for text in named if text), str(hint)))
