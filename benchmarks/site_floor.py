"""The floor beside the site: the same server and load, but every address answers with a bare page of 30 kB.

``BENCH_MIDDLEWARE=0`` takes the middleware away too, but for the one that allauth insists on. The settings module of
``serve`` for these runs.
"""

import os

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from ekistics.web.settings import *  # noqa: F403
from ekistics.web.settings import MIDDLEWARE

ROOT_URLCONF = "benchmarks.site_floor"
MIDDLEWARE = MIDDLEWARE if os.environ.get("BENCH_MIDDLEWARE", "1") == "1" else MIDDLEWARE[-1:]
PAGE = b"<!doctype html><title>bare</title><p>" + b"nothing " * 3_750


def bare(request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse(PAGE)


urlpatterns = [re_path("", bare)]
