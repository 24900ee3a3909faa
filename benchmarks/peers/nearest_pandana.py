"""Nearest stop of every node with pandana: contraction of the network, precomputation, one query."""

import json
import sys
import time

import numpy as np
import pandana
import pandas as pd


def main() -> None:
    """Read the network, then time what pandana needs before it can answer, and the answer."""
    given = np.load(sys.argv[1])
    limit = float(given["limit"])
    begin = time.perf_counter()
    network = pandana.Network(pd.Series(given["x"]), pd.Series(given["y"]), pd.Series(given["start"]),
                              pd.Series(given["end"]), pd.DataFrame({"length": given["length"]}))
    network.precompute(limit)
    network.set_pois("stop", limit, 1, pd.Series(given["stop_x"]), pd.Series(given["stop_y"]))
    answer = network.nearest_pois(limit, "stop", num_pois=1)
    print(json.dumps({"seconds": time.perf_counter() - begin, "reached": int((answer[1] < limit).sum())}))


main()
