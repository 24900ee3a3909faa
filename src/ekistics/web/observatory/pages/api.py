"""The page that lists the operations of the API, made from the description that programs read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.web.api.site import description
from ekistics.web.observatory.pages.caching import public_page

__all__ = ["api_page"]


@public_page
def api_page(request: HttpRequest) -> HttpResponse:
    """List the operations with their parameters and what they give."""
    said = description()
    schemas = said["components"]["schemas"]
    operations = [_operation(path, method, each, schemas) for path, methods in said["paths"].items()
                  for method, each in methods.items()]
    groups = [{"name": tag["name"], "text": tag["description"],
               "operations": [o for o in operations if tag["name"] in o["tags"]]} for tag in said["tags"]]
    return render(request, "api.html", {"groups": groups})


def _operation(path: str, method: str, each: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    answer = each["responses"]["200"]["content"]["application/json"]["schema"]
    return {"id": each["operationId"], "path": path, "method": method.upper(), "tags": each["tags"],
            "summary": each["summary"], "text": each.get("description", ""), "fields": _fields(answer, schemas),
            "parameters": [{"name": p["name"], "text": p.get("description", ""), "required": p["required"]}
                           for p in each["parameters"]]}


def _fields(answer: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, str]]:
    """Give the fields of what an operation gives: those of one row where it gives a page of rows."""
    properties = schemas[answer["$ref"].rpartition("/")[2]]["properties"]
    if "items" in properties:
        properties = schemas[properties["items"]["items"]["$ref"].rpartition("/")[2]]["properties"]
    return [{"name": name, "text": field.get("description", "")} for name, field in properties.items()]
