"""AHP, TOPSIS and entropy.

Reference: the project's notes on methods, engines.md 10.6 (computed by their authors, 2026-08), to the printed digits.
"""

import numpy as np
import pytest

from ekistics.composite.multicriteria import RANDOM_INDEX, ahp, entropy_weights, topsis
from ekistics.core.errors import InvalidValueError, UnknownNameError

OPTIONS = [[4, 4, 0.2], [1, 5, 0.5], [3, 2, 0.3], [4, 3, 0.5]]
WEIGHTS, DIRECTION = [0.5, 0.3, 0.2], [1, -1, 1]


def test_judgements_give_the_weights_of_the_reference() -> None:
    judged = ahp([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    assert judged.weights.round(6).tolist() == [0.636986, 0.258285, 0.104729]
    assert (round(judged.lambda_max, 6), round(judged.consistency_ratio, 4)) == (3.038511, 0.0332)
    assert judged.consistent
    print(f"SHOWN AHP: weights {judged.weights.round(6).tolist()}, lambda {judged.lambda_max:.6f}, "
          f"consistency ratio {judged.consistency_ratio:.4f}")


@pytest.mark.parametrize(("normalisation", "expected"), [
    ("vector", [0.67868755, 0.22400924, 0.68306225, 0.86283675]),
    ("min-max", [0.64321083, 0.25539679, 0.67991732, 0.85173242])])
def test_closeness_of_the_reference(normalisation, expected) -> None:
    found = topsis(OPTIONS, WEIGHTS, DIRECTION, normalisation=normalisation)
    assert found.round(8).tolist() == expected
    print(f"SHOWN TOPSIS, {normalisation}: {found.round(8).tolist()}")


@pytest.mark.parametrize("k", range(1, len(RANDOM_INDEX) + 1))
def test_judgements_that_agree_give_back_their_weights(k) -> None:
    weights = np.arange(1.0, k + 1)
    judged = ahp(weights[:, None] / weights)
    np.testing.assert_allclose(judged.weights, weights / weights.sum())
    assert judged.lambda_max == pytest.approx(k) and judged.consistency_ratio == pytest.approx(0, abs=1e-12)


def test_judgements_in_a_circle_are_not_consistent() -> None:
    """A over B over C over A, nine times each: by symmetry equal weights; lambda is the sum of a row, 1 + 9 + 1/9."""
    judged = ahp([[1, 9, 1 / 9], [1 / 9, 1, 9], [9, 1 / 9, 1]])
    np.testing.assert_allclose(judged.weights, 1 / 3)
    assert judged.lambda_max == pytest.approx(1 + 9 + 1 / 9) and not judged.consistent


@pytest.mark.parametrize(("matrix", "says"), [
    ([[1, 2]], "as many rows as columns"), ([[1, -2], [-0.5, 1]], "above zero"), ([[1, np.nan], [1, 1]], "above zero"),
    ([[1, 3], [3, 1]], "ahp, 1, 2: Two judgements of one pair contradict"), ([[2]], "contradict"),
    (np.ones((16, 16)), "at most 15")])
def test_judgements_that_cannot_be_are_refused(matrix, says) -> None:
    with pytest.raises(InvalidValueError, match=says):
        ahp(matrix)


def test_the_best_and_the_worst_of_all_are_one_and_zero() -> None:
    found = topsis([[9, 1], [1, 9], [5, 5]], [1, 1], [1, -1])
    assert (found[0], found[1]) == (1, 0) and 0 < found[2] < 1


def test_an_option_with_a_hole_has_no_place_and_takes_none() -> None:
    found = topsis([*OPTIONS, [np.nan, 99, 9]], WEIGHTS, DIRECTION)
    np.testing.assert_array_equal(found, [*topsis(OPTIONS, WEIGHTS, DIRECTION), np.nan])
    assert np.isnan(topsis([[np.nan]], [1], [1])).all() and np.isnan(topsis([[3], [3]], [1], [1])).all()


def test_criteria_that_cannot_be_are_refused() -> None:
    for weights, direction, says in (([1, 1], DIRECTION, "needs a weight"), ([0, 0, 0], DIRECTION, "not all zero"),
                                     ([1, -1, 1], DIRECTION, "zero or more"), (WEIGHTS, [1, 0, 1], "direction is 1")):
        with pytest.raises(InvalidValueError, match=says):
            topsis(OPTIONS, weights, direction)
    with pytest.raises(UnknownNameError, match="normalisation 'vectr'"):
        topsis(OPTIONS, WEIGHTS, DIRECTION, normalisation="vectr")


def test_entropy_by_hand() -> None:
    """Shares 1/2 1/2 tell nothing; 1 0 all; 3/4 1/4 have entropy 2 - 3/4 log2 3 = 0.811278 bits of one."""
    told = 1 - (2 - 0.75 * np.log2(3))
    weights = np.array([0, 1, told]) / (1 + told)
    np.testing.assert_allclose(entropy_weights([[1, 4, 3], [1, 0, 1]]), weights)
    np.testing.assert_allclose(entropy_weights([[1, 4, 3], [1, 0, 1], [np.nan, 5, 5]]), weights)
    assert np.isnan(entropy_weights([[1, 2], [1, 2]])).all()
    for wrong in ([[1, -1], [1, 1]], [[1, 0], [1, 0]]):
        with pytest.raises(InvalidValueError, match="beds: Entropy needs"):
            entropy_weights(wrong, names=["doctors", "beds"])
