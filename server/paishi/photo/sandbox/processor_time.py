"""How much of the processor another process has had."""

import os
import sys
from pathlib import Path

if sys.platform == "linux":
    _TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

    def processor_s(process: int) -> float | None:
        """Seconds on all cores together (proc_pid_stat(5)); None where nobody can tell."""
        try:
            said = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
            user, kernel = said.rpartition(")")[2].split()[11:13]
        except (OSError, ValueError):
            return None
        return (int(user) + int(kernel)) / _TICKS_A_SECOND

else:

    def processor_s(process: int) -> float | None:
        """None: this system does not tell cheaply."""
        return None
