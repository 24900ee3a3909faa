"""The six languages of the site: how they stand in addresses, in Django, and in our own catalogues."""

from ekistics.core.i18n import N_

__all__ = ["LANGUAGES", "RIGHT_TO_LEFT", "core_language"]

# The code in the address (Django's), and the language's own name.
LANGUAGES = (("ar", "العربية"), ("en", "English"), ("es", "Español"), ("fr", "Français"), ("ru", "Русский"),
             ("zh-hans", "中文"))
RIGHT_TO_LEFT = ("ar",)
STATE_WORDS = {"reviewed": N_("reviewed by a person"), "machine": N_("translated by machine"),
               "none": N_("not translated")}


def core_language(code: str) -> str:
    """Give the language of our catalogues, numbers and dates for a code of an address.

    Parameters
    ----------
    code : str
        Django's code.

    Returns
    -------
    str
        One of ar, en, es, fr, ru and zh.

    Examples
    --------
    >>> core_language("zh-hans"), core_language("fr"), core_language("de")
    ('zh', 'fr', 'en')
    """
    short = code.split("-")[0]
    return short if short in {known.split("-")[0] for known, _name in LANGUAGES} else "en"
