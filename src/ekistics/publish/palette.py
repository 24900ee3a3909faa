"""Colours of maps and charts, as one small set of tokens; the page swaps them by name at night."""

from collections.abc import Mapping

__all__ = ["ACCENT", "DEGURBA", "GREY", "HATCH", "INK", "LAND", "LINE", "OKABE_ITO", "OPEN_SPACE", "PAPER", "RAMP",
           "SOFT", "STREET", "UNREACHED"]

PAPER, INK, SOFT, LINE = "#ffffff", "#16212b", "#51606d", "#d3dae0"
ACCENT, GREY, LAND, STREET, HATCH = "#006d77", "#8a97a3", "#f4f1ea", "#b9c2c9", "#aab3bb"

UNREACHED = "#cdd2d6"

# Light to dark in even steps of lightness, readable in grey and by colour-blind readers.
RAMP = ("#f7dd83", "#d3be62", "#a3a264", "#738870", "#47687a", "#1d3f6e")

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
OPEN_SPACE: Mapping[str, str] = {"public": "#009e73", "private": "#e69f00", "unknown": "#8a97a3"}

# Reds, yellows and greens of the Degree of Urbanisation, set apart by lightness too.
DEGURBA: Mapping[int, str] = {30: "#9e1b1b", 23: "#c0612b", 22: "#dd9a3c", 21: "#f2dc8c", 13: "#4d7f52", 12: "#93bb84",
                              11: "#d2e6c3", 10: "#bcd7e6", 3: "#9e1b1b", 2: "#eec35a", 1: "#c4ddb3", 0: "#bcd7e6"}
