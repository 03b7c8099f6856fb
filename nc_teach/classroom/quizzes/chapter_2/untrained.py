"""The last five questions: budgets, masks without training, one weight, what came after."""

from __future__ import annotations

from ...question import Choice, Question

UNTRAINED = (
    Question(
        "which_learning_rate",
        "With a small learning rate the ticket is far ahead of re-init, with a large one a little. "
        "Which of the two results should you report?",
        (
            Choice(
                "The one with the small rate: it shows the effect.",
                "It shows it where the whole network is worse, too. Nobody would train like that.",
            ),
            Choice(
                "The one with the large rate only, since it is the better training.",
                "Then you would hide that the effect exists, and on what it depends.",
            ),
            Choice(
                "Both, with the accuracy of the whole network beside each.",
                "The effect is real and depends on the rate. The reader has to see both, and "
                "which training is the better one.",
                right=True,
            ),
        ),
    ),
    Question(
        "scratch_b",
        "A pruned network is fine-tuned for 2 epochs; the same small network is trained from "
        "scratch for 2 epochs and is worse. What does the comparison show?",
        (
            Choice(
                "That the inherited weights are worth having.",
                "They come from a long training of the large network, which was paid for but not "
                "counted.",
            ),
            Choice(
                "Nothing yet: the large network's training belongs to the budget.",
                "Give the small one as many epochs as the large one had (scratch-E), or as many "
                "multiplications (scratch-B), and compare again.",
                right=True,
            ),
            Choice(
                "That small networks cannot be trained from scratch.",
                "Two epochs are few for any network. Train it as long as the large one was.",
            ),
        ),
    ),
    Question(
        "masking_is_training",
        "A mask turns a random network that reads one digit in ten into one that reads most of "
        "them. No weight was changed. Where does the knowledge come from?",
        (
            Choice(
                "From the random weights: the network was lucky.",
                "Under a random mask the same weights read one in ten. They are only the material.",
            ),
            Choice(
                "From the architecture alone.",
                "It is the same under a random mask, and there it reads nothing.",
            ),
            Choice(
                "From the data, by way of the mask: choosing the places is training too.",
                "A bit for each weight was fitted to the data. That is a lot of bits.",
                right=True,
            ),
        ),
    ),
    Question(
        "one_shared_weight",
        "Every connection of a network has the **same** weight, whatever it is. Fully connected, "
        "layer by layer, such a network can only guess. Why?",
        (
            Choice(
                "All its outputs receive the same sum, so no class can stand out.",
                "With equal weights every output sees the same. Only missing connections, or "
                "other activations, can tell the outputs apart.",
                right=True,
            ),
            Choice(
                "A single number is too little to train.",
                "A searched network has a single number too, and reads most digits.",
            ),
            Choice(
                "Equal weights make the gradients explode.",
                "There is no gradient here: nothing is trained.",
            ),
        ),
    ),
    Question(
        "what_holds_for_large_networks",
        "On large networks with the usual large learning rate, what have later papers found?",
        (
            Choice(
                "Rewinding to the very start works as it does here.",
                "For ResNets and VGG at their usual rate it finds no ticket as good as the whole "
                "network.",
            ),
            Choice(
                "Rewinding to a moment early in training works; to the very start it does not.",
                "Late rewinding: by then the network has become stable against the order of its "
                "images.",
                right=True,
            ),
            Choice(
                "The original signs suffice, whatever the sizes.",
                "Re-initialised with the signs kept, deep networks lose. The early phase matters.",
            ),
        ),
    ),
)
