"""A profile package before it enters the record: verified, read, and its map layers styled. No database here."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.place import Place
from ekistics.core.provenance import Run, digest_values
from ekistics.jobs.people_records import require_told
from ekistics.package.descriptor import load_checks
from ekistics.package.documents import read_document
from ekistics.package.live_index import read_live
from ekistics.package.model import Layer
from ekistics.package.read import read_layer
from ekistics.package.staging import replaced_folder
from ekistics.package.verify import verify_package
from ekistics.web.observatory.layers import draw_layer, layer_row
from ekistics.web.places.tree import NewBoundary

__all__ = ["Entry", "Intake", "boundaries_of", "keep_files", "take_in"]

SHOWN_PROBLEMS = 5
LONGEST_CODE, LONGEST_TITLE = 100, 200  # characters that the record has room for
DOCUMENTS = (".html", ".pdf", ".docx", ".xlsx")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the catalogue: of a place's profile, of one round of a survey, or of one round of a sample.

    A package ends all values that its entry had before, so each round has an entry of its own, and none ends what a
    profile holds.

    Parameters
    ----------
    code, kind, title : str
        As the record keeps them.
    """

    code: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What a package brings.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    content_digest : str
        Digest of its run, numbers and layers; the time at which it was written and its documents do not count.
    place : Place
        The city or country.
    places : tuple of Place
        The place and those inside it that the package names.
    run : Run
        What made the numbers.
    indicators : tuple of IndicatorSpec
        What they are about.
    specifications : dict of str to dict
        The same as plain values, by code.
    observations : pyarrow.Table
        Canonical observations.
    boundaries : dict of str to NewBoundary
        Boundaries by place code.
    layers : tuple of dict
        Entries of the map layers.
    checks, certificates : list of dict
        Quality flags and certificates, as the package holds them.
    layer_rows : list of dict
        The same layers with their classes in every language, as the record keeps them.
    edition, made, licence, publisher : str
        Label of the edition, time of making, licence and producer as stated.
    entry : Entry
        The catalogue's entry that the package belongs to.
    """

    folder: Path
    content_digest: str
    place: Place
    places: tuple[Place, ...]
    run: Run
    indicators: tuple[IndicatorSpec, ...]
    specifications: dict[str, dict[str, Any]]
    observations: pa.Table
    boundaries: dict[str, NewBoundary]
    layers: tuple[dict[str, Any], ...]
    checks: list[dict[str, Any]]
    certificates: list[dict[str, Any]]
    layer_rows: list[dict[str, Any]]
    edition: str
    made: str
    licence: str
    publisher: str
    entry: Entry

    @property
    def dataset(self) -> str:
        """Give the code of the catalogue's entry that the package belongs to."""
        return self.entry.code

    @property
    def folder_name(self) -> str:
        """Give the place below the media folder: named by content, so that a killed run's copy is used again."""
        return f"packages/{self.place.code.replace(':', '_')}/{self.content_digest[:24]}"


def take_in(folder: Path) -> Intake:
    """Verify a package and read what the site keeps of it.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    Intake
        What it brings.

    Raises
    ------
    PackageError
        The package is not whole; the first problems are named. Or it hides that values come from people's records.
    """
    folder = Path(folder)
    outcome = verify_package(folder)
    if not outcome.ok or outcome.table is None or outcome.descriptor is None or outcome.head is None:
        shown = "; ".join(str(problem) for problem in outcome.problems[:SHOWN_PROBLEMS])
        raise PackageError(_("The package does not pass its own checks."), where=folder.name, got=shown,
                           hint=_("'ekistics verify' lists all of them."))
    descriptor = outcome.descriptor
    head, (place, places, run, indicators) = descriptor["ekistics"], outcome.head
    require_told(indicators, outcome.table["indicator"].unique().to_pylist())
    checks, certificates = load_checks(folder / "checks.json")
    producers = sorted({p.producer for p in run.inputs if p.producer})
    return Intake(
        folder, _content_digest(descriptor), place, places, run, indicators,
        {spec["code"]: spec for spec in head["indicators"]}, outcome.table,
        boundaries_of(folder, head["layers"], place.code), tuple(head["layers"]),
        [asdict(flag) for flag in checks], [dict(c) for c in certificates],
        [layer_row(layer, among) for layer, among in _themed(folder, head["layers"])],
        str(head.get("edition", "")), str(descriptor["created"]),
        ", ".join(entry["name"] for entry in descriptor.get("licenses", ())), ", ".join(producers)[:200],
        _entry(folder, place))


def _entry(folder: Path, place: Place) -> Entry:
    """Choose the entry by the documents of a package, which were held against their schemas."""
    live = read_live(folder)
    if live is not None:
        code, title = live["index"]["code"], live["index"]["title"]
        return Entry(_short(f"index:{place.code}:{code}"), "index", title[:LONGEST_TITLE])
    sample, survey = (read_document(folder, name) for name in ("sample.json", "survey.json"))
    if sample is not None:  # one draw of cities, and the newest time that it tells of
        last = max((row["time_period"] for row in sample["comparison"]), default="")
        code = f"sample:{place.code}:{sample['seed']['commitment'][:12]}:{last}"
        return Entry(_short(code), "sample", sample["title"][:LONGEST_TITLE])
    if survey is not None:
        return Entry(_short(f"survey:{place.code}:{survey['code']}"), "survey", survey["title"][:LONGEST_TITLE])
    return Entry(f"profile:{place.code}", "profile", place.name)


def _short(code: str) -> str:
    """Shorten a code that the record has no room for, so that it stays one of a kind."""
    return code if len(code) <= LONGEST_CODE else f"{code[:LONGEST_CODE - 17]}-{digest_values(code)[:16]}"


def _content_digest(descriptor: dict[str, Any]) -> str:
    files = sorted((r["path"], r["hash"]) for r in descriptor["resources"] if not r["path"].endswith(DOCUMENTS))
    head = descriptor["ekistics"]
    return digest_values([files, head["run"]["id"], head.get("edition", ""), head["places"]])


def boundaries_of(folder: Path, entries: list[dict[str, Any]], city: str) -> dict[str, NewBoundary]:
    """Read the outlines of a city and its neighbourhoods from the layers that hold them.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    entries : list of dict
        Its layers, as the descriptor has them.
    city : str
        Code of the city.

    Returns
    -------
    dict of str to NewBoundary
        Boundaries by place code.
    """
    found = {}
    for entry in entries:
        if entry["code"] not in ("boundary", "neighbourhoods"):
            continue
        frame = read_layer(folder, entry).frame
        if frame is None or frame.empty:
            continue
        source = str(entry.get("note", ""))
        if entry["code"] == "boundary":
            found[city] = NewBoundary(frame.geometry.union_all(), source)
        else:
            found |= {str(row.ref_area): NewBoundary(row.geometry, source) for row in frame.itertuples()
                      if row.geometry is not None}
    return found


def keep_files(item: Intake, target: Path) -> None:
    """Copy a package below the media folder, with the files from which its map is drawn, all at once.

    Parameters
    ----------
    item : Intake
        The package.
    target : pathlib.Path
        The folder; it gets ``package/``, an exact copy, and ``map/``.
    """
    if target.is_dir():
        return
    with replaced_folder(target, may_replace=_nothing) as staging:
        shutil.copytree(item.folder, staging / "package", copy_function=shutil.copyfile)
        (staging / "map").mkdir()
        boundary = next((b for code, b in item.boundaries.items() if code == item.place.code), None)
        for layer, among in _themed(item.folder, item.layers):
            draw_layer(layer, staging / "map", None if boundary is None else boundary.shape, among)


def _themed(folder: Path, entries: Iterable[dict[str, Any]]) -> Iterator[tuple[Layer, list[Layer]]]:
    """Read the layers, each with those of its theme at all times."""
    layers = [read_layer(folder, entry) for entry in entries]
    for layer in layers:
        yield layer, [each for each in layers if each.theme == layer.theme]


def _nothing(_place: Path) -> None:
    """Let the folder be replaced: its name is its content."""
