"""Addresses of jobs and uploads, below the language."""

from django.urls import path

from ekistics.web.work.pages import jobs, uploads

urlpatterns = [
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<uuid:code>/", jobs.job, name="job"),
    path("jobs/<uuid:code>/cancel/", jobs.cancel, name="job-cancel"),
    path("jobs/<uuid:code>/submit/", jobs.submit, name="job-submit"),
    path("jobs/<uuid:code>/file/", jobs.file, name="job-file"),
    path("uploads/", uploads.upload, name="upload"),
    path("uploads/package/", uploads.upload_package, name="upload-package"),
    path("uploads/template/", uploads.upload_template, name="template"),
]
