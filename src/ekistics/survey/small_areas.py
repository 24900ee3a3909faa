"""Estimates of small areas: the model of Fay and Herriot beside the direct estimates."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._arrays import numbers
from ekistics.survey._layout import Bools, Floats
from ekistics.survey._refusal import invalid

__all__ = ["SmallAreas", "fay_herriot"]

_CLOSE = 1e-10
_MOST = 500


@dataclass(frozen=True, slots=True, eq=False)
class SmallAreas:
    """Direct and model estimates side by side, a row an area.

    Parameters
    ----------
    direct, direct_se : numpy.ndarray, shape (m,)
        Direct estimates as given.
    value, mse : numpy.ndarray, shape (m,)
        Empirical best linear unbiased predictor and its mean squared error. An area without a direct estimate has the
        regression's value and the error of a new area.
    synthetic : numpy.ndarray, shape (m,)
        The regression's value alone.
    direct_share : numpy.ndarray, shape (m,)
        Weight of the direct estimate in the value; 0 where there is none.
    coefficients : numpy.ndarray, shape (p,)
        Coefficients of the regression.
    variance : float
        Variance of the areas about the regression.
    n_areas : int
        Areas with a direct estimate, which the model was fitted to.
    """

    direct: Floats
    direct_se: Floats
    value: Floats
    mse: Floats
    synthetic: Floats
    direct_share: Floats
    coefficients: Floats
    variance: float
    n_areas: int


def fay_herriot(direct: npt.ArrayLike, se: npt.ArrayLike, *, auxiliary: npt.ArrayLike) -> SmallAreas:
    r"""Fit the area model and predict every area.

    .. math:: y_i = x_i' \beta + u_i + e_i, \quad \gamma_i = A / (A + D_i), \quad
        \hat\theta_i = x_i' \hat\beta + \gamma_i (y_i - x_i' \hat\beta)

    Parameters
    ----------
    direct, se : array_like, shape (m,)
        Direct estimates and their standard errors, both NaN where an area has none.
    auxiliary : array_like, shape (m, p)
        Auxiliary variables of the areas, with a column of ones where the model has a constant.

    Returns
    -------
    SmallAreas
        Direct and model estimates; one is never shown without the other.

    Raises
    ------
    InvalidValueError
        When there are not more areas with estimates than coefficients, a standard error is zero, auxiliary variables
        are missing or dependent, or the fit does not converge.

    Notes
    -----
    Method: Fay and Herriot, Journal of the American Statistical Association 74, 1979; variance by restricted maximum
    likelihood, mean squared error g1 + g2 + 2 g3 of Prasad and Rao, the same journal, 85, 1990, with the asymptotic
    variance of A for restricted maximum likelihood (Datta and Lahiri, Statistica Sinica 10, 2000).

    Examples
    --------
    >>> found = fay_herriot([1.0, 2, 4, 9], [1.0, 1, 1, 1], auxiliary=np.ones((4, 1)))
    >>> round(found.variance, 4), found.value.round(3).tolist()
    (11.6667, [1.237, 2.158, 4.0, 8.605])
    """
    y, deviation, x = _checked(direct, se, auxiliary)
    known = np.isfinite(y) & np.isfinite(deviation)
    unit = np.abs(x[known]).max(axis=0)  # so that the columns of x are of one size
    x = x / unit
    d = deviation[known] ** 2
    between = _restricted_likelihood(y[known], x[known], d)
    weight = 1 / (between + d)
    inverse = np.linalg.inv(x[known].T @ (weight[:, None] * x[known]))
    coefficients = inverse @ (x[known].T @ (weight * y[known]))
    synthetic = x @ coefficients
    g2 = np.einsum("ij,jk,ik->i", x, inverse, x)  # of an area without an estimate
    value, mse, gamma = synthetic.copy(), between + g2, np.zeros(len(y))
    gamma[known] = between * weight
    value[known] += gamma[known] * (y[known] - synthetic[known])
    g3 = d**2 * weight**3 * 2 / float((weight**2).sum())
    mse[known] = gamma[known] * d + (1 - gamma[known]) ** 2 * g2[known] + 2 * g3
    return SmallAreas(y, deviation, value, mse, synthetic, gamma, coefficients / unit, between, int(known.sum()))


def _checked(direct: npt.ArrayLike, se: npt.ArrayLike, auxiliary: npt.ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Read the areas."""
    y, deviation = numbers(direct, "direct"), numbers(se, "se")
    x = numbers(auxiliary, "auxiliary", dimensions=2)
    if len(y) != len(deviation) or len(x) != len(y):
        raise invalid(_("Every area needs an estimate, its standard error and its auxiliary variables."),
                      param="auxiliary", expected=len(y), got=str(x.shape))
    known: Bools = np.isfinite(y) & np.isfinite(deviation)
    if not np.isfinite(x).all() or int(known.sum()) <= x.shape[1] or np.linalg.matrix_rank(x[known]) < x.shape[1]:
        raise invalid(_("The model needs known, independent auxiliary variables and more areas than those."),
                      param="auxiliary", expected=f"> {x.shape[1]}", got=int(known.sum()))
    if not bool((deviation[known] > 0).all()):
        first = int(np.flatnonzero(known)[int((~(deviation[known] > 0)).argmax())])
        raise invalid(_("A standard error must be positive."), param="se",
                      where=_("area {area}").format(area=first),
                      hint=_("Leave the estimate out (NaN), or smooth the standard errors first."))
    return y, deviation, x


def _restricted_likelihood(y: Floats, x: Floats, d: Floats) -> float:
    """Find the variance between areas by scoring, or by halving; zero where the likelihood falls from zero on."""
    between, low, high = float(np.median(d)), -1.0, np.inf  # the slope is positive at low and negative at high
    for _turn in range(_MOST):
        score, information = _score(between, y, x, d)
        low, high = (between, high) if score > 0 else (low, between)
        following = max(between + score / information, 0.0)
        if min(abs(following - between), high - max(low, 0.0)) <= _CLOSE * (between + float(d.mean())):
            return following
        between = following if low < following < high else (low + high) / 2
    raise invalid(_("The variance between areas cannot be found."), param="direct",
                  hint=_("Check areas with very small standard errors."))


def _score(between: float, y: Floats, x: Floats, d: Floats) -> tuple[float, float]:
    """Give slope and expected curvature of the restricted likelihood."""
    weight = 1 / (between + d)
    weighted = weight[:, None] * x
    inverse = np.linalg.inv(x.T @ weighted)
    rest = y - x @ (inverse @ (weighted.T @ y))
    squared = weighted.T @ weighted
    trace = weight.sum() - np.trace(inverse @ squared)
    cubed = weighted.T @ (weight[:, None] * weighted)
    twice = (weight**2).sum() - 2 * np.trace(inverse @ cubed) + np.trace(inverse @ squared @ inverse @ squared)
    return float(((weight * rest) ** 2).sum() - trace) / 2, float(twice) / 2
