"""The honest meter: the only place that says how big or how fast a network is.

Counts are exact, bytes are those of a file that can be read back, and a latency is always a median
with its spread, its batch size and its number of threads.
"""

from nc_teach.meter.board import Measurement, compare, explain, measure
from nc_teach.meter.counts import count_macs, count_params, stored_bytes
from nc_teach.meter.latency import Latency, latencies, latency, mean_latencies
