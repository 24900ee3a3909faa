"""A made-up country of 200 cities whose truth is known, drawn again and again by each method.

``trials(draws)`` gives a row for each method and quantity: bias, coverage of the 95 % interval, standard error beside
the true spread; and what the plain mean of cities and a sample of volunteers say. The country was fixed before any
draw: sizes, regions and the tie of size and outcome are like those of many countries, and its seed is the date of its
making. Nothing of it was changed so that a method would pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ekistics.survey.sampling import (
    Allocation,
    Frame,
    NationalEstimate,
    Selection,
    draw_plan,
    imbalance_of,
    national_ratio,
    plan_sample,
    serpentine_order,
)
from ekistics.survey.sampling.probabilities import Floats, Integers

CITIES, DRAWN, SEED = 200, 50, 20261126
CLASSES = (50_000, 200_000, 1_000_000)  # people: strata; cities of the last class are in every sample
ALLOCATION = Allocation("neyman", minimum=8)
METHODS = ("srs", "systematic-pps", "systematic-pps in random order", "sampford", "pareto", "cube")
QUANTITIES = ("people with access", "cities above half")
WORST_BIAS, COVERED, COVERED_CUBE = 3.0, (0.93, 0.97), 0.93


@dataclass(frozen=True, slots=True, eq=False)
class Country:
    """A country: sizes, regions, coordinates, the share of people with access, and how likely a city volunteers."""

    size: Floats
    region: Integers
    elevation: Floats
    share: Floats
    volunteers: Floats

    def truth(self, quantity: str) -> float:
        """Give the true value of a quantity."""
        above, below = self.parts(quantity)
        return float(above.sum() / below.sum())

    def parts(self, quantity: str) -> tuple[Floats, Floats]:
        """Give numerator and denominator of each city."""
        if quantity == "people with access":
            return self.share * self.size, self.size
        return (self.share > 0.5).astype(np.float64), np.ones(len(self.size))


@dataclass(frozen=True, slots=True)
class Trial:
    """What the draws of one method say of one quantity."""

    method: str
    quantity: str
    truth: float
    mean: float
    bias_in_errors: float
    spread: float
    mean_se: float
    coverage: float
    plain_mean: float
    volunteers: float

    def cells(self) -> tuple[str, ...]:
        """Give the row of the printed table."""
        return (self.method, self.quantity, f"{self.truth:.4f}", f"{self.mean:.4f}", f"{self.bias_in_errors:+.2f}",
                f"{self.spread:.4f}", f"{self.mean_se:.4f}", f"{100 * self.coverage:.1f} %", f"{self.plain_mean:.4f}",
                f"{self.volunteers:.4f}")


HEADS = ("method", "quantity", "truth", "mean of draws", "bias / its error", "true spread", "mean se", "coverage",
         "unweighted mean", "volunteers")


def country(seed: int = SEED) -> Country:
    """Make the country: log-normal sizes, four regions, access that grows with size and differs by region."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(np.log(80_000), 1.1, CITIES)).round()
    region = rng.integers(0, 4, CITIES)
    elevation = rng.gamma(2.0, 300.0, CITIES) + 200.0 * region
    by_region = np.array([0.5, 0.1, -0.3, -0.6])[region]
    odds = 0.55 * (np.log(size) - np.log(80_000)) + by_region + rng.normal(0, 0.6, CITIES) - 0.2
    share = 1 / (1 + np.exp(-odds))
    return Country(size, region, elevation, share, 1 / (1 + np.exp(-(odds - 2.0) * 1.2)))


def frame_of(made: Country) -> Frame:
    """Give the frame, with classes of size as strata, of which the largest is certain."""
    stratum = np.searchsorted(CLASSES, made.size, side="right")
    stratum = np.unique(stratum, return_inverse=True)[1]
    return Frame([f"XMU-{i:03d}" for i in range(CITIES)], made.size, stratum, made.size >= CLASSES[-1])


def trials(draws: int = 1000, methods: Sequence[str] = METHODS, *, seed: int = SEED) -> list[Trial]:
    """Draw by each method and hold the estimates against the truth."""
    made = country(seed)
    return [trial for method in methods for trial in _of_method(made, method, draws)]


def _of_method(made: Country, name: str, draws: int) -> list[Trial]:
    frame, (method, _, walk) = frame_of(made), name.partition(" ")
    plan = plan_sample(frame, DRAWN, method=method, allocation=ALLOCATION)
    order = serpentine_order(frame.stratum, made.region, made.elevation)
    imbalance = imbalance_of(frame, plan, balancing(made), seed=str(SEED)) if method == "cube" else None
    rng = np.random.default_rng([SEED, METHODS.index(name)])
    found: dict[str, list[NationalEstimate]] = {quantity: [] for quantity in QUANTITIES}
    plain: dict[str, list[float]] = {quantity: [] for quantity in QUANTITIES}
    for _draw in range(draws):
        seed, random = rng.bytes(16).hex(), rng.random(CITIES)
        walked = np.argsort(random) if walk else order
        drawn = draw_plan(frame, plan, method=method, seed=seed, random=random, order=walked,
                          variables=balancing(made))
        selection = Selection("sampford" if walk else method, plan.pi[drawn], frame.stratum[drawn],
                              np.argsort(walked)[drawn], balancing(made)[drawn], imbalance)
        for quantity in QUANTITIES:
            above, below = (part[drawn] for part in made.parts(quantity))
            found[quantity].append(national_ratio(selection, above, below, interval="logit"))
            plain[quantity].append(float((above / below).mean()))
    return [_trial(made, name, quantity, (found[quantity], plain[quantity])) for quantity in QUANTITIES]


def balancing(made: Country) -> Floats:
    """Give what a cube draw balances: people, elevation, and cities by region."""
    return np.column_stack([made.size, made.elevation, (made.region[:, None] == np.arange(3))])


def _volunteers(made: Country, quantity: str) -> float:
    """Say what the cities that come by themselves say, pooled: each as often as it is likely to come."""
    above, below = made.parts(quantity)
    return float((made.volunteers * above).sum() / (made.volunteers * below).sum())


def _trial(made: Country, method: str, quantity: str,
           estimates: tuple[list[NationalEstimate], list[float]]) -> Trial:
    found, plain = estimates
    truth = made.truth(quantity)
    values = np.array([e.value for e in found])
    error = values.std(ddof=1) / np.sqrt(len(values))
    covered = np.mean([e.lci <= truth <= e.uci for e in found])
    return Trial(method, quantity, truth, float(values.mean()), float((values.mean() - truth) / error),
                 float(values.std(ddof=1)), float(np.sqrt(np.mean([e.se**2 for e in found]))), float(covered),
                 float(np.mean(plain)), _volunteers(made, quantity))


def main() -> None:
    """Print the table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEADS, title=f"{CITIES} cities, {DRAWN} drawn, 1,000 draws, seed {SEED}")
    for trial in trials():
        table.add_row(*trial.cells())
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
