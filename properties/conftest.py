"""Property tests run the same examples each time, so that a red run means a changed program; the full run searches."""

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, max_examples=300)
settings.load_profile("search" if os.environ.get("EKISTICS_SEARCH") else "steady")
