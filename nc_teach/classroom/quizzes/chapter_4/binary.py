"""Three questions about weights of one bit."""

from __future__ import annotations

from ...question import Choice, Question

BINARY = (
    Question(
        "real_weights_behind",
        "BinaryConnect computes with signs only, forward and backward. Why does it keep a real "
        "number behind every sign while it trains?",
        (
            Choice(
                "Because the gradient of a sign is zero, and a real number has one.",
                "The gradient is taken at the signs and simply handed on. What it needs then is a "
                "place where it can add up.",
            ),
            Choice(
                "To add up steps that are far too small to turn a sign.",
                "One step moves a weight by a thousandth, a sign can only move by 2. The real "
                "number remembers a thousand small steps until they turn the sign.",
                right=True,
            ),
            Choice(
                "To be rounded again at test time, which is more exact.",
                "The deterministic network is tested with the very signs that it trained with. "
                "After training the real numbers can be thrown away.",
            ),
            Choice(
                "To save memory while training.",
                "It costs memory: the real numbers are there **besides** the signs. The saving "
                "comes after training.",
            ),
        ),
    ),
    Question(
        "which_weights_at_test",
        "In the paper's table the stochastic BinaryConnect has the better error, 1.18 % against "
        "1.29 %. How many bits has a weight of that better network when it is tested?",
        (
            Choice(
                "32: it is tested with the real weights.",
                "Drawing signs at random was a regulariser, like dropout, and is switched off at "
                "test time. Only the deterministic row is a small network.",
                right=True,
            ),
            Choice(
                "1: its weights are signs.",
                "In training they are, drawn anew each time. Look at the name of its row in the "
                "table: real weights at test.",
            ),
            Choice(
                "On average half a bit, since it is drawn at random.",
                "A random sign that has been drawn still takes one bit. And at test time nothing "
                "is drawn.",
            ),
        ),
    ),
    Question(
        "bits_and_batches",
        "One thread, the same machine. Where do packed bits beat a float32 product by the most?",
        (
            Choice(
                "At a batch of hundreds of images, where there is most to compute.",
                "There a float library reads each weight once for all images and keeps its "
                "multipliers busy. It is at its best, so the lead is smallest.",
            ),
            Choice(
                "Everywhere by the same factor, 64: that is how many signs a word holds.",
                "64 counts operations. A processor multiplies several floats at a time, and time "
                "also goes into fetching numbers from memory.",
            ),
            Choice(
                "At a matrix too large for the cache times a single vector.",
                "Each weight is fetched for one multiplication, so the time is that of reading "
                "memory, and the bits are 32 times fewer. They may even fit the cache, which the "
                "floats do not.",
                right=True,
            ),
            Choice(
                "At small layers, because everything fits the cache.",
                "Then both fit, and what is left to gain is small beside the time that any call "
                "takes.",
            ),
        ),
    ),
)
