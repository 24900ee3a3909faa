"""Addresses of the site: pages below their language, data and programs' doors beside them."""

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path

from ekistics.web.observatory.file_urls import file_patterns
from ekistics.web.observatory.pages.api import api_page
from ekistics.web.observatory.pages.series import series
from ekistics.web.workflow.pages.audit import audit_api

handler400 = "ekistics.web.problems.bad_request"
handler403 = "ekistics.web.problems.forbidden"
handler404 = "ekistics.web.problems.not_found"
handler500 = "ekistics.web.problems.server_error"


def to_language(request: HttpRequest) -> HttpResponse:
    """Lead the bare address to the first page in the language that the browser asks for."""
    return redirect("home")


urlpatterns = [
    path("", to_language),
    *file_patterns,
    path("api/v1/audit", audit_api, name="api-audit"),
    path("", include("ekistics.web.machine_urls")),
    *i18n_patterns(
        path("api/", api_page, name="api"),
        path("series/<str:indicator>/<str:series>/", series, name="series"),
        path("", include("ekistics.web.work.urls")),
        path("", include("ekistics.web.observatory.urls")),
        path("", include("ekistics.web.accounts.urls")),
        path("", include("ekistics.web.texts.urls")),
        path("", include("ekistics.web.workflow.urls")),
    ),
]
