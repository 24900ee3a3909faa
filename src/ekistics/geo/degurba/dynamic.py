"""The dynamic built-up threshold: the mean built-up share of all dense clusters."""

import numpy as np

from ekistics.geo.degurba.cells import Cells, layer_mask
from ekistics.geo.degurba.clusters import find_clusters
from ekistics.geo.degurba.grids import GridSource
from ekistics.geo.degurba.layers import Layer
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["dynamic_built_up", "rounded_threshold"]


def dynamic_built_up(source: GridSource, parameters: DegurbaParameters, *, crop: int = 0) -> float:
    """Find the built-up threshold of the "reduce fragmentation" option from the grids themselves.

    Parameters
    ----------
    source : GridSource
        The grids; the published threshold needs those of the whole world.
    parameters : DegurbaParameters
        The rules; those named ``dynamic_...`` are used.
    crop : int
        Cells to leave out on each side, where the grid has a buffer.

    Returns
    -------
    float
        Built-up per cell area, averaged over the cells of the clusters and rounded as the rules say; 1 when there is no
        such cluster, so that only wholly built cells pass.

    Notes
    -----
    Method: GHSL Data Package 2023, footnote 30. The mean is of built-up per cell, not per land. The published maps of
    2020 agree with the mean 0.1930 rounded up to 0.20.
    """
    height, width = source.shape
    grids = source.read(crop, height - crop).as_float()
    inner = tuple(values[:, crop:width - crop] for values in grids)
    cells = Cells.of((inner[0], inner[1], inner[2]), source.cell_area, parameters)
    queen = parameters.dynamic_contiguity == "queen"
    mask, people = layer_mask(cells, Layer(parameters.dynamic_density, np.inf, 1, queen))
    clusters = find_clusters(mask, people, queen=queen)
    inside = clusters.at_least(parameters.dynamic_size)[clusters.labels]
    built_up = cells.built_up[inside & ~np.isnan(cells.built_up)]
    return rounded_threshold(float(built_up.mean()), parameters) if built_up.size else 1.0


def rounded_threshold(mean: float, parameters: DegurbaParameters) -> float:
    """Round a dynamic threshold as the rules say.

    Parameters
    ----------
    mean : float
        The mean built-up share.
    parameters : DegurbaParameters
        The rules.

    Returns
    -------
    float
        The threshold.

    Examples
    --------
    >>> rounded_threshold(0.1930322, DegurbaParameters())
    0.2
    """
    if parameters.dynamic_rounding == "none":
        return mean
    return float(np.ceil(mean * 100) / 100)
