"""Write ``docs/reference/openapi.json``: the description of the API as the code gives it.

``--check`` compares instead of writing; a test does the same.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "docs/reference/openapi.json"


def text() -> str:
    """Give the description as it is written; Django's settings must be there."""
    from ekistics.web.api.site import description

    return json.dumps(description(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Write or compare."""
    import django

    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("EKISTICS_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ekistics.web.settings")
        django.setup()
        made = text()
    if "--check" in sys.argv:
        return 0 if TARGET.read_text(encoding="utf-8") == made else 1
    TARGET.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
