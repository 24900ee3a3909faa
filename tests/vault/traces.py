"""Look for a planted marker: in raw bytes, in what files contain when they are unpacked, and in a vault decrypted."""

import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from ekistics.vault import SurveyRecord, Vault, VaultKey
from ekistics.vault.container import Container
from ekistics.vault.sealing import opened_header
from ekistics.vault.work import Work

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le")
DEEPEST = 4


def forms(marker: str) -> set[bytes]:
    """Give the ways in which a text may stand in a file."""
    return {marker.encode(e) for e in ENCODINGS} | {json.dumps(marker)[1:-1].encode(), marker.upper().encode(),
                                                    marker.lower().encode()}


def find_bytes(marker: str, paths: Iterable[Path]) -> list[str]:
    """List where a marker is in files and folders: names, raw bytes, and what archives, tables and databases hold."""
    wanted, found = forms(marker), []
    for top in paths:
        for path in ([top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file())):
            if any(form in str(path.relative_to(top.parent)).encode() for form in wanted):
                found.append(f"{path} (name)")
            found += [f"{path}{inner}" for inner in _within(path.read_bytes(), wanted, "", 0)]
    return found


def _within(content: bytes, wanted: set[bytes], where: str, depth: int) -> Iterator[str]:
    if any(form in content for form in wanted):
        yield where or " (bytes)"
    if depth < DEEPEST:
        for name, inner in _unpacked(content):
            yield from _within(inner, wanted, f"{where} > {name}", depth + 1)


def _unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist())
    elif content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content)
    elif content[:4] == b"PAR1":
        yield "parquet", repr(pq.read_table(io.BytesIO(content)).to_pydict()).encode()
    elif content[:15] == b"SQLite format 3":
        yield from _cells(content)


def _cells(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give the cells of a database: a long one is cut into pages, so that its raw bytes do not show a marker."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite3"
        copy.write_bytes(content)
        connection = sqlite3.connect(copy)
        connection.text_factory = bytes
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table.decode()}"'):
                yield from ((table.decode(), cell) for cell in row if isinstance(cell, bytes))
        connection.close()


def decrypted(path: Path, key: VaultKey) -> Iterator[tuple[str, bytes]]:
    """Give everything that a key opens in a vault: catalogue, head, lines of the log, pieces."""
    container = Container.open(path)
    sealer = opened_header(container.single("header"), key)
    work = Work.begin(container, sealer)
    yield "catalogue", work.catalogue.to_json()
    yield "head", sealer.open("head", container.single("head") or b"")
    for seq, sealed in container.lines():
        assert isinstance(sealed, bytes)
        yield f"log {seq}", sealer.open("log", sealed, seq)
    named = set()
    for place, chunk in work.catalogue.pieces():
        named.add(chunk.number)
        array = work.get(place, chunk)
        buffers = b"".join(b.to_pybytes() for b in array.buffers() if b is not None)
        yield "/".join(map(str, place)), buffers + repr(array.to_pylist()).encode()
    assert container.chunk_numbers() == named
    container.close()


def find_decrypted(marker: str, path: Path, key: VaultKey) -> list[str]:
    """List where a marker is in a vault that is opened with its key."""
    wanted = forms(marker)
    return [where for where, content in decrypted(path, key) if any(form in content for form in wanted)]


def sealed_pieces(path: Path) -> dict[int, bytes]:
    """Give the sealed pieces of a vault by number."""
    container = Container.open(path)
    found = {number: container.chunk(number) or b"" for number in container.chunk_numbers()}
    container.close()
    return found


def remnants(pieces: Iterable[bytes], paths: Iterable[Path], *, step: int = 64, width: int = 24) -> int:
    """Count parts of sealed pieces that are still in files, as a whole or in cut pages."""
    contents = [path.read_bytes() for path in paths]
    return sum(any(piece[at:at + width] in content for content in contents)
               for piece in pieces for at in range(0, max(1, len(piece) - width), step))


def plant(vault: Vault, record: SurveyRecord, marker: str, tables: dict[str, pd.DataFrame]) -> str:
    """Store a survey with one more person, whose every text is the marker; give the person's id."""
    person, home = f"{marker}-p", f"{marker}-h"
    extra = {"household": {"household_id": home, "rooms": 7, "rent": 77.0, "water": marker},
             "person": {"person_id": person, "household_id": home, "age": 77, "name": marker}}
    planted = {}
    for name, frame in tables.items():
        plain = frame.astype({c: "str" for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)})
        joined = pd.concat([plain.iloc[:len(plain) // 2], pd.DataFrame([extra[name]]), plain.iloc[len(plain) // 2:]],
                           ignore_index=True)
        planted[name] = joined.astype({c: "category" for c in frame if plain[c].dtype != frame[c].dtype})
    vault.store(record, planted, actor="ada")
    return person


