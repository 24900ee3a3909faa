"""The worked example of COINr: 51 countries, 49 indicators, 8 pillars, 2 sub-indices; and its reference numbers."""

import tomllib
from pathlib import Path

import pandas as pd

from ekistics.composite import Data, Denominate, Group, Impute, Item, Scenario, Screen, Structure, Treat

GOLDEN = tomllib.loads((Path(__file__).parent / "golden_asem.toml").read_text("utf-8"))
FOLDER = "asem-composite-coinr/"
DENOMINATORS = ("Area", "Energy", "GDP", "Population")
GROUPING = "EurAsia_group"


def metadata(shared_data) -> pd.DataFrame:
    """Give the rows of indicators and aggregates."""
    return pd.read_csv(shared_data(FOLDER + "asem_metadata.csv"), keep_default_na=False)


def tree(shared_data) -> Structure:
    """Give the tree of the index."""
    rows = metadata(shared_data)
    items = rows[rows["Type"] == "Indicator"]
    groups = rows[rows["Type"] == "Aggregate"]
    return Structure.of([Item(r.iCode, r.Parent, float(r.Weight), float(r.Direction)) for r in items.itertuples()],
                        [Group(r.iCode, r.Parent, float(r.Weight)) for r in groups.itertuples()])


def data(shared_data) -> Data:
    """Give the values of the 51 countries."""
    structure = tree(shared_data)
    rows = pd.read_csv(shared_data(FOLDER + "asem_data.csv"))
    return Data(rows[[item.code for item in structure.items]].to_numpy(float), structure, rows["uCode"].tolist(),
                {name: rows[name].to_numpy(float) for name in DENOMINATORS}, {GROUPING: rows[GROUPING].tolist()})


def scenario(shared_data) -> Scenario:
    """Give the steps of the example: min-max from 0 to 100 and arithmetic means are the defaults."""
    rows = metadata(shared_data)
    by = {r.iCode: r.Denominator for r in rows.itertuples() if r.Type == "Indicator" and r.Denominator}
    return Scenario(Denominate(by), Impute("group-mean", GROUPING), Screen(0.9, count_imputed=True), Treat(winsorise=5))
