"""Which ways people may walk on."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["DEFAULT_RULES", "WalkRules", "walkable"]


@dataclass(frozen=True, slots=True)
class WalkRules:
    """What makes a way walkable; tag values are compared exactly.

    Parameters
    ----------
    never : tuple of str
        Values of ``highway`` that are never walkable.
    foot_allows : tuple of str
        Values of ``foot`` that win over everything below.
    not_walked : tuple of str
        Values of ``highway`` that are not walkable unless ``foot`` allows it.
    foot_refuses : tuple of str
        Values of ``foot`` that close a way.
    access_refuses : tuple of str
        Values of ``access`` that close a way.
    """

    never: tuple[str, ...] = ("motorway", "motorway_link", "construction", "proposed", "raceway")
    foot_allows: tuple[str, ...] = ("yes", "designated")
    not_walked: tuple[str, ...] = ("trunk",)
    foot_refuses: tuple[str, ...] = ("no",)
    access_refuses: tuple[str, ...] = ("no", "private")

    def parameters(self) -> dict[str, Any]:
        """Give the rules by name, for the run's record.

        Returns
        -------
        dict of str to list of str
            Each rule with its values.

        Examples
        --------
        >>> WalkRules().parameters()["not_walked"]
        ['trunk']
        """
        return {name: list(values) for name, values in asdict(self).items()}


DEFAULT_RULES = WalkRules()


def walkable(ways: pd.DataFrame, rules: WalkRules = DEFAULT_RULES) -> npt.NDArray[np.bool_]:
    """Tell which ways are walkable.

    Parameters
    ----------
    ways : pandas.DataFrame
        The columns ``highway``, ``foot`` and ``access``, ``''`` where a tag is absent.
    rules : WalkRules
        The rules.

    Returns
    -------
    numpy.ndarray of bool, shape (n_ways,)
        True where people may walk.

    Notes
    -----
    Parts of streets that are drawn on their own (platforms, steps, corridors, cycleways, outlines of pedestrian areas)
    and links of trunk roads are walkable by these rules; ``foot=private`` does not close a way.

    Examples
    --------
    >>> ways = pd.DataFrame({"highway": ["residential", "trunk", "trunk", "motorway", "service"],
    ...                      "foot": ["", "", "designated", "yes", ""], "access": ["", "", "", "", "private"]})
    >>> walkable(ways).tolist()
    [True, False, True, False, False]
    """
    highway, foot = ways["highway"], ways["foot"]
    never = highway.isin(["", *rules.never])
    allowed = foot.isin(rules.foot_allows)
    refused = (highway.isin(rules.not_walked) | foot.isin(rules.foot_refuses)
               | ways["access"].isin(rules.access_refuses))
    return np.asarray(~never & (allowed | ~refused), dtype=np.bool_)
