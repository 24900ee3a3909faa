"""Tables on the screen: as wide as the terminal, and where output goes elsewhere as wide as they are."""

from rich.console import Console, RenderableType

__all__ = ["show"]

_WHOLE = 10_000  # columns: no table is as wide, so that nothing in a file or a pipe is broken into lines


def show(*parts: RenderableType) -> None:
    """Print tables and texts, each cell in one line where output is no terminal: a code that is broken is of no use.

    Parameters
    ----------
    *parts : table or str
        What is printed, one below the other.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WHOLE)
    for part in parts:
        console.print(part)
