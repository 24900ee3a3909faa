"""A record with one city in it, people with roles, and clients for them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from django.utils import translation

from ekistics.package import write_package
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.observatory.frames import forget
from ekistics.web.observatory.publishing import Outcome, publish_packages
from ekistics.web.places.models import Place
from ekistics.web.places.tree import seed_world
from ekistics.web.policy import Role
from ekistics.web.workflow.guards import lifted
from tests.web.packages import small_package

PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _nothing_remembered(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give each test a media folder of its own, and forget rows that a rolled-back transaction numbered."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    forget()
    caches["pages"].clear()
    yield
    forget()


@pytest.fixture(autouse=True)
def _language_of_nobody() -> Iterator[None]:
    """Let no test read in the language of the last request of another."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _log_may_be_emptied_between_tests() -> Iterator[None]:
    """Lift the triggers of the log while Django empties all tables after a test with transactions of its own."""
    whole = BaseDatabaseOperations.execute_sql_flush

    def flush(self: BaseDatabaseOperations, statements: list[str]) -> None:
        with lifted(self.connection):
            whole(self, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush)
        yield


@pytest.fixture(autouse=True)
def _connection_kept() -> Iterator[None]:
    """Keep the test's connection, which holds its transaction, at the end of requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Give every test's database the world of M49, as the first start of a site does."""
    with django_db_blocker.unblock():
        seed_world()


@pytest.fixture
def world(db: None) -> Place:
    """Give the world of M49, which a test with transactions of its own took away with all else."""
    seed_world()
    return Place.objects.get(code="001")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write each small package once, as its bytes are a matter of its place and values alone, and give its folder."""
    home, kept = tmp_path_factory.mktemp("packages"), {}

    def once(code: str, **changes: Any) -> Path:
        key = (code, *sorted(changes.items()))
        if key not in kept:
            folder = home / str(len(kept))
            write_package(small_package(code, **changes), folder)
            kept[key] = folder
        return kept[key]

    return once


@pytest.fixture
def write(tmp_path: Path, written: Callable[..., Path]) -> Callable[..., Path]:
    """Give the folder of a small package of the test's own, with its place code and values."""

    def made(code: str = "GHA-AVA", **changes: Any) -> Path:
        folder = tmp_path / f"{code}-{len(list(tmp_path.iterdir()))}"
        return Path(shutil.copytree(written(code, **changes), folder))

    return made


@pytest.fixture
def publish(world: Place, write: Callable[..., Path]) -> Callable[..., Outcome]:
    """Write a small package, load it, and give what became of it."""

    def done(code: str = "GHA-AVA", **changes: Any) -> Outcome:
        how = {name: changes.pop(name) for name in ("state", "embargo_until", "author") if name in changes}
        (outcome,) = publish_packages([write(code, **changes)], **how)
        assert outcome.error is None, outcome.error
        return outcome

    return done


@pytest.fixture
def person(world: Place) -> Callable[..., User]:
    """Make an account with a role at a place."""

    def made(role: Role, at: str = "001", name: str = "") -> User:
        name = name or f"{role.name.lower()}-{at.lower()}"
        user = User.objects.create_user(name, f"{name}@example.org", PASSWORD)
        if role is not Role.PUBLIC:
            RoleGrant.objects.create(user=user, place=Place.objects.get(code=at), role=int(role))
        return user

    return made


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    """Give a client that is signed in as somebody, or nobody."""

    def made(user: User | None = None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return made
