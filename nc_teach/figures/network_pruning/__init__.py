"""The live figures of chapter 1, network pruning."""

from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
from nc_teach.figures.network_pruning.apoz_histogram import apoz_histogram
from nc_teach.figures.network_pruning.digits import digits
from nc_teach.figures.network_pruning.filters_fading import filters_fading
from nc_teach.figures.network_pruning.healing import healing
from nc_teach.figures.network_pruning.importance import importance
from nc_teach.figures.network_pruning.pruning_curve import pruning_curve
from nc_teach.figures.network_pruning.pruning_loop import pruning_loop
from nc_teach.figures.network_pruning.speedup import speedup
from nc_teach.figures.network_pruning.two_valleys import two_valleys
from nc_teach.figures.network_pruning.weight_histogram import weight_histogram
from nc_teach.figures.network_pruning.xor_surgery import xor_surgery
from nc_teach.figures.network_pruning.your_digit import your_digit
