"""How the site speaks to its database: what its address says, and what PostgreSQL is told on each connection."""

import pytest
from django.db import connection

from ekistics.web.observatory.planner import tell
from ekistics.web.settings import _database


def test_the_address_of_a_database_is_taken_whole() -> None:
    made = _database("postgresql://ana:p%40ss@db.example:5433/observatory?sslmode=require&connect_timeout=5")
    assert {name: made[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "observatory", "USER": "ana", "PASSWORD": "p@ss", "HOST": "db.example", "PORT": "5433"}
    assert made["OPTIONS"] == {"sslmode": "require", "connect_timeout": "5"}


@pytest.mark.django_db
def test_postgresql_is_told_that_places_on_the_disk_are_near_and_sqlite_nothing(django_assert_num_queries) -> None:
    lite = connection.vendor == "sqlite"
    with django_assert_num_queries(0 if lite else 1):
        tell(connection)
    if not lite:
        with connection.cursor() as cursor:
            found = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in ("random_page_cost", "jit")]
        assert found == ["1.1", "off"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such settings")
@pytest.mark.django_db(transaction=True)
def test_each_connection_is_told_when_it_is_opened() -> None:
    connection.close()
    with connection.cursor() as cursor:
        assert cursor.execute("SHOW random_page_cost").fetchone()[0] == "1.1"
        assert cursor.execute("SHOW jit").fetchone()[0] == "off"
