"""One live figure per idea: from a result to a picture with controls. Nothing trains here.

A chapter's figures lie in the folder of its name; ``matrix`` is used by several.
"""

from nc_teach.figures.matrix import TOY_LAYER, matrix, toy_pruning
