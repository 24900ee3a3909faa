"""Addresses of the public pages, below their language."""

from django.urls import path

from ekistics.web.observatory.pages.briefs import city_brief, compare_report
from ekistics.web.observatory.pages.catalogue import catalogue, dataset
from ekistics.web.observatory.pages.city import city
from ekistics.web.observatory.pages.city_index import city_index, city_indices
from ekistics.web.observatory.pages.compare import compare, compare_chart
from ekistics.web.observatory.pages.compare_table import compare_table
from ekistics.web.observatory.pages.country import country, country_map
from ekistics.web.observatory.pages.frameworks import framework
from ekistics.web.observatory.pages.gaps import gaps, gaps_map
from ekistics.web.observatory.pages.home import cities, home, search
from ekistics.web.observatory.pages.indicators import indicator, indicator_map, indicators
from ekistics.web.observatory.pages.methods import language_states, methods
from ekistics.web.observatory.pages.releases import release, releases
from ekistics.web.observatory.pages.urban_framework import urban_framework
from ekistics.web.observatory.pages.values import report, value

urlpatterns = [
    path("", home, name="home"),
    path("search/", search, name="search"),
    path("maps/cities.json", cities, name="map-cities"),
    path("cities/<str:code>/", city, name="city"),
    path("cities/<str:code>/brief.<str:kind>", city_brief, name="city-brief"),
    path("countries/<str:code>/", country, name="country"),
    path("countries/<str:code>/map.json", country_map, name="country-map"),
    path("frameworks/nua/", framework, name="framework"),
    path("frameworks/umf/", urban_framework, name="urban-framework"),
    path("values/<int:number>/", value, name="value"),
    path("values/<int:number>/report/", report, name="value-report"),
    path("indicators/", indicators, name="indicators"),
    path("indicators/<str:code>/", indicator, name="indicator"),
    path("indicators/<str:code>/map.json", indicator_map, name="indicator-map"),
    path("index/", city_indices, name="city-indices"),
    path("index/<str:code>/", city_index, name="city-index"),
    path("compare/", compare, name="compare"),
    path("compare/table.csv", compare_table, name="compare-table"),
    path("compare/report.<str:kind>", compare_report, name="compare-report"),
    path("charts/compare.json", compare_chart, name="compare-chart"),
    path("gaps/", gaps, name="gaps"),
    path("gaps/map.json", gaps_map, name="gaps-map"),
    path("data/", catalogue, name="catalogue"),
    path("data/<str:code>/", dataset, name="dataset"),
    path("releases/", releases, name="releases"),
    path("releases/<int:edition>/", release, name="release"),
    path("methods/", methods, name="methods"),
    path("languages/", language_states, name="language-states"),
]
