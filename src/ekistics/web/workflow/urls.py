"""Addresses of the work area and of the log."""

from django.urls import path

from ekistics.web.workflow.pages.audit import audit
from ekistics.web.workflow.pages.work import edition, report, work

urlpatterns = [
    path("work/", work, name="work"),
    path("work/editions/<int:number>/", edition, name="work-edition"),
    path("work/reports/<int:number>/", report, name="work-report"),
    path("audit/", audit, name="audit"),
]
