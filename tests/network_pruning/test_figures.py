"""The figures of the course: state and sentence for given values, and no fault in any picture."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nc_teach import live, models
from nc_teach.data import Dataset, Split
from nc_teach.figures import network_pruning as figures
from tests.checks import refuses
from tests.figure_rules import BY_HAND, FLAT, assert_keeps_the_rules
from tests.network_pruning import test_figures_importance, test_figures_neurons


def curve():
    """Two networks, three levels, accuracies that one can follow."""
    levels = np.array([0.0, 0.5, 0.9])
    return SimpleNamespace(
        sparsities=(0.0, 0.5, 0.9),
        test={
            "magnitude": np.array([[0.96, 0.95, 0.80], [0.94, 0.93, 0.70]]),
            "random": np.array([[0.96, 0.50, 0.10], [0.94, 0.40, 0.10]]),
        },
        examples=np.random.default_rng(0).random((16, 1, 28, 28)),
        labels=np.arange(16) % 10,
        read={
            "magnitude": np.stack([np.arange(16) % 10] * 3),
            "random": np.zeros((len(levels), 16), dtype=int),
        },
        provenance=BY_HAND,
    )


def curves():
    """The same curve twice; as whole neurons, every accuracy by magnitude is 10 points lower."""
    whole = curve()
    whole.test["magnitude"] = whole.test["magnitude"] - 0.1
    whole.read = {**whole.read, "magnitude": np.full((3, 16), 7)}
    return {"single weights": curve(), "whole neurons": whole}


def healed():
    moments = {
        "iterative": [(0, 0.5), (1, 0.5), (1, 0.9), (2, 0.9)],
        "one-shot": [(0, 0.9), (1, 0.9), (2, 0.9)],
    }
    path = {
        "iterative": np.array([[0.9, 0.95, 0.7, 0.94], [0.9, 0.95, 0.6, 0.92]]),
        "one-shot": np.array([[0.5, 0.8, 0.9], [0.4, 0.7, 0.9]]),
    }
    return SimpleNamespace(moments=moments, path=path, epochs=2, provenance=BY_HAND)


def weights():
    generator = np.random.default_rng(1)
    first = generator.normal(size=(6, 16))
    first[:, :4] *= 1e-3  # the top row of pixels carries nothing
    return {"fc1.weight": first, "fc2.weight": generator.normal(size=(3, 6))}


FIGURES = {
    "pruning_curve": lambda: figures.pruning_curve(curve(), 60),
    "pruning_curve by granularity": lambda: figures.pruning_curve(curves(), 60),
    "healing": lambda: figures.healing(healed()),
    "weight_histogram": lambda: figures.weight_histogram(weights(), (4, 4)),
    "toy_pruning": figures.toy_pruning,
    "two_valleys": figures.two_valleys,
    **test_figures_importance.FIGURES,
    **test_figures_neurons.FIGURES,
}


@pytest.mark.everything
@pytest.mark.parametrize("name", FIGURES)
def test_it_keeps_the_rules(name):
    on_no_slide = name == "xor_surgery"
    assert_keeps_the_rules(FIGURES[name](), flat=430 if on_no_slide else FLAT)


@pytest.mark.parametrize("guess", [60, SimpleNamespace(value=60.0), None])
def test_the_sentence_of_the_pruning_curve(guess):
    says = figures.pruning_curve(curve(), guess, start=0.5).sentence()
    assert says.startswith("50 % removed, test accuracy: 94.0 ± 1.4 % without the smallest")
    assert "45.0 ± 7.1 % without random weights." in says
    assert ("You guessed 60 %." in says) == (guess is not None)


def texts(figure, axes, values):
    """What the picture of these values says in its axes of that number."""
    figure.picture(values)
    return [text.get_text() for text in figure.drawing().figure.axes[axes].texts]


def test_what_is_read_right_and_wrong():
    figure = figures.pruning_curve(curve(), start=0.9)
    assert texts(figure, 1, {"criterion": "magnitude"}) == [f"{n % 10} ✓" for n in range(16)]
    right = [text == "0 ✓" for text in texts(figure, 1, {"criterion": "random"})]
    assert right == [n % 10 == 0 for n in range(16)]


def test_two_weights_at_zero():
    """Half of h w^2, by hand: 0.1 * 9 / 2 and 1 * 1 / 2."""
    said = figures.two_valleys().sentence({"flat": 0.0, "steep": 0.0})
    assert said == (
        "In the flat valley (curvature 0.1, trained weight 3) the weight is at 0, and the loss "
        "0.45 above its minimum; in the steep valley (curvature 1, trained weight 1) the weight is "
        "at 0, and the loss 0.50 above its minimum."
    )


def test_the_digits_are_shown_class_by_class():
    labels = torch.tensor([3, 7, 3, 7, 3])
    split = Split(torch.rand(5, 1, 4, 4), labels)
    assert figures.digits(split, each=2).sentence() == (
        "2 images of each of 2 classes, from a split of 5; each has 4 x 4 pixels."
    )
    assert figures.digits(split, each=2).still()
    refuses(
        "each must be at most the images of every class, got 3; few: .7.", figures.digits, split
    )


WHOLE = {"granularity": "whole neurons", "sparsity": 50.0}


class TestPruningCurveByGranularity:
    def test_the_sentence_names_the_granularity_and_what_the_other_gives(self):
        figure = figures.pruning_curve(curves(), 60)
        assert figure.sentence(WHOLE) == (
            "50 % removed as whole neurons, test accuracy: 84.0 ± 1.4 % without the smallest "
            "neurons (single weights: 94.0 ± 1.4 %), 45.0 ± 7.1 % without random neurons. "
            "You guessed 60 %."
        )
        assert "(whole neurons: 65.0 ± 7.1 %)" in figure.sentence({"sparsity": 90.0})

    def test_the_chosen_granularity_is_in_colour_and_the_other_in_grey(self):
        figure = figures.pruning_curve(curves())
        assert texts(figure, 1, {**WHOLE, "criterion": "magnitude"}) == [
            f"7 {'✓' if n % 10 == 7 else '✗'}" for n in range(16)
        ]
        axes = figure.drawing().figure.axes[0]
        says = [text.get_text() for text in axes.get_legend().get_texts()]
        assert says == ["the smallest neurons", "random neurons", "single weights instead"]
        handles, _ = axes.get_legend_handles_labels()
        np.testing.assert_allclose(handles[0].get_ydata(), [85, 84, 65])
        np.testing.assert_allclose(handles[2].get_ydata(), [95, 94, 75])
        figure.picture({"criterion": "random"})
        np.testing.assert_allclose(handles[2].get_ydata(), [95, 45, 10])

    def test_a_mapping_of_one_is_that_curve(self):
        alone, plain = (
            figures.pruning_curve({"whole neurons": curve()}),
            figures.pruning_curve(curve()),
        )
        assert [c.name for c in alone.controls] == ["sparsity", "criterion"]
        assert alone.sentence() == plain.sentence()
        assert (alone.picture() == plain.picture()).all()

    def test_the_table_lists_every_granularity(self):
        rows = figures.pruning_curve(curves()).table([])
        assert [row["Taken out"] for row in rows] == ["single weights"] * 3 + ["whole neurons"] * 3
        assert rows[4]["Weights removed"] == "50 %"
        assert rows[4]["Accuracy without the smallest weights"] == "84.0 ± 1.4 %"
        assert "Taken out" not in figures.pruning_curve(curve()).table([])[0]

    def test_curves_that_do_not_fit_each_other_are_named(self):
        given = curves()
        given["whole neurons"].sparsities = (0.0, 0.5, 0.8)
        message = r"the same sparsities .* 'whole neurons' .*0\.8.*0\.9"
        refuses(message, figures.pruning_curve, given)
        given = curves()
        del given["whole neurons"].test["random"]
        refuses("got 'whole neurons' with .* \\['magnitude'\\]", figures.pruning_curve, given)
        refuses("curve must be a curve or a mapping of at least one", figures.pruning_curve, {})


def test_the_saw_of_healing():
    figure = figures.healing(healed())
    state = figure.state({"epoch": 1, "variant": "iterative"})
    assert state["epochs"] == [0, 1]
    assert state["accuracy"].tolist() == [[90.0, 95.0], [90.0, 95.0]]
    end = figure.state({"epoch": 2, "variant": "iterative"})
    assert end["epochs"] == [0, 1, 1, 2]
    says = figure.sentence({"epoch": 2, "variant": "iterative"})
    assert says.startswith("After 2 epochs, smallest, in rounds: 90 % is gone")
    assert says.endswith("93.0 % (lowest on the way 65.0 %).")
    assert "50 % is gone" in figure.sentence({"epoch": 1, "variant": "iterative"})
    assert figure.sentence({"epoch": 0}).startswith("Right after the first cut")


def test_the_threshold_agrees_with_selection():
    """Oracle: the mask that `pruning.select` gives for the same share."""
    import torch

    from nc_teach import pruning

    given = weights()
    figure = figures.weight_histogram(given, (4, 4))
    for percent in (0, 50, 90):
        state = figure.state({"percent": percent})
        scores = {n: torch.tensor(w, dtype=torch.float32).abs() for n, w in given.items()}
        masks = pruning.select(scores, percent / 100)
        assert state["left"] == sum(int(m.sum()) for m in masks.values())
        assert state["kept"].ravel().tolist() == masks["fc1.weight"].sum(dim=0).tolist()


def test_pixels_that_carry_nothing_lose_their_weights_first():
    kept = figures.weight_histogram(weights(), (4, 4)).state({"percent": 30})["kept"]
    assert kept[0].sum() == 0
    assert kept[1:].sum() > 0


def test_an_image_shape_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"match the first layer's 16 inputs, got \(28, 28\)"):
        figures.weight_histogram(weights())


def test_the_matrix_counts_its_zeros_and_refuses_a_vector():
    figure = figures.matrix([[0.0, 1.0], [-0.5, 0.0]])
    assert figure.sentence() == "2 x 2 weights, 2 of 4 are zero."
    assert figure.still().startswith(b"\x89PNG")
    refuses(r"values must have two dimensions, got shape \(2,\)", figures.matrix, [1.0, 2.0])


def test_the_toy_removes_the_smallest_first():
    figure = figures.toy_pruning()
    assert (figure.state({"count": 0})["left"] != 0).all()
    left = figure.state({"count": 24})["left"]
    assert left[left != 0].tolist() == [1.0]
    assert (figure.state({"count": 25})["left"] == 0).all()


def test_your_digit_is_read_by_the_network_that_it_is_given():
    """An untrained network, and six images: what it says is what PyTorch says."""
    net, images = models.LeNet300100(seed=0), torch.rand(6, 1, 28, 28)
    split = Split(images, torch.arange(6))
    ten = Dataset("toy", "small", split, split, split, tuple("0123456789"), "made up")
    figure = figures.your_digit(net, ten)
    assert live.faults(figure) == []
    with torch.no_grad():
        read = int(net(images[:1]).argmax())
    assert f"reads the first test image, a 0, as {read} (" in figure.sentence()
    assert [knob.name for knob in figure.knobs] == ["removed", "by"]
    assert figure.source.endswith(".")
