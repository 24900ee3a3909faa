"""How everything is computed, with the certificates of each method; and how far each language is translated."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.i18n import translation_states
from ekistics.web.accounts.actors import actor_of
from ekistics.web.languages import LANGUAGES, core_language
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Measure
from ekistics.web.observatory.pages.caching import public_page, stamp_of
from ekistics.web.observatory.pages.indicators import certificates

__all__ = ["language_states", "methods"]


@public_page
def methods(request: HttpRequest) -> HttpResponse:
    """List the method of every indicator, its readings, editions in use and certificate."""
    used: dict[str, set[str]] = {}
    for code, text in Measure.objects.filter(coverage__values__gt=0).values_list("indicator__code",
                                                                                 "method").distinct():
        used.setdefault(code, set()).add(text)
    held = certificates(actor_of(request))
    rows = [{"spec": spec, "used": sorted(used.get(code, ())), "certificate": held.get(code)}
            for code, spec in indicator_specs(stamp_of(request)).items()]
    return render(request, "methods.html", {"rows": rows})


@public_page
def language_states(request: HttpRequest) -> HttpResponse:
    """Show how many texts of each language were checked by a person, made by a machine, or are not translated."""
    rows = []
    for code, name in LANGUAGES:
        counts = translation_states(core_language(code))
        rows.append({"name": name, "code": "zh-Hans" if code.startswith("zh") else code, "counts": counts,
                     "total": sum(counts.values()), "source": code == "en"})
    return render(request, "languages.html", {"rows": rows})
