"""One way to refuse an argument: its name is the place where nothing better is known."""

from ekistics.core.errors import InvalidValueError

__all__ = ["invalid"]


def invalid(message: str, *, param: str, where: str | None = None, expected: object = None, got: object = None,
            hint: str | None = None) -> InvalidValueError:
    """Make the error of an argument that cannot be.

    Parameters
    ----------
    message : str
        What is wrong, translated.
    param : str
        The argument.
    where : str, optional
        Its place: row, stratum, replicate; the argument's name where absent.
    expected, got, hint : optional
        As in :class:`~ekistics.core.errors.EkisticsError`.

    Returns
    -------
    InvalidValueError
        The error, to be raised.

    Examples
    --------
    >>> print(invalid("It is negative.", param="weight"))
    weight: It is negative.
    """
    return InvalidValueError(message, where=where or param, param=param, expected=expected, got=got, hint=hint)
