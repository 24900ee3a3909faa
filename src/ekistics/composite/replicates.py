"""Replicates of an index and what they tell: intervals of ranks and scores, chances of the first places."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite.index import Index
from ekistics.composite.noise import Choice, Draws, InputNoise, UncertainInput, WeightNoise
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Ranks", "Replicates", "option_text", "rank_shift"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.integer[Any]]
_CELLS = 1 << 20  # ranks looked at together
_SHARE = 0.9
_TINY = 1e-9  # a place that is whole but for its last bits is whole


@dataclass(frozen=True, eq=False)
class Replicates:
    """Ranks and scores of an index under uncertainty, with all that makes each replicate again.

    Parameters
    ----------
    base : Index
        The index without uncertainty.
    inputs : tuple of Choice, WeightNoise or InputNoise
        What is uncertain.
    seed : int
        Seed from which the parameters were drawn.
    draws : Draws
        Parameters of each replicate.
    ranks : numpy.ndarray of uint16 or uint32, shape (n_replicates, n)
        Rank of each unit in each replicate, from 1; 0 where it has none.
    scores : numpy.ndarray of float32, shape (n_replicates, n)
        Scores of the index itself. Ranks were made from scores of double precision.
    on_scale : numpy.ndarray of bool, shape (n_replicates,)
        Whether the replicate is standardised as the index is, and ``copeland``, which counts pairs of units, joins the
        same levels, so that its scores stand beside those.

    Notes
    -----
    Quantiles need the ranks of all replicates, and with whole numbers of 16 bits they are small: 26 MB for 13,000
    units and 1,000 replicates.
    """

    base: Index
    inputs: tuple[UncertainInput, ...]
    seed: int
    draws: Draws
    ranks: Ranks
    scores: npt.NDArray[np.float32]
    on_scale: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.draws)

    @cached_property
    def _sorted(self) -> Ranks:
        """Give the ranks of each unit in order, shape (n, n_replicates); 0, where there is none, comes first."""
        return np.sort(self.ranks.T, axis=1)

    @cached_property
    def ranked(self) -> Integers:
        """Number of replicates in which each unit has a rank, shape (n,)."""
        counted: Integers = (self.ranks > 0).sum(axis=0)
        return counted

    def rank_interval(self, share: float = _SHARE) -> Floats:
        """Give the ranks between which a unit is in a share of the replicates.

        Parameters
        ----------
        share : float, default 0.9
            The share; 0.9 leaves 5 % below and 5 % above, 1 gives the least and the greatest.

        Returns
        -------
        numpy.ndarray, shape (n, 2)
            Whole ranks, the lower rounded down and the higher up, so that never less than the share is between; NaN for
            a unit that is ranked in no replicate.
        """
        _check_share(share)
        return _between(self._sorted, self.ranked, share, first=True)

    def rank_mean(self) -> Floats:
        """Give the mean rank of each unit over the replicates in which it has one.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Mean ranks; NaN for a unit that is ranked in no replicate.
        """
        total = self.ranks.sum(axis=0, dtype=np.float64)
        return _shares(total, self.ranked)

    def top(self, k: int) -> Floats:
        """Give the share of replicates in which a unit is among the first k.

        Parameters
        ----------
        k : int
            The number of places.

        Returns
        -------
        numpy.ndarray, shape (n,)
            Shares of those replicates in which the unit has a rank; NaN where there is none.
        """
        if k < 1:
            raise InvalidValueError(_("The number of places must be at least one."), where="k", param="k",
                                    expected=">= 1", got=k)
        return _shares(((self.ranks > 0) & (self.ranks <= k)).sum(axis=0), self.ranked)

    def score_interval(self, share: float = _SHARE) -> Floats:
        """Give the scores between which a unit is in a share of the replicates that are on the scale of the index.

        Parameters
        ----------
        share : float, default 0.9
            The share.

        Returns
        -------
        numpy.ndarray, shape (n, 2)
            Scores that replicates have, never less than the share between them; NaN where there is none.
        """
        _check_share(share)
        rows = np.sort(self.scores[self.on_scale].T, axis=1)
        return _between(rows, np.isfinite(rows).sum(axis=1), share, first=False)

    def shift(self) -> Floats:
        """Give how far ranks moved in each replicate: the mean over units of the size of the change.

        Returns
        -------
        numpy.ndarray, shape (n_replicates,)
            Mean shifts over units that have a rank in the index and in the replicate.
        """
        return rank_shift(self.ranks, self.base.ranks)

    def plain(self) -> list[dict[str, Any]]:
        """Give the parameters of each replicate as plain data.

        Returns
        -------
        list of dict
            For each replicate its number, the option of each choice, the seeds of noise that there is, and the mean
            rank shift.
        """
        choices = [each for each in self.inputs if isinstance(each, Choice)]
        kinds = {type(each) for each in self.inputs}
        rows = []
        for i, moved in enumerate(self.shift().tolist()):
            row: dict[str, Any] = {"replicate": i + 1}
            row |= {choice.path: option_text(choice.options[option])
                    for choice, option in zip(choices, self.draws.choices[i].tolist(), strict=True)}
            row |= {"weight_seed": int(self.draws.weight_seed[i])} if WeightNoise in kinds else {}
            row |= {"input_seed": int(self.draws.input_seed[i])} if InputNoise in kinds else {}
            rows.append(row | {"mean_rank_shift": moved})
        return rows


def rank_shift(ranks: Ranks, base: Floats) -> Floats:
    """Give the mean over units of the size of the change of rank.

    Parameters
    ----------
    ranks : numpy.ndarray of int, shape (r, n)
        Ranks; 0 where there is none.
    base : numpy.ndarray, shape (n,)
        Ranks that they are held against; NaN where there is none.

    Returns
    -------
    numpy.ndarray, shape (r,)
        Mean shifts over units that have both.

    Examples
    --------
    >>> rank_shift(np.array([[1, 3, 2, 0]]), np.array([1.0, 2, 3, np.nan])).round(3).tolist()
    [0.667]
    """
    shifts = np.empty(len(ranks))
    size = max(1, _CELLS // max(ranks.shape[1], 1))
    for start in range(0, len(ranks), size):
        block = ranks[start:start + size]
        both = (block > 0) & np.isfinite(base)
        moved = np.where(both, np.abs(block - np.nan_to_num(base)), 0.0).sum(axis=1)
        count = both.sum(axis=1)
        shifts[start:start + size] = np.divide(moved, count, out=np.zeros(len(block)), where=count > 0)
    return shifts


def option_text(option: Any) -> Any:
    """Give an option of a choice as plain data.

    Parameters
    ----------
    option : object
        A value of a parameter, or a step.

    Returns
    -------
    object
        The value, or the step's parameters.

    Examples
    --------
    >>> option_text("geometric")
    'geometric'
    """
    return option.as_mapping() if hasattr(option, "as_mapping") else option


def _shares(amount: npt.NDArray[Any], count: Integers) -> Floats:
    """Divide; NaN where nothing is counted."""
    made: Floats = np.divide(amount, count, out=np.full(len(count), np.nan), where=count > 0)
    return made


def _between(ordered: npt.NDArray[Any], count: Integers, share: float, *, first: bool) -> Floats:
    """Give the values of each row between which a share lies; what is missing stands first, or last."""
    missing = ordered.shape[1] - count if first else np.zeros_like(count)
    tail = (1 - share) / 2 * np.maximum(count - 1, 0)
    places = missing[:, None] + np.stack([np.floor(tail + _TINY), np.ceil(count - 1 - tail - _TINY)], axis=1)
    places = np.clip(places, 0, max(ordered.shape[1] - 1, 0)).astype(np.int64)
    if not ordered.shape[1]:
        return np.full((len(ordered), 2), np.nan)
    found = np.take_along_axis(ordered, places, axis=1).astype(np.float64)
    return np.where(count[:, None] > 0, found, np.nan)


def _check_share(share: float) -> None:
    """Refuse a share that is none."""
    if not 0 < share <= 1:
        raise InvalidValueError(_("A share is above 0 and at most 1."), where="share", param="share",
                                expected=_("above 0 and at most 1"), got=share)
