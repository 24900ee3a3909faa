"""What each step of an index did, as typed entries."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Aggregated", "Denominated", "Entry", "Imputed", "ItemTreatment", "Screened", "Standardised", "TreatedItems",
           "Weighed"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Denominated:
    """Items were divided.

    Parameters
    ----------
    by : dict of str to str
        Item to denominator.
    lost : numpy.ndarray of bool, shape (n, n_items)
        Values that became missing, as their denominator is zero or missing.
    """

    by: dict[str, str]
    lost: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Imputed:
    """Missing values were filled.

    Parameters
    ----------
    method : str
        How.
    cells : numpy.ndarray of bool, shape (n, n_items)
        The values that were filled.
    """

    method: str
    cells: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Screened:
    """Units were left out.

    Parameters
    ----------
    out : numpy.ndarray of bool, shape (n,)
        The units left out.
    data_share : numpy.ndarray, shape (n,)
        Share of items observed.
    """

    out: Bools
    data_share: Floats


@dataclass(frozen=True, slots=True)
class ItemTreatment:
    """What was done to an item's outliers.

    Parameters
    ----------
    item : str
        Its code.
    points : int
        Points Winsorised.
    logged : bool
        Whether the logarithm was taken instead.
    skew_before, kurtosis_before, skew_after, kurtosis_after : float
        Skew and kurtosis.
    """

    item: str
    points: int
    logged: bool
    skew_before: float
    kurtosis_before: float
    skew_after: float
    kurtosis_after: float


@dataclass(frozen=True, slots=True)
class TreatedItems:
    """Outliers were treated.

    Parameters
    ----------
    items : tuple of ItemTreatment
        All items, also those left as they are.
    """

    items: tuple[ItemTreatment, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Items were brought to one scale.

    Parameters
    ----------
    method : str
        How.
    low, high : numpy.ndarray, shape (n_items,)
        Least and greatest value of each item before.
    """

    method: str
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Weighed:
    """Weights were chosen.

    Parameters
    ----------
    method : str
        How.
    weights : dict of str to float
        Those that stand in place of the method's.
    """

    method: str
    weights: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated:
    """Items were joined to groups, and groups to the index.

    Parameters
    ----------
    methods : tuple of (str, str)
        Group and its method.
    incomplete : numpy.ndarray of int, shape (n_groups,)
        Units without a score.
    """

    methods: tuple[tuple[str, str], ...]
    incomplete: npt.NDArray[np.int64]


Entry = Denominated | Imputed | Screened | TreatedItems | Standardised | Weighed | Aggregated
