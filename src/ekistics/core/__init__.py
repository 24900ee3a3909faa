"""The words of the house: typed values, units, CRS rules, errors and settings. It imports nothing from above."""
