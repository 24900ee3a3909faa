"""Typed tables: frozen dataclasses as the schema of a TOML file, its reference page and its commented example.

One mechanism for every file that people write (city.toml, designs, plans): unknown keys are refused with the nearest
right one, wrong types with what was expected, and the help texts live beside the keys.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["build", "key", "schema_rows", "template"]


def key(text: str, *, example: Any = None, default: Any = MISSING) -> Any:
    """Declare a key of a typed table.

    Parameters
    ----------
    text : str
        Help for people, marked with ``N_``.
    example : object, optional
        What the commented example shows; a key with an example is filled in there when its table is needed.
    default : object, optional
        Value when the key is absent; without it the key is needed.

    Returns
    -------
    dataclasses.Field
        The field, for a frozen dataclass.
    """
    metadata = {"help": text, "example": example}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def build(kind: Any, content: Any, *, where: str, at: str = "") -> Any:
    """Build a dataclass from a parsed table.

    Parameters
    ----------
    kind : type
        The dataclass.
    content : mapping
        The parsed table.
    where : str
        Name of the file, for error texts.
    at : str
        Place of the table in the file.

    Returns
    -------
    object
        An instance of ``kind``.

    Raises
    ------
    ConfigurationError
        A key is missing or has the wrong type.
    UnknownNameError
        A key is not in the schema; the nearest right one is named.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True, kw_only=True)
    ... class Well:
    ...     depth: float = key("Depth, metres.")
    >>> build(Well, {"depth": 12}, where="well.toml").depth
    12.0
    """
    if not isinstance(content, Mapping):
        raise ConfigurationError(_("A table is needed here."), where=f"{where}: {at}", got=repr(content))
    known = {f.name: f for f in fields(kind) if not f.metadata.get("internal")}
    for key in content:
        if key not in known:
            raise UnknownNameError.among(key, list(known), what=_("key"), where=f"{where}: [{at}]" if at else where)
    hints = get_type_hints(kind)
    values = {}
    for name, spec in known.items():
        place = f"{at}.{name}" if at else name
        if name in content:
            values[name] = _convert(hints[name], content[name], where, place)
        elif spec.default is MISSING:
            raise ConfigurationError(_("'{key}' is missing.").format(key=place), where=where, hint=help_text(spec))
    return kind(**values)


def _convert(hint: Any, value: Any, where: str, at: str) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return _convert(next(a for a in get_args(hint) if a is not types.NoneType), value, where, at)
    if is_dataclass(hint):
        return build(hint, value, where=where, at=at)
    if get_origin(hint) is tuple:
        return _convert_list(hint, value, where, at)
    if get_origin(hint) is dict and isinstance(value, Mapping):
        return dict(value)
    if hint is float and type(value) in (int, float):
        return float(value)
    if hint is str and at.endswith("time_period") and type(value) is int:
        return str(value)  # a bare year is a number in TOML
    if type(value) is hint:
        return value
    raise _wrong_type(hint, value, where, at)


def _convert_list(hint: Any, value: Any, where: str, at: str) -> tuple[Any, ...]:
    first, *others = get_args(hint)
    if others == [Ellipsis]:
        rows = value if isinstance(value, list) else [value]
        return tuple(_convert(first, row, where, f"{at}[{i}]") for i, row in enumerate(rows, 1))
    if not isinstance(value, list) or len(value) != 1 + len(others):
        raise _wrong_type(hint, value, where, at)
    return tuple(_convert(a, v, where, at) for a, v in zip((first, *others), value, strict=True))


def _wrong_type(hint: Any, value: Any, where: str, at: str) -> ConfigurationError:
    return ConfigurationError(_("'{key}' has the wrong type.").format(key=at), where=where,
                              expected=_type_text(hint), got=repr(value))


def _type_text(hint: Any) -> str:
    names = {str: _("text in quotes"), float: _("a number"), int: _("a whole number"), bool: _("true or false")}
    return names.get(hint) or (_("a list of two numbers") if get_origin(hint) is tuple else _("a table"))


def help_text(spec: "Field[Any]") -> str:
    """Give the translated help of a key.

    Parameters
    ----------
    spec : dataclasses.Field
        The field.

    Returns
    -------
    str
        The help, or nothing.
    """
    return _(spec.metadata["help"]) if spec.metadata.get("help") else ""


def schema_rows(kind: Any, at: str = "") -> list[dict[str, str]]:
    """List every key of the schema, for the reference page.

    Parameters
    ----------
    kind : type
        The dataclass to start from.
    at : str
        Its place in the file.

    Returns
    -------
    list of dict
        ``table``, ``key``, ``needed``, ``default`` and ``help`` of each key.
    """
    rows = []
    hints = get_type_hints(kind)
    for spec in fields(kind):
        if spec.metadata.get("internal"):
            continue
        inner, many = _inner(hints[spec.name])
        if inner is not None:
            rows += schema_rows(inner, f"[[{spec.name}]]" if many else f"[{spec.name}]")
        else:
            rows.append({"table": at, "key": spec.name, "needed": "yes" if spec.default is MISSING else "no",
                         "default": "" if spec.default in (MISSING, None, "") else repr(spec.default),
                         "help": help_text(spec)})
    return rows


def _inner(hint: Any) -> tuple[Any, bool]:
    """Give the dataclass inside a type, and whether it may be repeated."""
    for argument in (hint, *get_args(hint)):
        if is_dataclass(argument):
            return argument, get_origin(hint) is tuple
    return None, False


def template(kind: Any, heading: str) -> str:
    """Write a commented file of a schema in which only what must be filled in is not commented out.

    Parameters
    ----------
    kind : type
        The dataclass of the whole file; its fields are tables.
    heading : str
        Lines for the top of the file.

    Returns
    -------
    str
        TOML that :func:`build` accepts.
    """
    blocks = [_comment(heading)]
    hints = get_type_hints(kind)
    for spec in fields(kind):
        inner, many = _inner(hints[spec.name])
        if inner is not None:
            name = f"[[{spec.name}]]" if many else f"[{spec.name}]"
            live = spec.default is MISSING
            blocks.append("\n".join([_comment(help_text(spec)), *_table_lines(inner, name, live=live)]))
    return "\n\n".join(blocks) + "\n"


def _comment(text: str) -> str:
    return "\n".join(f"# {line}" for line in text.splitlines())


def _table_lines(kind: Any, name: str, *, live: bool) -> list[str]:
    lines = [name if live else f"# {name}"]
    for spec in fields(kind):
        example = spec.metadata.get("example")
        shown = spec.default if example is None else example
        filled = live and (spec.default is MISSING or spec.default == "") and example is not None
        lines.append(f"{'' if filled else '# '}{spec.name} = {_toml('' if shown is MISSING else shown)}"
                     f"  # {help_text(spec)}")
    return lines


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if value is None:
        return "{}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return repr(value)
