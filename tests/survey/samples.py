"""The samples that several tests use: the made-up one of the golden file, and those of Californian schools."""

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd

from ekistics.survey import Design, Stage

HERE = Path(__file__).parent
SYNTHETIC = tomllib.loads((HERE / "golden_synthetic.toml").read_text("utf-8"))
API = tomllib.loads((HERE / "golden_api.toml").read_text("utf-8"))
REFERENCE = tomllib.loads((HERE / "golden_reference.toml").read_text("utf-8"))


def made_up(rows=None, lonely="fail"):
    """Give the columns of the made-up sample and its designs: one stage, with replacement, two stages."""
    columns = {name: np.array(values) for name, values in SYNTHETIC["sample"].items()}
    if rows is not None:
        columns = {name: values[rows] for name, values in columns.items()}
    c = columns
    first = Stage(c["psu"], c["h"], c["N"])
    return c, {"one": Design.of(c["w"], strata=c["h"], psu=c["psu"], population=c["N"], lonely=lonely),
               "wr": Design.of(c["w"], strata=c["h"], psu=c["psu"], lonely=lonely),
               "two": Design.staged(c["w"], [first, Stage(c["ssu"], None, c["M"])], lonely=lonely)}


def numbered(column):
    """Number the values of a column in their order."""
    return pd.factorize(column, sort=True)[0]


def schools(shared_data):
    """Give the four samples of schools with their designs."""
    folder = shared_data("r-survey-api")
    srs, strat, clus1, clus2 = (pd.read_csv(folder / f"{name}.csv") for name in ("apisrs", "apistrat", "apiclus1",
                                                                               "apiclus2"))
    stages = [Stage(clus2.dnum.to_numpy(), None, clus2.fpc1.to_numpy(float)),
              Stage(clus2.snum.to_numpy(), None, clus2.fpc2.to_numpy(float))]
    return {"srs": (srs, Design.of(srs.pw, population=srs.fpc)),
            "strat": (strat, Design.of(strat.pw, strata=numbered(strat.stype), population=strat.fpc)),
            "clus1": (clus1, Design.of(clus1.pw, psu=clus1.dnum, population=clus1.fpc)),
            "clus2": (clus2, Design.staged(clus2.pw, stages))}
