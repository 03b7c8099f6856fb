"""The live figures of chapter 6, dynamic computation."""

from nc_teach.figures.dynamic_computation.any_budget import any_budget
from nc_teach.figures.dynamic_computation.battery import battery
from nc_teach.figures.dynamic_computation.block_heat import block_heat
from nc_teach.figures.dynamic_computation.exit_gallery import exit_gallery
from nc_teach.figures.dynamic_computation.msdnet_grid import msdnet_grid
from nc_teach.figures.dynamic_computation.paths import paths
from nc_teach.figures.dynamic_computation.plane_of_blocks import plane_of_blocks
from nc_teach.figures.dynamic_computation.saved_time import saved_time
from nc_teach.figures.dynamic_computation.three_ways import three_ways
from nc_teach.figures.dynamic_computation.width_slider import width_slider
from nc_teach.figures.dynamic_computation.your_digit import your_digit
