"""The API as one: its routers, its errors as problem documents, and its description."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from ekistics.core.errors import EkisticsError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.api import catalogue, numbers, places, workflow
from ekistics.web.api.schemas import Problem
from ekistics.web.problems import problem_response

__all__ = ["PREFIX", "api", "description", "openapi"]

PREFIX = "/api/v1"
MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.1"
TAGS = {"places": "Places, their names, codes and boundaries.",
        "numbers": "What is measured, every value, and every change.",
        "catalogue": "Datasets, their editions and map layers.",
        "work": "The workflow of editions, and work in the background."}
ANSWERS = {304: "The record is still as your If-None-Match says.", 401: "A token or a sign-in is needed, or the token "
           "is not valid.", 404: "There is nothing at this address, or nothing that you may read.",
           405: "The address does not take this method.", 406: "The answer is JSON, which Accept does not allow.",
           413: "The request is too large.", 422: "A parameter cannot be used; `param` names it.",
           429: "Too many requests from your address; wait the seconds of Retry-After."}
OF_CHANGES = {400: "The body cannot be read.", 403: "Your account or your token may not do this.",
              409: "The thing has moved on; look at it again."}
log = logging.getLogger("ekistics.web.api")

api = NinjaAPI(title="Ekistics", version="1", openapi_url=None, docs_url=None, urls_namespace="api-v1", description=(
    "Observations on human settlements: places, indicators, values with interval and status, editions and revisions. "
    "What the public may read needs no account; a token (Authorization: Bearer) reads what its account may read. "
    "Lists are pages: follow `next`. Errors are problem documents (RFC 9457)."))
for _router in (places.router, numbers.router, catalogue.router, catalogue.work, workflow.router):
    api.add_router("", _router)


def _said(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(request, error)


for _kind in (Http404, EkisticsError, PermissionDenied):
    api.add_exception_handler(_kind, _said)


@api.exception_handler(catalogue.NeedsAccountError)
def _needs_account(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem_response(request, status=401)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem_response(request, status=error.status_code)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name every parameter that cannot be used, and where it stands."""
    found = [{"in": str(each["loc"][0]), "name": str(each["loc"][-1]), "detail": str(each["msg"])}
             for each in error.errors]
    first = found[0]
    said = problem_response(request, InvalidValueError(
        _("A parameter of the request cannot be used."), where=first["in"], param=first["name"],
        expected=first["detail"]))
    return _with(said, {"errors": found})


def _with(response: HttpResponse, more: Mapping[str, Any]) -> HttpResponse:
    response.content = json.dumps({**json.loads(response.content), **more}, ensure_ascii=False).encode()
    return response


@api.exception_handler(Exception)
def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unforeseen error at %s", request.path, exc_info=error)
    return problem_response(request, status=500)


def description() -> dict[str, Any]:
    """Describe the API in OpenAPI 3.1.

    Returns
    -------
    dict
        The document, with every answer of every operation.
    """
    made: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix=PREFIX)))
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    made["servers"] = [{"url": "/", "description": "This site"}]
    made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema(mode="serialization")
    made["components"]["securitySchemes"] = {"token": {
        "type": "http", "scheme": "bearer", "description": "A token that its owner made on the page of tokens."}}
    for methods in made["paths"].values():
        for method, operation in methods.items():
            operation["responses"] |= _answers(method)
            operation["security"] = [{"token": []}] if "work" in operation["tags"] else [{}, {"token": []}]
    return made


def _answers(method: str) -> dict[str, Any]:
    """Give the answers that any operation may give beside its own."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": text, **({} if status == 304 else {"content": problem})}
            for status, text in (ANSWERS | (OF_CHANGES if method == "post" else {})).items()}


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the description of the API."""
    return JsonResponse(description(), content_type=MEDIA_TYPE, json_dumps_params={"ensure_ascii": False})
