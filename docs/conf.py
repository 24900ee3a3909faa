"""Configuration of the documentation site."""

from importlib.metadata import version as _version

project = "Ekistics"
author = "the Ekistics contributors"
copyright = "2026, the Ekistics contributors"  # noqa: A001 - the name Sphinx asks for
version = release = _version("ekistics")
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "conftest.py"]
napoleon_google_docstring = False
napoleon_use_rtype = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"

html_theme = "furo"
html_title = "Ekistics"
html_copy_source = False
