"""Places: stable codes, a tree, names in many languages, codes of others, dated boundaries, and lineage."""

from typing import Any

from django.db import models

from ekistics.core.place import KINDS

__all__ = ["Boundary", "Lineage", "Place", "PlaceCode", "PlaceName", "SearchTerm"]

NAME_STATES = ("reviewed", "machine", "none")
LINEAGES = ("split", "merge", "rename", "boundary", "recode")


def choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give a list of codes in the form that a field takes."""
    return [(value, value) for value in values]


class Place(models.Model):
    """A place of the record. ``path`` holds the codes from the world down, each ended by a slash."""

    code = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=choices(KINDS))
    country = models.CharField(max_length=3, blank=True, db_index=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=400, db_index=True)
    name = models.CharField(max_length=200)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    west = models.FloatField(null=True, blank=True)
    south = models.FloatField(null=True, blank=True)
    east = models.FloatField(null=True, blank=True)
    north = models.FloatField(null=True, blank=True)
    listed = models.BooleanField(default=False)  # a city with something published: what lists and maps show

    class Meta:
        """Order and indexes."""

        ordering = ("name", "code")
        indexes = (models.Index(fields=("kind", "name", "code"), condition=models.Q(listed=True), name="place_listed"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path in step with the parent."""
        above = self.parent.path if self.parent is not None else ""
        self.path = f"{above}{self.code}/"
        super().save(*args, **kwargs)


class PlaceName(models.Model):
    """A name of a place in a language, over a time."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="names")
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, default="name", choices=choices(("name", "official", "alternative")))
    state = models.CharField(max_length=10, default="reviewed", choices=choices(NAME_STATES))
    source = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        """One name of a kind, a language and a time."""

        constraints = (models.UniqueConstraint(fields=("place", "language", "kind", "name", "valid_from"),
                                               name="place_name_once"),)

    def __str__(self) -> str:
        return f"{self.language}: {self.name}"


class PlaceCode(models.Model):
    """A code that others use for a place: M49, ISO 3166, a national code, a code of another city list."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="codes")
    scheme = models.CharField(max_length=40)
    value = models.CharField(max_length=80)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        """A code names one place of its scheme."""

        constraints = (models.UniqueConstraint(fields=("scheme", "value"), name="place_code_once"),)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"


class Boundary(models.Model):
    """An edition of a place's boundary: WKB in EPSG:4326 with its bounding box and the days it holds for."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="boundaries")
    number = models.PositiveIntegerField()
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    wkb = models.BinaryField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    area_km2 = models.FloatField()
    source = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=100, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        """Editions count from 1."""

        ordering = ("place_id", "number")
        constraints = (models.UniqueConstraint(fields=("place", "number"), name="boundary_number_once"),)

    def __str__(self) -> str:
        return f"{self.place_id} boundary {self.number}"


class Lineage(models.Model):
    """What became of a place: split, merged, renamed, given another boundary or code."""

    kind = models.CharField(max_length=10, choices=choices(LINEAGES))
    predecessor = models.ForeignKey(Place, models.CASCADE, related_name="successors")
    successor = models.ForeignKey(Place, models.CASCADE, related_name="predecessors")
    day = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.predecessor_id} {self.kind} {self.successor_id}"


class SearchTerm(models.Model):
    """A word by which a place is found: folded, so that a prefix of it is enough on every database.

    ``backwards`` is the same word from its last letter to its first, so that an ending is a prefix, too.
    """

    place = models.ForeignKey(Place, models.CASCADE, related_name="terms")
    term = models.CharField(max_length=200, db_index=True)  # on PostgreSQL also an index for beginnings
    backwards = models.CharField(max_length=200, db_index=True)

    def __str__(self) -> str:
        return self.term
