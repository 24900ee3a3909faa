"""Line 4: a country of 200 made-up cities, drawn a thousand times by each method."""

from tools.shown.testing import Line, printed


def lines() -> list[Line]:
    """Hold bias, coverage and spread of each method against the truth, beside a mean without weights and volunteers."""
    return printed(4, ["tests/survey/sampling/test_trials.py"], ("srs, ", "sampford, ", "cube, "), marks="full")
