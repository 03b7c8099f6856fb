"""The second five questions: other criteria, whole neurons and filters, speed."""

from __future__ import annotations

from ...question import Choice, Question

STRUCTURE = (
    Question(
        "importance_times_square",
        "EWC, MAS and SI give every weight an importance Ω, made for a network that must not "
        "forget. You prune by it. Why is Ω · w² the better score?",
        (
            Choice(
                "w² is always positive, so no score is negative.",
                "Ω is not negative either, and a sign would not matter: only the order counts.",
            ),
            Choice(
                "Ω says how much a small step costs; to prune takes a step of length |w|.",
                "All three were made for the penalty Ω · change². Pruning changes a weight all the "
                "way to zero, by |w|, and so the same penalty says Ω · w².",
                right=True,
            ),
            Choice(
                "It makes the score of a weight independent of its magnitude.",
                "The other way round: Ω alone does not ask how far the weight is from zero. A tiny "
                "weight with a large Ω can go almost for free.",
            ),
            Choice(
                "It is not: Ω already says what happens when the weight is gone.",
                "It says what happens for each bit of a change. Pruning is not any change: its "
                "length is |w|, another one for every weight.",
            ),
        ),
    ),
    Question(
        "surgeon_moves_the_rest",
        "Optimal Brain Surgeon can delete a weight for less than Optimal Brain Damage thinks "
        "possible. What does it do that the other does not?",
        (
            Choice(
                "It moves all other weights as it deletes one.",
                "The whole inverse Hessian says which weights can take over the work, and by how "
                "much each has to move. So it may also choose another weight.",
                right=True,
            ),
            Choice(
                "It trains for an epoch after each deletion.",
                "No data are needed between two deletions. The move is one column of the inverse "
                "Hessian times one number.",
            ),
            Choice(
                "It takes the second derivative instead of the gradient.",
                "Both do: near a minimum the gradient is about zero and tells them nothing.",
            ),
            Choice(
                "It uses the exact diagonal of the Hessian instead of an estimate.",
                "Even the exact diagonal knows nothing of two weights that do the same work. That "
                "stands beside the diagonal.",
            ),
        ),
    ),
    Question(
        "always_on_never_on",
        "After ReLU, neuron A is zero for every image you have, and neuron B for none. Which of "
        "the two can you remove without changing a single output on these images?",
        (
            Choice(
                "B: it does not tell one image from another.",
                "It is never zero, but it need not be constant. On these images its ReLU does "
                "nothing, so it is a linear neuron, and a linear neuron can carry much.",
            ),
            Choice(
                "Neither, without training again.",
                "Training could repair almost anything. But one of the two needs no repair at "
                "all: what does a zero add to the next layer?",
            ),
            Choice(
                "A: it hands on a zero each time.",
                "Zero times its outgoing weights is nothing, so nothing changes. That is what "
                "APoZ, the share of zeros, knows for certain. Below 1 it is a poor guide.",
                right=True,
            ),
            Choice(
                "Both: one never speaks, the other always says the same.",
                "The silent one, yes. The other is always on, which is not the same as always "
                "equal. If it were constant, the next bias could do its work.",
            ),
        ),
    ),
    Question(
        "zeros_and_speed",
        "95 % of a network's weights are zero, wherever they happen to lie. An ordinary library "
        "runs it as slowly as before. What would make it faster on the same machine?",
        (
            Choice(
                "A few more zeros: at 99 % the library skips them.",
                "A dense matrix product never looks whether a number is zero. It multiplies them "
                "all, at any sparsity.",
            ),
            Choice(
                "Storing the file in a sparse format.",
                "The file is smaller and loads sooner. Unpacked into a dense matrix, every product "
                "is computed again.",
            ),
            Choice(
                "Lower precision for the weights that are zero.",
                "In one matrix all numbers have one type. And it is the multiplication that costs, "
                "not what comes out.",
            ),
            Choice(
                "Taking out whole neurons or filters instead.",
                "Then the matrices themselves are smaller, and any library is faster with smaller "
                "matrices. A sparse kernel can help too, but only when very few weights are left.",
                right=True,
            ),
        ),
    ),
    Question(
        "norms_not_squares",
        "Group lasso adds the norm of every filter to the loss, and a proximal step after each "
        "update carries it out. Why not the **squared** norms, with plain gradient steps?",
        (
            Choice(
                "The squared norm is harder to differentiate.",
                "It is easier: it has a gradient everywhere. The kink of the norm at zero is just "
                "what is wanted.",
            ),
            Choice(
                "The pull of a squared norm fades as the filter shrinks; that of a norm does not.",
                "A squared norm takes a share, so something is always left. The norm takes the "
                "same length each time, and the proximal step stops at an exact zero where a "
                "gradient step would jump over it.",
                right=True,
            ),
            Choice(
                "Squared norms shrink single weights, not filters.",
                "True, a sum of squares does not even know its groups. But single weights do not "
                "become zero by it, either; that would be L1.",
            ),
            Choice(
                "Squared norms make the accuracy worse.",
                "They are ordinary weight decay, which often helps. It leaves every filter small "
                "and none of them gone.",
            ),
        ),
    ),
)
