"""Made indices for the live page: any number of cities and items, holes, and the kernel's scores to check against."""

from typing import Any

import numpy as np

from ekistics.composite import Data, Group, Item, Scenario, Structure, build

COUNTRIES = ("GHA", "KEN", "BRA", "XMU")


def tree(dimensions: int = 4, under: int = 3, items: int = 5) -> tuple[list[Item], list[Group]]:
    """Give dimensions of sub-dimensions of items, weights and directions unlike."""
    groups = [Group("total", "")] + [Group(f"d{d}", "total", 1 + d) for d in range(dimensions)]
    groups += [Group(f"d{d}s{s}", f"d{d}", 1 + (s % 2)) for d in range(dimensions) for s in range(under)]
    made = [Item(f"d{d}s{s}i{i}", f"d{d}s{s}", 1 + (i % 3), -1 if (d + s + i) % 4 == 0 else 1)
            for d in range(dimensions) for s in range(under) for i in range(items)]
    return made, groups


def values(n: int, m: int, *, missing: float, seed: int) -> np.ndarray:
    """Draw values above zero that hang together, some of them missing."""
    rng = np.random.default_rng(seed)
    drawn = 50 + 12 * rng.standard_normal((n, 1)) + 15 * rng.standard_normal((n, m))
    drawn = np.clip(drawn, 0.5, 99.5)
    drawn[rng.random((n, m)) < missing] = np.nan
    return drawn


def form(item: Item) -> dict[str, Any]:
    """Give an item benchmarks in its own direction, linear or by a root."""
    kind = {"kind": "root", "k": 2} if item.code.endswith("2") else {"kind": "linear"}
    return kind | {"low": 0, "high": 100} | ({"inverse": True} if item.direction < 0 else {})


def live(n: int = 40, *, scenario: dict[str, Any] | None = None, missing: float = 0.02, seed: int = 5,
         shape: tuple[int, int, int] = (4, 3, 5)) -> dict[str, Any]:
    """Give the content of ``live.json`` for a made index."""
    items, groups = tree(*shape)
    structure = Structure.of(items, groups)
    forms = {item.code: form(item) for item in items}
    plain = scenario or {"standardise": {"method": "goalposts"},
                         "aggregate": {"method": ["arithmetic"] * (structure.levels - 1) + ["geometric"]}}
    if plain["standardise"]["method"] == "goalposts":
        plain = plain | {"standardise": {"method": "goalposts", "forms": forms}}
    table = values(n, len(items), missing=missing, seed=seed)
    made = build(Data(table, structure, [f"C{i:04d}" for i in range(n)]), Scenario.from_mapping(plain))
    return written(made, forms)


def written(made: Any, forms: dict[str, Any]) -> dict[str, Any]:
    """Write an index as the job does."""
    structure = made.structure
    steps = made.scenario.as_mapping()
    arithmetic = steps | {"aggregate": steps["aggregate"] | {"method": "arithmetic"}}
    return {
        "format": 1,
        "index": {"code": "made", "title": "Index of made cities", "edition": "2026", "source": "Made for tests",
                  "note": ""},
        "units": [{"code": code, "name": f"City {code[1:]}", "country": COUNTRIES[i % len(COUNTRIES)]}
                  for i, code in enumerate(made.data.units)],
        "items": [{"code": item.code, "title": f"Item {item.code}", "unit": "%", "direction": int(item.direction),
                   "parent": item.parent, "weight": item.weight, "form": forms.get(item.code),
                   "status": "doubtful" if i == 3 else "own",
                   "note": "The source contradicts itself." if i == 3 else ""}
                  for i, item in enumerate(structure.items)],
        "groups": [{"code": group.code, "title": "Total" if not group.parent else f"Part {group.code[1:]}",
                    "parent": group.parent, "weight": group.weight} for group in structure.groups],
        "values": numbers(made.treated), "se": None, "scenario": steps,
        "variants": [{"code": "arithmetic", "title": "Arithmetic total", "scenario": arithmetic}],
        "bands": [{"from": 60, "title": "solid", "advice": "Consolidate policies"},
                  {"from": 0, "title": "weak", "advice": "Prioritise policies"}],
        "check": {"scores": numbers(made.scores), "ranks": numbers(made.ranks)},
    }


def numbers(table: np.ndarray) -> list[Any]:
    """Give nested lists with none where there is no number."""
    return np.where(np.isfinite(table), table, None).tolist()
