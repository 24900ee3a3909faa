"""The vault: the only home of people's records, encrypted, and every reading of it logged."""

from ekistics.vault.catalogue import SurveyRecord
from ekistics.vault.erasure import Erasure
from ekistics.vault.guard import without_values
from ekistics.vault.keys import VaultKey, make_key_file
from ekistics.vault.log import LogEntry
from ekistics.vault.microdata import Microdata
from ekistics.vault.vault import Vault, VaultCheck

__all__ = ["Erasure", "LogEntry", "Microdata", "SurveyRecord", "Vault", "VaultCheck", "VaultKey", "make_key_file",
           "without_values"]
