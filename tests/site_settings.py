"""The site's settings for tests: a home of its own, quick hashes of passwords, nothing else changed."""

import atexit
import os
import shutil
import tempfile

if "EKISTICS_HOME" not in os.environ:
    os.environ["EKISTICS_HOME"] = tempfile.mkdtemp(prefix="ekistics-test-")
    atexit.register(shutil.rmtree, os.environ["EKISTICS_HOME"], ignore_errors=True)

from ekistics.web.settings import *  # noqa: E402, F403 - the settings under test

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
