"""Kill the site's programs at random moments and look at what is left: ``python -m tools.kill_trials --trials 200``.

Each trial starts from the same site, runs one scene in a process that has the program loaded already, kills it with
SIGKILL at a random moment, every other time one of the clock, and else before a random statement to the database, as
those are few and matter most. Then it looks: the database is whole, every
edition that was acknowledged is there with all its observations, nothing is half. Then the scene runs again, and the
site must be the one that an undisturbed run leaves. With ``EKISTICS_DATABASE`` (``tools.with_postgres``) on PostgreSQL.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tools.kill_scenes import SCENES, Scene

SHARES = {"publish": 0.45, "backup": 0.3, "worker": 0.25}
LOADED = ("ekistics.web.observatory.publishing.publish_packages", "ekistics.web.work.jobs.run_job",
          "ekistics.web.work.upload_jobs.check", "ekistics.web.observatory.table_files.make",
          "ekistics.web.work.management.commands.worker.Command", "ekistics.web.work.restore.check_backup",
          "tests.web.packages.small_package")
MOST = 3  # runs for each kill that is wanted: some end before they are killed
COUNTED = "statements: "


@dataclass
class Child:
    """A process that was forked off with everything loaded.

    Parameters
    ----------
    pid : int
        Its number.
    said : int
        Where what it says can be read.
    """

    pid: int
    said: int

    def wait(self) -> tuple[int, str]:
        """Wait for its end and give its code (negative: the signal that ended it) and what it said."""
        pieces = []
        while piece := os.read(self.said, 1 << 16):
            pieces.append(piece)
        os.close(self.said)
        _pid, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), b"".join(pieces).decode()


def fork(work: Callable[..., None], *arguments: Any) -> Child:
    """Run work in a process of its own; it has begun when this returns."""
    said, says = os.pipe()
    pid = os.fork()
    if pid:
        os.close(says)
        if os.read(said, 1) != b"\n":
            raise SystemExit("the process did not begin")
        return Child(pid, said)
    code = 1
    try:
        os.close(said)
        os.write(says, b"\n")
        with os.fdopen(says, "w", buffering=1, encoding="utf-8") as out:  # a line is said when it is written
            try:
                work(out, *arguments)
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
            except BaseException:  # noqa: BLE001 - told to the parent
                traceback.print_exc(file=out)
    finally:
        os._exit(code)


def told(work: Callable[..., None], *arguments: Any) -> str:
    """Run work in a process of its own and give what it said."""
    code, said = fork(work, *arguments).wait()
    if code:
        raise SystemExit(f"{work.__name__} ended with {code}:\n{said}")
    return said


@dataclass
class Stage:
    """The site of the trials, and the copy from which each begins.

    Parameters
    ----------
    folder : pathlib.Path
        Where everything is.
    server : str
        Address of a PostgreSQL server; empty for SQLite.
    """

    folder: Path
    server: str

    @property
    def home(self) -> Path:
        """Give the site's folder."""
        return self.folder / "site"

    def _sql(self, *statements: str) -> list[Any]:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            return [connection.execute(s).fetchall() if s.startswith("SELECT") else connection.execute(s)
                    for s in statements]

    def begin(self) -> None:
        """Name the site to Django and load the program; no connection is opened in this process."""
        os.environ.update(EKISTICS_HOME=str(self.home), EKISTICS_HOSTS="testserver",
                          DJANGO_SETTINGS_MODULE="ekistics.web.settings")
        if self.server:
            self._sql("DROP DATABASE IF EXISTS kill_base", "DROP DATABASE IF EXISTS kill_trial",
                      "CREATE DATABASE kill_trial")
            os.environ["EKISTICS_DATABASE"] = urlsplit(self.server)._replace(path="/kill_trial").geturl()
        import django
        from django.urls import get_resolver
        from django.utils.module_loading import import_string

        django.setup()
        list(get_resolver().url_patterns)  # with the pages, everything that they show
        for name in LOADED:
            import_string(name)

    def keep(self) -> None:
        """Keep the site as it is as what each trial begins with."""
        self.home.rename(self.folder / "base")
        if self.server:
            self._sql("ALTER DATABASE kill_trial RENAME TO kill_base")

    def reset(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self.folder / "base", self.home)
        if self.server:
            self._sql("DROP DATABASE IF EXISTS kill_trial WITH (FORCE)",
                      "CREATE DATABASE kill_trial TEMPLATE kill_base")

    def settle(self) -> None:
        """Wait until the server has noticed that the client was killed."""
        while self.server and self._sql("SELECT 1 FROM pg_stat_activity WHERE datname = 'kill_trial'")[0]:
            time.sleep(0.01)


@dataclass
class Totals:
    """What the trials of a scene compared."""

    trials: int = 0
    killed: int = 0
    unfinished: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)
    compared: Counter[str] = field(default_factory=Counter)


def run(out: Any, scene: Scene, folder: Path, last: int) -> None:
    """Run a scene, and be killed before a statement to the database; with 0 say how many there were."""
    from django.db import connection

    count = 0

    def watch(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(watch):
        scene.run(out, folder)
    if not last:
        out.write(f"{COUNTED}{count}\n")


def trial(stage: Stage, scene: Scene, moment: float | int, wanted: dict[str, str], totals: Totals) -> None:
    """Run a scene, kill it after so many seconds or before that statement, look, run it again, and look again."""
    stage.reset()
    if isinstance(moment, int):
        code, said = fork(run, scene, stage.folder, moment).wait()
        when = f"before statement {moment}"
    else:
        child = fork(scene.run, stage.folder)
        time.sleep(moment)
        os.kill(child.pid, signal.SIGKILL)
        code, said = child.wait()
        when = f"after {moment:.3f} s"
    stage.settle()
    totals.trials += 1
    totals.killed += code == -signal.SIGKILL
    if code not in (0, -signal.SIGKILL):
        totals.faults.append(f"{when}: ended with {code}: {said[-2000:]}")
        return
    acknowledged = [line for line in said.splitlines() if line]
    totals.acknowledged += len(acknowledged)
    found = json.loads(told(look, scene, stage.folder, acknowledged))
    totals.unfinished += found["state"] != wanted
    told(scene.again, stage.folder)
    after = json.loads(told(look, scene, stage.folder, acknowledged))
    left = leftovers(stage.home)
    totals.compared.update(found["compared"])
    totals.compared.update(after["compared"])
    faults = [*found["faults"], *(f"run again: {text}" for text in after["faults"]),
              *(f"left over: {name}" for name in left),
              *(f"run again: {name} differs from an undisturbed run" for name in wanted
                if after["state"][name] != wanted[name])]
    totals.faults += [f"{when}: {fault}" for fault in faults]


def look(out: Any, scene: Scene, folder: Path, acknowledged: Sequence[str]) -> None:
    """Look at the site and tell faults, what was compared, and the digest of each part of its state."""
    from tools.kill_looks import digests, look_at

    faults, compared = look_at()
    more, count = scene.look(folder, acknowledged)
    json.dump({"faults": faults + more, "compared": {**compared, "acknowledged things": count},
               "state": digests()}, out)


def leftovers(home: Path) -> list[str]:
    """List what only a run under way may have in the site's folder."""
    media = home / "media"
    return sorted(p.relative_to(home).as_posix() for p in media.rglob("*")
                  if p.name.startswith((".", "staging-")))


def undisturbed(stage: Stage, scene: Scene) -> tuple[dict[str, str], float, int]:
    """Run a scene to its end and give the state that it leaves, its seconds, and its statements to the database."""
    stage.reset()
    begun = time.monotonic()
    *acknowledged, last = [line for line in told(run, scene, stage.folder, 0).splitlines() if line]
    seconds = time.monotonic() - begun
    found = json.loads(told(look, scene, stage.folder, acknowledged))
    if found["faults"] or leftovers(stage.home):
        raise SystemExit(f"{scene.name}, undisturbed: {found['faults']} {leftovers(stage.home)}")
    return found["state"], seconds, int(last.removeprefix(COUNTED))


def run_trials(count: int, *, seed: int, scenes: Sequence[str] = tuple(SCENES), server: str = "",
               say: Callable[[str], None] = print) -> list[str]:
    """Kill so many times and give the faults that were found."""
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    folder = Path(tempfile.mkdtemp(prefix="ekistics-kill-"))
    stage = Stage(folder, server)
    faults: list[str] = []
    try:
        from tools.kill_scenes import make_site

        stage.begin()
        told(make_site, folder)
        stage.keep()
        share = sum(SHARES[name] for name in scenes)
        for name in scenes:
            scene, totals = SCENES[name], Totals()
            wanted, seconds, statements = undisturbed(stage, scene)
            kills = max(round(count * SHARES[name] / share), 1)
            while totals.killed < kills and totals.trials < kills * MOST:
                moment = chance.randint(1, statements) if totals.trials % 2 else chance.uniform(0, seconds)
                trial(stage, scene, moment, wanted, totals)
            say(_line(name, (seconds, statements), totals, server))
            for fault in totals.faults:
                say(f"  {fault}")
            faults += [f"{name}: {fault}" for fault in totals.faults]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return faults


def _line(name: str, whole: tuple[float, int], totals: Totals, server: str) -> str:
    seconds, statements = whole
    compared = ", ".join(f"{count} {what}" for what, count in sorted(totals.compared.items()))
    return (f"{name} on {'PostgreSQL' if server else 'SQLite'}: {totals.trials} runs of {seconds:.2f} s and "
            f"{statements} statements, {totals.killed} killed, {totals.unfinished} of them left something to do; "
            f"{totals.acknowledged} lines acknowledged; compared {compared}; {len(totals.faults)} faults")


def main() -> int:
    """Do the trials and say what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200, help="kills to make")
    parser.add_argument("--seed", type=int, default=int(hashlib.sha256(b"ekistics").hexdigest()[:6], 16))
    parser.add_argument("--scenes", nargs="+", choices=list(SCENES), default=list(SCENES))
    options = parser.parse_args()
    begun = time.monotonic()
    faults = run_trials(options.trials, seed=options.seed, scenes=options.scenes,
                        server=os.environ.get("EKISTICS_DATABASE", ""),
                        say=lambda text: print(text, flush=True))
    print(f"{options.trials} kills, seed {options.seed}, {time.monotonic() - begun:.0f} s: {len(faults)} faults")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
