"""Find the definition of an index: one that comes with the program, by its code, or a file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from ekistics.core.errors import ConfigurationError, MissingInputError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance, digest_bytes
from ekistics.instruments.indices import SHIPPED, IndexDefinition, parse_index, shipped_index, shipped_text

__all__ = ["Definition", "load_definition", "parse_text"]


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A definition with the text that it was read from.

    Parameters
    ----------
    index : IndexDefinition
        What it says.
    text : str
        The file.
    name : str
        Name of the file.
    """

    index: IndexDefinition
    text: str
    name: str

    @property
    def provenance(self) -> Provenance:
        """Describe the file as an input of a run."""
        return Provenance(self.name, digest_bytes(self.text.encode()), "index", citation=self.index.source)


def load_definition(index: str | Path) -> Definition:
    """Read a definition.

    Parameters
    ----------
    index : str or path-like
        Code of an index that comes with the program, or a file.

    Returns
    -------
    Definition
        The definition with its text.

    Raises
    ------
    UnknownNameError
        There is neither such an index nor such a file.
    ConfigurationError
        The file is not TOML, or something in it cannot be.
    """
    code, path = str(index), Path(index)
    if code in SHIPPED:
        return Definition(shipped_index(code), shipped_text(code), f"{code}.toml")
    if not path.is_file():
        if path.suffix == ".toml":
            raise MissingInputError(_("There is no such file of an index."), where=path)
        raise UnknownNameError.among(code, SHIPPED, what=_("index"))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigurationError(_("This is not a TOML file."), where=path, got=str(error)) from error
    return parse_text(text, str(path))


def parse_text(text: str, name: str) -> Definition:
    """Read a definition from its text.

    Parameters
    ----------
    text : str
        The file.
    name : str
        Its name, for error texts.

    Returns
    -------
    Definition
        The definition.

    Raises
    ------
    EkisticsError
        It is not TOML, or something in it cannot be.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        hint = _('Texts stand in quotes: title = "My index".') if "Invalid value" in str(error) else None
        raise ConfigurationError(_("This is not a TOML file."), where=name, got=str(error), hint=hint) from error
    return Definition(parse_index(content, where=name), text, Path(name).name)
