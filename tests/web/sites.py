"""Whole sites for tests: a folder and a database of their own, reached as people reach them, by processes."""

import json
import os
import secrets
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
import json, sys
import django
django.setup()
from pathlib import Path
def tell(value):
    print("TOLD " + json.dumps(value, default=str))
"""


@dataclass(frozen=True)
class Site:
    """A site.

    Parameters
    ----------
    home : pathlib.Path
        Its folder.
    database : str
        Address of its database; empty for SQLite in the folder.
    """

    home: Path
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Give the environment of its processes."""
        return {**os.environ, "EKISTICS_HOME": str(self.home), "EKISTICS_DATABASE": self.database,
                "DJANGO_SETTINGS_MODULE": "ekistics.web.settings", "PYTHONPATH": str(ROOT),
                "EKISTICS_HOSTS": "testserver"}

    def call(self, *arguments: str | Path, code: int = 0) -> str:
        """Call the command line and give all that it said."""
        done = subprocess.run([sys.executable, "-m", "ekistics", *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ask(self, script: str) -> Any:
        """Run a script within the site and give the last value that it told."""
        done = subprocess.run([sys.executable, "-c", BEGIN + textwrap.dedent(script)], env=self.environment, cwd=ROOT,
                              capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        told = [line for line in done.stdout.splitlines() if line.startswith("TOLD ")]
        return json.loads(told[-1].removeprefix("TOLD ")) if told else None

    def files(self) -> dict[str, bytes]:
        """Give every file of the media folder."""
        media = self.home / "media"
        return {p.relative_to(media).as_posix(): p.read_bytes() for p in media.rglob("*") if p.is_file()}


def new_site(folder: Path, server: str = "") -> Site:
    """Make an empty place for a site: a folder, and a database on a server where one is given."""
    if not server:
        return Site(folder)
    name = f"site_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return Site(folder, urlsplit(server)._replace(path=f"/{name}").geturl())


def drop(site: Site) -> None:
    """Take the database of a site away."""
    if site.database:
        name = urlsplit(site.database).path[1:]
        with psycopg.connect(urlsplit(site.database)._replace(path="/postgres").geturl(),
                             autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
