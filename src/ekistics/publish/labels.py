"""Every word that templates and scripts show, translated, by name."""

from ekistics.core.i18n import _

__all__ = ["labels"]


def labels() -> dict[str, str]:
    """Give the words of the page and the document in the language in use.

    Returns
    -------
    dict of str to str
        Name to text; ``{…}`` parts are filled by the script.
    """
    return {**_page(), **_map(), **_document()}


def _page() -> dict[str, str]:
    return {
        "skip": _("Skip to the numbers"), "contents": _("On this page"), "profile": _("City profile"),
        "map": _("Map"), "indicators": _("Indicators"), "charts": _("Charts"), "maps": _("Map sheets"),
        "tables": _("Tables"), "method": _("Method"), "sources": _("Sources"), "downloads": _("Download"),
        "how": _("How was this computed"), "variants": _("Other readings of the method"), "why": _("Why they differ"),
        "more": _("More of this indicator"),
        "readings": _("All other readings"), "quality": _("Quality of what this rests on"),
        "rule": _("How this sentence was chosen"), "numbers": _("The numbers of this chart"),
        "download_csv": _("Download CSV"), "download_json": _("Download JSON"), "sort": _("Sort by {column}"),
        "sorted_up": _("Sorted by {column}, lowest first"), "sorted_down": _("Sorted by {column}, highest first"),
        "default": _("default"), "edition": _("Edition"), "top": _("Back to the top"),
        "interval": _("Ranges in brackets are intervals; where none is stated, the text says so."),
        "scroll": _("This table scrolls sideways"), "rows": _("Show the table"), "chart_of": _("Chart"),
    }


def _map() -> dict[str, str]:
    return {
        "layers": _("Layers"), "legend": _("Legend"), "list": _("List of what is on the map"),
        "filter": _("Find by name"), "found": _("{shown} of {count} shown"), "close": _("Close"),
        "zoom_in": _("Zoom in"), "zoom_out": _("Zoom out"), "whole": _("Show the whole city"),
        "map_label": _("Map of {place}. The list below has the same things."), "scale": _("Scale"),
        "north": _("North is up"), "data": _("Data"), "no_map": _("The live map needs WebGL, which is not available "
                                                                 "here. The drawn map shows the city instead."),
        "disclaimer": _("Boundaries and names on this map do not imply official endorsement."),
        "scale_print": _("Scale in print"), "no_data": _("no data"), "show_on_map": _("Show on the map"),
        "metres": _("m"), "kilometres": _("km"), "open_list": _("Open the list"),
    }


def _document() -> dict[str, str]:
    return {
        "page_of": _("Page {page} of {pages}"), "about": _("About this profile"), "certificate": _("Certificate"),
        "value": _("Value"), "quantity": _("Quantity"), "time": _("Time"), "glance": _("At a glance"),
        "no_values": _("No indicator could be computed from the inputs that were given."),
        "run": _("Run"), "in_tables": _("All other readings stand in the tables."),
    }
