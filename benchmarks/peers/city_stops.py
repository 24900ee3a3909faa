"""What the peers' city pipelines share: hexagons, and stops of two feeds by capacity."""

import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

HIGH = (1, 2, 4, 12)
REACH_M = {"low": 500.0, "high": 1000.0}


def hexagons() -> pd.DataFrame:
    """Read the population of the city given on the command line."""
    return pd.read_csv(Path(sys.argv[1]) / "poa_hexgrid.csv")


def stops() -> dict[str, pd.DataFrame]:
    """Read stops where a trip calls, by capacity of the routes that call."""
    found: dict[str, list[pd.DataFrame]] = {"low": [], "high": []}
    for name in ("poa_eptc.zip", "poa_trensurb.zip"):
        with zipfile.ZipFile(Path(sys.argv[1]) / name) as archive:
            tables = {table: pd.read_csv(archive.open(f"{table}.txt"), dtype={"stop_id": str, "route_id": str})
                      for table in ("stops", "stop_times", "trips", "routes")}
        calls = tables["stop_times"].merge(tables["trips"], on="trip_id").merge(tables["routes"], on="route_id")
        for capacity, is_high in (("low", False), ("high", True)):
            ids = calls.loc[calls["route_type"].isin(HIGH) == is_high, "stop_id"].unique()
            found[capacity].append(tables["stops"][tables["stops"]["stop_id"].isin(ids)])
    return {capacity: pd.concat(frames) for capacity, frames in found.items()}


def share(people: pd.Series, distance: dict[str, np.ndarray]) -> float:
    """Give the share of people within reach of a stop of either capacity, percent."""
    within = np.zeros(len(people), dtype=bool)
    for capacity, metres in distance.items():
        within |= np.asarray(metres) <= REACH_M[capacity]
    return float(100 * people[within].sum() / people.sum())
