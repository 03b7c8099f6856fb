"""Six questions about exits and widths."""

from __future__ import annotations

from ...question import Choice, Question

DEPTH_AND_WIDTH = (
    Question(
        "where_a_threshold_comes_from",
        "An image leaves when an exit is 90 % sure. Where should the number 90 come from?",
        (
            Choice(
                "From the training images: there are most of them.",
                "There the network is surer than it has a right to be, for it has seen them. The "
                "cost and the mistakes would both be other ones later.",
            ),
            Choice(
                "From the test images: it is for them that the budget must hold.",
                "Then it holds by construction, and so does the accuracy. What the next images "
                "cost, nobody has measured any more.",
            ),
            Choice(
                "From a validation split.",
                "Images that were neither learned nor are used for the final number. On the test "
                "images the budget is then met only about, and that is an honest result.",
                right=True,
            ),
            Choice(
                "From the meaning: 90 % sure is wrong once in ten times.",
                "Only if the network is calibrated, and most say 90 % far too easily. The number "
                "is a knob, not a promise.",
            ),
        ),
    ),
    Question(
        "what_an_exit_costs",
        "An image passes the first two exits unsure and leaves by the third. What has it cost?",
        (
            Choice(
                "All layers up to the third exit, and the classifiers of all three exits.",
                "Asking costs too. Two classifiers have spoken whose answers were thrown away.",
                right=True,
            ),
            Choice(
                "All layers up to the third exit, and the third exit's classifier.",
                "To know that it is unsure, the first two classifiers had to be computed as well. "
                "Tables that leave them out look better than they are.",
            ),
            Choice(
                "The layers between the second exit and the third.",
                "These come on top of what has been computed on the way. The layers before are not "
                "computed again, but they were computed.",
            ),
        ),
    ),
    Question(
        "the_slowest_image",
        "With exits, the mean cost falls to half. A robot must answer within a fixed time, always. "
        "What do the exits do for its slowest image?",
        (
            Choice(
                "It is faster too, by about half.",
                "A mean of a half is made of images that need a fifth and images that need all.",
            ),
            Choice(
                "It takes as long as the whole network, and a little longer.",
                "It goes through all layers, and past the classifiers of all the exits that it did "
                "not take. Exits help the mean, not the worst case; for that one must leave when "
                "the time is up, sure or not.",
                right=True,
            ),
            Choice(
                "It is as fast as the first exit.",
                "Only if it were told to leave there. Then it is an answer under pressure of time "
                "(anytime prediction), sure or not.",
            ),
        ),
    ),
    Question(
        "random_exits",
        "Accuracy over cost, a point for every threshold, is a nice rising curve. Why is there a "
        "second curve, in which as many images leave by each exit, but drawn at random?",
        (
            Choice(
                "To show how much the exits' accuracies differ.",
                "That one sees from the exits themselves. The random curve mixes them, with the "
                "same shares.",
            ),
            Choice(
                "Because a rising curve comes for free: only what lies above the random one is "
                "owed to the confidence.",
                "Sending some images further always costs more and mostly gives more. The question "
                "is whether the **right** ones were sent, and that is the distance.",
                right=True,
            ),
            Choice(
                "To have an error bar.",
                "An error bar comes from several seeds of the same thing. This is another thing "
                "with the same budget.",
            ),
            Choice(
                "Random exits are what most papers use.",
                "Few papers show them at all, which is a pity.",
            ),
        ),
    ),
    Question(
        "why_many_scales",
        "MSDNet keeps coarse maps beside the fine ones from the first layer on. What for, says the "
        "paper?",
        (
            Choice(
                "To save memory: coarse maps are small.",
                "They are kept besides the fine ones, so they cost memory. Something is bought "
                "with it.",
            ),
            Choice(
                "To see objects of different sizes.",
                "A welcome side effect, and the reason for other networks with many scales. Here "
                "it is about the exits.",
            ),
            Choice(
                "So that the last layer sees more.",
                "The last layer of a plain network sees coarse maps anyway. Who does not?",
            ),
            Choice(
                "An early exit needs coarse features, and would otherwise bend early layers to "
                "make them.",
                "In a plain network the early maps are fine, and a classifier wants an overview. "
                "If it forces one, the later layers miss the details that were lost.",
                right=True,
            ),
        ),
    ),
    Question(
        "shared_statistics",
        "Four widths share weights and one batch norm. The losses of all four fall in training, "
        "and at test the narrow ones collapse. Why?",
        (
            Choice(
                "The narrow networks have overfitted.",
                "They have the fewest weights. And the same images, put through in training mode, "
                "are read well.",
            ),
            Choice(
                "The gradients of the widths work against each other.",
                "Then the losses would not fall. In training mode all four widths are fine.",
            ),
            Choice(
                "In training each batch is normalised by itself; at test by remembered means that "
                "mix all widths.",
                "A channel that adds fewer inputs has another mean and another variance. A mixture "
                "fits none of the four. Measuring anew for each width mends much of it.",
                right=True,
            ),
            Choice(
                "The weights of the wide network are too large for the narrow one.",
                "They are the same weights in training, and there it works.",
            ),
        ),
    ),
)
