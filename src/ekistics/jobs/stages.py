"""Stages of a long job: computed on demand, kept on disk, reused while inputs, parameters and code stand.

A stage names the stages, input roles and parameters that its result depends on. Its key is the digest of
all of these and of the code that computes, so a killed run continues where it stopped, a changed input recomputes only
what hangs on it, and no result outlives the code that made it. A stage's
folder is renamed into place when it is whole: a killed process leaves no half result.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from affine import Affine

from ekistics.core.crs import norm_crs
from ekistics.core.provenance import Provenance, digest_bytes, digest_values
from ekistics.core.raster import Grid, Raster

__all__ = ["Stage", "StageEvent", "StageRunner", "StageStore", "code_digest"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a job.

    Parameters
    ----------
    name : str
        Name, also of its folder.
    compute : callable
        Takes the runner, from which it gets the results of other stages, and returns a dict of frames, arrays,
        rasters, provenances and plain values.
    needs : tuple of str
        Stages whose results it uses.
    roles : tuple of str
        Roles of the input files that it reads.
    parameters : tuple of str
        Names of the parameters that it uses; a name that ends in ``.`` or ``_`` stands for all that begin so.
    """

    name: str
    compute: Callable[["StageRunner"], dict[str, Any]]
    needs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StageEvent:
    """What happened to a stage: ``started``, ``computed`` or ``reused``, and how long it took."""

    stage: str
    what: str
    seconds: float = 0.0


class StageStore:
    """Results of stages in a folder, one folder a stage and key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, stage: str, key: str) -> Path:
        """Give the folder of a result."""
        return self.folder / f"{stage}-{key[:16]}"

    def load(self, stage: str, key: str) -> dict[str, Any] | None:
        """Load a result, or None where there is none that can be read."""
        place = self.place(stage, key)
        try:
            return read_values(place)
        except Exception:  # noqa: BLE001 - whatever is wrong with a kept result, it is computed again
            shutil.rmtree(place, ignore_errors=True)
            return None

    def save(self, stage: str, key: str, values: Mapping[str, Any]) -> None:
        """Keep a result: written beside its place, then renamed into it."""
        place = self.place(stage, key)
        draft = place.with_name(f"{place.name}.{os.getpid()}.part")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        write_values(draft, values)
        for path in (*draft.iterdir(), draft):
            _to_disk(path)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
        _to_disk(self.folder)

    def keep_only(self, places: set[Path]) -> None:
        """Remove every other result, and drafts of killed runs."""
        for path in self.folder.glob("*"):
            if path.is_dir() and path not in places:
                shutil.rmtree(path, ignore_errors=True)


class StageRunner:
    """Runs stages on demand, each at most once.

    Parameters
    ----------
    stages : iterable of Stage
        All stages of the job.
    store : StageStore
        Where results are kept.
    inputs : mapping
        Role to the digests of its files.
    parameters : mapping
        Every parameter by name.
    code : str
        What stands for the code that computes; see :func:`code_digest`.
    on_event : callable
        Takes a :class:`StageEvent`.
    """

    def __init__(self, stages: list[Stage], store: StageStore, *, inputs: Mapping[str, list[Any]],
                 parameters: Mapping[str, Any], code: str, on_event: Callable[[StageEvent], None]) -> None:
        self._stages = {stage.name: stage for stage in stages}
        self._store = store
        self._inputs = inputs
        self._parameters = parameters
        self._code = code
        self._on_event = on_event
        self._values: dict[str, dict[str, Any]] = {}
        self.used: dict[str, str] = {}
        self.names = frozenset(self._stages)

    def key(self, name: str) -> str:
        """Give the key of a stage: the digest of all that its result depends on."""
        return digest_values(self.depends_on(name))

    def depends_on(self, name: str) -> dict[str, Any]:
        """Say what a stage's result depends on."""
        stage = self._stages[name]
        chosen = {p: v for p, v in self._parameters.items()
                  if any(p == n or (n.endswith((".", "_")) and p.startswith(n)) for n in stage.parameters)}
        return {"stage": name, "code": self._code, "parameters": chosen,
                "inputs": {role: self._inputs.get(role, []) for role in stage.roles},
                "needs": {need: self.key(need) for need in stage.needs}}

    def get(self, name: str) -> dict[str, Any]:
        """Give the result of a stage, from memory, from disk or computed now."""
        if name not in self._values:
            key = self.key(name)
            begin = time.perf_counter()
            values = self._store.load(name, key)
            what = "reused"
            if values is None:
                self._on_event(StageEvent(name, "started"))
                values = self._stages[name].compute(self)
                self._store.save(name, key, values)
                what = "computed"
            self._values[name] = values
            self.used[name] = key
            self._on_event(StageEvent(name, what, time.perf_counter() - begin))
        return self._values[name]

    def prune(self) -> None:
        """Remove results that no stage would reuse now."""
        self._store.keep_only(self.places())

    def places(self) -> set[Path]:
        """Give the folders of all stages at their present keys, whether or not they were needed this time."""
        return {self._store.place(name, self.key(name)) for name in self._stages}


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk, so that a power cut leaves no result that is whole by name only."""
    if path.is_dir() and os.name == "nt":
        return  # folders cannot be opened there
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def code_digest(*packages: str) -> str:
    """Give one digest of the source of some packages, so that a result can name the code that made it.

    Parameters
    ----------
    *packages : str
        Names of packages, e.g. ``ekistics.geo``.

    Returns
    -------
    str
        Digest of all their ``.py`` and ``.toml`` files.
    """
    sources = {}
    for package in packages:
        root = Path(str(files(package)))
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
            sources[f"{package}/{path.relative_to(root).as_posix()}"] = digest_bytes(path.read_bytes())
    return digest_values(sources)


def write_values(folder: Path, values: Mapping[str, Any]) -> None:
    """Write a dict of frames, arrays, rasters, provenances and plain values into a folder.

    Parameters
    ----------
    folder : pathlib.Path
        An empty folder.
    values : mapping
        The values.
    """
    index: dict[str, Any] = {}
    for name, value in values.items():
        index[name] = _write_value(folder, name, value)
    (folder / "values.json").write_text(json.dumps(index), encoding="utf-8")


def _write_value(folder: Path, name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, gpd.GeoDataFrame):
        value.to_parquet(folder / f"{name}.parquet")
        return {"kind": "geoframe"}
    if isinstance(value, pd.DataFrame):
        value.to_parquet(folder / f"{name}.parquet")
        return {"kind": "frame"}
    if isinstance(value, np.ndarray):
        np.save(folder / f"{name}.npy", value, allow_pickle=False)
        return {"kind": "array"}
    if isinstance(value, Raster):
        np.save(folder / f"{name}.npy", value.values, allow_pickle=False)
        return {"kind": "raster", "crs": value.grid.crs.to_wkt(), "transform": list(value.grid.transform)[:6],
                "unit_measure": value.unit_measure, "time_period": value.time_period,
                "provenance": asdict(value.provenance) if value.provenance else None}
    if isinstance(value, Provenance):
        return {"kind": "provenance", "value": asdict(value)}
    return {"kind": "plain", "value": value}


def read_values(folder: Path) -> dict[str, Any]:
    """Read what :func:`write_values` wrote.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Returns
    -------
    dict
        The values.
    """
    index = json.loads((folder / "values.json").read_text(encoding="utf-8"))
    return {name: _read_value(folder, name, entry) for name, entry in index.items()}


def _read_value(folder: Path, name: str, entry: dict[str, Any]) -> Any:
    kind = entry["kind"]
    if kind == "geoframe":
        return gpd.read_parquet(folder / f"{name}.parquet")
    if kind == "frame":
        return pd.read_parquet(folder / f"{name}.parquet")
    if kind == "array":
        return np.load(folder / f"{name}.npy", allow_pickle=False)
    if kind == "raster":
        values = np.load(folder / f"{name}.npy", allow_pickle=False)
        grid = Grid(norm_crs(entry["crs"]), Affine(*entry["transform"]), *values.shape)
        provenance = Provenance(**entry["provenance"]) if entry["provenance"] else None
        return Raster(values, grid, entry["unit_measure"], entry["time_period"], provenance)
    if kind == "provenance":
        return Provenance(**entry["value"])
    return entry["value"]
