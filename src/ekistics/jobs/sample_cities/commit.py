"""Commit a seed: its digest is published before the draw, and the seed itself with the draw."""

import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ekistics.core.errors import ConfigurationError, InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.jobs.sample_cities.chances import require_draw
from ekistics.jobs.sample_cities.design import SampleDesign, read_design
from ekistics.jobs.sample_cities.document import read_sample
from ekistics.jobs.sample_cities.frame import CityFrame, canonical_frame
from ekistics.package.descriptor import json_bytes
from ekistics.package.staging import replaced_folder
from ekistics.survey.sampling import commitment

__all__ = ["ALGORITHM", "COMMITMENT", "Commitment", "checked_seed", "commit_seed", "earlier_seed", "mixed_seed",
           "now_text", "read_commitment", "seed_file"]

COMMITMENT = "commitment.json"
ALGORITHM = "SHA-256 of seed | public value | frame digest; numpy PCG64, random() only"
_FEWEST = 16  # characters of a seed of one's own


@dataclass(frozen=True, slots=True)
class Commitment:
    """What is published before the draw.

    Parameters
    ----------
    commitment : str
        SHA-256 of the seed.
    committed : str
        When, ISO 8601 in UTC.
    frame_sha256, design_sha256 : str
        Digests of frame.csv and of design.toml, which the draw must have too.
    public_source : str
        What public value will be mixed in; empty where none.
    algorithm : str
        How random numbers come from the seed.
    panel_seed_sha256 : str
        SHA-256 of the seed of an earlier round, whose random numbers cities keep; empty where none.
    """

    commitment: str
    committed: str
    frame_sha256: str
    design_sha256: str
    public_source: str
    algorithm: str = ALGORITHM
    panel_seed_sha256: str = ""


def now_text() -> str:
    """Give the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seed_file(out: Path) -> Path:
    """Give the file that holds the seed until the draw: beside the folder, so that the folder can be published."""
    place = Path(out).resolve()
    return place.with_name(f"{place.name}.seed")


def mixed_seed(seed: str, public_value: str, frame_sha256: str) -> str:
    """Mix what nobody knew when the seed was committed, and the frame, into the seed.

    Parameters
    ----------
    seed, public_value, frame_sha256 : str
        The seed that was committed, the public value (empty where none was promised), the digest of the frame.

    Returns
    -------
    str
        The seed of the draw.
    """
    return commitment(f"{seed}|{public_value}|{frame_sha256}")


def earlier_seed(design: SampleDesign) -> str:
    """Give the seed of the random numbers that cities keep from an earlier round.

    Parameters
    ----------
    design : SampleDesign
        The design.

    Returns
    -------
    str
        The seed of the first round; empty where the design names none.

    Raises
    ------
    ConfigurationError
        The earlier sample does not tell it, or tells another than that round was committed to.
    EkisticsError
        The folder of the earlier sample cannot be read.
    """
    if not design.seed.previous:
        return ""
    folder = design.folder / design.seed.previous
    document, committed = read_sample(folder), read_commitment(folder)
    told = document["seed"]
    found = str(told.get("panel_seed", ""))
    if not found or told["seed"] is None:
        raise ConfigurationError(_("The earlier sample does not tell the seed of its random numbers."),
                                 where="seed.previous", got=design.seed.previous)
    own = mixed_seed(told["seed"], told.get("public_value", ""), committed.frame_sha256)
    whole = commitment(found) == committed.panel_seed_sha256 if committed.panel_seed_sha256 else found == own
    if not whole or commitment(told["seed"]) != committed.commitment:
        raise ConfigurationError(_("The random numbers are not of the committed seed."), where="seed.previous",
                                 got=design.seed.previous)
    return found


def commit_seed(design: Path, out: Path, *, seed: str | None = None,
                clock: Callable[[], str] = now_text) -> Commitment:
    """Commit a seed to a design and its frame.

    Parameters
    ----------
    design : pathlib.Path
        The design.toml.
    out : pathlib.Path
        Folder of the sample; the digest is written there, and the seed beside it.
    seed : str, optional
        A seed of one's own; 32 random bytes where not given.
    clock : callable
        Gives the time.

    Returns
    -------
    Commitment
        What is to be published.

    Raises
    ------
    ConfigurationError
        A seed is committed there already, or the one given is too short.
    EkisticsError
        Design or frame cannot be used.
    """
    read = read_design(Path(design))
    frame = canonical_frame(read)
    chosen = _chosen(seed_file(Path(out)), seed)
    if len(chosen) < _FEWEST:
        raise ConfigurationError(_("A seed so short can be guessed from its digest."),
                                 expected=_("at least {count} characters").format(count=_FEWEST), got=len(chosen))
    require_draw(read, frame)
    panel = earlier_seed(read)
    made = Commitment(commitment(chosen), clock(), frame.digest, read.digest, read.seed.public_source,
                      panel_seed_sha256=commitment(panel) if panel else "")
    with replaced_folder(Path(out), may_replace=_refuse_commitment) as staging:
        _write_secret(seed_file(out), chosen)
        (staging / COMMITMENT).write_bytes(json_bytes(asdict(made)))
    return made


def _chosen(path: Path, seed: str | None) -> str:
    """Give the seed to commit: a file of an earlier commitment is never written over, for a draw may need it yet."""
    if not path.is_file():
        return secrets.token_hex(32) if seed is None else seed
    held = path.read_text(encoding="utf-8")
    if seed not in (None, held):
        _refuse_commitment(path)
    return held


def _refuse_commitment(place: Path) -> None:
    if not place.is_dir() or any(place.iterdir()):
        raise ConfigurationError(_("A seed is committed here already, or the folder holds something else."),
                                 where=place, hint=_("Seeds are not tried out: one sample, one folder, one seed."))


def _write_secret(path: Path, seed: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    held = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(held, "w", encoding="utf-8") as stream:
        stream.write(seed)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)


def read_commitment(out: Path) -> Commitment:
    """Read what was committed.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the sample.

    Returns
    -------
    Commitment
        The commitment.

    Raises
    ------
    ConfigurationError
        No seed is committed.
    InputFormatError
        The file cannot be read.
    """
    path = Path(out) / COMMITMENT
    if not path.is_file():
        raise ConfigurationError(_("No seed is committed for this sample."), where=path,
                                 hint=_("Run the command with --commit first, and publish {name}.").format(
                                     name=COMMITMENT))
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        return Commitment(**content)
    except (ValueError, TypeError) as error:
        raise InputFormatError(_("The commitment cannot be read."), where=path, got=str(error)) from error


def checked_seed(out: Path, design: SampleDesign, frame: CityFrame) -> tuple[str, Commitment]:
    """Give the seed, if it, the design and the frame are those that were committed.

    Parameters
    ----------
    out : pathlib.Path
        Folder of the sample.
    design : SampleDesign
        The design.
    frame : CityFrame
        The frame.

    Returns
    -------
    seed : str
        The seed.
    committed : Commitment
        What was published of it.

    Raises
    ------
    MissingInputError
        The file of the seed is not there.
    ConfigurationError
        Something is not what was committed.
    """
    committed, path = read_commitment(out), seed_file(out)
    if not path.is_file():
        raise MissingInputError(_("The file that holds the seed is not there."), where=path,
                                hint=_("It was written when the seed was committed; put it back."))
    seed = path.read_text(encoding="utf-8")
    panel = earlier_seed(design)
    for what, promised, got in ((_("seed"), committed.commitment, commitment(seed)),
                                (_("seed"), committed.panel_seed_sha256, commitment(panel) if panel else ""),
                                (_("frame"), committed.frame_sha256, frame.digest),
                                (_("design"), committed.design_sha256, design.digest)):
        if promised != got:
            raise ConfigurationError(_("The {what} is not the one that was committed.").format(what=what),
                                     where=Path(out) / COMMITMENT, expected=promised, got=got,
                                     hint=_("Put it back, or commit a new seed in a new folder."))
    return seed, committed
