"""The observatory's record: what is measured, by which edition, and every observation with its interval and status.

Texts that many observations share (measure, period, group of people) are rows of their own, so that ten million
observations stay small: an observation is keys and numbers.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from ekistics.web.places.models import Place
from ekistics.web.policy import State

__all__ = ["Coverage", "Dataset", "Edition", "Group", "Indicator", "Layer", "Measure", "Observation", "Period",
           "Revision"]

STATES = [(str(state), str(state)) for state in State]
DATASET_KINDS = [(kind, kind) for kind in ("profile", "survey", "sample", "index", "upload")]


class Indicator(models.Model):
    """An indicator: its specification as data, in the form that a package carries it."""

    code = models.CharField(max_length=60, unique=True)
    number = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=1000)
    specification = models.JSONField()
    stamp = models.CharField(max_length=16)  # digest of the specification

    class Meta:
        """In the order of the registry."""

        ordering = ("position", "code")

    def __str__(self) -> str:
        return self.code


class Measure(models.Model):
    """One quantity of an indicator in one reading, with unit, base and method."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="measures")
    series = models.CharField(max_length=60)
    variant = models.CharField(max_length=80, blank=True)
    unit_measure = models.CharField(max_length=20)
    base = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=300, blank=True)

    class Meta:
        """Another method edition is another measure: numbers by different methods are never one series."""

        constraints = (models.UniqueConstraint(
            fields=("indicator", "series", "variant", "unit_measure", "base", "method"), name="measure_once"),)

    def __str__(self) -> str:
        return f"{self.indicator_id}:{self.series}:{self.variant}"


class Period(models.Model):
    """A time period in its SDMX form, with its first and last day."""

    text = models.CharField(max_length=24, unique=True)
    start = models.DateField(null=True, blank=True)
    end = models.DateField(null=True, blank=True)

    class Meta:
        """In the order of time."""

        ordering = ("end", "start")

    def __str__(self) -> str:
        return self.text


class Group(models.Model):
    """A group of people (or all of them): one value in each dimension, ``_T`` for the total."""

    sex = models.CharField(max_length=12, default="_T")
    age = models.CharField(max_length=16, default="_T")
    disability = models.CharField(max_length=24, default="_T")
    urbanisation = models.CharField(max_length=16, default="_T")
    income_quantile = models.CharField(max_length=16, default="_T")
    tenure = models.CharField(max_length=24, default="_T")
    displacement_status = models.CharField(max_length=24, default="_T")
    migrant_status = models.CharField(max_length=24, default="_T")
    total = models.BooleanField(default=False)

    class Meta:
        """Each combination stands once."""

        constraints = (models.UniqueConstraint(
            fields=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                    "migrant_status"), name="group_once"),)

    def __str__(self) -> str:
        return "total" if self.total else f"{self.sex}/{self.age}"


class Dataset(models.Model):
    """An entry of the catalogue: profiles of a city, a survey's or a sample's round, or a table that somebody keeps."""

    code = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=DATASET_KINDS)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    place = models.ForeignKey(Place, models.PROTECT, related_name="datasets")
    publisher = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """By title."""

        ordering = ("title", "code")

    def __str__(self) -> str:
        return self.code


class Edition(models.Model):
    """One edition of a dataset: what a run or an upload brought, in one state of the workflow."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="editions")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=80, blank=True)
    run = models.CharField(max_length=64, blank=True)
    content_digest = models.CharField(max_length=64)
    code_version = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)  # when the numbers were computed
    created_at = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="editions")
    state = models.CharField(max_length=16, choices=STATES, default=str(State.DRAFT))
    embargo_until = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True, db_index=True)
    whole = models.BooleanField(default=False)  # replaces all of the dataset's earlier values, not only the same keys
    folder = models.CharField(max_length=300, blank=True)  # the package, below the media folder
    run_record = models.JSONField(default=dict)
    checks = models.JSONField(default=list)
    certificates = models.JSONField(default=list)
    causes = models.JSONField(default=list)  # why values changed since the edition before
    observation_count = models.PositiveIntegerField(default=0)
    change_count = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)

    class Meta:
        """Editions count from 1; the same content stands once."""

        ordering = ("dataset_id", "-number")
        constraints = (models.UniqueConstraint(fields=("dataset", "number"), name="edition_number_once"),
                       models.UniqueConstraint(fields=("dataset", "content_digest"), name="edition_content_once"))
        # Nearly all are published: an index of these would only mislead a planner that has not counted yet.
        indexes = (models.Index(fields=("state",), condition=~Q(state=str(State.PUBLISHED)), name="edition_in_work"),)

    def __str__(self) -> str:
        return f"{self.dataset_id} edition {self.number} ({self.state})"


class Observation(models.Model):
    """One value, or the reason why there is none. ``current`` marks the newest released value of its key."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="observations", db_index=False)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    period = models.ForeignKey(Period, models.PROTECT, related_name="+", db_index=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", db_index=False)
    obs_value = models.FloatField(null=True, blank=True)
    numerator = models.FloatField(null=True, blank=True)
    denominator = models.FloatField(null=True, blank=True)
    se = models.FloatField(null=True, blank=True)
    lci = models.FloatField(null=True, blank=True)
    uci = models.FloatField(null=True, blank=True)
    uncertainty = models.CharField(max_length=24, default="not-stated")
    obs_status = models.CharField(max_length=1, default="A")
    conf_status = models.CharField(max_length=1, default="F")
    reason = models.CharField(max_length=40, blank=True)
    restricted = models.BooleanField(default=False)  # holds a number, and conf_status is not F
    current = models.BooleanField(default=False)

    class Meta:
        """The four ways in which rows are asked for."""

        constraints = (models.UniqueConstraint(fields=("edition", "place", "measure", "period", "group"),
                                               name="observation_once"),)
        indexes = (
            models.Index(fields=("place", "measure", "period"), condition=Q(current=True), name="observation_place"),
            models.Index(fields=("measure", "group", "period", "obs_value"), condition=Q(current=True),
                         name="observation_ranking"),
            models.Index(fields=("measure", "id"), condition=Q(current=True), name="observation_measure"),
        )

    def __str__(self) -> str:
        return f"{self.measure_id} {self.place_id} {self.period_id}: {self.obs_value}"


class Revision(models.Model):
    """A value that an edition changed: what stood before, and what stands now."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="revisions")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    period = models.ForeignKey(Period, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ("changed", "added", "removed")])
    old = models.FloatField(null=True, blank=True)
    new = models.FloatField(null=True, blank=True)
    restricted = models.BooleanField(default=False)

    class Meta:
        """As they were found."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.measure_id} {self.place_id}: {self.old} → {self.new}"


class Coverage(models.Model):
    """How many places have a current public value of a measure in a period, and how the values spread."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="coverage")
    period = models.ForeignKey(Period, models.CASCADE, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    values = models.PositiveIntegerField(default=0)
    cities = models.PositiveIntegerField(default=0)  # cities with a value for everybody: what the quantiles are of
    quantiles = models.JSONField(default=list)  # 5, 25, 50, 75, 95 % of the values of cities, for everybody

    class Meta:
        """One row a measure and period."""

        constraints = (models.UniqueConstraint(fields=("measure", "period"), name="coverage_once"),)

    def __str__(self) -> str:
        return f"{self.measure_id} {self.period_id}: {self.values} of {self.rows}"


class Layer(models.Model):
    """A map layer of an edition: files below the media folder, one for each audience."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="layers")
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=[("vector", "vector"), ("raster", "raster")])
    value = models.CharField(max_length=60, blank=True)
    unit_measure = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)
    style = models.JSONField(default=dict)  # classes with colours, as publish.styles chose them

    class Meta:
        """In drawing order from below."""

        ordering = ("edition_id", "id")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="layer_once"),)

    def __str__(self) -> str:
        return f"{self.edition_id} {self.code}"
