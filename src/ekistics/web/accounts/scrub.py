"""What never enters a log: tokens, headers that carry them, one-time links."""

import logging
import re

__all__ = ["ScrubSecrets", "scrubbed"]

_SECRETS = (
    (re.compile(r"\bek_[0-9a-f]{4,}_[\w-]+"), "ek_…"),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?)(?:(?:bearer|basic)\s+)?[^\s'\",}]+"), r"\1…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 …"),
    (re.compile(r"(reset/key|confirm-email)/[^/\s'\"]+"), r"\1/…"),
    (re.compile(r"(?i)((?:password\d?|oldpassword|sessionid|csrftoken|csrfmiddlewaretoken)['\"]?\s*[:=]\s*['\"]?)"
                r"[^\s'\",;&}]+"), r"\1…"),
)


def scrubbed(text: str) -> str:
    """Take secrets out of a text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with ``…`` in the place of tokens, headers and one-time links.

    Examples
    --------
    >>> scrubbed("GET /api with Authorization: Bearer ek_0123456789_aaaaaaaaaaaaaaaaaaaa failed")
    'GET /api with Authorization: … failed'
    """
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class ScrubSecrets(logging.Filter):
    """Scrubs every record before it is written, its traceback too."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put scrubbed texts into the record."""
        record.msg, record.args = scrubbed(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = scrubbed(record.exc_text)
        if record.stack_info:
            record.stack_info = scrubbed(record.stack_info)
        return True
