"""Packages about countries for tests of the site: national values, by group and through time, and their documents."""

import json
from importlib.resources import files
from typing import Any

import pandas as pd

from ekistics.core.observation import observations, result_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.indicators.registry import specs
from ekistics.package import ProfilePackage
from tests.web.packages import CREATED

SCHEMAS = files("ekistics.package") / "schema"
GROUPS = (({"sex": "F"}, 3.0), ({"sex": "M"}, -3.0), ({"displacement_status": "DP"}, -22.0),
          ({"displacement_status": "ND"}, 2.0))


def national_package(code: str = "XMU", *, name: str = "Merrow (made-up)", access: float = 58.9,  # noqa: PLR0913
                     years: tuple[str, ...] = ("2020", "2025"), conf_status: str = "F", seed: int = 1,
                     edition: str = "", groups: bool = True) -> ProfilePackage:
    """Make a package of a country.

    Parameters
    ----------
    code, name : str
        The country.
    access : float
        Share of people near public transport in the last year, percent.
    years : tuple of str
        Times of that value; each earlier one is four points lower.
    conf_status : str
        Confidentiality of these values.
    seed : int
        Another one is another run.
    edition : str
        Label of the edition.
    groups : bool
        Whether there are values of groups of people, one of them withheld.

    Returns
    -------
    ProfilePackage
        The package.
    """
    place, known = Place(code, name, "country", code), {spec.code: spec for spec in specs()}
    run = Run((Provenance("cities.csv", digest_bytes(f"cities {seed}".encode()), role="cities", producer="An office",
                          citation="Cities of 2025", licence="CC-BY-4.0", accessed="2026-11-01", time_period="2025"),),
              {"seed": seed, "confidence": 0.95}, {"sdg_11_2_1": "2024"}, "0.1.0+test")
    made = [_shares(code, access - 4 * i, year) for i, year in enumerate(reversed(years))]
    if groups:
        made += [_shares(code, access + gain, years[-1], **group) for group, gain in GROUPS]
        made.append(result_rows(pd.Series([float("nan")], pd.Index([code])), series="either", variant="network",
                                time_period=years[-1], displacement_status="REF", reason="below-threshold",
                                obs_status="Q"))
    near = observations(pd.concat(made), known["sdg_11_2_1"], run=run.id)
    near = near.assign(conf_status=[conf_status if v == v else "A" for v in near["obs_value"]])  # noqa: PLR0124 - NaN
    spec = known["sdg_11_7_1"]
    series = next(s for s in spec.series if s.headline)
    open_space = observations(result_rows(
        pd.Series([31.5], pd.Index([code])), series=series.code, time_period=years[-1], lci=28.0, uci=35.0, se=1.7,
        variant=spec.variants_of(series.code)[0].code if spec.variants else "", uncertainty="taylor",
        numerator=3.15e6, denominator=1e7), spec, run=run.id)
    return ProfilePackage(place, (place,), run, pd.concat([near, open_space], ignore_index=True), (), created=CREATED,
                          edition=edition, indicators=(known["sdg_11_2_1"], spec))


def _shares(code: str, value: float, year: str, **group: str) -> pd.DataFrame:
    denominator = 10_000_000.0
    return result_rows(pd.Series([value], pd.Index([code])), series="either", variant="network", time_period=year,
                       numerator=value * denominator / 100, denominator=denominator, se=1.5, lci=value - 3,
                       uci=value + 3, uncertainty="taylor", **group)


def sample_document(code: str = "XMU", **changes: Any) -> dict[str, Any]:
    """Give the example of a sample, of a country."""
    held = json.loads((SCHEMAS / "sample-1.example.json").read_text("utf-8"))
    return held | {"country": code} | changes


def survey_document(code: str = "XMU", kind: str = "country", **changes: Any) -> dict[str, Any]:
    """Give the example of a survey, of a country or city."""
    held = json.loads((SCHEMAS / "survey-1.json").read_text("utf-8"))["examples"][0]
    place = {"code": code, "name": code, "kind": kind, "country": code[:3]}
    report = {"cells": 220, "primary": 1, "secondary": 1, "withheld": [
        {"indicator": "sdg_11_2_1", "displacement_status": "REF", "reason": "below-threshold"}]}
    return held | {"place": place, "disclosure": {"rules": {"minimum_count": 10}, "report": report}} | changes


def framework_document(code: str = "XMU", slot: int = 12, **changes: Any) -> dict[str, Any]:
    """Give a statement that a slot does not apply."""
    held = json.loads((SCHEMAS / "framework-1.json").read_text("utf-8"))["examples"][0]
    return held | {"country": code, "statements": [held["statements"][0] | {"slot": slot}]} | changes


def documents(**held: dict[str, Any]) -> dict[str, bytes]:
    """Write documents as a package takes them."""
    return {f"{name}.json": json.dumps(content).encode() for name, content in held.items()}
