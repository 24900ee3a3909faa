"""A small vault, and what its tests share."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ekistics.vault import SurveyRecord, Vault, VaultKey, make_key_file

FAR = date(2099, 12, 31)
STORE = {"actor": "ada"}
READ = {"purpose": "test", "actor": "ada"}
ERASE = {"actor": "ada", "reason": "asked for"}


def make_record(code: str = "X24", **given: object) -> SurveyRecord:
    return SurveyRecord(code, "Households 2024", "SDG 11", "informed consent",
                        **{"retention_until": FAR} | given)  # type: ignore[arg-type]


def make_tables(homes: int = 20, prefix: str = "") -> dict[str, pd.DataFrame]:
    """Give households of one to four people: the first of one, the second of two and so on, again and again."""
    rng = np.random.default_rng(20261126)
    sizes = np.arange(homes) % 4 + 1
    home = np.array([f"{prefix}H{number:06d}" for number in range(homes)], dtype=object)
    household = pd.DataFrame({
        "household_id": home, "rooms": rng.integers(1, 6, homes), "rent": rng.gamma(2, 50, homes),
        "water": pd.Categorical(rng.choice(["piped", "well", "river"], homes), categories=["piped", "well", "river"])})
    household.loc[household.index % 7 == 3, "rent"] = np.nan
    owner = np.repeat(home, sizes)
    person = pd.DataFrame({
        "person_id": [f"{h}-{n}" for h, size in zip(home, sizes, strict=True) for n in range(size)],
        "household_id": owner, "age": pd.array(rng.integers(0, 90, len(owner)), dtype="Int64"),
        "name": [f"Name{number}" for number in range(len(owner))]})
    return {"household": household, "person": person}


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("key") / "vault.key"
    make_key_file(file)
    return file


@pytest.fixture
def key(key_file: Path, tmp_path: Path) -> VaultKey:
    """Give the key of all tests, with a memory of the newest state for each."""
    return VaultKey.from_file(key_file, heads=tmp_path / "heads")


@pytest.fixture
def new_key(tmp_path: Path) -> Callable[[str], VaultKey]:
    return lambda name: make_key_file(tmp_path / "keys" / name / "vault.key")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "place" / "people.vault"


@pytest.fixture(scope="session")
def one_survey(key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a vault once, to be copied: each write to the disk takes its time."""
    path = tmp_path_factory.mktemp("made") / "one.vault"
    with Vault.create(path, VaultKey.from_file(key_file)) as made:
        made.store(make_record(), make_tables(), **STORE)
    return path


@pytest.fixture
def vault(one_survey: Path, path: Path, key: VaultKey) -> Iterator[Vault]:
    path.parent.mkdir()
    shutil.copy2(one_survey, path)
    with Vault.open(path, key) as opened:
        yield opened
