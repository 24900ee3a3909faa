"""Small rasters on disk for the tests of the delineation job."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.geo.degurba.hand_made import arrays

TRANSFORM = Affine(1000, 0, 300_000, 0, -1000, 6_000_000)


def save(path, values, *, crs="ESRI:54009", transform=TRANSFORM, dtype="float32", **profile):
    """Write one band."""
    height, width = values.shape
    with rasterio.open(path, "w", driver="GTiff", height=height, width=width, count=1, dtype=dtype, crs=crs,
                       transform=transform, **profile) as file:
        file.write(values.astype(dtype), 1)
    return path


@pytest.fixture
def city(tmp_path):
    """Write a centre of fifteen cells, a village and a coast as three rasters."""
    table = "\n".join(["~" * 12, "~...........", "~...........", "~..#####....", "~..#####.c..", "~..#####....",
                       "~..........."])
    people, built_up, land = arrays(table, c=(600, 0.05, 1))
    return {name: save(tmp_path / f"{name}.tif", values) for name, values in
            (("population", people), ("built_up", built_up), ("land", land))}


@pytest.fixture
def rewrite(city):
    """Replace one of the rasters: values through a function, or parts of its profile."""
    def change(name, edit=lambda values: values, **profile):
        with rasterio.open(city[name]) as file:
            values = file.read(1)
        return save(city[name], np.asarray(edit(values)), **profile)

    return change
