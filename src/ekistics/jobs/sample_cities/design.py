"""``design.toml`` of a sample: the frame, its strata, how many cities and how they are drawn."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ekistics.core import schema
from ekistics.core.errors import ConfigurationError, MissingInputError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.place_codes import checked_country
from ekistics.core.provenance import digest_bytes
from ekistics.core.schema import key
from ekistics.survey.sampling.plan import ALLOCATIONS, BY_SIZE

__all__ = ["DRAWS", "ORDERS", "SampleDesign", "design_template", "parse_design", "read_design"]

DRAWS = ("srs", "systematic-pps", "sampford", "pareto", "cube")
ORDERS = ("serpentine", "geographic", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleTable:
    """How the cities are drawn."""

    title: str = key(N_("What the sample is called."), example="National sample of cities")
    country: str = key(N_("ISO 3166-1 alpha-3 code of the country."), example="XXX")
    size: int = key(N_("Cities to draw in all, those that are certain included."), example=30)
    method: str = key(N_("How cities are drawn: srs, systematic-pps, sampford, pareto or cube."), default="sampford")
    allocation: str = key(N_("How the sample is shared among strata: proportional, neyman, power or stated."),
                          default="proportional")
    power: float = key(N_("Exponent of the power allocation: 1 is proportional, 0 gives all strata the same."),
                       default=0.5)
    minimum: int = key(N_("Fewest cities of a stratum besides those that are certain; two give a standard error."),
                       default=2)
    numbers: dict[str, Any] | None = key(N_("For the stated allocation: cities of each stratum besides those that are "
                                            "certain."), default=None)
    order: str = key(N_("For systematic-pps: serpentine (through strata and size), geographic or random."),
                     default="serpentine")
    probabilities: str = key(N_("For cube: equal within a stratum, or by size."), default="equal")
    balancing: tuple[str, ...] = key(N_("For cube: columns of the frame to balance, the most important first."),
                                     default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTable:
    """The list of all cities."""

    path: str = key(N_("A CSV list of all cities, or the folder of 'ekistics profile-centres'."), example="cities.csv")
    code: str = key(N_("Column with a stable code of each city."), default="code")
    name: str = key(N_("Column with its name."), default="name")
    size: str = key(N_("Column with its size, such as people."), default="population")
    longitude: str = key(N_("Column with the longitude in degrees; empty where there is none."), default="longitude")
    latitude: str = key(N_("Column with the latitude in degrees; empty where there is none."), default="latitude")
    keep: tuple[str, ...] = key(N_("Further columns that are kept of every city, such as those by which national "
                                   "values are split."), default=())
    definition: str = key(N_("What counts as a city in this list."), default="")
    time_period: str = key(N_("The time that the list describes."), default="")
    producer: str = key(N_("Who made the data."), default="")
    licence: str = key(N_("Its licence, as its producer states it."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class StrataTable:
    """Groups of cities that are drawn from separately."""

    columns: tuple[str, ...] = key(N_("Columns of the frame whose values make strata, such as region or function."),
                                   default=())
    size_classes: tuple[float, ...] = key(N_("Sizes at which a new class begins; classes are strata too."), default=())
    take_all: float | None = key(N_("Size from which every city is in the sample."), example=1000000.0, default=None)
    certain: tuple[str, ...] = key(N_("Codes of cities that are in the sample whatever the draw."), default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedTable:
    """How chance is made public."""

    public_source: str = key(N_("A public value that nobody can know when the seed is committed, such as a lottery "
                                "draw of a later day; it is mixed into the seed."), default="")
    previous: str = key(N_("For srs and pareto: folder of the sample of an earlier round, whose random numbers cities "
                           "keep, so that rounds share cities."), default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDesign:
    """A whole design.toml of a sample."""

    sample: SampleTable = key(N_("How the cities are drawn."))
    frame: FrameTable = key(N_("The list of all cities."))
    strata: StrataTable = key(N_("Groups of cities that are drawn from separately."), default=StrataTable())
    seed: SeedTable = key(N_("How chance is made public."), default=SeedTable())
    folder: Path = field(default=Path(), metadata={"internal": True})
    text: bytes = field(default=b"", metadata={"internal": True})

    @property
    def digest(self) -> str:
        """SHA-256 of the file's bytes."""
        return digest_bytes(self.text)

    @property
    def by_size(self) -> bool:
        """Whether a city's chance goes with its size."""
        return self.sample.method in BY_SIZE or (self.sample.method == "cube" and self.sample.probabilities == "size")


def read_design(path: Path) -> SampleDesign:
    """Read and check a design.toml of a sample.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    SampleDesign
        The design.

    Raises
    ------
    MissingInputError
        The file is not there.
    ConfigurationError
        It is not TOML, or breaks the schema.
    """
    if not path.is_file():
        raise MissingInputError(_("There is no such design."), where=path,
                                hint=_("The guide 'Draw a national sample of cities' shows one."))
    text = path.read_bytes()
    try:
        content = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("This is not a TOML file."), where=path, got=str(error)) from error
    return replace(parse_design(content, where=str(path)), folder=path.parent, text=text)


def parse_design(content: Mapping[str, Any], *, where: str = "design.toml") -> SampleDesign:
    """Check the content of a design of a sample.

    Parameters
    ----------
    content : mapping
        The parsed file.
    where : str
        Name for error texts.

    Returns
    -------
    SampleDesign
        The design.

    Raises
    ------
    ConfigurationError
        A key is missing or wrong, or keys contradict each other.
    """
    design: SampleDesign = schema.build(SampleDesign, content, where=where)
    sample = design.sample
    for value, known, what in ((sample.method, DRAWS, _("method of drawing")), (sample.order, ORDERS, _("order")),
                               (sample.allocation, ALLOCATIONS, _("allocation")),
                               (sample.probabilities, ("equal", "size"), _("kind of probabilities"))):
        if value not in known:
            raise UnknownNameError.among(value, known, what=what, where=where)
    checked_country(sample.country)
    if sample.size < 1:
        raise ConfigurationError(_("A sample has at least one city."), where=f"{where}: sample.size", got=sample.size)
    if sample.minimum < 0:
        raise ConfigurationError(_("A stratum cannot have fewer cities than none."), where=f"{where}: sample.minimum",
                                 expected=">= 0", got=sample.minimum)
    if sample.balancing and sample.method != "cube":
        raise ConfigurationError(_("Only the cube method balances."), where=f"{where}: sample.balancing",
                                 hint=_("Set method = \"cube\", or take the balancing variables out."))
    if design.seed.previous and sample.method not in ("srs", "pareto"):
        raise ConfigurationError(_("Only srs and pareto draw by permanent random numbers."),
                                 where=f"{where}: seed.previous", got=sample.method)
    if list(design.strata.size_classes) != sorted(set(design.strata.size_classes)):
        raise ConfigurationError(_("Size classes begin at rising sizes."), where=f"{where}: strata.size_classes")
    return design


def design_template() -> str:
    """Write a commented design.toml to fill in.

    Returns
    -------
    str
        TOML that :func:`parse_design` accepts.

    Examples
    --------
    >>> parse_design(tomllib.loads(design_template())).sample.size
    30
    """
    return schema.template(SampleDesign, _("A national sample of cities for 'ekistics sample'."))
