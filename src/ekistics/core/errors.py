"""One root for every error a user can meet; each says where, what was expected, what came, and what to do.

Every class is also a standard exception, so that ``except ValueError`` keeps working. The text holds no colour, markup
or HTTP status: the edge that shows it adds those.
"""

from difflib import SequenceMatcher
from os.path import commonprefix
from typing import ClassVar

from ekistics.core.i18n import _

__all__ = [
    "ConfigurationError",
    "CrsMismatchError",
    "EkisticsError",
    "GeographicCrsError",
    "InputFormatError",
    "InvalidValueError",
    "MissingCrsError",
    "MissingInputError",
    "NoOverlapError",
    "PackageError",
    "UnknownNameError",
    "UnsafeArchiveError",
    "VaultDamagedError",
    "VaultError",
    "VaultKeyError",
    "VaultOlderError",
    "VaultRefusedError",
]


class EkisticsError(Exception):
    """Something the user can mend: the root of all errors of this package.

    Parameters
    ----------
    message : str
        What is wrong, one sentence, translated.
    where : str, optional
        The place: file, layer, row, column, key of a configuration.
    param : str, optional
        The argument or parameter concerned.
    expected, got : object, optional
        What was wanted and what came instead.
    hint : str, optional
        What to do about it.

    Examples
    --------
    >>> error = InvalidValueError("Population is negative.", where="pop.tif, row 3", expected=">= 0", got=-1.5)
    >>> print(error)
    pop.tif, row 3: Population is negative. Expected >= 0, got -1.5.
    >>> error.code
    'invalid-value'
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, where: object = None,  # noqa: PLR0913 - one argument a field
                 param: str | None = None, expected: object = None, got: object = None,
                 hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = None if where is None else str(where)
        self.param = param
        self.expected = expected
        self.got = got
        self.hint = hint

    def __str__(self) -> str:
        parts = [self.message if self.where is None else f"{self.where}: {self.message}"]
        if self.expected is not None and self.got is not None:
            parts.append(_("Expected {expected}, got {got}.").format(expected=self.expected, got=self.got))
        elif self.expected is not None:
            parts.append(_("Expected {expected}.").format(expected=self.expected))
        elif self.got is not None:
            parts.append(_("Got {got}.").format(got=self.got))
        if self.hint:
            parts.append(self.hint)
        return " ".join(parts)

    def as_dict(self) -> dict[str, str | None]:
        """Give the error as plain fields, for ``--json`` and for problem documents.

        Returns
        -------
        dict of str to str or None
            The keys code, message, where, param, expected, got and hint.

        Examples
        --------
        >>> NoOverlapError("The grids do not overlap.").as_dict()["code"]
        'no-overlap'
        """
        text = {name: None if (value := getattr(self, name)) is None else str(value)
                for name in ("message", "where", "param", "expected", "got", "hint")}
        return {"code": self.code, **text}


class MissingCrsError(EkisticsError, ValueError):
    """A layer does not say its coordinate reference system."""

    code = "missing-crs"


class GeographicCrsError(EkisticsError, ValueError):
    """Degrees were given where metres are needed."""

    code = "geographic-crs"


class CrsMismatchError(EkisticsError, ValueError):
    """Two layers that must share a coordinate reference system do not."""

    code = "crs-mismatch"


class NoOverlapError(EkisticsError, ValueError):
    """Two layers that must cover the same ground do not."""

    code = "no-overlap"


class InvalidValueError(EkisticsError, ValueError):
    """A value that cannot be, such as a negative population."""

    code = "invalid-value"


class InputFormatError(EkisticsError, ValueError):
    """A file that cannot be read as what it should be: truncated, of another kind, without a needed column."""

    code = "input-format"


class UnsafeArchiveError(InputFormatError):
    """An archive that would unpack to more than it may, or outside its place."""

    code = "unsafe-archive"


class MissingInputError(EkisticsError, FileNotFoundError):
    """A file that is named but not there."""

    code = "missing-input"

    def __str__(self) -> str:
        return EkisticsError.__str__(self)


class ConfigurationError(EkisticsError, ValueError):
    """A configuration that breaks its schema."""

    code = "configuration"


class UnknownNameError(EkisticsError, LookupError):
    """A name (indicator, parameter, class) that is not in its list."""

    code = "unknown-name"
    NEAR: ClassVar[float] = 0.5  # names less alike than this are no help

    @classmethod
    def among(cls, name: str, known: list[str] | tuple[str, ...], *, what: str,
              where: object = None) -> "UnknownNameError":
        """Build the error with the nearest right name as its hint.

        Parameters
        ----------
        name : str
            The name that was given.
        known : list of str
            The names that exist.
        what : str
            What kind of name it is, for the text.
        where : object, optional
            The place.

        Returns
        -------
        UnknownNameError
            The error, to be raised.

        Examples
        --------
        >>> print(UnknownNameError.among("popluation", ["population", "built_up"], what="key", where="city.toml"))
        city.toml: There is no key 'popluation'. Did you mean 'population'?
        """
        near = max(known, key=lambda each: (cls._likeness(name, each), SequenceMatcher(None, name, each).ratio(),
                                            len(commonprefix([name, each]))), default="")
        hint = (_("Did you mean {name!r}?").format(name=near)
                if cls._likeness(name, near) >= cls.NEAR
                else _("Known: {names}.").format(names=", ".join(sorted(known))))
        return cls(_("There is no {what} {name!r}.").format(what=what, name=name), where=where, param=name, hint=hint)

    @staticmethod
    def _likeness(one: str, other: str) -> float:
        """Say how alike two names are, whatever their case: 1 for those equal but for it."""
        return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


class PackageError(EkisticsError, ValueError):
    """A profile package that is not what its descriptor says."""

    code = "package"


class VaultError(EkisticsError, ValueError):
    """A vault of people's records that cannot do what was asked; the text never holds a person's values."""

    code = "vault"


class VaultKeyError(VaultError):
    """A key that opens nothing here: wrong, lost, broken, replaced meanwhile, or not kept as a key must be."""

    code = "vault-key"


class VaultDamagedError(VaultError):
    """A vault whose file was cut, changed, or put together from others."""

    code = "vault-damaged"


class VaultOlderError(VaultError):
    """A vault that is older than one that was seen before, or of another history: a copy was put in its place."""

    code = "vault-older"


class VaultRefusedError(VaultError):
    """Something that a survey's purpose, consent or retention does not permit."""

    code = "vault-refused"
