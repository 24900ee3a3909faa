"""Settings of the program: one frozen typed class, read from the environment by the rims only (commands, jobs, web)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _

__all__ = ["Settings"]

PREFIX = "EKISTICS_"


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

    Examples
    --------
    >>> Settings.from_environment({"EKISTICS_THREADS": "2"}).threads
    2
    """

    language: str = "en"
    threads: int = 0
    max_unpacked_mb: int = 4096

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
        values = {}
        for field in fields(cls):
            text = environment.get(PREFIX + field.name.upper())
            if text is None:
                continue
            try:
                values[field.name] = int(text) if field.type in (int, "int") else text
            except ValueError as error:
                raise ConfigurationError(_("A setting cannot be read."), where=PREFIX + field.name.upper(),
                                         expected=_("a whole number"), got=repr(text)) from error
        return cls(**values)  # type: ignore[arg-type]
