"""Six questions about budgets: what shrinks what, in which order, and how it is vouched for."""

from __future__ import annotations

from ...question import Choice, Question

BUDGETS = (
    Question(
        "what_makes_it_fast",
        "Three steps: neurons are removed, weights are pruned, values are shared. Which of them "
        "makes an ordinary dense network faster?",
        (
            Choice(
                "All three: each makes the file smaller.",
                "A file is read once. What takes time is multiplying, and two of the three leave "
                "every multiplication in its place.",
            ),
            Choice(
                "Pruning, because products with zero are skipped.",
                "A matrix product does not look whether a number is zero. It multiplies.",
            ),
            Choice(
                "Removing neurons, because the matrices become smaller.",
                "Fewer rows here, fewer columns there: less is multiplied on any machine. The "
                "other two save bytes.",
                right=True,
            ),
        ),
    ),
    Question(
        "which_order",
        "Sixteen values are shared first, then 80 % of the weights pruned. Why does the network "
        "heal worse than the other way round?",
        (
            Choice(
                "Because k-means finds worse clusters when there are more weights.",
                "It has more weights near zero to spend its values on, that is true, and a part of "
                "it. But look at what may move after the cut.",
            ),
            Choice(
                "Because after sharing only sixteen values a layer can move.",
                "Healing means that the weights that are left take over. Shared ones move only "
                "together, all that have the same value by the same step.",
                right=True,
            ),
            Choice(
                "Because it gets fewer epochs.",
                "Both orders get the same number of epochs, or the comparison would say nothing.",
            ),
        ),
    ),
    Question(
        "sum_of_losses",
        "Alone, three methods lose 0.4, 0.1 and 0.2 points of accuracy. Stacked, with as many "
        "epochs to heal as each had alone, how much will they lose?",
        (
            Choice(
                "0.7 points: losses add up.",
                "Here they nearly did. It is what to expect while every loss is small; it is no "
                "law, and at high sparsities it fails.",
            ),
            Choice(
                "That has to be measured; a sum is a first guess.",
                "Steps may be in each other's way, or the second may take what the first has made "
                "superfluous. The stack is a network of its own, and goes on the meter as such.",
                right=True,
            ),
            Choice(
                "0.4 points: the worst one decides.",
                "Nothing makes the smaller losses vanish.",
            ),
        ),
    ),
    Question(
        "fewer_macs_slower",
        "The separable network has fewer MACs than LeNet-300-100 and takes several times as long, "
        "one image at a time. Where does the time go?",
        (
            Choice(
                "Into its larger file.",
                "Its file is the smaller one, and it is read before the clock starts.",
            ),
            Choice(
                "Into calling many small layers and moving their maps.",
                "Each of a dozen layers costs a fixed time before it multiplies anything. Three "
                "matrix products have three of them.",
                right=True,
            ),
            Choice(
                "The MACs must have been counted wrongly.",
                "They are counted as they run. They are just not what the time goes into here.",
            ),
        ),
    ),
    Question(
        "relative_limit",
        "Why does the budget ask for 1.5 times the speed of the network one began with, and not "
        "for so many milliseconds?",
        (
            Choice(
                "Because milliseconds cannot be measured exactly enough.",
                "A median of some hundred runs is steady to a few per cent, on one machine, on a "
                "quiet day.",
            ),
            Choice(
                "Because a ratio of two times, taken in turn, survives another machine better.",
                "A processor that is busy or old slows both. Not perfectly: caches and calls weigh "
                "differently elsewhere, which is why it is measured again there.",
                right=True,
            ),
            Choice(
                "Because faster is all that matters.",
                "With a deadline of 10 ms it is the 10 ms that matter. Then the limit is set on "
                "the device that has the deadline.",
            ),
        ),
    ),
    Question(
        "what_vouches",
        "A certificate names a size, an accuracy and a sha256. What makes it more than a claim?",
        (
            Choice(
                "The checksum: it proves that the numbers are true.",
                "It proves that the file is the same one. What the file is worth has to be "
                "measured.",
            ),
            Choice(
                "That it is signed by whoever made it.",
                "It is not, and a signature would only say whose claim it is.",
            ),
            Choice(
                "That anyone with the file, the class and the held-out images can measure it "
                "again.",
                "Bytes, counts and accuracy come out the same, or it does not hold. That is what "
                "`nc-teach verify` does.",
                right=True,
            ),
        ),
    ),
)
