"""Line 4: published values of 11.3.1 reproduced by both formulas, from the golden cases that every package runs."""

from ekistics.indicators import module
from ekistics.indicators.certificate import GoldenCase, golden_cases, run_case

CITIES = ("Kampala 2000-2015", "City A", "Las Palmas 1990-2015")


def lines() -> list[tuple[int, str, str, str]]:
    """Run the golden cases of the three cities."""
    land_use = module("sdg_11_3_1")
    cases = {case.name: case for case in golden_cases(land_use)}
    return [_line(cases[name]) for name in CITIES]


def _line(case: GoldenCase) -> tuple[int, str, str, str]:
    land_use = module("sdg_11_3_1")
    rows = land_use.compute(**case.arguments)
    ratio = rows[rows["series"] == "ratio"]
    both = {name: part["obs_value"].round(4).astype(str) for name, part in ratio.groupby("variant")}
    figure = "; ".join(f"{name.split(':')[0]} {', '.join(values)}" for name, values in sorted(both.items()))
    wrong = run_case(land_use, case)
    agreed = f"{len(case.expected) - len(wrong)} of {len(case.expected)} published figures agree"
    return 4, f"11.3.1, {case.name}", f"{figure}; {agreed}", "fail" if wrong else "pass"
