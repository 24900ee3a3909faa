"""Addresses of the work area and of the log."""

from django.urls import path

from ekistics.web.workflow.pages.audit import audit
from ekistics.web.workflow.pages.work import edition, report, work
from ekistics.web.workflow.pages.workspace import workspace, workspace_map

urlpatterns = [
    path("work/", work, name="work"),
    path("work/editions/<int:number>/", edition, name="work-edition"),
    path("work/editions/<int:number>/map.json", workspace_map, name="workspace-map"),
    path("work/editions/<int:number>/<str:part>/", workspace, name="workspace"),
    path("work/reports/<int:number>/", report, name="work-report"),
    path("audit/", audit, name="audit"),
]
