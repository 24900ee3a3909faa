"""Addresses of the files that maps are drawn from; they have no language."""

from django.urls import path

from ekistics.web.observatory.pages.files import layer_file, manifest

__all__ = ["file_patterns"]

file_patterns = [
    path("layers/city/<str:code>/manifest.json", manifest, name="layers"),
    path("layers/<int:edition>/<str:name>", layer_file, name="layer-file"),
]
