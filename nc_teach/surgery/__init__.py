"""Surgery: follow the units of any network that torch.fx can trace, and take some of them out."""

from nc_teach.surgery.cutting import (
    remove_channels as remove_channels,
    remove_neurons as remove_neurons,
    zero_units as zero_units,
)
from nc_teach.surgery.groups import (
    Group as Group,
    groups as groups,
    hidden_layers as hidden_layers,
)
from nc_teach.surgery.shapes import fitted as fitted
