"""Documents from typed records: the profile as HTML and PDF, its charts and maps. It opens no database and no file."""

from ekistics.publish.compose import compose_profile
from ekistics.publish.html import page, profile_html
from ekistics.publish.pdf import printed, profile_pdf

__all__ = ["compose_profile", "page", "printed", "profile_html", "profile_pdf"]
