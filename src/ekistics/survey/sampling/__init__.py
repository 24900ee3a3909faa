"""A national sample of cities: who can be drawn, how many, the draw, and national values with their errors. No I/O."""

from ekistics.survey.sampling.allocation import (
    allocate,
    allocation_measure,
    sample_size_of_ratio,
    sample_size_of_share,
)
from ekistics.survey.sampling.cube import draw_cube, flight
from ekistics.survey.sampling.draws import (
    draw_maximum_entropy,
    draw_pareto,
    draw_sampford,
    draw_srs,
    draw_systematic,
)
from ekistics.survey.sampling.estimation import (
    NationalEstimate,
    Selection,
    national_ratio,
    national_total,
    variance_of_total,
)
from ekistics.survey.sampling.joint import joint_maximum_entropy, joint_sampford, joint_srs, joint_systematic
from ekistics.survey.sampling.orders import geographic_order, serpentine_order
from ekistics.survey.sampling.plan import (
    ALLOCATIONS,
    METHODS,
    Allocation,
    Frame,
    Plan,
    draw_plan,
    imbalance_of,
    plan_sample,
    reserve_ranks,
)
from ekistics.survey.sampling.probabilities import inclusion_probabilities
from ekistics.survey.sampling.quality import balance_of, r_indicator, reweighted
from ekistics.survey.sampling.random import commitment, generator, permanent_random_numbers

__all__ = [
    "ALLOCATIONS", "METHODS", "Allocation", "Frame", "NationalEstimate", "Plan", "Selection", "allocate",
    "allocation_measure", "balance_of", "commitment", "draw_cube", "draw_maximum_entropy", "draw_pareto",
    "draw_plan", "draw_sampford", "draw_srs", "draw_systematic", "flight", "generator", "geographic_order",
    "imbalance_of", "inclusion_probabilities", "joint_maximum_entropy", "joint_sampford", "joint_srs",
    "joint_systematic", "national_ratio", "national_total", "permanent_random_numbers", "plan_sample",
    "r_indicator", "reserve_ranks", "reweighted", "sample_size_of_ratio", "sample_size_of_share",
    "serpentine_order", "variance_of_total",
]
