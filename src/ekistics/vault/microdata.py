"""People's records in memory: a type of their own, which no writer, printer or pickler takes by mistake."""

from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Microdata"]


class Microdata:
    """A table of people's records, as a vault gives it for one stated purpose.

    It is not a frame: it prints no value, and is neither pickled nor copied nor turned into an array. Only
    :meth:`column` and :meth:`frame` give values, to the code that classifies them.

    Parameters
    ----------
    frame : pandas.DataFrame
        The records.
    survey, table : str
        Where they are from.

    Examples
    --------
    >>> people = Microdata(pd.DataFrame({"age": [31, 4]}), survey="X24", table="person")
    >>> people
    <Microdata person of X24: 2 rows, 1 columns>
    >>> people.column("age").mean()
    np.float64(17.5)
    """

    __slots__ = ("_frame", "_survey", "_table")

    def __init__(self, frame: pd.DataFrame, *, survey: str, table: str) -> None:
        self._frame, self._survey, self._table = frame, survey, table

    @property
    def survey(self) -> str:
        """Give the code of the survey."""
        return self._survey

    @property
    def table(self) -> str:
        """Give the name of the table."""
        return self._table

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the columns."""
        return tuple(map(str, self._frame.columns))

    def column(self, name: str) -> npt.NDArray[Any]:
        """Give the values of a column.

        Parameters
        ----------
        name : str
            The column.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Its values; text and categories as objects, NaN or NaT where missing.

        Raises
        ------
        UnknownNameError
            There is no such column.
        """
        if name not in self._frame.columns:
            raise UnknownNameError.among(name, self.names, what=_("column"), where=f"{self._survey}/{self._table}")
        values: npt.NDArray[Any] = np.asarray(self._frame[name])
        return values

    def frame(self) -> pd.DataFrame:
        """Give the records as a frame, to classify them; what is made of single records goes back into no file.

        Returns
        -------
        pandas.DataFrame, shape (n, columns)
            A frame of its own: changing its columns changes nothing here.
        """
        return self._frame.copy(deep=False)

    def __len__(self) -> int:
        return len(self._frame)

    def __repr__(self) -> str:
        return (f"<Microdata {self._table} of {self._survey}: {len(self._frame)} rows, "
                f"{self._frame.shape[1]} columns>")

    def _refuse(self, *_given: object, **_named: object) -> NoReturn:
        raise TypeError(_("People's records leave the vault as aggregates only."))

    __reduce__ = __reduce_ex__ = __getstate__ = __copy__ = __deepcopy__ = __array__ = _refuse
    __iter__ = None
