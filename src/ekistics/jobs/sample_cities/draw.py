"""The draw: from a committed seed to a folder that shows what was drawn and how, and that anybody can draw again."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np

from ekistics.core.errors import ConfigurationError, InputFormatError
from ekistics.core.i18n import _
from ekistics.jobs.sample_cities.chances import plan_of, walk_of
from ekistics.jobs.sample_cities.commit import (
    COMMITMENT,
    Commitment,
    checked_seed,
    earlier_seed,
    mixed_seed,
    now_text,
    read_commitment,
    seed_file,
)
from ekistics.jobs.sample_cities.design import SampleDesign, parse_design, read_design
from ekistics.jobs.sample_cities.document import (
    SAMPLE,
    balance_rows,
    build_document,
    city_row,
    read_sample,
    table_texts,
    write_tables,
)
from ekistics.jobs.sample_cities.frame import FRAME, CityFrame, canonical_frame, parse_frame, place_of
from ekistics.jobs.sample_cities.tables import table_faults
from ekistics.package.descriptor import json_bytes
from ekistics.package.staging import put_back, replaced_folder
from ekistics.survey.sampling import (
    Plan,
    commitment,
    draw_plan,
    imbalance_of,
    permanent_random_numbers,
    reserve_ranks,
)
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers

__all__ = ["DESIGN", "DrawnSample", "draw_sample", "verify_sample"]

DESIGN = "design.toml"
_TOLD = ("commitment", "committed", "design_sha256", "public_source", "algorithm")  # of the commitment, in the document
_ROUNDING = 1e-9
_LOOSE = 0.1  # of what landing leaves: found by two hundred draws, of which another machine may land one elsewhere


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSample:
    """What a draw gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    document : dict
        Content of ``sample.json``.
    """

    folder: Path
    document: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    """The parts of a draw, before they are written."""

    plan: Plan
    drawn: Bools
    random: Floats
    ranks: Integers
    imbalance: Floats | None


def draw_sample(design: Path, out: Path, *, public_value: str = "",
                clock: Callable[[], str] = now_text) -> DrawnSample:
    """Draw the cities with the seed that was committed.

    Parameters
    ----------
    design : pathlib.Path
        The design.toml.
    out : pathlib.Path
        Folder in which the seed was committed.
    public_value : str
        The public value that the design names, mixed into the seed.
    clock : callable
        Gives the time.

    Returns
    -------
    DrawnSample
        The sample; its seed is revealed.

    Raises
    ------
    ConfigurationError
        No seed is committed, or design or frame are not what was committed, or the sample was drawn already.
    EkisticsError
        Design or frame cannot be used; nothing was written.
    """
    read, out = read_design(Path(design)), Path(out)
    put_back(out)
    frame = canonical_frame(read)
    _require_not_drawn(out)
    seed, committed = checked_seed(out, read, frame)
    _require_public_value(committed, public_value)
    mixed = mixed_seed(seed, public_value, frame.digest)
    panel_seed = earlier_seed(read) or mixed
    drawn = _drawn(read, frame, mixed, panel_seed)
    told = {"algorithm": committed.algorithm, "commitment": committed.commitment, "committed": committed.committed,
            "seed": seed, "revealed": clock(), "public_source": committed.public_source, "public_value": public_value,
            "design_sha256": committed.design_sha256, "panel_seed": panel_seed}
    document = _document(read, frame, drawn, told)
    with replaced_folder(out, may_replace=_require_not_drawn) as staging:
        (staging / COMMITMENT).write_bytes(json_bytes(asdict(committed)))
        (staging / DESIGN).write_bytes(read.text)
        (staging / FRAME).write_bytes(frame.text)
        write_tables(staging, document, _reserve(frame, drawn))
    seed_file(out).unlink(missing_ok=True)  # it is in the document now
    return DrawnSample(out, document)


def _require_not_drawn(place: Path) -> None:
    if (place / SAMPLE).exists():
        raise ConfigurationError(_("The sample was drawn already; a sample is drawn once."), where=place,
                                 hint=_("For the next round commit a seed in a new folder."))


def _require_public_value(committed: Commitment, value: str) -> None:
    if bool(committed.public_source) != bool(value):
        raise ConfigurationError(_("A public value is given where one was promised, and only there."),
                                 where="--public-value", expected=committed.public_source or _("none"),
                                 got=value or _("none"))


def _drawn(design: SampleDesign, frame: CityFrame, seed: str, panel_seed: str) -> _Draw:
    sample, kernel, plan = design.sample, frame.kernel, plan_of(design, frame)
    random = permanent_random_numbers(kernel.code, panel_seed)
    variables = frame.balancing(sample.balancing)
    drawn = draw_plan(kernel, plan, method=sample.method, seed=seed, random=random,
                      order=walk_of(design, frame, random), variables=variables)
    left = imbalance_of(kernel, plan, variables, seed=seed) if sample.method == "cube" else None
    return _Draw(plan, drawn, random, reserve_ranks(kernel, plan, drawn, random), left)


def _document(design: SampleDesign, frame: CityFrame, drawn: _Draw, seed: dict[str, Any]) -> dict[str, Any]:
    document = build_document(design, frame, plan=drawn.plan, drawn=drawn.drawn, random=drawn.random, seed=seed)
    document["balance"] = balance_rows(design, frame, drawn.plan.pi, drawn.drawn)
    places = {row["code"]: place_of(row) for row in frame.rows}
    kept = ("code", "name", "stratum", "rank", "size")
    document["reserve"] = [{name: row[name] for name in kept} | places[row["code"]] for row in _reserve(frame, drawn)]
    if drawn.imbalance is not None:
        document["design"]["imbalance"] = drawn.imbalance.tolist()
    return document


def _reserve(frame: CityFrame, drawn: _Draw) -> list[dict[str, Any]]:
    """List the cities that may stand in, by stratum and rank."""
    codes = frame.kernel.code
    rows = [{"code": codes[i], "name": frame.rows[i]["name"], "stratum": str(int(frame.kernel.stratum[i]) + 1),
             "rank": int(drawn.ranks[i]), "size": float(frame.kernel.size[i]), "pi": float(drawn.plan.pi[i]),
             "prn": float(drawn.random[i])} for i in np.flatnonzero(~drawn.drawn).tolist()]
    return sorted(rows, key=lambda row: (int(row["stratum"]), row["rank"]))


def verify_sample(folder: Path) -> list[str]:
    """Draw a published sample again from its seed, frame and design, and tell what differs.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of a drawn sample.

    Returns
    -------
    list of str
        What is not as it should be; empty when all is.

    Raises
    ------
    EkisticsError
        The folder cannot be read.
    """
    folder = Path(folder)
    document, committed = read_sample(folder), read_commitment(folder)
    seed, frame_text, design_text = document["seed"], *_bytes(folder, FRAME, DESIGN)
    design = replace(parse_design(tomllib.loads(design_text.decode("utf-8")), where=str(folder / DESIGN)),
                     text=design_text)
    frame = parse_frame(frame_text, design)
    mixed = mixed_seed(seed["seed"], seed["public_value"], frame.digest)
    found = [*_unkept(committed, seed, frame, design), *_foreign_numbers(committed, seed, mixed)]
    again = _drawn(design, frame, mixed, seed["panel_seed"])
    codes, reserve = _with_stand_ins(frame, again, document["replacements"])
    told = {city["code"] for city in document["cities"]}
    if codes != told:
        found.append(_("The seed draws other cities: {codes}").format(codes=", ".join(sorted(codes ^ told))))
        return found
    if parts := [*_differences(document, design, frame, again), *_log_differences(document, frame, again)]:
        found.append(_("The document tells what its design does not give: {parts}").format(parts=", ".join(parts)))
    return [*found, *table_faults(folder, _tables(document, frame, again, reserve))]


def _tables(document: Mapping[str, Any], frame: CityFrame, again: _Draw,
            reserve: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Make the tables of a published sample again, in the document's order and with its titles of strata."""
    numbers = {code: i for i, code in enumerate(frame.kernel.code)}
    left = {entry["out"] for entry in document["replacements"]}
    cities = []
    for city in document["cities"]:
        i = numbers[city["code"]]
        status = "replaced" if city["code"] in left else "drawn" if again.drawn[i] else "substitute"
        cities.append(city_row(frame, again.plan.pi, i, again.random) | {"status": status})
    return table_texts({**document, "cities": cities}, reserve)


def _unkept(committed: Commitment, seed: Mapping[str, Any], frame: CityFrame, design: SampleDesign) -> Iterator[str]:
    """Tell which of the promises was not kept."""
    promised = asdict(committed)
    for what, kept in ((_("seed"), committed.commitment == commitment(seed["seed"])),
                       (_("frame"), committed.frame_sha256 == frame.digest),
                       (_("design"), committed.design_sha256 == design.digest),
                       (_("commitment"), all(promised[name] == seed[name] for name in _TOLD))):
        if not kept:
            yield _("The {what} is not the one that was committed.").format(what=what)


def _foreign_numbers(committed: Commitment, seed: Mapping[str, Any], mixed: str) -> Iterator[str]:
    """Tell whether the random numbers that cities keep are of another seed than was promised."""
    promised = committed.panel_seed_sha256 or commitment(mixed)
    if commitment(seed["panel_seed"]) != promised:
        yield _("The random numbers are not of the committed seed.")


def _differences(document: Mapping[str, Any], design: SampleDesign, frame: CityFrame, again: _Draw) -> Iterator[str]:
    """Name the parts of a document that are not what the draw gives; words may be of another language."""
    codes = {code: i for i, code in enumerate(frame.kernel.code)}
    anew = _document(design, frame, again, {"revealed": document["created"]})
    for city in document["cities"]:
        if not _alike(city, city_row(frame, again.plan.pi, codes[city["code"]], again.random)):
            yield str(city["code"])
    for name in ("design", "frame"):
        if not _alike(document[name], anew[name], without=("title", "imbalance")):
            yield name
    kept = [{name: row[name] for name in ("frame", "sample", "difference")} for row in document["balance"]]
    if not _alike(kept, [{name: row[name] for name in kept[0]} for row in anew["balance"]]):
        yield "balance"
    told, found = (np.array(each["design"].get("imbalance", [])) for each in (document, anew))
    near = _LOOSE * np.abs(found).max(initial=0)
    if told.shape != found.shape or not np.allclose(told, found, rtol=_LOOSE, atol=near):
        yield "imbalance"


def _log_differences(document: Mapping[str, Any], frame: CityFrame, again: _Draw) -> Iterator[str]:
    """Name what the log of replacements tells that cannot be: who left, and who stood in."""
    sample = {frame.kernel.code[i] for i in np.flatnonzero(again.drawn).tolist()}
    gone: set[str] = set()
    log = document["replacements"]
    for i, entry in enumerate(log):
        before, after = (_with_stand_ins(frame, again, log[:n])[0] for n in (i, i + 1))
        if entry["out"] not in before - gone or after - before != ({entry["in"]} if entry["in"] else set()):
            yield "replacements"
            return
        gone.add(entry["out"])
    for city in document["cities"]:
        code = city["code"]
        if city["status"] != ("replaced" if code in gone else "drawn" if code in sample else "substitute"):
            yield str(code)


def _alike(told: Any, found: Any, *, without: tuple[str, ...] = ()) -> bool:
    """Tell whether two values are the same but for rounding; what only the first has (a status) does not count."""
    if isinstance(found, dict):
        return all(name in told and _alike(told[name], value, without=without)
                   for name, value in found.items() if name not in without)
    if isinstance(found, list):
        return len(told) == len(found) and all(_alike(a, b, without=without) for a, b in zip(told, found, strict=True))
    if isinstance(found, float) and isinstance(told, int | float):
        return isclose(told, found, rel_tol=_ROUNDING, abs_tol=_ROUNDING)
    return bool(told == found)


def _with_stand_ins(frame: CityFrame, drawn: _Draw, log: Iterable[Mapping[str, Any]],
                    ) -> tuple[set[str], list[dict[str, Any]]]:
    """Give the cities drawn and those that stand in by the order that the seed has fixed; and who is left."""
    codes, left = frame.kernel.code, _reserve(frame, drawn)
    found = {codes[i] for i in np.flatnonzero(drawn.drawn).tolist()}
    stratum = {codes[i]: str(int(frame.kernel.stratum[i]) + 1) for i in np.flatnonzero(~drawn.plan.certain).tolist()}
    for entry in log:
        taken = next((row for row in left if row["stratum"] == stratum.get(entry["out"])), None)
        if taken is not None:
            left.remove(taken)
            found.add(taken["code"])
    return found, left


def _bytes(folder: Path, *names: str) -> list[bytes]:
    try:
        return [(folder / name).read_bytes() for name in names]
    except OSError as error:
        raise InputFormatError(_("A file of the sample cannot be read."), where=folder, got=str(error)) from error
