"""Settings of the program: one frozen typed class, read from the environment by the rims only (commands, jobs, web)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _

__all__ = ["Settings"]

PREFIX = "EKISTICS_"
_TRUTH = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set from outside; every field is ``EKISTICS_<NAME>`` in the environment.

    Parameters
    ----------
    language : str
        Language of texts for people.
    threads : int
        Threads for kernels; 0 takes all cores.
    max_unpacked_mb : int
        Largest size that an archive may unpack to, in megabytes.
    home : str
        Folder of the site: its database (where that is SQLite), media, keys.
    database : str
        Address of a PostgreSQL database, ``postgresql://user:password@host:port/name``, with
        libpq's own words behind a ``?`` (``?sslmode=require``); empty for SQLite in ``home``.
    hosts : str
        Names that the site answers to, parted by commas.
    https : bool
        Whether people reach the site by HTTPS only; sets HSTS and secure cookies.
    address : str
        Address at which people reach the site, for links in files and mails.
    mail : str
        Address of a mail server, ``smtp://user:password@host:587``; empty writes mails into ``home/mail``.
    upload_mb : int
        Largest file that may be uploaded, in megabytes.
    two_factor : bool
        Whether administrators must sign in with two factors; where not, they are asked to.
    vault_key_file : str
        Key file of the vault of people's records; empty asks for a passphrase.
    vault_heads : str
        Folder that remembers the newest state of each vault; empty takes that of the key file, or of the vault.

    Examples
    --------
    >>> Settings.from_environment({"EKISTICS_THREADS": "2"}).threads
    2
    """

    language: str = "en"
    threads: int = 0
    max_unpacked_mb: int = 4096
    home: str = "ekistics-site"
    database: str = ""
    hosts: str = "127.0.0.1,localhost,[::1]"
    https: bool = False
    address: str = "http://127.0.0.1:8000"
    mail: str = ""
    upload_mb: int = 200
    two_factor: bool = False
    vault_key_file: str = ""
    vault_heads: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings.

        Parameters
        ----------
        environment : mapping, optional
            The environment; that of the process by default.

        Returns
        -------
        Settings
            The settings.

        Raises
        ------
        ConfigurationError
            A value cannot be read as its type.
        """
        environment = os.environ if environment is None else environment
        values: dict[str, str | int | bool] = {}
        for field in fields(cls):
            text = environment.get(PREFIX + field.name.upper())
            if text is None:
                continue
            values[field.name] = _read(field.name, field.type, text)
        return cls(**values)  # type: ignore[arg-type]


def _read(name: str, kind: object, text: str) -> str | int | bool:
    """Read the text of a setting as its type."""
    if kind in (bool, "bool"):
        if text.lower() in _TRUTH:
            return _TRUTH[text.lower()]
    elif kind not in (int, "int"):
        return text
    elif re.fullmatch(r"-?[0-9]+", text.strip()):
        return int(text)
    wanted = _("1 or 0") if kind in (bool, "bool") else _("a whole number")
    raise ConfigurationError(_("A setting cannot be read."), where=PREFIX + name.upper(), expected=wanted,
                             got=repr(text))
