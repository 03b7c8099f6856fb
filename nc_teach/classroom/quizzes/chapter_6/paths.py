"""Four questions about what a width saves, blocks that are skipped, and policies that learn."""

from __future__ import annotations

from ...question import Choice, Question

PATHS = (
    Question(
        "what_half_a_width_saves",
        "A slimmable network on a phone is switched to half its width. What is saved?",
        (
            Choice(
                "About three quarters of the MACs, and half of the storage.",
                "The MACs, yes. But the other half of the weights stays on the phone: it will be "
                "wanted when the battery is full again.",
            ),
            Choice(
                "About half of the MACs, and no storage.",
                "Half as many inputs **and** half as many outputs: a layer in the middle has a "
                "quarter left.",
            ),
            Choice(
                "About three quarters of the MACs, and no storage.",
                "In the middle layers inputs and outputs are both halved. All weights stay, since "
                "the widths share them; four separate networks would take more room.",
                right=True,
            ),
        ),
    ),
    Question(
        "multiplied_by_zero",
        "A program computes every block and multiplies what comes out by its gate, 0 or 1. Its "
        "table says: 50 % of the MACs saved. What has the clock to say?",
        (
            Choice(
                "Nothing is saved: the blocks were computed, and the gates as well.",
                "Multiplying by zero throws the work away after it was done. The numbers are "
                "right, so no test of accuracy will ever notice. One must skip, and measure.",
                right=True,
            ),
            Choice(
                "About 50 % too: a product with zero is fast.",
                "A processor multiplies by zero as slowly as by anything else, and the block came "
                "before that product.",
            ),
            Choice(
                "Somewhat less than 50 %, because the gates cost something.",
                "That is so where blocks are really skipped. Here there is nothing to take it "
                "from.",
            ),
        ),
    ),
    Question(
        "all_gates_alike",
        "A trained SkipNet uses 3.0 of 6 blocks on average, with a standard deviation of 0.0: the "
        "same three for every image. It loses no accuracy. What do we have?",
        (
            Choice(
                "A perfect dynamic network: it has found the cheapest way.",
                "A way, yes. But where is it dynamic? No image decides anything.",
            ),
            Choice(
                "A broken network: the gates do not see the image.",
                "They may see it and have learned that it does not matter. The result is even "
                "useful, under another name.",
            ),
            Choice(
                "A static network of three blocks: remove the others, and the gates too.",
                "It is pruning of blocks (chapter 1), and should be compared with a network that "
                "was trained with three blocks at once. The mean alone would never have told.",
                right=True,
            ),
        ),
    ),
    Question(
        "greedy_as_baseline",
        "BlockDrop draws a policy u, and learns from R(u) − R(v), where v is the greedy policy. "
        "For some image the draw happens to be the greedy policy. What is learned from it?",
        (
            Choice(
                "That the greedy policy is good: it becomes more likely.",
                "That would be so without a baseline. Here it is compared with itself.",
            ),
            Choice(
                "The cross-entropy of the labels.",
                "While the policy is learned the network is left alone; its answer enters only as "
                "right or wrong.",
            ),
            Choice(
                "The penalty γ.",
                "It is part of R where the answer is wrong, of both R(u) and R(v), and so it "
                "cancels too.",
            ),
            Choice(
                "Nothing.",
                "The advantage is 0, and so is the gradient. Only a draw that does better or worse "
                "than what would have been done anyway says something.",
                right=True,
            ),
        ),
    ),
)
