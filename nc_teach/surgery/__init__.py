"""Surgery: follow the units of a network, see which go together, and take some of them out.

A neuron or filter can go if everybody who meets it can do without it. So its number (id) is sent
through the graph that ``torch.fx`` writes down, and every operator does with the ids what it does
with the numbers (:mod:`.units`, :mod:`.operators`, :mod:`.axes`):

====================================================  ==============================================
what an operator does                                 what that means for units
====================================================  ==============================================
keeps: activations, dropout, pools, padding           nothing
mixes: linear layers, convolutions                    those that it reads end as columns, its own
                                                      begin as rows
keeps, with parameters for each: batch and instance   they lose theirs
norm, PReLU, depthwise convolutions
joins: ``+``, ``*``, a gate, the larger of two        both in one place go together
concatenates, stacks, transposes, flattens            they have other places, or several
splits, shuffles, reads in groups, makes heads        those in one place of each part go together
weighs all against all: softmax, layer norm, group    all of them go together, or all of a group
norm; or makes one of them: a sum, a maximum
puts out                                              they stay
====================================================  ==============================================

:func:`groups` says which layers are tied to which, and which cannot be cut and why;
:func:`remove_neurons` and :func:`remove_channels` cut; :func:`zero_units` silences;
:func:`fitted` brings a cut network back from a file. The network is followed in the mode that it is
in, and with no more arguments than it needs. What stays out, each said by name when asked for:

====================================================  ==============================================
what stays                                            why
====================================================  ==============================================
any operator that is not in the table                 what it does to units is not known
a part whose forward asks the values                  torch.fx cannot write it down
lengths written as numbers, ``view(-1, 320)``         the smaller network has others: write -1
units by their numbers, ``x[:, :4]``                  those would be other units
the width of a Transformer, what a layer norm reads   the mean of the rest is another mean
the heads of ``nn.MultiheadAttention``                its kernel divides the width by their number
layers of ``nn.LSTM`` and its kin                     their gates are inside one kernel
tensors of the network itself, added or multiplied    they have no layer that could be cut
grouped transposed convolutions                       rare
units across the border of a split or a group         where no others make up for them, the parts
                                                      would not stay equal
the trunk of a long chain of splits and shuffles,     each split ties twice as many of the first
stage 3 of a full-size ShuffleNetV2 (stages 2 and     half to its first channel: after 7 splits 128,
4 go in bundles)                                      and it has 116
====================================================  ==============================================
"""

from nc_teach.common import declared
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

declared.hold(__name__)
