"""An adversary who reads every file of a survey's package, and who is told afterwards what was withheld.

What counts as a leak, by rule:

- A number of a file agrees with a secret (value, numerator, denominator, error or end of an interval of a withheld row)
  in all the digits in which it is printed, and in at least four that count; or so does the sum or the difference of two
  numbers of which one is from survey.json. Not counted is what agrees as well with a number of a row that is published:
  shares of the same households have one denominator; and the length of a file, in the package's list of files.
- A number of survey.json is neither 0, nor a number of a published row of the whole place, nor one of ``SETTINGS``.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ekistics.jobs.households import estimate, import_survey
from ekistics.survey.disclosure import control
from ekistics.vault import Vault

NUMBERS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")
# What is stated before anybody is asked, counts of rows, and units of the whole sample: no number of a group of people.
SETTINGS = ("design.confidence", "design.totals.strata", "design.totals.psus", "design.totals.degrees_of_freedom",
            "response.selected", "response.eligible", "indicators.parameters.", "publication.", "disclosure.",
            "withheld.")
_DIGITS = 4
_SAME = 1e-9
LENGTH = re.compile(rb'"bytes": \d+')
_PLAIN = re.compile(r"(?<![\w.#])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w])")
_GROUPED = re.compile(r"(?<![\w.,#])\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?(?![\w])")


@dataclass(frozen=True, slots=True)
class Attacked:
    """A package, what its withheld rows would have said, and what the others say."""

    folder: Path
    document: dict[str, Any]
    rows: pd.DataFrame
    truth: pd.DataFrame

    @property
    def withheld(self) -> np.ndarray:
        return (self.rows["reason"] == "withheld").to_numpy()

    @property
    def secrets(self) -> np.ndarray:
        """Give the numbers of withheld rows that no published row has."""
        held = numbers_of(self.truth[self.withheld])
        return held[~near(held, np.sort(numbers_of(self.rows[~self.withheld])))]

    @property
    def cases(self) -> set[int]:
        return {int(n) for n in self.truth.loc[self.withheld, "n"]} - {0}

    @property
    def public(self) -> np.ndarray:
        return np.sort(numbers_of(self.rows[~self.withheld]))


def attacked(survey: Path, vault: Vault, out: Path, monkeypatch: Any) -> Attacked:
    """Import and estimate a survey, and keep the table as it was before disclosure control."""
    kept: list[pd.DataFrame] = []

    def watched(table: Any, rules: Any, **more: Any) -> Any:
        kept.append(table.rows.reset_index(drop=True))
        return control(table, rules, **more)

    with monkeypatch.context() as patch:
        patch.setattr(sys.modules[estimate.__module__], "control", watched)
        import_survey(survey, vault, actor="t")
        outcome = estimate(survey, vault, out=out, actor="t")
    document = json.loads((out / "survey.json").read_text("utf-8"))
    return Attacked(out, document, outcome.package.observations.reset_index(drop=True), kept[0])


def numbers_of(rows: pd.DataFrame) -> np.ndarray:
    found = np.abs(rows[list(NUMBERS)].to_numpy(dtype=float).ravel())
    return np.unique(found[np.isfinite(found) & (found > 0) & ~np.isclose(found, 100, rtol=_SAME)])


def near(values: np.ndarray, among: np.ndarray, relative: float = _SAME) -> np.ndarray:
    """Tell which values are among others, which are sorted."""
    if not len(among):
        return np.zeros(len(values), dtype=bool)
    at = np.searchsorted(among, values)
    below, above = among[np.maximum(at - 1, 0)], among[np.minimum(at, len(among) - 1)]
    return np.minimum(np.abs(values - below), np.abs(values - above)) <= relative * np.abs(values)


# --- reading everything


def printed(data: bytes) -> set[str]:
    """Find the numbers of a text: of JSON, XML, CSV, HTML with its attributes and scripts, SVG."""
    text = data.decode("utf-8", "replace")
    return {*_PLAIN.findall(text), *(re.sub("[^0-9.]", "", found) for found in _GROUPED.findall(text))}


def package_numbers(folder: Path) -> dict[str, set[str]]:
    """Give every number of every file, as it is printed."""
    found = {}
    for path in (each for each in folder.rglob("*") if each.is_file()):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            told = " ".join(map(str, (value for column in table.columns for value in column.to_pylist())))
            found[path.name] = printed(f"{told} {table.schema.metadata}".encode())
        elif path.suffix == ".csv":
            lines = csv.reader(io.StringIO(path.read_text("utf-8")))
            found[path.name] = set().union(*(printed(cell.encode()) for line in lines for cell in line))
        else:
            found[path.name] = printed(LENGTH.sub(b"", path.read_bytes()))
    return found


def digits(text: str) -> int:
    """Count the digits of a printed number that count."""
    return len(text.lower().partition("e")[0].lstrip("-").replace(".", "").lstrip("0"))


def agreeing(texts: set[str], secrets: np.ndarray, public: np.ndarray) -> list[str]:
    """Find printed numbers that agree with a secret, and with no public number, in all their digits."""
    kept = [text for text in texts if digits(text) >= _DIGITS and float(text) != 100]  # noqa: PLR2004 - percent
    values = np.abs(np.array([float(text) for text in kept]))
    steps = np.array([_step(text) for text in kept])
    return [text for text, hit, known in zip(kept, _within(values, steps, secrets), _within(values, steps, public),
                                             strict=True) if hit and not known]


def _step(text: str) -> float:
    mantissa, _e, power = text.lower().partition("e")
    return 0.5 * 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))


def _within(values: np.ndarray, steps: np.ndarray, among: np.ndarray) -> np.ndarray:
    low, high = (np.searchsorted(among, values + sign * (steps + _SAME * values)) for sign in (-1, 1))
    return high > low


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Give the numbers of a document with their places, lists without positions."""
    if isinstance(node, dict):
        for name, value in node.items():
            yield from leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, path)
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path, float(node)


# --- what the adversary finds


def unsaid(attack: Attacked) -> list[tuple[str, float]]:
    """Find numbers of survey.json that no published row of the whole place says."""
    whole = (attack.rows["ref_area"] == attack.document["place"]["code"]).to_numpy() & ~attack.withheld
    said = np.unique(np.concatenate([numbers_of(attack.rows[whole]), attack.truth.loc[whole, "n"].to_numpy(float)]))
    said = np.union1d(said, [each["denominator"] / each["n"] for each in attack.truth[whole].to_dict("records")
                             if each["n"]])  # what one of the households stands for on the average
    stated, rate = attack.document["response"], attack.document["response"]["rate"]
    if rate is not None and near(np.array([float(stated["responded"])]), said)[0]:
        said = np.union1d(said, [round(stated["responded"] / stated["eligible"], 4)])
    return [(path, value) for path, value in leaves(attack.document)
            if value and not path.startswith(SETTINGS) and not near(np.array([value]), said)[0]]


def worked_out(attack: Attacked) -> list[tuple[float, float]]:
    """Find secrets that are the sum or difference of a number of survey.json and another, there or in a row."""
    told = np.unique([abs(value) for path, value in leaves(attack.document) if not path.startswith(SETTINGS) and value])
    others = np.union1d(told, attack.public)
    secrets = attack.secrets
    sums = np.abs(np.concatenate([np.add.outer(told, others), np.subtract.outer(told, others)])).ravel()
    hits = near(secrets, np.sort(sums))
    between = np.abs(np.concatenate([np.add.outer(attack.public, attack.public).ravel(),
                                     np.subtract.outer(attack.public, attack.public).ravel()]))
    known = near(secrets[hits], np.sort(between[between > 0]))  # what rows alone say is the kernel's promise
    return [(float(each), 0.0) for each, rows_say in zip(secrets[hits], known, strict=True) if not rows_say]


def same_but_names(first: Path, second: Path, change: Callable[[str], str] = str) -> dict[str, tuple[str, str]]:
    """Hold two packages against each other: what differs beside the run, digests and lengths."""
    found = {}
    for path in sorted(each for each in first.rglob("*") if each.is_file()):
        name = path.relative_to(first).as_posix()
        if path.suffix == ".parquet":
            continue  # the same table as the other; verify says so
        one, two = (change(_plain(folder / name)) for folder in (first, second))
        if one != two:
            found[name] = next((a, b) for a, b in zip(one.splitlines(), two.splitlines(), strict=False) if a != b)
    return found


def _plain(path: Path) -> str:
    text = re.sub(r"(?<![\w.])[0-9a-f]{12,64}(?!\w)", "<digest>", path.read_text("utf-8"))  # of files, of the run
    text = re.sub(r'"(bytes|created)": [^,\n]*', r'"\1"', text)
    return re.sub(r"\d+\.\d{9,}", lambda found: f"{float(found[0]):.9g}", text)  # sums of the same in another order
