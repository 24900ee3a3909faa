"""What readers and programs ask of the site under load: kinds of requests with their shares, as data."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.site_values import INDICATORS, PERIODS

__all__ = ["MIX", "Facts", "Kind", "read_facts", "warm_addresses", "wishes"]

LANGUAGES = ("en", "fr", "es", "ar", "zh-hans", "ru")
LANGUAGE_SHARES = (50, 12, 12, 10, 8, 8)
WARM_ADDRESSES = 400  # different addresses of a warm run
ZIPF = 1.1


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record holds that addresses are made of.

    Parameters
    ----------
    cities : tuple of str
        Codes.
    names : tuple of tuple of str
        Names of the cities in four scripts.
    layers : tuple of str
        Addresses of files of map layers.
    """

    cities: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request.

    Parameters
    ----------
    name : str
        What it is.
    share : float
        Its share of all requests.
    address : callable
        Makes an address, by chance.
    follows : bool
        Whether the next request of the kind asks for the page that the answer names as the next one.
    ranged : bool
        Whether a part of a file is asked for.
    """

    name: str
    share: float
    address: Callable[[random.Random, Facts], str]
    follows: bool = False
    ranged: bool = False


def read_facts(path: Path) -> Facts:
    """Read what was written beside the record."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return Facts(tuple(found["cities"]), tuple(map(tuple, found["names"])), tuple(found["layers"]))


def page(rng: random.Random, path: str, **asked: object) -> str:
    """Give a page in one of the languages."""
    (language,) = rng.choices(LANGUAGES, LANGUAGE_SHARES)
    return f"/{language}/{path}{'?' + urlencode(asked, doseq=True) if asked else ''}"


def a_city(rng: random.Random, facts: Facts) -> str:
    """Choose a city."""
    return rng.choice(facts.cities)


def an_indicator(rng: random.Random) -> str:
    """Choose an indicator."""
    return f"made_up_{rng.randrange(INDICATORS) + 1:03d}"


def a_list(rng: random.Random, facts: Facts) -> str:
    """Give a page of a list: mostly of cities, else of datasets, releases or indicators."""
    path = rng.choice(("", "", "", "data/", "releases/", "indicators/"))
    return page(rng, path, page=rng.randrange(max(len(facts.cities) // 50, 1)) + 1)


def an_indicator_page(rng: random.Random, facts: Facts) -> str:
    """Give an indicator with its ranking: as it opens, or another year, end, country or page of it."""
    more = rng.choice(({}, {}, {"p": rng.choice(PERIODS)}, {"o": "up", "p": rng.choice(PERIODS)},
                       {"page": rng.randrange(5) + 2}, {"c": a_city(rng, facts)[:3]}))
    return page(rng, f"indicators/{an_indicator(rng)}/", **more)


def a_comparison(rng: random.Random, facts: Facts) -> str:
    """Give three cities side by side."""
    return page(rng, "compare/", c=rng.sample(facts.cities, 3))


def grey_zones(rng: random.Random, facts: Facts) -> str:
    """Give a part of the matrix of gaps: of all cities, or of a country."""
    return page(rng, "gaps/", **rng.choice(({"page": rng.randrange(max(len(facts.cities) // 50, 1)) + 1},
                                            {"c": a_city(rng, facts)[:3]})))


def a_search(rng: random.Random, facts: Facts) -> str:
    """Search by the beginning of a name in one of four scripts."""
    name = rng.choice(rng.choice(facts.names))
    return page(rng, "search/", q=name[:rng.randint(2, len(name))])


def a_file(rng: random.Random, facts: Facts) -> str:
    """Give a part of a layer's tiles, or places in a box as features."""
    if facts.layers and rng.random() < 0.5:
        return rng.choice(facts.layers)
    west, south = rng.randint(-160, 150), rng.randint(-45, 55)
    return f"/ogc/collections/cities/items?bbox={west},{south},{west + 8},{south + 8}"


MIX = (
    Kind("city page", 0.30, lambda rng, facts: page(rng, f"cities/{quote(a_city(rng, facts))}/")),
    Kind("list page", 0.10, a_list),
    Kind("indicator page", 0.10, an_indicator_page),
    Kind("comparison", 0.05, a_comparison),
    Kind("grey zones", 0.05, grey_zones),
    Kind("search", 0.05, a_search),
    Kind("API, a place", 0.20, lambda rng, facts: f"/api/v1/observations?ref_area={quote(a_city(rng, facts))}"),
    Kind("API, an indicator", 0.10, lambda rng, facts: f"/api/v1/observations?indicator={an_indicator(rng)}",
         follows=True),
    Kind("CSV of a city", 0.03, lambda rng, facts: f"/tables/cities/{quote(a_city(rng, facts))}.csv"),
    Kind("layer or features", 0.02, a_file, ranged=True),
)


def wishes(facts: Facts, count: int, *, seed: int, warm: bool) -> Iterator[tuple[Kind, str]]:
    """Give kinds and addresses by chance.

    Parameters
    ----------
    facts : Facts
        What there is.
    count : int
        How many.
    seed : int
        Another one gives others.
    warm : bool
        Whether they repeat those of :func:`warm_addresses` by Zipf's law; else each address comes once where there
        are enough of them.

    Yields
    ------
    Kind, str
        What is asked.
    """
    rng, seen = random.Random(seed), set()
    pool = {kind.name: addresses for kind, addresses in warm_addresses(facts)} if warm else {}
    for kind in rng.choices(MIX, [kind.share for kind in MIX], k=count):
        if warm:
            known = pool[kind.name]
            yield kind, known[min(int(rng.paretovariate(ZIPF)) - 1, len(known) - 1)]
            continue
        for _try in range(20):
            address = kind.address(rng, facts)
            if address not in seen:
                break
        seen.add(address)
        yield kind, address


def warm_addresses(facts: Facts) -> list[tuple[Kind, list[str]]]:
    """Give the addresses of a warm run, the most wanted of each kind first."""
    rng = random.Random(0)
    return [(kind, [kind.address(rng, facts) for _ in range(max(round(WARM_ADDRESSES * kind.share), 4))])
            for kind in MIX]
