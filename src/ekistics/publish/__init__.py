"""Documents from typed records: the profile as HTML and PDF, its charts and maps. It opens no database and no file."""

from ekistics.publish.html import profile_html
from ekistics.publish.pdf import profile_pdf

__all__ = ["profile_html", "profile_pdf"]
