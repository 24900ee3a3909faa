"""A guard for code that handles people's records: what fails in a library is told without what it was about."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb

from ekistics.core.errors import EkisticsError, VaultError
from ekistics.core.i18n import _

__all__ = ["without_values"]


@contextmanager
def without_values() -> Iterator[None]:
    """Let errors of libraries pass as a kind and a place only; their own texts quote values.

    The program's own errors pass as they are. The new error carries neither the old one nor its frames.

    Raises
    ------
    VaultError
        Something else failed.

    Examples
    --------
    >>> with without_values():
    ...     float("Grace Hopper")
    Traceback (most recent call last):
        ...
    ekistics.core.errors.VaultError: Something failed while people's records were handled. Got ValueError, ...
    """
    failed = None
    try:
        yield
    except EkisticsError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold values
        last = extract_tb(error.__traceback__)[-1]
        failed = f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"
    if failed is not None:
        raise VaultError(_("Something failed while people's records were handled."), got=failed,
                         hint=_("What failed is not shown, as it may hold values of people."))
