"""A guard for code that handles people's records: what fails in a library is told without what it was about."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from traceback import extract_tb
from typing import ParamSpec, TypeVar

from ekistics.core.errors import EkisticsError, VaultError
from ekistics.core.i18n import _

__all__ = ["guarded", "without_values"]

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def without_values() -> Iterator[None]:
    """Let errors of libraries pass as a kind and a place only; their own texts quote values.

    The program's own errors pass as they are.

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
    try:
        yield
    except EkisticsError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its text may hold values
        raise _told(_place(error)) from None


def guarded(work: Callable[P, T]) -> Callable[P, T]:
    """Make a function tell what fails in a library as a kind and a place only, without the error behind it.

    Parameters
    ----------
    work : callable
        The function.

    Returns
    -------
    callable
        The same, guarded.
    """
    @wraps(work)
    def inner(*given: P.args, **named: P.kwargs) -> T:
        try:
            return work(*given, **named)
        except EkisticsError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            place = _place(error)
        raise _told(place)  # out here, so that it does not carry the error as its context

    return inner


def _place(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(last.filename).name}:{last.lineno}"


def _told(place: str) -> VaultError:
    return VaultError(_("Something failed while people's records were handled."), got=place,
                      hint=_("What failed is not shown, as it may hold values of people."))
