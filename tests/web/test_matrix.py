"""Every door that gives numbers, for every role, place and state: a secret shows exactly where the policy says so."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from django.utils import timezone

from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.api import doors
from ekistics.web.observatory.models import Edition, Observation
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Facts, Role, State, may

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """A city with one secret number."""

    code: str
    secret: float
    facts: Facts
    edition: int
    observation: int

    @property
    def stands(self) -> bool:
        """Tell whether its number is a current one."""
        return self.facts.state is State.PUBLISHED and not self.facts.embargoed


def _json_rows(raw: bytes) -> list[Any]:
    said = json.loads(raw)
    return [row[said["columns"].index("obs_value")] for row in said["rows"]]


def _frame(raw: bytes, read: Callable[..., pd.DataFrame], **how: Any) -> list[float]:
    frame = read(io.BytesIO(raw), **how)
    return list(frame[next(c for c in frame.columns if c.lower() == "obs_value")])


READERS: dict[str, Callable[[bytes], list[Any]]] = {
    "items": lambda raw: [row["obs_value"] for row in json.loads(raw)["items"]],
    "one": lambda raw: [json.loads(raw)["obs_value"]],
    "json": _json_rows, "csv": lambda raw: _frame(raw, pd.read_csv),
    "xlsx": lambda raw: _frame(raw, pd.read_excel, sheet_name="observations"),
    "parquet": lambda raw: _frame(raw, pd.read_parquet),
    "xml": lambda raw: [float(v) for v in re.findall(r'OBS_VALUE="([0-9.]+)"', raw.decode())],
    "page": lambda raw: [float(v) for v in re.findall(r"(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])", raw.decode())],
}
# Address, how it is read, and whether it holds current numbers only.
NUMBERS = (
    ("/api/v1/observations?ref_area={c.code}&current=false", "items", False),
    ("/api/v1/observations?parent={c.code}", "items", True),
    ("/api/v1/observations?edition={c.edition}", "items", False),
    ("/api/v1/observations?indicator=sdg_11_2_1&limit=1000", "items", True),
    ("/api/v1/observations/{c.observation}", "one", False),
    ("/tables/cities/{c.code}.csv", "csv", True), ("/tables/cities/{c.code}.json", "json", True),
    ("/tables/cities/{c.code}.xlsx", "xlsx", True), ("/tables/cities/{c.code}.parquet", "parquet", True),
    ("/tables/cities/{c.code}.sdmx.csv", "csv", True), ("/tables/cities/{c.code}.sdmx.xml", "xml", True),
    ("/tables/indicators/sdg_11_2_1.csv", "csv", True), ("/tables/datasets/profile:{c.code}.csv", "csv", True),
    ("/tables/observations.csv?edition={c.edition}", "csv", False),
    ("/tables/observations.json?country=GHA&current=false", "json", False),
    ("/tables/observations.sdmx.csv?edition={c.edition}", "csv", False),
    ("/en/cities/{c.code}/", "page", True), ("/en/values/{c.observation}/", "page", False),
)
# What is there or not, as a whole.
FILES = ("/packages/{c.edition}.zip", "/ogc/collections/layer-{c.edition}-boundary/items",
         "/ogc/collections/layer-{c.edition}-neighbourhoods")


@pytest.fixture
def cases(publish: Callable[..., Any], person: Callable[..., User]) -> list[Case]:
    """Publish a city for every state, embargo and confidentiality."""
    author = person(Role.CONTRIBUTOR, "GHA", "author")
    found = []
    kinds = [*product((State.PUBLISHED,), (False, True), (False, True)),
             *product([s for s in State if s is not State.PUBLISHED], (False,), (False, True))]
    for i, (state, embargoed, restricted) in enumerate(kinds):
        secret = 20.05 + 1.737 * i  # no other number of a city is a step of these away
        made = publish(f"GHA-S{i:02d}", name=f"Town {chr(65 + i)}", access=secret, state=State.PUBLISHED,
                       conf_status="C" if restricted else "F", author=author.pk,
                       embargo_until=timezone.now() + timedelta(days=9) if embargoed else None)
        if state is not State.PUBLISHED:  # as a move of the workflow leaves it
            Edition.objects.filter(pk=made.edition).update(state=str(state), released_at=None)
            Observation.objects.filter(edition=made.edition).update(current=False)
        held = Observation.objects.get(edition=made.edition, place__code=f"GHA-S{i:02d}", obs_value__gt=secret - 0.01,
                                       obs_value__lt=secret + 0.01)
        found.append(Case(f"GHA-S{i:02d}", secret, Facts(state, embargoed, restricted), made.edition, held.pk))
    return found


def _people(person: Callable[..., User]) -> list[tuple[str, Role, bool, dict[str, Any], User | None]]:
    """List who asks: name, role at the cities, whether the author, headers, and who is signed in."""
    found: list[tuple[str, Role, bool, dict[str, Any], User | None]] = [("public", Role.PUBLIC, False, {}, None)]
    for role, at in product([r for r in Role if r is not Role.PUBLIC], ("GHA", "KEN")):
        user = person(role, at)
        found.append((f"{role.name} at {at}", role if at == "GHA" else Role.PUBLIC, False, {}, user))
    found.append(("author", Role.CONTRIBUTOR, True, {}, User.objects.get(username="author")))
    editor = User.objects.get(username="editor-gha")
    for scope in ("read", "upload"):
        _row, text = make_token(editor, scope, [scope])
        found.append((f"token to {scope}", Role.EDITOR if scope == "read" else Role.PUBLIC, False,
                      {"Authorization": f"Bearer {text}"}, None))
    return found


def _may(case: Case, role: Role, own: bool) -> bool:
    facts = Facts(case.facts.state, case.facts.embargoed, case.facts.restricted, own)
    return may(role, Action.READ, facts)


def _raw(client: Client, address: str, headers: dict[str, str]) -> bytes | None:
    response = client.get(address, headers=headers)
    if response.status_code != 200:
        assert response.status_code in (404, 422), (address, response.status_code)
        return None
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_secret_shows_exactly_where_the_policy_says(
        cases: list[Case], person: Callable[..., User], client_of: Callable[..., Client],
        monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert Place.objects.filter(code="KEN").exists()
    monkeypatch.setattr(doors, "meter", doors.Meter(most=10**9))
    wrong, cells, shown = [], 0, 0
    for name, role, own, headers, user in _people(person):
        client = client_of(user)
        held: dict[str, list[Any]] = {}
        for case, (address, how, current) in product(cases, NUMBERS):
            if headers and how == "page":
                continue  # pages know sessions only
            asked = address.format(c=case)
            if asked not in held:
                raw = _raw(client, asked, headers)
                held[asked] = [] if raw is None else READERS[how](raw)
            near = 0.06 if how == "page" else 1e-9
            seen = any(abs(float(v) - case.secret) < near for v in held[asked] if v is not None)
            expected = _may(case, role, own) and (case.stands or not current)
            cells, shown = cells + 1, shown + seen
            if seen != expected:
                wrong.append((name, asked, str(case.facts), "seen" if seen else "hidden"))
        for case, address in product(cases, FILES):
            seen = _raw(client, address.format(c=case), headers) is not None
            cells, shown = cells + 1, shown + seen
            if seen != _may(case, role, own):
                wrong.append((name, address.format(c=case), str(case.facts), "seen" if seen else "hidden"))
    with capsys.disabled():
        print(f"\nrights: {cells} cells of who, place, door and state; the secret shows in {shown}, "
              f"and {len(wrong)} are wrong")
    assert wrong == []
    assert 0 < shown < cells
