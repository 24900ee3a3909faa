"""Operations on datasets, their editions and map layers, and on work in the background."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router

from ekistics.web.api import schemas
from ekistics.web.api.asking import actor_for
from ekistics.web.api.filters import Code, known_only
from ekistics.web.api.paging import next_address, page_of
from ekistics.web.observatory.models import Dataset, Edition, Layer
from ekistics.web.observatory.tables import open_editions
from ekistics.web.policy import Actor, readable
from ekistics.web.work.models import Job

router = Router(tags=["catalogue"])
work = Router(tags=["work"])
NEWEST = 100


@router.get("/datasets", response=schemas.Datasets, operation_id="listDatasets", summary="List datasets")
def list_datasets(request: HttpRequest, asked: Query[schemas.PageOnly]) -> schemas.Datasets:
    """Give the entries of the catalogue that have an edition you may read."""
    known_only(request.GET, schemas.PageOnly)
    rows, position = page_of(readable_datasets(actor_for(request)), asked.cursor, asked.limit)
    return schemas.Datasets(items=[_dataset(request, row) for row in rows], next=next_address(request, position))


@router.get("/datasets/{code}", response=schemas.Dataset, operation_id="getDataset", summary="Give a dataset")
def get_dataset(request: HttpRequest, code: Code) -> schemas.Dataset:
    """Give an entry of the catalogue."""
    known_only(request.GET)
    found = readable_datasets(actor_for(request)).filter(code=code).first()
    if found is None:
        raise Http404
    return _dataset(request, found)


def readable_datasets(actor: Actor) -> QuerySet[Dataset]:
    """Give the datasets that have an edition which an actor may read."""
    open_ones = Edition.objects.filter(readable(actor, edition=""), dataset=OuterRef("pk"))
    return Dataset.objects.filter(Exists(open_ones)).select_related("place")


def _dataset(request: HttpRequest, row: Dataset) -> schemas.Dataset:
    address = reverse("table", kwargs={"kind": "datasets", "file": f"{row.code}.csv"})
    return schemas.Dataset(code=row.code, kind=row.kind, title=row.title, description=row.description,
                           place=row.place.code, publisher=row.publisher, licence=row.licence,
                           table=request.build_absolute_uri(address))


@router.get("/editions", response=schemas.Editions, operation_id="listEditions", summary="List editions")
def list_editions(request: HttpRequest, asked: Query[schemas.EditionFilters]) -> schemas.Editions:
    """Give editions, old ones too: an edition that was released stays readable."""
    known_only(request.GET, schemas.EditionFilters)
    actor = actor_for(request)
    found = _editions(actor)
    for name, value in (("dataset__code", asked.dataset), ("place__code", asked.place), ("state", asked.state)):
        if value:
            found = found.filter(**{name: value})
    rows, position = page_of(found, asked.cursor, asked.limit)
    return schemas.Editions(items=_shown(request, actor, rows), next=next_address(request, position))


@router.get("/editions/{edition}", response=schemas.Edition, operation_id="getEdition", summary="Give an edition")
def get_edition(request: HttpRequest, edition: schemas.Key) -> schemas.Edition:
    """Give an edition."""
    known_only(request.GET)
    actor = actor_for(request)
    found = list(_editions(actor).filter(pk=edition))
    if not found:
        raise Http404
    return _shown(request, actor, found)[0]


def _editions(actor: Actor) -> QuerySet[Edition]:
    return Edition.objects.filter(readable(actor, edition="")).select_related("dataset", "place")


def _shown(request: HttpRequest, actor: Actor, rows: list[Edition]) -> list[schemas.Edition]:
    keys = [row.pk for row in rows]
    taken = set(open_editions(actor).filter(pk__in=keys).exclude(folder="").values_list("pk", flat=True))
    return [schemas.Edition(
        edition=e.pk, dataset=e.dataset.code, place=e.place.code, number=e.number, label=e.label, state=e.state,
        embargo_until=e.embargo_until, released_at=e.released_at, run=e.run, code_version=e.code_version,
        made_at=e.made_at, observation_count=e.observation_count, change_count=e.change_count, causes=e.causes,
        package=request.build_absolute_uri(reverse("package", kwargs={"edition": e.pk})) if e.pk in taken else None)
        for e in rows]


@router.get("/layers", response=schemas.Layers, operation_id="listLayers", summary="List map layers")
def list_layers(request: HttpRequest, asked: Query[schemas.LayerFilters]) -> schemas.Layers:
    """Give the map layers of editions whose files you may take."""
    known_only(request.GET, schemas.LayerFilters)
    found = Layer.objects.filter(edition__in=open_editions(actor_for(request)))
    if asked.edition:
        found = found.filter(edition=asked.edition)
    rows, position = page_of(found, asked.cursor, asked.limit)
    return schemas.Layers(items=[schemas.Layer(
        edition=row.edition_id, code=row.code, title=row.title, kind=row.kind, value=row.value,
        unit_measure=row.unit_measure, note=row.note, features=_features(request, row)) for row in rows],
        next=next_address(request, position))


def _features(request: HttpRequest, row: Layer) -> str | None:
    if row.kind != "vector":
        return None
    return request.build_absolute_uri(reverse("ogc-items", kwargs={"name": f"layer-{row.edition_id}-{row.code}"}))


@work.get("/jobs", response=schemas.Jobs, operation_id="listJobs", summary="List your jobs")
def list_jobs(request: HttpRequest) -> schemas.Jobs:
    """Give the newest jobs of your account."""
    known_only(request.GET)
    return schemas.Jobs(items=[_job(job) for job in _own(request)[:NEWEST]])


@work.get("/jobs/{job}", response=schemas.Job, operation_id="getJob", summary="Give one of your jobs",
          url_name="getJob")
def get_job(request: HttpRequest, job: UUID) -> schemas.Job:
    """Give a job of your account: how far it is, and what came of it."""
    known_only(request.GET)
    found = _own(request).filter(pk=job).first()
    if found is None:
        raise Http404
    return _job(found)


def _own(request: HttpRequest) -> QuerySet[Job]:
    actor = actor_for(request)
    if actor.user_id is None:
        raise NeedsAccountError
    return Job.objects.filter(author=actor.user_id)


class NeedsAccountError(PermissionDenied):
    """Only somebody with an account has jobs; the answer is 401."""


def _job(job: Job) -> schemas.Job:
    return schemas.Job(id=str(job.pk), kind=job.kind, state=job.state, progress=job.progress, step=job.step,
                       outcome=job.outcome, problems=job.problems, created_at=job.created_at, ended_at=job.ended_at)
