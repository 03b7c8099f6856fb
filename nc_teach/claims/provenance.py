"""Where a number came from: measured just now, or shipped with the command that made it."""

import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from nc_teach.common.still import still


@dataclass(frozen=True)
class Provenance:
    """The command, the day, the machine and the seconds of a measurement.

    ``processor`` and ``threads`` (of torch) are empty and 0 in results that were measured before
    they were recorded. The same seeds give other numbers on another processor.
    """

    command: str
    day: str
    machine: str
    seconds: float
    shipped: bool = False
    processor: str = ""
    threads: int = 0

    def line(self) -> str:
        """The line under a figure. In still mode it names the day and the machine instead of now.

        >>> made = Provenance("nc-teach claims x", "2026-11-23", "Linux", 9.2, True, "A100", 2)
        >>> print(made.line())
        Shipped: nc-teach claims x, 2026-11-23, Linux, A100, 2 threads, 9 s.
        """
        if self.shipped:
            return f"Shipped: {self.command}, {self.day}, {self.where()}, {self.seconds:.0f} s."
        took = f"{self.seconds:.0f} s" if self.seconds >= 1 else "less than a second"
        if still():
            return f"Measured on {self.day} ({self.where()}) in {took}."
        return f"Measured just now on this machine in {took}."

    def where(self) -> str:
        """The machine, its processor and the number of threads, as far as they were recorded."""
        threads = f"{self.threads} thread{'s' if self.threads > 1 else ''}" if self.threads else ""
        return ", ".join(filter(None, (self.machine, self.processor, threads)))


def measured_now(command: str, seconds: float) -> Provenance:
    """Provenance of numbers that this process has just measured with ``command``."""
    import torch

    machine = f"{platform.system()} {platform.machine()}, torch {torch.__version__.split('+')[0]}"
    return Provenance(
        command,
        date.today().isoformat(),
        machine,
        seconds,
        processor=processor(),
        threads=torch.get_num_threads(),
    )


def processor() -> str:
    """The processor's name and the instructions that torch chose for it, as far as is known."""
    import torch

    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if os.access(info, os.R_OK) else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = named[0] if named else platform.processor()
    return f"{name} ({torch.backends.cpu.get_cpu_capability()})".strip()
