"""Six questions about fewer bits: grids, shared values, codes and files."""

from __future__ import annotations

from ...question import Choice, Question

SHARED = (
    Question(
        "zero_on_the_grid",
        "An affine grid reaches from the smallest weight of a layer to the largest. All weights "
        "are between 0.5 and 2. Why is the range widened to 0 before the scale is computed?",
        (
            Choice(
                "Because a scale must not be larger than the weights.",
                "A scale is a step, and here it gets larger by the widening. Something else is "
                "bought with it.",
            ),
            Choice(
                "Because zeros are put there: by padding, by ReLU, by pruning.",
                "They must come back as exactly 0. A grid without 0 would turn each of them into "
                "the same small number, all in one direction.",
                right=True,
            ),
            Choice(
                "Because the integers begin at 0.",
                "The whole numbers q may begin anywhere; the zero point says which of them stands "
                "for 0.0.",
            ),
        ),
    ),
    Question(
        "index_and_table",
        "A layer of 1,000 weights is clustered to 4 values. What has to be stored, and how many "
        "bits is that?",
        (
            Choice(
                "2,000 bits: an index of 2 bits for each weight.",
                "Who reads the index 2 then, and what does it stand for? Something is missing.",
            ),
            Choice(
                "4,000 bits: each of the 4 values takes 1,000.",
                "The values are stored once. It is the indices that every weight has.",
            ),
            Choice(
                "2,128 bits: the indices, and a table of four floats.",
                "1,000 · 2 + 4 · 32. The table hardly counts here; in a layer of 20 weights it "
                "would be most of it.",
                right=True,
            ),
            Choice(
                "32,128 bits: the table beside the weights.",
                "The weights themselves are not needed any more: index and table give them back.",
            ),
        ),
    ),
    Question(
        "shared_but_not_faster",
        "A network shares 16 values a layer. The file is eight times smaller. How much faster "
        "does it run, in an ordinary library?",
        (
            Choice(
                "Eight times: eight times fewer bits are read.",
                "Only in the file. Before it runs, every index is turned back into a float of 32 "
                "bits, and those are multiplied.",
            ),
            Choice(
                "Not at all.",
                "Clustering saves storage. Hardware and kernels that compute with indices exist, "
                "but an ordinary product sees floats again.",
                right=True,
            ),
            Choice(
                "Somewhat: equal weights are multiplied once.",
                "One could collect inputs that share a value and multiply once, but no ordinary "
                "library does; looking up who shares what costs more than a multiplication.",
            ),
        ),
    ),
    Question(
        "sum_of_gradients",
        "A thousand weights share one value, three share another. The gradient of a shared value "
        "is the sum over its weights. What would the mean change?",
        (
            Choice(
                "Nothing: it only scales the learning rate.",
                "It would scale it by another number for every value: by a thousand for the one "
                "and by three for the other.",
            ),
            Choice(
                "The value of the thousand would move as slowly as that of the three, though the "
                "loss feels it far more.",
                "The chain rule adds up, because all thousand weights move with it. (Adam hides "
                "part of this: it measures each gradient against its own past.)",
                right=True,
            ),
            Choice(
                "The mean is the correct gradient, and the sum a trick.",
                "Turn it round: move the value by a little, and each of its weights moves by as "
                "much. The change of the loss is the sum.",
            ),
        ),
    ),
    Question(
        "entropy_bound",
        "Eight indices, all equally frequent. How many bits an index does Huffman coding save "
        "against a fixed width of 3?",
        (
            Choice(
                "None.",
                "The entropy is log2 8 = 3, and no code is shorter than that. Huffman coding lives "
                "on what is uneven, and k-means makes clusters rather even.",
                right=True,
            ),
            Choice(
                "One: short codes are always shorter than 3.",
                "For a code of 2 bits somebody else pays with 4. Where all are equally frequent, "
                "nothing is won by that.",
            ),
            Choice(
                "About 0.75: the paper says that it saves 20 to 30 %.",
                "That was measured on other numbers, which were uneven. A saving is a property of "
                "the data, not of the method.",
            ),
        ),
    ),
    Question(
        "single_symbol",
        "Every gap of a layer has the same length, so there is a single symbol to be coded. How "
        "long a code does our Huffman file give it?",
        (
            Choice(
                "0 bits: there is nothing to choose.",
                "By the entropy, yes. But then a stream of any number of symbols is empty, and "
                "only a stored count tells how many there were. Ours takes one bit, and stores "
                "the count as well.",
            ),
            Choice(
                "1 bit.",
                "A tree of one leaf has depth 0, and code that forgets this case decodes nothing "
                "at all. One bit each keeps the reader simple.",
                right=True,
            ),
            Choice(
                "32 bits, as before.",
                "Even a fixed width of 1 bit tells two symbols apart.",
            ),
        ),
    ),
)
