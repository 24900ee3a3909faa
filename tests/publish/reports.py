"""Typed records for tests of reports: the made-up city with peers, and four cities that were sampled."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from ekistics.core.observation import absent_rows, observations, result_rows, share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators.registry import specs
from ekistics.publish.records import CityRecords, ComparisonRecords, PlaceRecord, cited_rows

from .conftest import AREAS, make_package, people_of

KNOWN = {s.code: s for s in specs()}
ADDRESS = "https://observatory.example/observation/"
SOURCE = "Sample survey of 2020, made up"
FOUR = (PlaceRecord("AAA-1", "Nerea"), PlaceRecord("AAA-2", "Ostia Vale"), PlaceRecord("AAA-3", "Pharos"),
        PlaceRecord("AAA-4", "Quill"))


def cited(rows: pd.DataFrame) -> pd.DataFrame:
    return cited_rows(rows, edition="2026-11-21", source=SOURCE,
                      address=ADDRESS + rows["ref_area"].astype(str) + "/" + rows["series"].astype(str))


GROUPS = {"sex": {"F": 1.02, "M": 0.98}, "displacement_status": {"DP": 1.4, "ND": 0.8},
          "tenure": {"OWN": 0.8, "RENT": 1.1, "INFORMAL": 1.3}}


def survey_rows() -> pd.DataFrame:
    """Give two rounds of a survey of households: every indicator for everybody, by neighbourhood and by group.

    The first reading of the headline is there too; where an indicator has several, one has no value in the first.
    """
    made = []
    for at, spec in enumerate(s for s in specs() if s.people_records):
        for turn, year in ((1.0, "2018"), (0.9, "2023")):
            made += [observations(rows, spec, run="c3d4") for rows in round_rows(spec, turn * (22.0 + 6 * at), year)]
    return pd.concat(made, ignore_index=True)


def round_rows(spec, level: float, year: str) -> list[pd.DataFrame]:
    rows = []
    for series in [s for s in spec.series if s.unit_measure == "PT" and s.code.endswith("people")][:2]:
        first, *others = [v.code for v in spec.variants_of(series.code)] or [""]
        if spec.code == "adequate_housing" and series.headline:
            rows.append(result_rows(pd.Series(np.nan, AREAS), series=series.code, variant=first, time_period=year,
                                    reason=str(Reason.NOT_ASKED)))
            first = next(code for code in others if code == "asked")
        share = pd.Series(np.linspace(0.7, 1.3, len(AREAS)) * level, AREAS)
        share.iloc[0], share.iloc[5] = level, np.nan
        rows.append(sampled(share, people_of(), series.code, first, year))
        for name, codes in GROUPS.items():
            rows += [sampled(share.iloc[:1] * turn, people_of().iloc[:1] / 3, series.code, first, year, **{name: code})
                     for code, turn in codes.items()]
    return rows


def sampled(share: pd.Series, base: pd.Series, series: str, variant: str, year: str, **group: str) -> pd.DataFrame:
    return share_rows(base * share / 100, base, series=series, variant=variant, time_period=year, lci=share - 3.1,
                      uci=share + 3.3, uncertainty="taylor", reason=str(Reason.WITHHELD), **group)


@cache
def made_up():
    return make_package()


@cache
def city_records(language: str = "en") -> CityRecords:
    package = made_up()
    people = [s.code for s in specs() if s.people_records]
    measured = package.observations[~package.observations["indicator"].isin(people)]
    rows = cited(pd.concat([measured, survey_rows()], ignore_index=True))
    place = PlaceRecord(package.place.code, package.place.name)
    areas = tuple(PlaceRecord(p.code, p.name, p.kind) for p in package.places if p.kind == "neighbourhood")
    peers = tuple(PlaceRecord(f"XXX-PEER{i}", f"Peer {'ABCDEFGHI'[i]}") for i in range(9))
    own = rows[rows["ref_area"] == place.code]
    frames = [own.assign(ref_area=peer.code, **{name: own[name] * turn for name in ("obs_value", "lci", "uci")})
              for peer, turn in zip(peers, np.linspace(0.6, 1.1, len(peers)), strict=True)]
    return CityRecords(place, specs(), rows, areas, peers, pd.concat(frames, ignore_index=True),
                       "cities of the sample", package.checks, package.edition,
                       "https://observatory.example/place/XXX-MARISOL/brief", "Sample observatory", language)


def measured_records(language: str = "en") -> CityRecords:
    """Give a city of which no survey is known: its indicators come from maps only."""
    records = city_records(language)
    return replace(records, specs=tuple(s for s in records.specs if not s.people_records))


def sampled_rows() -> pd.DataFrame:
    """Give access to transport in four cities: 58 ± 2, 52 ± 2 and 30 ± 1 (standard errors), the fourth without."""
    areas = pd.Index([p.code for p in FOUR[:3]], name="ref_area")
    share, se = (pd.Series(v, areas) for v in ([58.0, 52.0, 30.0], [2.0, 2.0, 1.0]))
    base = pd.Series(1000.0, areas)
    rows = [share_rows(share * 10, base, series="either", variant="network", time_period="2020", se=se,
                       lci=share - 1.96 * se, uci=share + 1.96 * se, uncertainty="taylor"),
            absent_rows(pd.Index([FOUR[3].code], name="ref_area"), KNOWN["sdg_11_2_1"], Reason.NO_TIMETABLE)]
    return observations(pd.concat(rows), KNOWN["sdg_11_2_1"], run="a1b2")


def built_up_rows() -> pd.DataFrame:
    areas = pd.Index([p.code for p in FOUR[:2]], name="ref_area")
    rows = [result_rows(pd.Series(values, areas), series="built_up_per_person", time_period=year)
            for year, values in (("2000", [80.0, 120.0]), ("2010", [90.0, 110.0]), ("2020", [100.0, 100.0]))]
    return observations(pd.concat(rows), KNOWN["built_up_per_person"], run="a1b2")


def comparison_records(language: str = "en", **changes) -> ComparisonRecords:
    rows = cited(pd.concat([sampled_rows(), built_up_rows()], ignore_index=True))
    given = {"places": FOUR, "specs": (KNOWN["sdg_11_2_1"], KNOWN["built_up_per_person"], KNOWN["sdg_11_6_2"]),
             "rows": rows, "edition": "2026-11-21", "address": "https://observatory.example/compare?places=four",
             "publisher": "Sample observatory", "language": language, **changes}
    return ComparisonRecords(**given)
