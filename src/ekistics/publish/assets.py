"""What the frontend build leaves for documents: script, style and fonts."""

import json
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ekistics.core.errors import MissingInputError
from ekistics.core.i18n import _
from ekistics.publish.png import data_uri

__all__ = ["font_faces", "font_folder", "static_text", "template_text"]

_ROOT = files("ekistics.publish")


def _built(name: str) -> Traversable:
    found = _ROOT / "static" / name
    if not (found.is_file() or found.is_dir()):
        raise MissingInputError(_("The pages of this copy of Ekistics have not been built."), where=name,
                                hint=_("Run 'make install', or install a released wheel."))
    return found


@cache
def static_text(name: str) -> str:
    """Read a built file.

    Parameters
    ----------
    name : str
        Its name, e.g. ``profile.css``.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    MissingInputError
        The frontend has not been built.
    """
    return _built(name).read_text(encoding="utf-8")


def template_text(name: str) -> str:
    """Read a template.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    str
        Its text.
    """
    return (_ROOT / "templates" / name).read_text(encoding="utf-8")


def font_folder() -> Traversable:
    """Give the folder of the fonts.

    Returns
    -------
    importlib.resources.abc.Traversable
        The folder.

    Raises
    ------
    MissingInputError
        The frontend has not been built.
    """
    return _built("fonts")


def font_faces(text: str) -> str:
    """Write the style rules of the fonts that a text needs, the fonts inside.

    Parameters
    ----------
    text : str
        The text that will be shown.

    Returns
    -------
    str
        ``@font-face`` rules for the subsets that hold at least one of its characters.
    """
    used = {ord(c) for c in set(text)}
    rules = []
    for font in json.loads(static_text("fonts/fonts.json")):
        if used & _covered(font["range"]):
            uri = data_uri((font_folder() / font["file"]).read_bytes(), "font/woff2")
            rules.append(f'@font-face{{font-family:"{font["family"]}";font-weight:{font["weight"]};font-display:block;'
                         f'src:url({uri}) format("woff2");unicode-range:{font["range"]}}}')
    return "".join(rules)


@cache
def _covered(text: str) -> frozenset[int]:
    """Give the characters of a Unicode range, those that Latin text always has left to the Latin subset."""
    found: set[int] = set()
    for first, last in re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", text):
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
