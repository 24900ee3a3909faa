"""Which masks the rules need: steps that ask the same of a cell share one."""

from dataclasses import dataclass

from ekistics.geo.degurba import codes
from ekistics.geo.degurba.parameters import BuiltUpThreshold, DegurbaParameters

__all__ = ["Layer", "Plan", "Step"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One mask of cells: dense or built-up enough.

    Parameters
    ----------
    density : float
        People per km2 of permanent land from which a cell belongs.
    built_up : float
        Built-up share of permanent land from which a cell belongs; infinite where the rule has none.
    window : int
        Cells of the window in which population and density are averaged; 1 for none.
    queen : bool
        Cells touch at corners too.
    """

    density: float
    built_up: float
    window: int
    queen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of cluster: a mask, the people it needs, and what it paints.

    Parameters
    ----------
    layer : int
        Number of the mask.
    size : float
        People a cluster needs.
    paint : int
        The bits of the class, in the byte of :mod:`ekistics.geo.degurba.codes`.
    """

    layer: int
    size: float
    paint: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The masks and steps of a set of rules.

    Parameters
    ----------
    layers : tuple of Layer
        The different masks.
    centre, dense, semi_dense : Step
        The steps that later ones ask about.
    plain : tuple of Step
        The steps that only paint: suburban cells, rural clusters, urban clusters of level 1.
    """

    layers: tuple[Layer, ...]
    centre: Step
    dense: Step
    semi_dense: Step
    plain: tuple[Step, ...]

    @classmethod
    def of(cls, p: DegurbaParameters) -> "Plan":
        """Make the plan of some rules.

        Parameters
        ----------
        p : DegurbaParameters
            The rules, without "dynamic".

        Returns
        -------
        Plan
            Masks and steps.

        Examples
        --------
        >>> len(Plan.of(DegurbaParameters()).layers)
        3
        """
        layers: list[Layer] = []

        def step(layer: Layer, size: float, paint: int) -> Step:
            if layer not in layers:
                layers.append(layer)
            return Step(layers.index(layer), size, paint)

        centre = step(_layer(p.centre_density, p.centre_contiguity, p.centre_built_up, p.centre_population_window),
                      p.centre_size, codes.CENTRE | codes.CENTRE_1 << 4)
        dense = step(_layer(p.dense_density, p.dense_contiguity, p.dense_built_up), p.dense_size, codes.DENSE)
        semi_dense = step(_layer(p.semi_dense_density, p.semi_dense_contiguity), p.semi_dense_size, codes.SEMI_DENSE)
        plain = (step(_layer(p.suburban_density, p.suburban_contiguity), p.suburban_size, codes.SUBURBAN),
                 step(_layer(p.rural_cluster_density, p.rural_cluster_contiguity), p.rural_cluster_size,
                      codes.RURAL_CLUSTER),
                 step(_layer(p.cluster_density, p.cluster_contiguity, window=p.cluster_population_window),
                      p.cluster_size, codes.CLUSTER_1 << 4))
        return cls(tuple(layers), centre, dense, semi_dense, plain)


def _layer(density: float, contiguity: str, built_up: BuiltUpThreshold = "none", window: int = 1) -> Layer:
    share = float("inf") if isinstance(built_up, str) else built_up
    return Layer(density, share, window, contiguity == "queen")
