"""Chapter 4, quantization: what people believe."""

from __future__ import annotations

from ..belief import Belief

BELIEFS = (
    Belief(
        "Rounded to 8 bits, the network is four times smaller.",
        "In memory its weights are floats on a grid until a file stores 8 bits, or the processor "
        "computes with them. Show the meter.",
        "bits", "few_bits",
    ),
    Belief(
        "Zero is a number like any other on the grid.",
        "Padding and silent neurons are exactly zero. A grid that misses it is wrong everywhere at "
        "once, in one direction.",
        "bits",
    ),
    Belief(
        "Four values need two bits.",
        "Two bits an index, and a table for each layer, and after pruning the places as well. Let "
        "them add up all three for a small layer.",
        "sharing", "weight_sharing",
    ),
    Belief(
        "k-means finds the best clusters.",
        "It stops in the first valley, which depends on the start. On a line the best can be "
        "found, so measure how far it is.",
        "sharing", "weight_sharing",
    ),
    Belief(
        "A shared value's gradient is the mean over its weights.",
        "The sum: each of the weights moves the loss. Let them do it for three weights by hand.",
        "sharing", "deep_compression", "2 bits: fine-tuned centroids",
    ),
    Belief(
        "Huffman coding always saves a fifth or more.",
        "Only what is uneven can be coded shorter. Clusters are nearly equally full; gaps are not.",
        "deep_compression", "deep_compression", "Huffman saves something",
    ),
    Belief(
        "The sign has no gradient, so one cannot train through it.",
        "Its true gradient is zero almost everywhere. We pretend, keep real numbers behind the "
        "signs, and test with the signs. Even without any gradient it is no chance result: the "
        "last layer learns.",
        "binary", "binarized", "gradient zero",
    ),
    Belief(
        "Binary weights are better than real ones: the table says so.",
        "Its best row was tested with the real weights, and dropout is better still. What holds: "
        "trained with its signs, a network hardly misses the rest.",
        "binary", "binary_connect", "trained with its signs",
    ),
    Belief(
        "64 signs in a word: 64 times as fast.",
        "That counts operations. Ask against which float product, of which size, and where the "
        "time goes: fetching or multiplying.",
        "speed", "xnor",
    ),
)  # fmt: skip
