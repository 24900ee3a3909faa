"""The site's secret key: made once, kept in a file that only its owner reads."""

import os
import secrets
from pathlib import Path

__all__ = ["secret_key"]


def secret_key(home: Path) -> str:
    """Give the key of a site, and make it where there is none.

    Parameters
    ----------
    home : pathlib.Path
        The site's folder; made when it is not there, for its owner only.

    Returns
    -------
    str
        The key.

    Notes
    -----
    Two processes that start together agree: the file is linked into its place whole, and the first one stands.
    """
    file = home / "secret.key"
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = home / f"secret.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            file.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii").strip()
