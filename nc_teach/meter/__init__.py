"""The honest meter: the only place that says how big or how fast a network is.

Counts are exact, or refused: what cannot be counted is named, and never 0. Bytes are those of a
file that can be read back. A latency is always a median with its spread, its batch size and its
number of threads, and of two that were timed in pairs the meter says faster, slower or undecided.
"""

from nc_teach.common import declared
from nc_teach.meter.board import (
    Measurement as Measurement,
    compare as compare,
    explain as explain,
    measure as measure,
)
from nc_teach.meter.care import CannotCountError as CannotCountError
from nc_teach.meter.counts import (
    count_macs as count_macs,
    count_params as count_params,
    stored_bytes as stored_bytes,
)
from nc_teach.meter.latency import (
    Latencies as Latencies,
    Latency as Latency,
    latencies as latencies,
    latency as latency,
    mean_latencies as mean_latencies,
)
from nc_teach.meter.products import macs_of as macs_of
from nc_teach.meter.speedup import Speedup as Speedup

declared.hold(__name__)
