"""The draw: from a committed seed to a folder that shows what was drawn and how, and that anybody can draw again."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ekistics.core.errors import ConfigurationError, InputFormatError
from ekistics.core.i18n import _
from ekistics.jobs.sample_cities.commit import (
    COMMITMENT,
    Commitment,
    checked_seed,
    now_text,
    read_commitment,
    seed_file,
)
from ekistics.jobs.sample_cities.design import SampleDesign, parse_design, read_design
from ekistics.jobs.sample_cities.document import SAMPLE, balance_rows, build_document, read_sample, write_tables
from ekistics.jobs.sample_cities.frame import FRAME, CityFrame, canonical_frame, parse_frame
from ekistics.package.descriptor import json_bytes
from ekistics.package.staging import put_back, replaced_folder
from ekistics.survey.sampling import (
    Allocation,
    Plan,
    commitment,
    draw_plan,
    geographic_order,
    imbalance_of,
    permanent_random_numbers,
    plan_sample,
    reserve_ranks,
    serpentine_order,
)
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers

__all__ = ["DESIGN", "DrawnSample", "draw_sample", "plan_of", "verify_sample", "walk_of"]

DESIGN = "design.toml"


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
    mixed = _mixed(seed, public_value, frame)
    panel_seed = _panel_seed(read, mixed)
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


def _mixed(seed: str, public_value: str, frame: CityFrame) -> str:
    """Mix what nobody knew when the seed was committed, and the frame, into the seed."""
    return commitment(f"{seed}|{public_value}|{frame.digest}")


def _panel_seed(design: SampleDesign, seed: str) -> str:
    """Give the seed of the random numbers that cities keep: that of the first round."""
    if not design.seed.previous:
        return seed
    told = read_sample(design.folder / design.seed.previous)["seed"]
    if not told.get("panel_seed"):
        raise ConfigurationError(_("The earlier sample does not tell the seed of its random numbers."),
                                 where="seed.previous", got=design.seed.previous)
    return str(told["panel_seed"])


def _drawn(design: SampleDesign, frame: CityFrame, seed: str, panel_seed: str) -> _Draw:
    sample, kernel, plan = design.sample, frame.kernel, plan_of(design, frame)
    random = permanent_random_numbers(kernel.code, panel_seed)
    variables = frame.balancing(sample.balancing)
    drawn = draw_plan(kernel, plan, method=sample.method, seed=seed, random=random,
                      order=walk_of(design, frame, random), variables=variables)
    left = imbalance_of(kernel, plan, variables, seed=seed) if sample.method == "cube" else None
    return _Draw(plan, drawn, random, reserve_ranks(kernel, plan, drawn, random), left)


def plan_of(design: SampleDesign, frame: CityFrame) -> Plan:
    """Give every city's chance, which follows from design and frame alone.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.

    Returns
    -------
    Plan
        The plan.
    """
    sample = design.sample
    return plan_sample(frame.kernel, sample.size, method=sample.method, allocation=_allocation(design, frame),
                       by_size=design.by_size)


def _allocation(design: SampleDesign, frame: CityFrame) -> Allocation:
    sample = design.sample
    stated: tuple[int, ...] = ()
    if sample.allocation == "stated":
        given = {str(name): number for name, number in (sample.numbers or {}).items()}
        if set(given) != set(frame.titles) or not all(type(number) is int for number in given.values()):
            raise ConfigurationError(_("The stated allocation names other strata than the frame has."),
                                     where="sample.numbers", expected="; ".join(frame.titles), got="; ".join(given))
        stated = tuple(given[title] for title in frame.titles)
    return Allocation(sample.allocation, sample.power, sample.minimum, stated)


def walk_of(design: SampleDesign, frame: CityFrame, random: Floats) -> Integers:
    """Give the order in which a systematic draw walks through the frame.

    Parameters
    ----------
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.
    random : numpy.ndarray, shape (n_cities,)
        Permanent random numbers.

    Returns
    -------
    numpy.ndarray of int, shape (n_cities,)
        Positions of the cities, in order.

    Raises
    ------
    ConfigurationError
        The order is geographic, and a city has no coordinates.
    """
    if design.sample.order == "random":
        return np.argsort(random, kind="stable")
    if design.sample.order == "serpentine":
        others = [frame.column(name) for name in design.strata.columns]
        return serpentine_order(frame.kernel.stratum, *others, frame.kernel.size)
    where = [frame.numbers(name) if name in frame.rows[0] else np.array([np.nan]) for name in ("longitude", "latitude")]
    if np.isnan(np.concatenate(where)).any():
        raise ConfigurationError(_("A geographic order needs the coordinates of every city."), where="sample.order",
                                 hint=_("Name the columns of the frame, or choose another order."))
    return geographic_order(*where)


def _document(design: SampleDesign, frame: CityFrame, drawn: _Draw, seed: dict[str, Any]) -> dict[str, Any]:
    document = build_document(design, frame, plan=drawn.plan, drawn=drawn.drawn, random=drawn.random, seed=seed)
    document["balance"] = balance_rows(design, frame, drawn.plan.pi, drawn.drawn)
    document["reserve"] = [{name: row[name] for name in ("code", "name", "stratum", "rank")}
                           for row in _reserve(frame, drawn)]
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
    found = [_("The {what} is not the one that was committed.").format(what=what)
             for what, promised, got in ((_("seed"), committed.commitment, commitment(seed["seed"])),
                                         (_("frame"), committed.frame_sha256, frame.digest),
                                         (_("design"), committed.design_sha256, design.digest))
             if promised != got]
    mixed = _mixed(seed["seed"], seed["public_value"], frame)
    if not design.seed.previous and seed["panel_seed"] != mixed:
        found.append(_("The random numbers are not of the committed seed."))
    again = _drawn(design, frame, mixed, seed["panel_seed"])
    codes = _with_stand_ins(frame, again, document["replacements"])
    told = {city["code"] for city in document["cities"]}
    if codes != told:
        found.append(_("The seed draws other cities: {codes}").format(codes=", ".join(sorted(codes ^ told))))
    return found


def _with_stand_ins(frame: CityFrame, drawn: _Draw, log: Iterable[Mapping[str, Any]]) -> set[str]:
    """Give the cities drawn and those that stand in by the order of the reserve, which the seed has fixed too."""
    codes, left = frame.kernel.code, _reserve(frame, drawn)
    found = {codes[i] for i in np.flatnonzero(drawn.drawn).tolist()}
    stratum = {codes[i]: str(int(frame.kernel.stratum[i]) + 1) for i in np.flatnonzero(~drawn.plan.certain).tolist()}
    for entry in log:
        taken = next((row for row in left if row["stratum"] == stratum.get(entry["out"])), None)
        if taken is not None:
            left.remove(taken)
            found.add(taken["code"])
    return found


def _bytes(folder: Path, *names: str) -> list[bytes]:
    try:
        return [(folder / name).read_bytes() for name in names]
    except OSError as error:
        raise InputFormatError(_("A file of the sample cannot be read."), where=folder, got=str(error)) from error
