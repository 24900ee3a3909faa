"""Peak memory of the process that asks."""

from pathlib import Path


def peak_mib() -> float:
    """Give the largest resident memory of this process so far, in MiB.

    ``ru_maxrss`` would not do: a process that was started by a large one inherits that one's peak.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("the kernel does not tell the peak of a process")
