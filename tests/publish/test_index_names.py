"""Every text of an index that comes with the program is marked for translation, and nothing else is."""

import tomllib
from importlib.resources import files

from ekistics.publish.index_names import NAMES

TOLD = ("title", "unit", "note", "advice", "why")


def texts() -> set[str]:
    found = set()
    for path in (files("ekistics.instruments") / "indices").iterdir():
        if path.name.endswith(".toml"):
            plain = tomllib.loads(path.read_text(encoding="utf-8"))
            rows = [plain, *(row for kind in ("variant", "band", "group", "item") for row in plain[kind])]
            found |= {row[name] for row in rows for name in TOLD if row.get(name)}
    return found


def test_the_texts_of_indices_can_be_translated() -> None:
    assert len(texts()) > 100
    assert texts() == NAMES
