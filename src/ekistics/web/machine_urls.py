"""Addresses of the doors for programs: no language in them, and none ever changes."""

from django.urls import path

from ekistics.web.api.site import api, openapi
from ekistics.web.observatory.pages import tables
from ekistics.web.ogc import views as ogc

urlpatterns = [
    path("api/v1/openapi.json", openapi, name="api-openapi"),
    path("api/v1/", api.urls),
    path("tables/structure.sdmx.xml", tables.structure, name="structure"),
    path("tables/catalogue.jsonld", tables.catalogue, name="catalogue-jsonld"),
    path("tables/observations.<str:form>", tables.observations, name="table-observations"),
    path("tables/<str:kind>/<str:file>", tables.table, name="table"),
    path("packages/<int:edition>.zip", tables.package, name="package"),
    path("ogc/", ogc.landing, name="ogc"),
    path("ogc/conformance", ogc.conformance, name="ogc-conformance"),
    path("ogc/api", ogc.definition, name="ogc-api"),
    path("ogc/collections", ogc.collections, name="ogc-collections"),
    path("ogc/collections/<str:name>", ogc.collection, name="ogc-collection"),
    path("ogc/collections/<str:name>/items", ogc.items, name="ogc-items"),
    path("ogc/collections/<str:name>/items/<str:key>", ogc.item, name="ogc-item"),
]
