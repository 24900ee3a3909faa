"""What the API gives: each field with its meaning."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from ekistics.web.api.filters import LARGEST, Code, ObservationFilters

Limit = Annotated[int, Field(ge=1, le=1000, description="The most rows of the page.")]
Cursor = Annotated[str, Field(max_length=200, description="Where the page before ended: taken from its `next`, or "
                                                          "left out for the first page.")]
Key = Annotated[int, Field(ge=1, le=LARGEST)]


class Problem(Schema):
    """What is wrong (RFC 9457)."""

    type: str = Field(description="`about:blank`: the status says it all.")
    title: str = Field(description="What kind of problem it is, in the language asked for.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What is wrong in this request.")
    instance: str = Field(description="The path that was asked for.")
    code: str | None = Field(None, description="Code of the error, where it has one.")
    where: str | None = Field(None, description="The place of the error.")
    param: str | None = Field(None, description="The parameter concerned.")
    expected: Any = Field(None, description="What was wanted.")
    got: Any = Field(None, description="What came instead.")
    hint: str | None = Field(None, description="What to do about it.")
    errors: list[dict[str, Any]] | None = Field(None, description="Every parameter that cannot be used: `in`, `name` "
                                                                  "and `detail`.")


class Place(Schema):
    """A place."""

    code: str = Field(description="Stable code of the place.")
    kind: str = Field(description="world, region, country, city or neighbourhood.")
    name: str = Field(description="Name in the language asked for, else the one that the record shows first.")
    country: str = Field(description="ISO 3166-1 alpha-3 code; empty above countries.")
    parent: str | None = Field(description="Code of the place above.")
    longitude: float | None = Field(description="Degrees east of a point inside; null where no boundary is known.")
    latitude: float | None = Field(description="Degrees north of that point.")
    bbox: list[float] | None = Field(description="West, south, east, north of its boundary.")
    listed: bool = Field(description="Whether it is a city with something published.")


class PlaceCode(Schema):
    """A code that others use for a place."""

    scheme: str = Field(description="Whose code it is.")
    value: str = Field(description="The code.")


class Boundary(Schema):
    """An edition of a boundary, without its shape: OGC API Features gives that."""

    number: int = Field(description="Its number, from 1.")
    valid_from: date | None = Field(description="First day it holds for.")
    valid_to: date | None = Field(description="The day it ended; null where it stands.")
    area_km2: float = Field(description="Area on the ellipsoid, square kilometres.")
    source: str = Field(description="Where it comes from.")


class WholePlace(Place):
    """A place with its names, codes and boundaries."""

    names: dict[str, str] = Field(description="Names by language.")
    codes: list[PlaceCode] = Field(description="Codes that others use.")
    boundaries: list[Boundary] = Field(description="Editions of its boundary.")


class Places(Schema):
    """A page of places."""

    items: list[Place]
    next: str | None = Field(description="Address of the next page; null on the last.")


class PlaceFilters(Schema):
    """Filters of places."""

    kind: Literal["", "world", "region", "country", "city", "neighbourhood"] = Field("", description="Kind of place.")
    country: Code = Field("", description="ISO 3166-1 alpha-3 code.")
    parent: Code = Field("", description="Code of a place: all below it.")
    bbox: str = Field("", max_length=200, description="West, south, east, north in degrees: places that touch the box.")
    listed: bool | None = Field(None, description="Whether only cities with something published are wanted.")
    limit: Limit = 100
    cursor: Cursor = ""


class Indicator(Schema):
    """An indicator."""

    code: str = Field(description="Code.")
    number: str = Field(description="Number of the global indicator; empty where it has none.")
    title: str = Field(description="Name, in English.")
    specification: dict[str, Any] = Field(description="Definition, method, series, variants, dimensions, in the form "
                                                      "that packages carry.")


class Indicators(Schema):
    """All indicators."""

    items: list[Indicator]


class Measure(Schema):
    """A quantity of an indicator in one reading, with unit, base and method."""

    measure: int = Field(description="Key in this record.")
    indicator: str = Field(description="Code of the indicator.")
    series: str = Field(description="Code of the quantity.")
    variant: str = Field(description="Code of the reading; empty where there is one only.")
    unit_measure: str = Field(description="Code of the unit.")
    base: str = Field(description="What a share or rate is of.")
    method: str = Field(description="Edition of the method.")


class Measures(Schema):
    """A page of measures."""

    items: list[Measure]
    next: str | None = Field(description="Address of the next page; null on the last.")


class Period(Schema):
    """A time period."""

    text: str = Field(description="In its SDMX form; empty for values that are absent for no stated time.")
    start: date | None = Field(description="First day.")
    end: date | None = Field(description="Last day.")


class Periods(Schema):
    """A page of periods."""

    items: list[Period]
    next: str | None = Field(description="Address of the next page; null on the last.")


class Observation(Schema):
    """One value, or the reason why there is none."""

    observation: int = Field(description="Key in this record.")
    edition: int = Field(description="Key of the edition that brought it.")
    indicator: str = Field(description="Code of the indicator.")
    series: str = Field(description="Code of the quantity.")
    variant: str = Field(description="Code of the reading of the method.")
    ref_area: str = Field(description="Code of the place.")
    time_period: str = Field(description="Time period in its SDMX form.")
    sex: str = Field(description="Code of SEX; `_T` for the total.")
    age: str = Field(description="Code of AGE.")
    disability: str = Field(description="Code of DISABILITY.")
    urbanisation: str = Field(description="Code of URBANISATION.")
    income_quantile: str = Field(description="Code of INCOME_QUANTILE.")
    tenure: str = Field(description="Code of TENURE.")
    displacement_status: str = Field(description="Code of DISPLACEMENT_STATUS.")
    migrant_status: str = Field(description="Code of MIGRANT_STATUS.")
    obs_value: float | None = Field(description="The value; null where it is absent, which is not zero.")
    unit_measure: str = Field(description="Code of the unit.")
    numerator: float | None = Field(description="What is counted.")
    denominator: float | None = Field(description="What it is divided by.")
    base: str = Field(description="What the share or rate is of.")
    se: float | None = Field(description="Standard error.")
    lci: float | None = Field(description="Lower limit of the interval.")
    uci: float | None = Field(description="Upper limit of the interval.")
    uncertainty: str = Field(description="How the interval was made, or `not-stated`.")
    obs_status: str = Field(description="Code of OBS_STATUS.")
    conf_status: str = Field(description="Code of CONF_STATUS; F is free.")
    reason: str = Field(description="Code of the reason why a value is absent.")
    method: str = Field(description="Edition of the method.")
    run: str = Field(description="Id of the run that computed it.")


class Observations(Schema):
    """A page of observations."""

    items: list[Observation]
    next: str | None = Field(description="Address of the next page; null on the last. A page may hold fewer rows than "
                                         "its limit, even none, and still have a next one.")


class ObservationPage(ObservationFilters):
    """Filters of observations, and the page."""

    limit: Limit = 100
    cursor: Cursor = ""


class Edition(Schema):
    """An edition of a dataset."""

    edition: int = Field(description="Key in this record.")
    dataset: str = Field(description="Code of its dataset.")
    place: str = Field(description="Code of its place.")
    number: int = Field(description="Its number, from 1.")
    label: str = Field(description="Name that its maker gave it.")
    state: str = Field(description="Where it is in the workflow.")
    embargo_until: datetime | None = Field(description="Time before which it is not released.")
    released_at: datetime | None = Field(description="When its values became the current ones.")
    run: str = Field(description="Id of the run that computed it.")
    code_version: str = Field(description="Version of the program that computed it.")
    made_at: datetime | None = Field(description="When it was computed.")
    observation_count: int = Field(description="Its rows.")
    change_count: int = Field(description="Rows that differ from the edition before; of an upload, from what stood.")
    causes: list[Any] = Field(description="Why values changed since the edition before.")
    package: str | None = Field(description="Address of its package, where you may take it.")


class Editions(Schema):
    """A page of editions."""

    items: list[Edition]
    next: str | None = Field(description="Address of the next page; null on the last.")


class EditionFilters(Schema):
    """Filters of editions."""

    dataset: Code = Field("", description="Code of a dataset.")
    place: Code = Field("", description="Code of a place.")
    state: Literal["", "draft", "submitted", "under_review", "needs_revision", "published", "withdrawn"] = Field(
        "", description="State of the workflow.")
    limit: Limit = 100
    cursor: Cursor = ""


class Revision(Schema):
    """A value that an edition changed."""

    revision: int = Field(description="Key in this record.")
    edition: int = Field(description="Key of the edition.")
    indicator: str = Field(description="Code of the indicator.")
    series: str = Field(description="Code of the quantity.")
    variant: str = Field(description="Code of the reading.")
    ref_area: str = Field(description="Code of the place.")
    time_period: str = Field(description="Time period.")
    kind: str = Field(description="changed, added or removed.")
    old: float | None = Field(description="What stood before.")
    new: float | None = Field(description="What stands now.")


class Revisions(Schema):
    """A page of revisions."""

    items: list[Revision]
    next: str | None = Field(description="Address of the next page; null on the last.")


class RevisionFilters(Schema):
    """Filters of revisions."""

    edition: int = Field(0, ge=0, le=LARGEST, description="Key of an edition.")
    ref_area: Code = Field("", description="Code of a place.")
    limit: Limit = 100
    cursor: Cursor = ""


class Dataset(Schema):
    """An entry of the catalogue."""

    code: str = Field(description="Code.")
    kind: str = Field(description="profile, survey, sample, index or upload.")
    title: str = Field(description="Name.")
    description: str = Field(description="What it is.")
    place: str = Field(description="Code of its place.")
    publisher: str = Field(description="Who publishes it.")
    licence: str = Field(description="Terms of use, as stated.")
    table: str = Field(description="Address of its current values as CSV.")


class Datasets(Schema):
    """A page of datasets."""

    items: list[Dataset]
    next: str | None = Field(description="Address of the next page; null on the last.")


class Layer(Schema):
    """A map layer of an edition."""

    edition: int = Field(description="Key of the edition.")
    code: str = Field(description="Code.")
    title: str = Field(description="Name.")
    kind: str = Field(description="vector or raster.")
    value: str = Field(description="Column that is shown; empty where shapes are shown only.")
    unit_measure: str = Field(description="Code of the unit of that column.")
    note: str = Field(description="Where it comes from.")
    features: str | None = Field(description="Address of its features; null for rasters.")


class Layers(Schema):
    """A page of layers."""

    items: list[Layer]
    next: str | None = Field(description="Address of the next page; null on the last.")


class PageOnly(Schema):
    """A page."""

    limit: Limit = 100
    cursor: Cursor = ""


class MeasureFilters(PageOnly):
    """Filters of measures."""

    indicator: Code = Field("", description="Code of an indicator.")


class LayerFilters(PageOnly):
    """Filters of layers."""

    edition: int = Field(0, ge=0, le=LARGEST, description="Key of an edition.")


class SearchFilters(Schema):
    """A search."""

    q: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$",
                   description="Beginnings of words of a name, in any of the six languages.")
    limit: int = Field(20, ge=1, le=50, description="The most places.")


class Found(Schema):
    """What a search found."""

    items: list[Place]


class Job(Schema):
    """A piece of work in the background."""

    id: str = Field(description="Its number.")
    kind: str = Field(description="What it does.")
    state: str = Field(description="queued, running, done, failed or cancelled.")
    progress: float = Field(description="Share that is done, 0 to 1.")
    step: str = Field(description="What it does now.")
    outcome: dict[str, Any] = Field(description="What came of it.")
    problems: list[Any] = Field(description="What it found wrong.")
    created_at: datetime = Field(description="When it was asked for.")
    ended_at: datetime | None = Field(description="When it ended.")


class Jobs(Schema):
    """The newest jobs of the account."""

    items: list[Job]


class Standing(Schema):
    """How an edition stands in the workflow."""

    edition: int = Field(description="Key of the edition.")
    state: str = Field(description="draft, submitted, under_review, needs_revision, published or withdrawn.")
    embargo_until: datetime | None = Field(description="When its numbers are released, where it waits.")
    moves: list[str] = Field(description="The moves that are open to you now.")


class Event(Schema):
    """A move that was made."""

    from_state: str = Field(description="State before.")
    to_state: str = Field(description="State after.")
    note: str | None = Field(description="What was said with it; null where that is not for you.")
    actor: int | None = Field(description="Number of the account; null for the program itself.")
    at: datetime = Field(description="When.")


class Comment(Schema):
    """Something that was said about an edition."""

    comment: int = Field(description="Its number.")
    text: str = Field(description="What was said.")
    actor: int | None = Field(description="Number of the account.")
    at: datetime = Field(description="When.")


class Workflow(Standing):
    """An edition in the workflow, with its history and what was said about it."""

    events: list[Event] = Field(description="The moves, the oldest first.")
    comments: list[Comment] | None = Field(description="What was said, the oldest first; null where that is not for "
                                                       "you.")


Words = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]


class MoveAsked(Schema):
    """A move that is wanted."""

    move: Literal["submit", "resubmit", "review", "revise", "publish", "withdraw", "reopen"] = Field(
        description="Its name.")
    note: Words = Field("", description="What is said with it; `revise` and `withdraw` need a reason.")
    embargo_until: AwareDatetime | None = Field(
        None, description="When the numbers are released, with its offset; for `publish` only.")
    seen: Literal["draft", "submitted", "under_review", "needs_revision", "published", "withdrawn"] | None = Field(
        None, description="The state that you saw; where it is another by now, nothing is done (409).")


class CommentAsked(Schema):
    """A comment that is to be made."""

    text: Words = Field(description="What is to be said.")
