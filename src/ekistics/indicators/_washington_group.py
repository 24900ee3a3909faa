"""Disability by the Washington Group's Short Set: six difficulties, and from which degree on they count."""

import numpy as np
import pandas as pd

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.standard_variables import DISABILITY_ITEMS
from ekistics.indicators._truths import Truth, among, any_of, asked, blank

__all__ = ["DEGREES", "LOWEST_AGE", "with_disability"]

DEGREES = ("some", "a_lot", "cannot")
LOWEST_AGE = 5.0


def with_disability(persons: pd.DataFrame, *, cutoff: str = "a_lot", lowest_age: float = LOWEST_AGE) -> Truth:
    """Tell whether each person has a disability.

    Parameters
    ----------
    persons : pandas.DataFrame, shape (n, n_variables)
        The six items, with ``none``, ``some``, ``a_lot`` and ``cannot``; ``age`` in years, where known.
    cutoff : {"some", "a_lot", "cannot"}, default "a_lot"
        Least degree, in at least one of the six, that counts.
    lowest_age : float, default 5
        Below it the questions are not asked, and nothing is known.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1 where one difficulty reaches the cut-off, 0 where all six are known and none does, NaN where that is not
        known or the survey did not ask all six.

    Raises
    ------
    UnknownNameError
        There is no such degree.

    Notes
    -----
    Method: Washington Group on Disability Statistics, Short Set on Functioning: the recommended cut-off for
    international comparison is "a lot of difficulty" or "cannot do it at all" in at least one of six domains.

    Examples
    --------
    >>> six = dict.fromkeys(DISABILITY_ITEMS, ["none", "some", "none"])
    >>> people = pd.DataFrame({**six, "wg_seeing": ["a_lot", "some", None]})
    >>> with_disability(people).tolist()
    [1.0, 0.0, nan]
    """
    if cutoff not in DEGREES:
        raise UnknownNameError.among(cutoff, DEGREES, what=_("degree"))
    if len(asked(persons, *DISABILITY_ITEMS)) < len(DISABILITY_ITEMS):
        return blank(persons)
    counting = DEGREES[DEGREES.index(cutoff):]
    found = any_of([among(persons, name, counting) for name in DISABILITY_ITEMS])
    if "age" not in persons.columns:
        return found
    return np.where(persons["age"].to_numpy(dtype=np.float64) < lowest_age, np.nan, found)
