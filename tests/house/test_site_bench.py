"""The made-up record and the load of the site's benchmark: alike each time, whole, and counted honestly."""

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import Row, chosen, write_pages
from benchmarks.site_load import Client, run, spread
from benchmarks.site_mix import MIX, Facts, Kind, warm_addresses, wishes
from benchmarks.site_values import keys_of, made_up_specs, plain, spellings, values_of
from ekistics.package.descriptor import parse_spec

ROOT = Path(__file__).resolve().parents[2]
FACTS = Facts(tuple(f"GHA-M{i:05d}" for i in range(300)), tuple(map(spellings, range(300))), ("/layers/1/a.pmtiles",))
# Makes a record, then works out anew what was written beside the values, and prints what differs.
PROGRAM = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "ekistics.web.settings"
import django
django.setup()
from benchmarks.site_record import make
make(2_000)
from ekistics.web.observatory.models import Coverage, Observation
from ekistics.web.observatory.quantiles import renew_quantiles
from ekistics.web.observatory.release import settle
def held():
    return list(Coverage.objects.order_by("id").values_list("rows", "values", "cities", "quantiles"))
before, rows = held(), Observation.objects.filter(current=True, restricted=False)
for each in Coverage.objects.all():
    own = rows.filter(measure=each.measure, period=each.period)
    assert (each.rows, each.values) == (own.count(), own.filter(obs_value__isnull=False).count())
renew_quantiles(Coverage.objects.values_list("measure_id", "period_id"))
assert held() == before
assert settle(Observation.objects.values_list("place_id", flat=True).distinct()) == set()
assert held() == before
"""


def made_record(home: Path) -> list[tuple]:
    environment = {name: value for name, value in os.environ.items() if name != "EKISTICS_DATABASE"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", PROGRAM], cwd=ROOT, check=True,
                   env={**environment, "EKISTICS_HOME": str(home)})
    with sqlite3.connect(home / "ekistics.sqlite3") as database:
        return database.execute("SELECT place_id, measure_id, period_id, group_id, obs_value, lci, reason, restricted"
                                " FROM observatory_observation ORDER BY id").fetchall()


def test_a_small_record_is_whole_and_its_counts_are_those_of_its_values(tmp_path: Path) -> None:
    rows = made_record(tmp_path)
    assert len(rows) == 2000 == len({row[:4] for row in rows}) and len({row[0] for row in rows}) == 3
    assert any(row[7] for row in rows) and any(row[4] is None and row[6] for row in rows)
    facts = json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))
    assert len(facts["cities"]) == 3 == len(facts["layers"])


def test_values_follow_from_the_seed_and_keep_the_rules_of_packages() -> None:
    first, again = (values_of(keys_of(), np.array([50, 51]), np.random.default_rng(7)) for _ in range(2))
    assert first.equals(again) and first.num_rows == 101
    frame = first.to_pandas()
    share = frame[(frame["measure"] % 5 < 2) & frame["obs_value"].notna()]
    assert np.allclose(share["obs_value"], 100 * share["numerator"] / share["denominator"])
    known = frame.dropna(subset=["lci"])
    assert (known["lci"] <= known["obs_value"]).all() and (known["obs_value"] <= known["uci"]).all()
    absent = frame["obs_value"].isna()
    assert (absent == (frame["reason"] != "")).all() and not frame[absent]["restricted"].any()


def test_made_up_indicators_are_valid_and_say_so() -> None:
    specs = [parse_spec(plain(spec)) for spec in made_up_specs()]
    assert len({spec.code for spec in specs}) == 100
    assert all("Made-up" in spec.title for spec in specs)


def test_the_mix_keeps_its_shares_and_asks_for_each_address_once_when_cold() -> None:
    assert sum(kind.share for kind in MIX) == pytest.approx(1)
    asked = list(wishes(FACTS, 1000, seed=1, warm=False))
    assert sum(kind.name == "city page" for kind, _address in asked) == pytest.approx(300, abs=45)
    pages = [address for kind, address in asked if kind.name == "city page"]
    assert len(set(pages)) == len(pages)
    assert asked == list(wishes(FACTS, 1000, seed=1, warm=False))


def test_warm_requests_repeat_what_was_passed_over() -> None:
    known = {kind.name: set(addresses) for kind, addresses in warm_addresses(FACTS)}
    asked = list(wishes(FACTS, 500, seed=1, warm=True))
    assert all(address in known[kind.name] for kind, address in asked)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [i / 1000 for i in range(1, 101)]
    random.Random(1).shuffle(values)
    assert spread(values) == {"count": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


@pytest.mark.network
def test_a_site_that_stands_still_shows_in_the_times_of_requests_that_were_due_meanwhile() -> None:
    async def measured() -> list[float]:
        gate = asyncio.Lock()

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while await reader.readline():
                while (await reader.readline()).strip():
                    pass
                async with gate:  # one after the other
                    await asyncio.sleep(0.05)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        kind = Kind("a", 1.0, lambda rng, facts: "/")
        tally = await run(port, [(kind, "/")] * 20, rate=200, seed=1)
        server.close()
        return sorted(tally.times["a"])

    times = asyncio.run(measured())
    assert len(times) == 20 and times[-1] > 0.6  # twenty answers of 50 ms, all due within about 100 ms


@pytest.mark.network
def test_a_connection_that_the_server_closed_is_replaced() -> None:
    async def asked() -> list[tuple[int, bytes]]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        client = Client(server.sockets[0].getsockname()[1])
        found = [await client.get("/"), await client.get("/")]
        await client.close()
        await asyncio.sleep(0.05)
        server.close()
        return found

    assert asyncio.run(asked()) == [(200, b"ok")] * 2


def test_modules_of_benchmarks_are_chosen_by_the_beginning_of_their_name() -> None:
    assert chosen("site") == ["site_bench"] and len(chosen()) > 3


def test_the_page_of_the_site_is_written_only_where_all_was_measured(tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "benchmarks-site.md"
    monkeypatch.setattr("benchmarks.__main__.ROOT", tmp_path)
    monkeypatch.setattr("benchmarks.__main__.SITE_PAGE", page)
    measured = Row("a mix", 0.1, bar="p95 <= 150 ms", met=True, module="site_bench")
    write_pages([measured, Row("The site on PostgreSQL", note="PostgreSQL is absent", module="site_bench")])
    assert not page.exists()
    write_pages([measured])
    assert "a mix" in page.read_text(encoding="utf-8")
