"""Words that the script of the pages shows, by name, in the language of the request."""

import json

from markupsafe import Markup

from ekistics.core.i18n import _
from ekistics.publish.labels import labels

__all__ = ["script_words"]

FROM_PUBLISH = ("layers", "legend", "list", "filter", "found", "close", "zoom_in", "zoom_out", "whole", "map_label",
                "scale", "north", "data", "no_map", "disclaimer", "no_data", "sort", "sorted_up", "sorted_down")


def script_words() -> Markup:
    """Give the words as JSON that may stand in a data block of a page."""
    known = labels()
    words = {name: known[name] for name in FROM_PUBLISH} | {
        "copied": _("Link copied"), "not_copied": _("The link could not be copied; it is in the address bar"),
        "no_chart": _("The chart could not be drawn; its numbers are in the table."),
        "map_failed": _("The map could not be loaded; the list has the same things."),
        "cities": _("{count} cities"), "open": _("Open the page"), "earlier": _("Earlier"), "later": _("Later"),
        "period": _("Period"), "world_label": _("World map of cities. The list beside it has the same things.")}
    text = json.dumps(words, ensure_ascii=False)
    for mark in "<>&":  # a data block ends at the first closing tag, wherever it stands
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return Markup(text)  # noqa: S704 - JSON without any mark of HTML
