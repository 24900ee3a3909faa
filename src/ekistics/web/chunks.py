"""Long lists in parts that one statement can hold."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["CHUNK", "parts"]

CHUNK = 900  # SQLite takes at most 999 values in one statement
T = TypeVar("T")


def parts(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Give a sequence in parts of a size.

    Parameters
    ----------
    items : sequence
        The whole.
    size : int
        Largest part.

    Yields
    ------
    sequence
        The parts, in order.

    Examples
    --------
    >>> [list(part) for part in parts([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    for start in range(0, len(items), size):
        yield items[start:start + size]
