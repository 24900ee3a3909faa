"""Walk the log and say whether its chain holds."""

from typing import Any

from django.core.management.base import BaseCommand

from ekistics.core.i18n import _
from ekistics.web.workflow.audit import check_chain, words_of


class Command(BaseCommand):
    """Print how many entries were read, the digest of the last, and the first break."""

    help = "Check the chain of the audit log."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, and leave with 1 where it does not hold."""
        found = check_chain()
        self.stdout.write(_("{count} entries; the last has the digest {digest}.").format(
            count=found.count, digest=found.last))
        if found.broken is None:
            self.stdout.write(_("The chain holds."))
            return
        self.stdout.write(words_of(found.broken))
        raise SystemExit(1)
