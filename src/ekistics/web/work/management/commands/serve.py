"""Serve the site: prepare it, start the worker beside it, answer requests."""

import gc
import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from django.template import engines
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.web.observatory.publishing import packages_in, publish_packages
from ekistics.web.render import read_languages
from ekistics.web.work.start import prepare

OBJECTS = 20_000  # made before the young ones are looked through: a page makes thousands, and keeps none


class Command(BaseCommand):
    """Make the site ready and serve it until it is stopped."""

    help = "Serve the site."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take address, packages and processes."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--packages", nargs="*", type=Path, default=[])
        parser.add_argument("--processes", type=int, default=3)
        parser.add_argument("--threads", type=int, default=4)
        parser.add_argument("--no-worker", action="store_true")
        parser.add_argument("--prepare-only", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, say where the site is, serve."""
        self._make_ready(options["packages"])
        if options["prepare_only"]:
            self.stdout.write(_("Now: {command}").format(command=f"ekistics serve --home {settings.HOME}"))
            return
        address = f"http://{options['host']}:{options['port']}/"
        self.stdout.write(_("The site is at {address} (stop it with Ctrl+C).").format(address=address))
        self.stdout.flush()
        connections.close_all()
        worker = None if options["no_worker"] else _start_worker()
        try:
            _Server(options).run()
        finally:
            if worker is not None:
                worker.terminate()

    def _make_ready(self, folders: list[Path]) -> None:
        account = prepare()
        self.stdout.write(_("The site's folder is {folder}.").format(folder=settings.HOME))
        if account is not None:
            self.stdout.write(_("An administrator was made. Write the password down: it is shown this once."))
            self.stdout.write(f"  {_('name')}: {account.name}\n  {_('password')}: {account.password}")
        packages = [package for folder in folders for package in packages_in(folder)]
        for outcome in publish_packages(packages):
            if outcome.error is not None:
                self.stderr.write(str(outcome.error))
            elif outcome.added:
                self.stdout.write(_("Loaded {place}: {count} observations.").format(
                    place=outcome.place, count=outcome.observations))


def _start_worker() -> subprocess.Popen[bytes]:
    """Start the worker as a process of its own, which ends when this one does."""
    return subprocess.Popen([sys.executable, "-m", "ekistics", "worker", "--beside", str(os.getpid())])  # noqa: S603


class _Server(BaseApplication):
    """Gunicorn with our settings."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._given = options
        super().__init__()

    def load_config(self) -> None:
        """Take the address, and as many processes and threads as were asked for."""
        if not 0 < self._given["port"] < 65536:  # noqa: PLR2004 - ports are 16 bits
            raise ConfigurationError(_("There is no such port."), where="--port", got=self._given["port"],
                                     expected="1-65535")
        for name, value in {"bind": f"{self._given['host']}:{self._given['port']}",
                            "worker_class": "ekistics.web.server.Worker", "workers": self._given["processes"],
                            "threads": self._given["threads"],
                            "timeout": 120, "graceful_timeout": 20, "keepalive": 5, "max_requests": 50_000,
                            "max_requests_jitter": 5_000, "limit_request_line": 8190, "loglevel": "warning",
                            "proc_name": "ekistics", "preload_app": True}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Give the application with all its pages and templates, before the processes part: no first reader waits."""
        from ekistics.web.observatory.pages.home import near_indicators
        from ekistics.web.wsgi import application

        get_resolver().url_patterns  # noqa: B018 - looking at them imports the pages
        templates = engines["jinja2"].env
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)
        read_languages()
        near_indicators("a")  # the words of indicators in six languages
        connections.close_all()  # no process may share one with another
        gc.collect()
        gc.freeze()  # what is there by now stays: the processes share it, and never look through it again
        gc.set_threshold(OBJECTS)
        return application
