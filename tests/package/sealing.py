"""What somebody does who changes a file of a package and hides it."""

import json
from pathlib import Path

from ekistics.core.provenance import digest_file
from ekistics.package.descriptor import json_bytes, seal


def reseal(folder: Path) -> None:
    """Make the descriptor true again, as somebody would who changes a file and hides it."""
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_bytes())
    for resource in descriptor["resources"]:
        file = folder / resource["path"]
        resource |= {"bytes": file.stat().st_size, "hash": f"sha256:{digest_file(file)}"}
    path.write_bytes(json_bytes(seal(descriptor)))
