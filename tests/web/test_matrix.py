"""Every door, for every role, place and state: a secret shows exactly where the policy says so."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from ekistics.package import write_package
from ekistics.web.accounts.actors import actor_of_user
from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import make_token
from ekistics.web.api import doors as api_doors
from ekistics.web.observatory import peers
from ekistics.web.observatory.models import Coverage, Edition, Layer, Observation, Revision
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.quantiles import renew_quantiles
from ekistics.web.observatory.tables import AREA_SCHEME
from ekistics.web.places.models import Place, PlaceCode
from ekistics.web.policy import Facts, Role, State
from ekistics.web.texts.models import Text
from ekistics.web.work.models import Job
from ekistics.web.workflow.moves import Move
from tests.publish import indices
from tests.web.matrix_doors import Case, Door, Who, doors, number
from tests.web.nations import documents, national_package, sample_document

pytestmark = pytest.mark.django_db
KINDS = [Facts(*each) for each in (*product((State.PUBLISHED,), (False, True), (False, True)), *product(
    [s for s in State if s is not State.PUBLISHED], (False,), (False, True)))]
# Each, rounded to one digit, is no number of another city: not with the steps and bounds of small_package.
SECRETS = (33.92, 39.12, 23.84, 46.14, 52.38, 21.14, 17.56, 57.72, 32.34, 64.64, 36.66, 61.96, 54.44, 50.32)


@pytest.fixture
def cases(world: Place, write: Callable[..., Path], person: Callable[..., User], tmp_path: Path) -> list[Case]:
    """Publish a city, and a country with the same secret, for every state, embargo and confidentiality."""
    author, later = person(Role.CONTRIBUTOR, "GHA", "author"), timezone.now() + timedelta(days=9)
    made: dict[int, list[int]] = {}
    for state, embargoed in product((s for s in State if s is not State.WITHDRAWN), (False, True)):
        mine = [i for i, facts in enumerate(KINDS) if (_begun(facts), facts.embargoed) == (state, embargoed)]
        towns = [write(f"GHA-S{i:02d}", name=f"Town {chr(65 + i)}", access=SECRETS[i],
                       conf_status="C" if KINDS[i].restricted else "F") for i in mine]
        nations, scores = [_nation(i, tmp_path) for i in mine], [_index(i, tmp_path) for i in mine]
        outcomes = publish_packages([*towns, *nations, *scores], state=state, author=author.pk,
                                    embargo_until=later if embargoed else None)
        assert [o.error for o in outcomes] == [None] * 3 * len(mine)
        made |= {i: [outcomes[at + k * len(mine)].edition for k in range(3)] for at, i in enumerate(mine)}
    root = actor_of_user(person(Role.ADMINISTRATOR, name="root"))
    found = [_case(i, facts, *made[i], _text(i, author)) for i, facts in enumerate(KINDS)]
    renew_quantiles(Coverage.objects.values_list("measure_id", "period_id"))
    for case in found:
        if case.facts.state is State.WITHDRAWN:
            for edition in (case.edition, case.national, case.index):
                Move(root, f"edition:{edition}", "withdraw", "Its source was found to be wrong.").execute()
    for case in found:
        others = Observation.objects.exclude(place__code__startswith=case.code).exclude(place__code=case.country)
        numbers = {n for row in others.values_list("obs_value", "se", "lci", "uci") for n in row if n is not None}
        assert round(case.secret, 1) not in {round(n, 1) for n in numbers}, case
    return found


def _nation(i: int, folder: Path) -> Path:
    """Write a package of a country below that of the cities, so that the same roles reach it; its papers tell, too."""
    code, secret = f"QA{chr(65 + i)}", SECRETS[i]
    Place.objects.create(code=code, kind="country", country=code, name=f"Nation {chr(65 + i)}",
                         parent=Place.objects.get(code="GHA"))
    papers = sample_document(code)
    told = {"value": secret, "unweighted_mean": secret, "volunteers": secret, "lci": secret - 3, "uci": secret + 3}
    papers["comparison"] = [papers["comparison"][0] | told]
    write_package(national_package(code, name=f"Nation {chr(65 + i)}", access=secret, years=("2025",), groups=False,
                                   conf_status="C" if KINDS[i].restricted else "F"), folder / code,
                  documents=documents(sample=papers))
    return folder / code


def _index(i: int, folder: Path) -> Path:
    """Write a package of an index of that country: its live document holds the secret, which its page shows whole."""
    code, secret = f"QA{chr(65 + i)}", SECRETS[i]
    live = indices.live(3, missing=0, shape=(1, 1, 1))
    live["values"][0][0], live["units"][0]["name"] = secret, f"Town of Nation {chr(65 + i)}"
    package = national_package(code, name=f"Nation {chr(65 + i)}", access=secret, years=("2024",), groups=False,
                               conf_status="C" if KINDS[i].restricted else "F", seed=2)
    rows = package.observations[package.observations["indicator"] == "sdg_11_2_1"].assign(variant="straight_line")
    write_package(replace(package, observations=rows, indicators=package.indicators[:1]), folder / f"index-{code}",
                  documents=documents(live=live))
    return folder / f"index-{code}"


def _text(i: int, author: User) -> Text:
    """Begin a text for that country's report, in a state of its own: those of the countries with a report differ."""
    stands = [k for k, facts in enumerate(KINDS) if facts.state is State.PUBLISHED and not facts.embargoed]
    state = (State.DRAFT, State.UNDER_REVIEW)[stands.index(i)] if i in stands else list(State)[i % len(State)]
    name = f"Nation {chr(65 + i)}"
    return Text.objects.create(place=Place.objects.get(code=f"QA{chr(65 + i)}"), section="1.1.1", language="en",
                               words=f"Words of {name}.", office=f"Office of {name}", author=author, state=str(state),
                               changed_at=timezone.now())


def _begun(facts: Facts) -> State:
    """Give the state in which an edition is stored."""
    return State.PUBLISHED if facts.state is State.WITHDRAWN else facts.state


def _case(i: int, facts: Facts, edition: int, national: int, index: int, text: Text) -> Case:
    """Give a city a revision and layers that are drawn from numbers; all its values of the indicator are alike."""
    rows = Observation.objects.filter(edition=edition, measure__indicator__code="sdg_11_2_1")
    if facts.restricted:
        rows.update(conf_status="C", restricted=True)
        hidden = Observation.objects.filter(edition__in=(national, index), measure__indicator__code="sdg_11_2_1")
        assert set(hidden.values_list("restricted", flat=True)) == {True}
    held = rows.get(place__code=f"GHA-S{i:02d}", measure__variant="network")
    assert held.obs_value == pytest.approx(SECRETS[i])
    Revision.objects.create(edition_id=edition, measure=held.measure, place=held.place, period=held.period,
                            group=held.group, kind="added", new=held.obs_value, restricted=facts.restricted)
    PlaceCode.objects.create(place=held.place, scheme=AREA_SCHEME, value=f"GHS{i:02d}")
    _draw(Edition.objects.get(pk=edition))
    own = rows.filter(place=held.place)
    return Case(f"GHA-S{i:02d}", f"Town {chr(65 + i)}", float(held.obs_value), facts, edition, held.pk,
                frozenset(own.values_list("pk", flat=True)), f"QA{chr(65 + i)}", f"Nation {chr(65 + i)}", national,
                Edition.objects.get(pk=national).dataset.code, index, text.pk, State(text.state))


def _draw(edition: Edition) -> None:
    folder = Path(settings.MEDIA_ROOT) / edition.folder / "map"
    for code, kind, name in (("access", "vector", "access.pmtiles"), ("heat", "raster", "heat-day.png")):
        Layer.objects.create(edition=edition, code=code, title=code, kind=kind, value="near")
        (folder / name).write_bytes(b"drawn")
    (folder / "heat.json").write_text(json.dumps({"corners": []}), encoding="utf-8")


def _people(person: Callable[..., User]) -> Iterator[tuple[Who, User | None]]:
    """Give who asks: every role at the cities, above them and elsewhere, the author, and tokens."""
    yield Who("public", Role.PUBLIC), None
    for role, at in product([r for r in Role if r is not Role.PUBLIC], ("GHA", "KEN")):
        here = role if at == "GHA" else Role.PUBLIC
        yield Who(f"{role.name} at {at}", here, signed_in=True), person(role, at)
    yield Who("author", Role.CONTRIBUTOR, own=True, signed_in=True), User.objects.get(username="author")
    editor = User.objects.get(username="editor-gha")
    for scope in ("read", "upload"):
        _row, text = make_token(editor, scope, [scope])
        yield Who(f"token to {scope}", Role.EDITOR if scope == "read" else Role.PUBLIC,
                  headers=(("Authorization", f"Bearer {text}"),)), None


def _more_people(person: Callable[..., User]) -> Iterator[tuple[Who, User | None]]:
    """Give those above the cities, and everybody as the author: of whatever role, at the cities or elsewhere."""
    yield Who("ADMINISTRATOR at 001", Role.ADMINISTRATOR, signed_in=True), person(Role.ADMINISTRATOR)
    for role, at in product([r for r in Role if r is not Role.PUBLIC], ("GHA", "KEN")):
        here = role if at == "GHA" else Role.PUBLIC
        user = User.objects.get(username=f"{role.name.lower()}-{at.lower()}")
        yield Who(f"author, {role.name} at {at}", here, own=True, signed_in=True), user


def _everybody(person: Callable[..., User]) -> Iterator[tuple[Who, User | None]]:
    yield from _people(person)
    yield from _more_people(person)


class Wrong(NamedTuple):
    """A cell where what shows is not what the policy says."""

    who: str
    door: Door
    address: str
    case: Case
    what: str
    read: list[Any]


def _body(response: Any) -> bytes:
    """Read an answer to its end, where the test's client closes it: no file of it stays open."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


class Asker:
    """Goes through doors as somebody, and notes where what shows is not what the policy says."""

    def __init__(self, who: Who, client: Client, cases: list[Case]) -> None:
        self.who, self.client, self.cases = who, client, cases
        self.answers: dict[str, bytes | None] = {}
        self.read: dict[tuple[str, str], Any] = {}
        self.wrong: list[Wrong] = []
        self.cells = self.shown = self.looks = 0

    def ask(self, door: Door, case: Case) -> None:
        """Look at one cell."""
        address = door.address.format(c=case)
        fresh = (address, door.how) not in self.read
        if fresh:
            self.read[address, door.how] = door.content(self._answer(address))
        content = self.read[address, door.how]
        seen, expected = door.shows(content, case), door.expected(case, self.who)
        self.cells, self.shown = self.cells + 1, self.shown + seen
        if seen != expected:
            self.wrong.append(Wrong(self.who.name, door, address, case, "seen" if seen else "hidden",
                                    door.near(content, case)))
        if fresh and isinstance(content, list):
            self._look_for_others(door, address, content)

    def _look_for_others(self, door: Door, address: str, content: list[Any]) -> None:
        """Look whether the numbers of an answer hold a secret of any other city."""
        for other in self.cases:
            self.looks += 1
            if not number(other, self.who) and door.shows(content, other):
                self.wrong.append(Wrong(self.who.name, door, address, other, "seen of other",
                                        door.near(content, other)))

    def _answer(self, address: str) -> bytes | None:
        if address not in self.answers:
            response = self.client.get(address, headers=dict(self.who.headers))
            body = _body(response)
            refuses = "/uploads/" in address or address.endswith("/texts/")
            allowed = {200, 404, 422} | ({302} if not self.who.signed_in else set()) | (
                {403} if refuses else set()) | ({401} if address.endswith("/workflow") else set())
            assert response.status_code in allowed, (self.who.name, address, response.status_code)
            self.answers[address] = body if response.status_code == 200 else None
        return self.answers[address]


def _through(people: Iterator[tuple[Who, User | None]], cases: list[Case], client_of: Callable[..., Client],
             wanted: Callable[[Door, Case, Who, tuple[int, int]], bool],
             capsys: pytest.CaptureFixture[str]) -> list[Wrong]:
    """Let people go through the wanted cells, print how many there are, and give those that are wrong."""
    every, author = doors([case.code for case in cases]), User.objects.get(username="author")
    askers = []
    for i, (who, user) in enumerate(people):
        for owned in (Edition, Text):
            owned.objects.update(author=user if who.own and user is not None else author)
        asker = Asker(who, client_of(user), cases)
        for (j, door), (k, case) in product(enumerate(every), enumerate(cases)):
            if not (door.session and who.headers) and wanted(door, case, who, (i + j, k)):
                asker.ask(door, case)
        askers.append(asker)
    wrong = [each for asker in askers for each in asker.wrong]
    cells, shown = sum(a.cells for a in askers), sum(a.shown for a in askers)
    with capsys.disabled():
        print(f"\nSHOWN rights: {cells} cells of who, place, door and state; the secret shows in {shown}, "
              f"{len(wrong)} are wrong; {sum(a.looks for a in askers)} looks for secrets of other cities")
    assert 0 < shown < cells
    return wrong


def _by_door(wrong: list[Wrong]) -> str:
    """Write the wrong cells by door, so that one cause is one line."""
    doors: dict[tuple[str, str], list[Wrong]] = {}
    for each in wrong:
        doors.setdefault((each.door.address, each.what), []).append(each)
    return "\n".join(f"{len(cells):5} {what:12} {address}; first: {cells[0].who} at {cells[0].address}, "
                     f"{cells[0].case.code} {cells[0].case.facts}, secret {cells[0].case.secret}, read {cells[0].read}"
                     for (address, what), cells in sorted(doors.items()))


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_doors, "meter", api_doors.Meter(most=10**9))


@pytest.fixture(autouse=True)
def _few_are_peers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages tell how few cities spread: a secret among them would show."""
    monkeypatch.setattr(peers, "LEAST_PEERS", 2)


def _quick(door: Door, case: Case, who: Who, turn: tuple[int, int]) -> bool:
    """Take the cells of the public; of the others every second request that many cells share, every ninth of the rest.

    The turns go through doors, cities and people alike: each two of them meet.
    """
    if door.cost < 2:
        if who.name == "public":
            return True
        return turn[0] % 2 == 0 if "{c." not in door.address else sum(turn) % 9 == 0
    telling = case.facts in (Facts(restricted=True), Facts(embargoed=True), Facts(State.DRAFT))
    if "html" in door.address:
        return telling and sum(turn) % 3 == 0
    return case.facts == Facts(restricted=True) and who.name in ("public", "VIEWER at GHA")


def test_a_secret_shows_exactly_where_the_policy_says(
        cases: list[Case], person: Callable[..., User], client_of: Callable[..., Client],
        capsys: pytest.CaptureFixture[str]) -> None:
    assert Place.objects.filter(code="KEN").exists()
    wrong = _through(_everybody(person), cases, client_of, _quick, capsys)
    assert wrong == [], _by_door(wrong)


@pytest.mark.full
def test_every_cell(cases: list[Case], person: Callable[..., User], client_of: Callable[..., Client],
                    capsys: pytest.CaptureFixture[str]) -> None:
    wrong = _through(_everybody(person), cases, client_of, lambda *_cell: True, capsys)
    assert wrong == [], _by_door(wrong)


# Doors that are no city's: who comes in; a role counts where it is wide enough.
ROOMS = (
    ("/api/v1/audit", "world"), ("/en/audit/", "world"), ("/en/people/", Role.ADMINISTRATOR),
    ("/en/uploads/", Role.CONTRIBUTOR), ("/en/uploads/package/", Role.CONTRIBUTOR), ("/en/work/", "account"),
    ("/en/jobs/", "account"), ("/api/v1/jobs", "account"), ("/en/account/", "account"),
    ("/en/account/tokens/", "account"))


def test_rooms_and_jobs_let_in_who_may(publish: Callable[..., Any], person: Callable[..., User],
                                       client_of: Callable[..., Client], capsys: pytest.CaptureFixture[str]) -> None:
    publish("GHA-ROO")
    author = person(Role.CONTRIBUTOR, "GHA", "author")
    path = Path(settings.MEDIA_ROOT) / "exports" / "table.csv"
    path.parent.mkdir()
    path.write_text(f"obs_value\n{SECRETS[0]}\n", encoding="utf-8")
    common = {"kind": "table", "state": "done", "file": "exports/table.csv", "author": author}
    here = Job.objects.create(place=Place.objects.get(code="GHA-ROO"), **common)
    nowhere = Job.objects.create(**common)
    wrong, cells = [], 0
    everybody = [*_people(person), *list(_more_people(person))[:1]]
    for who, user in everybody:
        if who.headers:
            continue
        client, of_world = client_of(user), who.name == "ADMINISTRATOR at 001"
        highest = Role.PUBLIC if user is None else Role(max(user.grants.values_list("role", flat=True)))
        rooms = [(address, user is not None if least == "account" else of_world if least == "world"
                  else highest >= int(least)) for address, least in ROOMS]
        mine = user == author
        for job, seen in ((here, mine or who.role is Role.ADMINISTRATOR), (nowhere, mine or of_world)):
            rooms += [(f"/en/jobs/{job.pk}/", seen), (f"/en/jobs/{job.pk}/file/", seen),
                      (f"/api/v1/jobs/{job.pk}", mine)]
        for address, expected in rooms:
            answer = client.get(address)
            _body(answer)
            assert answer.status_code in (200, 302, 401, 403, 404), (who.name, address, answer.status_code)
            cells += 1
            if (answer.status_code == 200) is not expected:
                wrong.append((who.name, address, answer.status_code))
    with capsys.disabled():
        print(f"\nSHOWN rights in rooms: {cells} cells of who, room and job; {len(wrong)} are wrong")
    assert wrong == []


def test_scopes_bound_what_a_token_opens(publish: Callable[..., Any], person: Callable[..., User],
                                         client_of: Callable[..., Client]) -> None:
    root = person(Role.ADMINISTRATOR)
    edition = publish("GHA-ROO", conf_status="C").edition
    secret = Observation.objects.get(edition=edition, place__code="GHA-ROO", restricted=True)
    for scope in ("read", "upload", "review", "publish", "audit"):
        _row, text = make_token(root, scope, [scope])
        client, headers = client_of(None), {"Authorization": f"Bearer {text}"}
        assert (client.get("/api/v1/audit", headers=headers).status_code == 200) is (scope == "audit")
        assert (client.get(f"/api/v1/observations/{secret.pk}", headers=headers).status_code == 200) is (
            scope == "read")
        assert client.get(f"/en/values/{secret.pk}/", headers=headers).status_code == 404
