"""Ask a site at a fixed rate, whether it answers or not: ``python -m benchmarks.site_load --port 8000 --facts FILE``.

The load is open: requests leave at times that were drawn beforehand (Poisson), and a time is counted from when a
request was due, not from when it could be sent. So a site that falls behind shows it. Only 127.0.0.1 is asked, for at
most ten minutes, over at most 64 connections. Prints one JSON object.
"""

import argparse
import asyncio
import gzip
import json
import random
import sys
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.site_mix import Kind, read_facts, warm_addresses, wishes

HOST = "127.0.0.1"
CONNECTIONS, LONGEST_S, PATIENCE_S = 64, 600, 60
HEADS = {"Host": HOST, "Accept-Encoding": "gzip", "Accept": "*/*", "User-Agent": "ekistics-benchmark"}
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Tally:
    """What came of the requests.

    Parameters
    ----------
    times : dict of str to list of float
        Seconds by kind.
    errors : dict of str to int
        Failures by kind and what they were.
    bytes : int
        Bytes of content received.
    late : float
        The longest time by which the generator itself was late, in seconds.
    """

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    bytes: int = 0
    late: float = 0.0


class Client:
    """HTTP/1.1 with connections that are kept and used again."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[Connection] = []
        self.room = asyncio.Semaphore(CONNECTIONS)

    async def get(self, address: str, *, ranged: bool = False) -> tuple[int, bytes]:
        """Ask for an address; a kept connection that the server has closed meanwhile is replaced once."""
        async with self.room:
            while self.idle:
                held = self.idle.pop()
                if held[0].at_eof():
                    held[1].close()
                    continue
                try:
                    return await self._over(held, address, ranged)
                except (ConnectionError, asyncio.IncompleteReadError):
                    break
            return await self._over(await asyncio.open_connection(HOST, self.port), address, ranged)

    async def _over(self, held: Connection, address: str, ranged: bool) -> tuple[int, bytes]:
        try:
            return await self._asked(held, address, ranged)
        except BaseException:
            held[1].close()
            raise

    async def _asked(self, held: Connection, address: str, ranged: bool) -> tuple[int, bytes]:
        reader, writer = held
        heads = HEADS | ({"Range": "bytes=0-16383"} if ranged else {})
        lines = [f"GET {address} HTTP/1.1", *(f"{name}: {value}" for name, value in heads.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()
        status, answered = await self._heads(reader)
        if answered.get("transfer-encoding") == "chunked":
            body = await self._chunks(reader)
        elif "content-length" in answered:
            body = await reader.readexactly(int(answered["content-length"]))
        else:
            body = await reader.read()
        if answered.get("connection") == "close" or "content-length" not in answered and (
                answered.get("transfer-encoding") != "chunked"):
            writer.close()
        else:
            self.idle.append(held)
        return status, gzip.decompress(body) if answered.get("content-encoding") == "gzip" else body

    @staticmethod
    async def _heads(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        pairs = (line.split(":", 1) for line in lines)
        return int(first.split()[1]), {name.strip().lower(): value.strip().lower() for name, value in pairs}

    @staticmethod
    async def _chunks(reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)

    async def close(self) -> None:
        """Close what is kept."""
        while self.idle:
            _reader, writer = self.idle.pop()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def run(port: int, asked: list[tuple[Kind, str]], rate: float, seed: int) -> Tally:
    """Send the requests at their times, and wait for all answers."""
    rng, tally, client = random.Random(seed), Tally(), Client(port)
    further: dict[str, list[str]] = defaultdict(list)
    due = begin = time.perf_counter() + 0.1
    tasks = []
    for kind, address in asked:
        due += rng.expovariate(rate)
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        tally.late = max(tally.late, time.perf_counter() - due)
        tasks.append(asyncio.create_task(one(client, kind, address, due, tally, further)))
        if due - begin > LONGEST_S:
            break
    await asyncio.gather(*tasks)
    await client.close()
    return tally


async def one(client: Client, kind: Kind, address: str, due: float, tally: Tally,
              further: dict[str, list[str]]) -> None:
    """Send one request and note what came."""
    if kind.follows and further[kind.name]:
        address = further[kind.name].pop()
    try:
        status, body = await asyncio.wait_for(client.get(address, ranged=kind.ranged), PATIENCE_S)
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        tally.errors[f"{kind.name}: {type(error).__name__}"] += 1
        return
    tally.times[kind.name].append(time.perf_counter() - due)
    tally.bytes += len(body)
    if status not in (200, 206):
        tally.errors[f"{kind.name}: {status} at {address}"] += 1
    elif kind.follows and body.startswith(b"{") and (after := json.loads(body).get("next")):
        further[kind.name].append(after[after.index("/", 8):] if after.startswith("http") else after)


async def pass_over(port: int, addresses: list[tuple[Kind, list[str]]]) -> None:
    """Ask for each address of a warm run some times, one after the other, so that all processes have seen most."""
    client = Client(port)
    for kind, known in addresses:
        for address in known * 4:
            await client.get(address, ranged=kind.ranged)
            await client.close()  # another connection may come to another process


def shown(tally: Tally) -> dict[str, Any]:
    """Give the figures, in milliseconds."""
    every = [value for values in tally.times.values() for value in values]
    return {"all": spread(every), "kinds": {name: spread(values) for name, values in sorted(tally.times.items())},
            "errors": dict(tally.errors), "bytes": tally.bytes, "generator_late_ms": round(tally.late * 1000, 1)}


def spread(values: list[float]) -> dict[str, float]:
    """Give count, p50, p95, p99 and the largest."""
    ordered = sorted(values)

    def at(share: float) -> float:
        return round(1000 * ordered[max(-(-int(len(ordered) * share * 100) // 100), 1) - 1], 1) if ordered else 0.0

    return {"count": len(ordered), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)}


def main() -> int:
    """Ask, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--rate", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warm", action="store_true")
    given = parser.parse_args()
    facts = read_facts(given.facts)
    count = round(given.rate * min(given.seconds, LONGEST_S))
    asked = list(wishes(facts, count, seed=given.seed, warm=given.warm))
    if given.warm:
        asyncio.run(pass_over(given.port, warm_addresses(facts)))
    print(json.dumps(shown(asyncio.run(run(given.port, asked, given.rate, given.seed)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
