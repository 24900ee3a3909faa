"""Background work: progress, cancelling, tries, time limits, killed workers, cleaning, rights."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.web.policy import Role
from ekistics.web.work import jobs as machinery
from ekistics.web.work.jobs import STOPPING, Tell, ask_to_cancel, enqueue, job_record, run_job
from ekistics.web.work.kinds import KINDS, Kind
from ekistics.web.work.leases import Lease, is_alive
from ekistics.web.work.mending import clean, mend
from ekistics.web.work.models import Job

pytestmark = pytest.mark.django_db
CALLS: list[str] = []


def count_up(job: Job, tell: Tell) -> dict[str, Any]:
    CALLS.append(str(job.pk))
    for i in range(job.parameters.get("steps", 2)):
        tell(i / 2, f"step {i}")
    return {"counted": len(CALLS)}


def user_fault(_job: Job, _tell: Tell) -> dict[str, Any]:
    CALLS.append("fault")
    raise InputFormatError("The file is of another kind.", where="a.csv", got="pdf")


def locked_twice(_job: Job, _tell: Tell) -> dict[str, Any]:
    CALLS.append("twice")
    if CALLS.count("twice") < 3:
        raise OperationalError("database is locked")
    return {"tries": CALLS.count("twice")}


def always_locked(_job: Job, _tell: Tell) -> dict[str, Any]:
    CALLS.append("locked")
    raise OperationalError("database is locked")


def our_fault(_job: Job, _tell: Tell) -> dict[str, Any]:
    raise RuntimeError("secret inside")


def endless(_job: Job, _tell: Tell) -> dict[str, Any]:
    while True:
        try:
            time.sleep(5)
        except Exception:  # noqa: BLE001, S112 - a library that swallows everything
            continue


def cancelled_inside(job: Job, tell: Tell) -> dict[str, Any]:
    ask_to_cancel(Job.objects.get(pk=job.pk), actor=job.author_id)
    tell(0.5, "half")
    CALLS.append("never")
    return {}


def stopped_inside(_job: Job, tell: Tell) -> dict[str, Any]:
    STOPPING.set()
    tell(0.5, "half")
    return {}


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    CALLS.clear()
    STOPPING.clear()
    for work in (count_up, user_fault, locked_twice, always_locked, our_fault, cancelled_inside, stopped_inside):
        monkeypatch.setitem(KINDS, work.__name__, Kind(work.__name__, work))
    monkeypatch.setitem(KINDS, "endless", Kind("endless", endless, seconds=1))
    monkeypatch.setattr(machinery, "WAITS", (0.0, 0.0))


@pytest.fixture
def queue(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the real queue, in the database; its worker may not close the test's connection."""
    monkeypatch.setattr("django_tasks_db.management.commands.db_worker.close_old_connections", lambda: None)
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def work() -> None:
    call_command("worker", "--once")


def test_a_job_runs_once_and_tells_its_outcome(queue: None, person) -> None:
    author = person(Role.CONTRIBUTOR, "GHA")
    job = enqueue("count_up", {"steps": 2}, author=author)
    assert (job.state, job.parameters["language"], CALLS) == ("queued", "en", [])
    work()
    run_job.call(str(job.pk))  # the number comes out of the queue again
    job.refresh_from_db()
    assert (job.state, job.progress, job.attempts, job.outcome, len(CALLS)) == ("done", 1.0, 1, {"counted": 1}, 1)
    assert json.loads(json.dumps(job_record(job)))["state"] == "done"


def test_faults_of_the_user_are_told_and_not_tried_again(queue: None) -> None:
    job = enqueue("user_fault", {})
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts, CALLS) == ("failed", 1, ["fault"])
    assert job.outcome["error"]["code"] == "input-format" and "pdf" in job.outcome["text"]


def test_a_locked_database_is_tried_again_up_to_three_times(queue: None) -> None:
    good, bad = enqueue("locked_twice", {}), enqueue("always_locked", {})
    work()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.attempts) == ("done", 3)
    assert (bad.state, bad.attempts) == ("failed", 3) and "did not answer" in bad.outcome["text"]


def test_waiting_times_stand_in_the_queue(queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machinery, "WAITS", (60.0, 60.0))
    job = enqueue("always_locked", {})
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 1)
    waits = DBTaskResult.objects.get(status=TaskResultStatus.READY).run_after - timezone.now()
    assert timedelta(seconds=30) < waits < timedelta(seconds=61)


def test_our_own_faults_show_nothing_of_the_inside(queue: None) -> None:
    job = enqueue("our_fault", {})
    work()
    job.refresh_from_db()
    assert job.state == "failed" and "secret" not in json.dumps(job_record(job))


def test_a_job_that_takes_too_long_is_ended(queue: None) -> None:
    job = enqueue("endless", {})
    begun = time.monotonic()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda _seconds: signal.pause())
        work()
    job.refresh_from_db()
    assert job.state == "failed" and "longer than it may" in job.outcome["text"] and time.monotonic() - begun < 20


def test_cancelling_ends_a_waiting_job_at_once_and_a_running_one_at_its_next_step(queue: None) -> None:
    waiting, running = enqueue("count_up", {}), enqueue("cancelled_inside", {})
    ask_to_cancel(waiting)
    assert waiting.state == "cancelled"
    work()
    running.refresh_from_db()
    assert running.state == "cancelled" and CALLS == []


def test_a_worker_that_is_told_to_end_puts_its_job_back(queue: None) -> None:
    job = enqueue("stopped_inside", {})
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 0)
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).count() == 2


def test_a_killed_worker_is_seen_by_its_lock_and_its_job_starts_again(queue: None) -> None:
    job = enqueue("count_up", {})
    row = DBTaskResult.objects.get()
    with Lease("worker-a"):
        row.claim("worker-a")
        Job.objects.filter(pk=job.pk).update(state="running", attempts=1)
        assert is_alive("worker-a") is True and mend() == 0
    assert is_alive("worker-a") is False and mend() == 1 and mend() == 0
    work()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_whose_worker_dies_each_time_is_given_up(queue: None) -> None:
    job = enqueue("count_up", {})
    Job.objects.filter(pk=job.pk).update(state="running", attempts=3)
    with Lease("worker-b"):
        DBTaskResult.objects.get().claim("worker-b")
    assert mend() == 1
    job.refresh_from_db()
    assert job.state == "failed" and "killed" in job.outcome["text"]


def test_a_worker_of_another_machine_gets_the_time_of_its_job(queue: None) -> None:
    enqueue("count_up", {})
    DBTaskResult.objects.get().claim("elsewhere")
    assert is_alive("elsewhere") is None and mend() == 0
    assert mend(timezone.now() + timedelta(seconds=KINDS["count_up"].seconds + 301)) == 1


def test_kinds_and_their_number_are_bounded(queue: None, person) -> None:
    with pytest.raises(UnknownNameError):
        enqueue("count_upp", {})
    author = person(Role.CONTRIBUTOR, "GHA")
    for _i in range(machinery.MOST_WAITING):
        enqueue("count_up", {}, author=author)
    with pytest.raises(InvalidValueError, match="unfinished"):
        enqueue("count_up", {}, author=author)


def test_old_files_and_folders_of_no_job_are_taken_away(queue: None, settings: Any) -> None:
    media = Path(settings.MEDIA_ROOT)
    for name in ("old", "new", "stray"):
        (media / "uploads" / name).mkdir(parents=True)
        (media / "uploads" / name / "upload").write_bytes(b"x")
        os.utime(media / "uploads" / name, (1, 1))
    old, new = (Job.objects.create(kind="count_up", state="done", file=f"uploads/{name}/upload",
                                   ended_at=timezone.now() - timedelta(days=days))
                for name, days in (("old", 31), ("new", 29)))
    assert clean() == 2
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.file, new.file) == ("", "uploads/new/upload")
    assert [p.name for p in (media / "uploads").iterdir()] == ["new"]


def test_only_author_and_administrators_of_the_place_see_a_job(queue: None, person, client_of) -> None:
    from ekistics.web.places.models import Place

    author = person(Role.CONTRIBUTOR, "GHA")
    job = enqueue("count_up", {}, author=author, place=Place.objects.get(code="GHA"))
    address = f"/en/jobs/{job.pk}/"
    assert client_of(author).get(address).status_code == 200
    assert client_of(person(Role.ADMINISTRATOR, "GHA")).get(address).status_code == 200
    for stranger in (person(Role.PUBLISHER, "GHA"), person(Role.ADMINISTRATOR, "BRA")):
        client = client_of(stranger)
        assert [client.get(address).status_code, client.get(f"{address}file/").status_code,
                client.post(f"{address}cancel/").status_code] == [404, 404, 404]
    nobody = client_of().get(address)
    assert nobody.status_code == 302 and "login" in nobody["Location"]
    job.refresh_from_db()
    assert job.state == "queued"


def test_the_page_asks_again_only_while_the_job_is_open(queue: None, person, client_of) -> None:
    author = person(Role.CONTRIBUTOR, "GHA")
    job, client = enqueue("count_up", {}, author=author), client_of(author)
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert 'hx-trigger="every 2s"' in page and "Refresh" in page and "<html" in page
    part = client.get(f"/en/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part and "<html" not in part
    assert client.get(f"/en/jobs/{job.pk}/cancel/").status_code == 405
    client.post(f"/en/jobs/{job.pk}/cancel/")
    page = client.get(f"/en/jobs/{job.pk}/").content.decode()
    assert "hx-trigger" not in page and "cancelled" in page
    assert "count_up" in client.get("/en/jobs/").content.decode()


SCRIPT = """
import os, sys, time
os.environ["DJANGO_SETTINGS_MODULE"] = "ekistics.web.settings"
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from ekistics.web.places.models import Place, PlaceCode
from ekistics.web.work.jobs import enqueue
from ekistics.web.work.kinds import KINDS, Kind
from ekistics.web.work.models import Job

def slow(job, tell):
    place = Place.objects.create(code="TST", kind="country", country="TST", name="Test") if not Place.objects.filter(
        code="TST").exists() else Place.objects.get(code="TST")
    with transaction.atomic():
        for i in range(200):
            PlaceCode.objects.create(place=place, scheme="kill", value=str(i))
            if os.environ.get("SLOW"):
                time.sleep(0.05)
                Path(settings.HOME, "inside").touch()
    return {"codes": PlaceCode.objects.filter(scheme="kill").count()}

KINDS["slow"] = Kind("slow", slow)
if sys.argv[1] == "make":
    call_command("migrate", verbosity=0)
    print(enqueue("slow", {}).pk)
elif sys.argv[1] == "show":
    job = Job.objects.get()
    print(job.state, job.attempts, job.outcome, PlaceCode.objects.filter(scheme="kill").count())
else:
    call_command("worker", *sys.argv[2:])
"""


def test_kill_9_of_a_worker_during_its_job_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    script = tmp_path / "work_site.py"
    script.write_text(SCRIPT, encoding="utf-8")
    place = {name: value for name, value in os.environ.items() if not name.startswith(("EKISTICS_", "DJANGO_"))}
    place["EKISTICS_HOME"] = str(tmp_path / "home")

    def call(*arguments: str) -> str:
        return subprocess.run([sys.executable, str(script), *arguments], env=place, capture_output=True, text=True,
                              check=True, timeout=120).stdout.strip()

    call("make")
    for attempt in (1, 2):
        (tmp_path / "home" / "inside").unlink(missing_ok=True)
        with subprocess.Popen([sys.executable, str(script), "work"], env={**place, "SLOW": "1"}) as worker:
            try:
                _until((tmp_path / "home" / "inside").exists)
            finally:
                worker.kill()
        assert call("show") == f"running {attempt} {{}} 0"
    call("work", "--once")
    assert call("show") == "done 3 {'codes': 200} 200"


def test_the_worker_ends_with_the_process_beside_it_and_at_once_when_told(tmp_path: Path) -> None:
    place = {name: value for name, value in os.environ.items() if not name.startswith(("EKISTICS_", "DJANGO_"))}
    place["EKISTICS_HOME"] = str(tmp_path / "home")
    script = tmp_path / "work_site.py"
    script.write_text(SCRIPT, encoding="utf-8")
    subprocess.run([sys.executable, str(script), "make"], env=place, check=True, capture_output=True, timeout=120)

    def is_there(process: int) -> bool:
        return any((tmp_path / "home" / "workers").glob(f"*-{process}-*"))

    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as beside:
        with subprocess.Popen([sys.executable, str(script), "work", "--beside", str(beside.pid)], env=place) as worker:
            try:
                _until(lambda: is_there(worker.pid))
                beside.kill()
                beside.wait()
                assert worker.wait(30) == 0
            finally:
                worker.kill()
    with subprocess.Popen([sys.executable, str(script), "work"], env=place) as worker:
        try:
            _until(lambda: is_there(worker.pid))
            time.sleep(1.0)
            worker.terminate()
            assert worker.wait(30) == 0
        finally:
            worker.kill()


def _until(happened, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_the_settings_hold_the_real_queue() -> None:
    from ekistics.web import settings as real

    assert real.TASKS["default"]["BACKEND"] == "django_tasks_db.DatabaseBackend"
    assert site.TASKS["default"]["BACKEND"] != real.TASKS["default"]["BACKEND"]
