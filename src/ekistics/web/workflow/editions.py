"""Editions of datasets in the workflow: publishing lets their values stand, withdrawing lets the earlier ones."""

from datetime import datetime

from django.urls import reverse

from ekistics.core.i18n import _
from ekistics.web.chunks import parts
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.observatory.quantiles import renew_quantiles
from ekistics.web.observatory.release import release, settle
from ekistics.web.places.models import Place
from ekistics.web.policy import State
from ekistics.web.workflow.kinds import Kind

__all__ = ["EDITION"]


def _publish(edition: Edition, now: datetime) -> None:
    """Release it, unless its day is still to come; then the worker does."""
    if edition.embargo_until is None or edition.embargo_until <= now:
        release(edition, now=now)
    elif edition.released_at is not None:  # it was out before it was withdrawn
        edition.released_at = None
        edition.save(update_fields=["released_at"])


def _withdraw(edition: Edition, _now: datetime) -> None:
    """Take its values away and let those stand that stood before."""
    rows = Observation.objects.filter(edition=edition)
    if edition.whole:  # it ended values of earlier editions, perhaps at places that it does not have itself
        rows = Observation.objects.filter(edition__dataset=edition.dataset_id)
    places = set(rows.values_list("place_id", flat=True))
    renew_quantiles(settle(places))  # else how cities spread would still tell a value that was taken away
    for part in parts(sorted(places)):
        standing = Observation.objects.filter(place__in=part, current=True).values("place_id")
        Place.objects.filter(pk__in=part, kind="city", listed=True).exclude(pk__in=standing).update(listed=False)


def _title(edition: Edition) -> str:
    return _("{dataset}, edition {number}").format(dataset=edition.dataset.title, number=edition.number)


EDITION = Kind("edition", Edition, path=lambda edition: edition.place.path, title=_title,
               address=lambda edition: reverse("work-edition", kwargs={"number": edition.pk}),
               effects={State.PUBLISHED: _publish, State.WITHDRAWN: _withdraw}, related=("dataset", "place"))
