"""Typed records for tests of reports: the made-up city with peers, and four cities that were sampled."""

from functools import cache

import numpy as np
import pandas as pd

from ekistics.core.observation import absent_rows, observations, result_rows, share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators.registry import specs
from ekistics.publish.records import CityRecords, ComparisonRecords, PlaceRecord, cited_rows

from .conftest import make_package

KNOWN = {s.code: s for s in specs()}
ADDRESS = "https://observatory.example/observation/"
SOURCE = "Sample survey of 2020, made up"
FOUR = (PlaceRecord("AAA-1", "Nerea"), PlaceRecord("AAA-2", "Ostia Vale"), PlaceRecord("AAA-3", "Pharos"),
        PlaceRecord("AAA-4", "Quill"))


def cited(rows: pd.DataFrame) -> pd.DataFrame:
    return cited_rows(rows, edition="2026-11-21", source=SOURCE,
                      address=ADDRESS + rows["ref_area"].astype(str) + "/" + rows["series"].astype(str))


@cache
def city_records(language: str = "en") -> CityRecords:
    package = make_package()
    rows = cited(package.observations)
    place = PlaceRecord(package.place.code, package.place.name)
    areas = tuple(PlaceRecord(p.code, p.name, p.kind) for p in package.places if p.kind == "neighbourhood")
    peers = tuple(PlaceRecord(f"XXX-PEER{i}", f"Peer {'ABCDEFGHI'[i]}") for i in range(9))
    own = rows[rows["ref_area"] == place.code]
    frames = [own.assign(ref_area=peer.code, **{name: own[name] * turn for name in ("obs_value", "lci", "uci")})
              for peer, turn in zip(peers, np.linspace(0.6, 1.1, len(peers)), strict=True)]
    known = tuple(s for s in specs() if not s.people_records)
    return CityRecords(place, known, rows, areas, peers, pd.concat(frames, ignore_index=True),
                       "cities of the sample", package.checks, package.edition,
                       "https://observatory.example/place/XXX-MARISOL/brief", "Sample observatory", language)


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
