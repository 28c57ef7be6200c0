"""A wrong clock for one process: libfaketime shifts the time of day and leaves the monotonic one."""
from pathlib import Path

from bed.run import BedError


def shifted(by):
    """Environment of a process whose time of day is `by` beside ours: "+1h", "-1d"."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not libraries:
        raise BedError("libfaketime is not installed: install Debian's faketime")
    return {"LD_PRELOAD": str(libraries[0]), "FAKETIME": by, "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
