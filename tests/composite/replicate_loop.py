"""The uncertainty of COINr's worked example by a plain loop: an oracle that shares no code with the program.

Who: the authors of these tests. With what: numpy, pandas and scipy.stats (skew and kurtosis without bias, rankdata),
one replicate at a time from the raw table. When: November 2026. The loop is given what a replicate was made with
(points to Winsorise, standardisation, weights as they were drawn, method), never how to draw it.
"""

import numpy as np
import pandas as pd
from scipy import stats


def prepared(values: pd.DataFrame, meta: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Divide and fill by the mean of Europe or Asia."""
    made = values.copy()
    for row in meta.itertuples():
        if row.Denominator:
            made[row.iCode] = made[row.iCode] / table[row.Denominator]
    return made.fillna(made.groupby(table["EurAsia_group"]).transform("mean"))


def treated(column: np.ndarray, most: int) -> np.ndarray:
    """Winsorise up to a number of points; if that does not do, take the logarithm."""
    order = np.argsort(column, kind="stable")
    for points in range(most + 1):
        made = column.copy()
        if points and stats.skew(column) > 0:
            made[order[-points:]] = column[order[-points - 1]]
        elif points:
            made[order[:points]] = column[order[points]]
        if abs(stats.skew(made, bias=False)) <= 2 or stats.kurtosis(made, bias=False) <= 3.5:
            return made
    low, high = column.min(), column.max()
    return np.log(column - low + (high - low) / 100)


def one(ready: pd.DataFrame, meta: pd.DataFrame, weights: dict[str, float], how: dict[str, object]) -> pd.Series:
    """Give the scores of one replicate: ``how`` says ``points``, ``standard`` and ``mean``."""
    items = meta[meta["Type"] == "Indicator"].set_index("iCode")
    table = pd.DataFrame(index=ready.index)
    for code in ready:
        x = treated(ready[code].to_numpy(), int(how["points"])) * items.loc[code, "Direction"]
        scaled = 1 + 99 * (x - x.min()) / (x.max() - x.min())
        table[code] = scaled if how["standard"] == "min-max" else 10 + 2 * (x - x.mean()) / x.std(ddof=1)
    for level in (2, 3, 4):
        for group in meta.loc[meta["Level"] == level, "iCode"]:
            children = meta.loc[meta["Parent"] == group, "iCode"].tolist()
            w = np.array([weights[child] for child in children])
            below = table[children].to_numpy()
            joined = below @ w / w.sum() if how["mean"] == "arithmetic" else np.exp(np.log(below) @ w / w.sum())
            table = table.assign(**{group: joined})
    return table[meta.loc[meta["Level"] == 4, "iCode"].iloc[0]]


def ranks(scores: pd.Series) -> np.ndarray:
    """Rank from the highest, equals by the best of their places."""
    return stats.rankdata(-scores.to_numpy().round(10), method="min")
