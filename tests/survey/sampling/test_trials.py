"""A country whose truth is known, drawn again and again: bias, coverage, and what other ways would have said."""

import pytest

from tools.sampling_trials import COVERED, COVERED_CUBE, METHODS, QUANTITIES, WORST_BIAS, trials

HELD = ("srs", "systematic-pps in random order", "sampford")  # whose coverage is promised on both sides


def judge(found, slack):
    by_name = {(trial.method, trial.quantity): trial for trial in found}
    for trial in found:
        assert abs(trial.bias_in_errors) < WORST_BIAS, trial
    for quantity in QUANTITIES:
        for method in HELD:
            assert COVERED[0] - slack <= by_name[method, quantity].coverage <= COVERED[1] + slack, method
        cube, srs = by_name["cube", quantity], by_name["srs", quantity]
        assert cube.coverage >= COVERED_CUBE - slack
        assert cube.spread < srs.spread
        assert abs(srs.plain_mean - srs.truth) > 10 * WORST_BIAS * srs.spread / 1000**0.5
        assert abs(srs.volunteers - srs.truth) > 10 * WORST_BIAS * srs.spread / 1000**0.5


def test_two_hundred_draws():
    found = trials(200, [*HELD, "cube"])
    judge(found, slack=0.05)  # three Monte Carlo standard errors of a coverage


@pytest.mark.full
def test_a_thousand_draws():
    found = trials(1000)
    judge(found, slack=0.0)
    assert {trial.method for trial in found} == set(METHODS)
    for t in found:
        print(f"\nSHOWN {t.method}, {t.quantity}: truth {t.truth:.4f}, mean {t.mean:.4f} (bias {t.bias_in_errors:+.2f} "
              f"of its error), coverage {100 * t.coverage:.1f} %, spread {t.spread:.4f}, mean se {t.mean_se:.4f}; "
              f"unweighted mean {t.plain_mean:.4f}, volunteers {t.volunteers:.4f}")
