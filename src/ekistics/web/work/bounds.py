"""Requests with a file are refused by their size before they are read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

__all__ = ["BoundedUpload", "most_bytes"]

AROUND = 1_000_000  # bytes of a request beside its file


def most_bytes() -> int:
    """Give the size of the largest file that may be uploaded."""
    return int(settings.EKISTICS.upload_mb) * 1_000_000


class BoundedUpload(FileUploadHandler):
    """Ends the reading of a request as soon as it is larger than an upload may be, whatever it says of itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read = 0

    def handle_raw_input(self, input_data: Any, META: dict[str, Any],  # noqa: N803 - Django's name
                         content_length: int, boundary: bytes, encoding: str | None = None) -> None:
        """Look at the size that the request states."""
        if content_length > most_bytes() + AROUND:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count what comes."""
        self._read += len(raw_data)
        if self._read > most_bytes() + AROUND:
            raise RequestDataTooBig
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""
