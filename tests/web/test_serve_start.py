"""What is read before the processes of the site part: enough for the first reader; no connection that they share."""

import json
import os
import subprocess
import sys
from pathlib import Path

LOADED = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "ekistics.web.settings"
import django
django.setup()
from django.db import connection
from django.template import engines
from ekistics.package.descriptor import parse_spec
from ekistics.web.observatory.keys import Keys
from ekistics.web.observatory.pages import home
from ekistics.web.observatory.uploads import plain_indicators
from ekistics.web.work.management.commands.serve import _Server
from ekistics.web.work.start import prepare
prepare()
plain = {each["code"]: each for each in plain_indicators()}
Keys().learn([parse_spec(each) for each in plain.values()], plain)
assert connection.connection is not None and home._words.cache_info().currsize == 0
application = _Server({"host": "127.0.0.1", "port": 8000, "processes": 3, "threads": 4}).load()
print(json.dumps({"open": connection.connection is not None, "words": home._words.cache_info().currsize,
                  "indicators": len(plain), "templates": len(engines["jinja2"].env.cache),
                  "callable": callable(application)}))
"""


def test_words_and_pages_are_read_and_the_connection_is_closed(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "EKISTICS_DATABASE"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", LOADED], check=True, capture_output=True, text=True,
                          env={**environment, "EKISTICS_HOME": str(tmp_path)})
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["open"] is False and found["callable"]
    assert found["words"] == found["indicators"] > 5
    assert found["templates"] > 20
