"""Run a command beside a PostgreSQL server made for it and thrown away: ``python -m tools.with_postgres COMMAND``.

The server listens on a socket in a new folder and on no network; ``EKISTICS_DATABASE`` names it to the command. Where
Debian's server is absent the command does not run: exit code 0 and one line say so, or 1 in CI.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = "54329"  # only part of the socket's name
SETTINGS = {"listen_addresses": "", "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "max_connections": "60", "shared_buffers": "256MB", "timezone": "UTC"}


def binaries() -> Path | None:
    """Find the server's programs: the newest of Debian's, or those on the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parent.parent.name))
    found = debian[-1] if debian else shutil.which("initdb")
    return Path(found).parent if found else None


def as_server(command: list[str], folder: Path) -> None:
    """Run a program of the server; it refuses to be root, so root becomes the account of Debian's package."""
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        shutil.chown(folder, user.pw_uid, user.pw_gid)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user.pw_uid, group=user.pw_gid, cwd=folder,
                       env={**os.environ, "HOME": str(folder)})
    else:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)


@contextmanager
def server(programs: Path, **settings: str) -> Iterator[str]:
    """Give the address of a new server, which is taken away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ekistics-pg-"))
    data = folder / "data"
    options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in {**SETTINGS, **settings}.items())
    try:
        as_server([str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
                   "--locale=C.UTF-8", "--no-sync"], folder)
        as_server([str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o",
                   f"-k {folder} -p {PORT} {options}", "start"], folder)
        yield f"postgresql://postgres@{str(folder).replace('/', '%2F')}:{PORT}/postgres"
    finally:
        as_server([str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], folder)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command."""
    programs = binaries()
    if programs is None:
        print("PostgreSQL is absent: what needs it was not run.")
        return int(bool(os.environ.get("CI")))
    with server(programs) as address:
        return subprocess.run(sys.argv[1:], check=False, env={**os.environ, "EKISTICS_DATABASE": address}).returncode


if __name__ == "__main__":
    sys.exit(main())
