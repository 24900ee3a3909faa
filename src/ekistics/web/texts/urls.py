"""Addresses of the texts and of the report."""

from django.urls import path

from ekistics.web.texts.pages.report import national_report
from ekistics.web.texts.pages.texts import text, texts

urlpatterns = [
    path("countries/<str:code>/report.<str:kind>", national_report, name="national-report"),
    path("work/countries/<str:code>/texts/", texts, name="work-texts"),
    path("work/texts/<int:number>/", text, name="work-text"),
]
