"""Commands of the site. They call the site's own commands by name: nothing of the site is imported here."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

FOLDER_HELP = "Folder of the site: database, media, keys. EKISTICS_HOME where it is not given."
Home = Annotated[Path | None, typer.Option("--home", help=FOLDER_HELP)]


def run(command: str, *arguments: str, home: Path | None = None) -> None:
    """Run a command of the site.

    Parameters
    ----------
    command : str
        Its name.
    *arguments : str
        Its arguments, as on a command line.
    home : pathlib.Path, optional
        Folder of the site.
    """
    if home is not None:
        os.environ["EKISTICS_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekistics.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command(command, *arguments)


def _options(**given: Any) -> list[str]:
    """Write options as a command line has them; what is None or False is left out."""
    found = []
    for name, value in given.items():
        if value is True:
            found.append(f"--{name.replace('_', '-')}")
        elif value is not None and value is not False:
            found.append(f"--{name.replace('_', '-')}={value}")
    return found


def serve(packages: Annotated[list[Path] | None, typer.Argument(help="Packages, or folders of packages, to load "
                                                                     "first.")] = None,
          host: Annotated[str, typer.Option(help="Address to answer at.")] = "127.0.0.1",
          port: Annotated[int, typer.Option(help="Port to answer at.")] = 8000,
          home: Home = None,
          processes: Annotated[int, typer.Option(min=1, help="Processes that answer; one more than cores.")] = 3,
          threads: Annotated[int, typer.Option(min=1, help="Threads of each process.")] = 4,
          worker: Annotated[bool, typer.Option(help="Run background work beside the site.")] = True,
          prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Make the site ready and stop.")] = False,
          ) -> None:
    """Serve the site; the first start makes its database and an administrator."""
    os.environ.setdefault("EKISTICS_ADDRESS", f"http://{host}:{port}")
    more = ["--packages", *map(str, packages)] if packages else []
    run("serve", *_options(host=host, port=port, processes=processes, threads=threads, no_worker=not worker,
                           prepare_only=prepare_only), *more, home=home)


def worker(home: Home = None,
           beside: Annotated[int | None, typer.Option(help="End when the process with this number ends.")] = None,
           once: Annotated[bool, typer.Option("--once", help="Do what waits, then stop.")] = False) -> None:
    """Do the site's background work: uploads, files, releases."""
    run("worker", *_options(beside=beside, once=once), home=home)


def publish(packages: Annotated[list[Path], typer.Argument(help="Packages, or folders of packages.")],
            home: Home = None,
            as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Load profile packages into the site; the same package twice changes nothing."""
    run("publish", *map(str, packages), *_options(json=as_json), home=home)


def backup(file: Annotated[Path, typer.Argument(help="The backup; nothing may be there.")],
           recipient: Annotated[list[str] | None, typer.Option(help="Who can open it, age1...; may be given again."
                                                               )] = None,
           key_file: Annotated[Path | None, typer.Option(help="A secret key that can open it.")] = None,
           home: Home = None) -> None:
    """Back the site up: database, media and secret key in one encrypted file, while the site goes on."""
    run("backup", str(file), *(f"--recipient={text}" for text in recipient or ()), *_options(key_file=key_file),
        home=home)


def restore(file: Annotated[Path, typer.Argument(help="The backup.")],
            key_file: Annotated[Path, typer.Option(help="The secret key that opens it.")],
            home: Home = None,
            check: Annotated[bool, typer.Option("--check", help="Verify it only, and restore nothing.")] = False,
            ) -> None:
    """Restore a backup into an empty site, all of it or nothing, whatever database it came from."""
    run("restore", str(file), *_options(key_file=key_file, check=check), home=home)


def export_site(folder: Annotated[Path, typer.Argument(help="Folder for the copy; an older copy is replaced.")],
                language: Annotated[list[str] | None, typer.Option(help="A language of the copy; may be given again. "
                                                                        "All six where none is.")] = None,
                home: Home = None,
                as_json: Annotated[bool, typer.Option("--json", help="Print for machines.")] = False) -> None:
    """Write the public site as files for any web host: pages, tables, maps, with checksums."""
    run("export_site", str(folder), *(f"--language={code}" for code in language or ()), *_options(json=as_json),
        home=home)


def audit_verify(home: Home = None) -> None:
    """Walk the audit log and say whether its chain holds; exit code 1 when it does not."""
    run("audit_verify", home=home)
