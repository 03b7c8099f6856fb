"""One door: tied weights are one, computed and wrapped ones are refused with the remedy."""

import copy
from functools import partial

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm
from torch.optim.swa_utils import AveragedModel

from nc_teach import architecture, meter, models, pruning, quantization, surgery, training
from nc_teach.common.weights import check_plain, named_parameters, tied_names
from nc_teach.data import Dataset, Split
from nc_teach.distillation import average_parameters, match_permutation
from nc_teach.pruning import edge_popup, supermask
from nc_teach.quantization import quantize_weights
from nc_teach.quantization.quantization_aware import quantization_aware_loss
from nc_teach.quantization.shared_weights import SharedWeights, cluster_weights
from tests.checks import refuses, same, unchanged
from tests.conftest import make_split

HALF = torch.arange(6) % 2 == 0


def net(change=lambda layer: layer):
    torch.manual_seed(0)
    layers = (nn.Linear(16, 6), nn.ReLU(), change(nn.Linear(6, 6)), nn.ReLU(), nn.Linear(6, 3))
    return nn.Sequential(nn.Flatten(), *layers)


def tied():
    model = net()
    model[1] = nn.Linear(6, 6)
    model[3].weight = model[1].weight
    return nn.Sequential(nn.Flatten(), nn.Linear(16, 6), *model[1:])


COMPUTED = {
    "parametrize.remove_parametrizations": [
        parametrizations.weight_norm,
        parametrizations.spectral_norm,
        parametrizations.orthogonal,
    ],
    "torch.nn.utils.remove_spectral_norm": [spectral_norm],
    "torch.nn.utils.remove_weight_norm": [weight_norm],
    "from_torch_prune": [partial(prune.l1_unstructured, name="weight", amount=0.5)],
    "run it once": [lambda layer: nn.LazyLinear(6)],
}
WRAPPED = {
    "model.module": [nn.DataParallel, AveragedModel],
    "model._orig_mod": [partial(torch.compile, backend="eager")],
    "the nn.Module that it was made from": [lambda m: torch.jit.trace(m, torch.zeros(1, 16))],
}
ODD = [
    *[(remedy, partial(net, how)) for remedy, every in COMPUTED.items() for how in every],
    *[(remedy, lambda how=how: how(net())) for remedy, every in WRAPPED.items() for how in every],
]
BOOKS = {"3.weight": quantization.cluster(torch.randn(6, 6), 2)}
MASKS = {"3.weight": torch.ones(6, 6) > 0}
SPLIT = make_split(6, 0)
CALLS = {
    "layer_weights": models.layer_weights,
    "magnitude": pruning.magnitude,
    "random": pruning.random,
    "apply_masks": lambda m: pruning.apply_masks(m, MASKS),
    "mask_hook": lambda m: pruning.mask_hook(MASKS)(m),
    "masks_of": pruning.masks_of,
    "to_torch_prune": lambda m: pruning.to_torch_prune(m, MASKS),
    "set_weights": lambda m: pruning.mask_actions.set_weights(m, {}, MASKS),
    "ewc": lambda m: pruning.ewc(m, SPLIT),
    "mas": lambda m: pruning.mas(m, SPLIT),
    "obd": lambda m: pruning.obd(m, SPLIT, names=["3.weight"]),
    "obs": lambda m: pruning.obs(m, SPLIT, 1),
    "synaptic_intelligence": pruning.SynapticIntelligence,
    "group_lasso": lambda m: pruning.group_lasso(m, {"3.weight": "filters"}),
    "proximal_step": lambda m: pruning.proximal_step({"3.weight": "filters"}, 0.1, 0.1)(m),
    "remove_neurons": lambda m: surgery.remove_neurons(m, "3", HALF),
    "zero_units": lambda m: surgery.zero_units(m, "3", HALF),
    "groups": lambda m: surgery.groups(m) and surgery.remove_neurons(m, "3", HALF),
    "grow_neurons": lambda m: pruning.grow_neurons(m, "3", 8),
    "remove_layers": lambda m: pruning.remove_layers(m, "3"),
    "supermask": supermask.Supermask,
    "masked": lambda m: supermask.masked(m, MASKS),
    "edge_popup": lambda m: edge_popup(m, lambda model: None, 0.5),
    "find_ticket": lambda m: pruning.lottery.find_ticket(lambda: m, print, print, 1),
    "quantize_weights": lambda m: quantize_weights(m, 2),
    "quantization_aware_loss": lambda m: quantization_aware_loss(4)(m, SPLIT.images, SPLIT.labels),
    "cluster_weights": lambda m: cluster_weights(m, 2),
    "SharedWeights": lambda m: SharedWeights(m, BOOKS),
    "average_parameters": lambda m: average_parameters([m, m]),
    "match_permutation": lambda m: match_permutation(m, m),
}


@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_is_not_plain_is_refused_in_one_sentence_with_the_remedy(call):
    for remedy, make in ODD:
        model = make()
        refuses(f"model must be plain, got .*{remedy}", call, model)


@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.parametrize(
    "criterion",
    [pruning.l1_norm, lambda m: pruning.apoz(m, SPLIT), lambda m: pruning.taylor_neurons(m, SPLIT)],
    ids=["l1", "apoz", "taylor"],
)
def test_units_are_judged_by_the_weight_that_is_computed(criterion):
    for remedy, make in ODD:
        if remedy != "parametrize.remove_parametrizations":
            refuses(f"model must be plain, got .*{remedy}", criterion, make())
            continue
        model = make().eval()
        found = criterion(model)
        nn.utils.parametrize.remove_parametrizations(model.get_submodule("3"), "weight")
        assert found.keys() == criterion(model).keys()
        for name, score in criterion(model).items():
            torch.testing.assert_close(found[name], score)


def test_a_refused_network_is_plain_after_the_remedy():
    torch.manual_seed(0)
    for how in COMPUTED["parametrize.remove_parametrizations"]:
        model = net(how)
        nn.utils.parametrize.remove_parametrizations(model.get_submodule("3"), "weight")
        assert len(quantize_weights(model, 2)[3].weight.unique()) <= 3
    model = net(*COMPUTED["from_torch_prune"])
    masks = pruning.from_torch_prune(model, remove=True)
    assert torch.equal(pruning.magnitude(model)["3.weight"] != 0, masks["3.weight"])
    check_plain(nn.DataParallel(net()).module)
    for layer in (parametrizations.weight_norm(nn.Linear(4, 4)), spectral_norm(nn.Linear(4, 4))):
        refuses("got one whose weight is computed", architecture.low_rank, layer, 2)


def test_a_computed_layer_elsewhere_does_not_forbid_surgery():
    model = net()
    model[5] = parametrizations.weight_norm(nn.Linear(6, 3))
    refuses("got '5', whose", surgery.remove_neurons, model, "3", HALF)
    x = torch.rand(4, 1, 4, 4)
    less, silent = (f(model, "1", HALF) for f in (surgery.remove_neurons, surgery.zero_units))
    torch.testing.assert_close(less(x), silent(x))


class TestTied:
    def test_it_has_one_key_and_answers_to_both_names(self):
        model = tied()
        assert list(models.layer_weights(model)) == ["1.weight", "2.weight", "6.weight"]
        assert tied_names(model)["2.weight"] == ("2.weight", "4.weight")
        for name in ("2.weight", "4.weight"):
            masks = {name: torch.rand(6, 6, generator=torch.Generator().manual_seed(1)) > 0.5}
            pruning.apply_masks(model, masks)
            assert torch.equal(model[4].weight != 0, masks[name])
            assert model[2].weight is model[4].weight
        twice = dict.fromkeys(("2.weight", "4.weight"), masks[name])
        refuses(
            "masks must name a tied weight once, got '2.weight'",
            named_parameters,
            model,
            "masks",
            twice,
        )

    def test_an_embedding_and_the_output_share(self):
        model = nn.Sequential(nn.Embedding(5, 4), nn.Linear(4, 5))
        model[1].weight = model[0].weight
        masks = pruning.select(pruning.magnitude(model), 0.5)
        assert list(masks) == ["0.weight"]
        pruning.apply_masks(model, masks)
        assert int((model[1].weight == 0).sum()) == 10

    @pytest.mark.parametrize(
        "criterion",
        [
            pruning.magnitude,
            partial(pruning.ewc, split=SPLIT),
            partial(pruning.mas, split=SPLIT),
            partial(pruning.obd, split=SPLIT),
            partial(pruning.obd, split=SPLIT, names=["1.weight", "4.weight"]),
        ],
    )
    def test_what_a_criterion_gives_fits_all_that_takes_masks(self, criterion):
        model = tied()
        masks = pruning.select(criterion(model), 0.5)
        for _ in range(2):
            training.fit(model, rows_of(), epochs=1, after_step=pruning.mask_hook(masks))
            assert torch.equal(model[2].weight != 0, masks["2.weight"])
        pruned = pruning.to_torch_prune(copy.deepcopy(model), masks)
        assert pruning.from_torch_prune(pruned, remove=True).keys() == masks.keys()
        assert pruned[2].weight is pruned[4].weight
        x = SPLIT.images
        assert torch.equal(pruned(x), model(x))

    def test_obd_counts_what_the_weight_does_in_both_layers(self):
        """The Hessian of the tied network by its one parameter, by autograd alone."""
        model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3), nn.Linear(3, 3), nn.Linear(3, 3))
        model[3].weight = model[2].weight

        def loss(w):
            outputs = model[1](SPLIT.images.flatten(1))
            outputs = (outputs @ w.T + model[2].bias) @ w.T + model[3].bias
            return nn.functional.cross_entropy(outputs, SPLIT.labels)

        whole = torch.autograd.functional.hessian(loss, model[2].weight.detach())
        by_hand = whole.flatten(2).flatten(0, 1).diagonal().view(3, 3)
        found = pruning.hessian_diagonal(model, SPLIT)
        torch.testing.assert_close(found["2.weight"], by_hand)

    def test_rounded_shared_and_masked_networks_stay_tied(self):
        model = quantize_weights(tied(), 2)
        assert model[2].weight is model[4].weight
        assert len(model[4].weight.unique()) <= 3
        model = tied()
        books = cluster_weights(model, 2)
        shared = SharedWeights(model, books)
        training.fit(shared, rows_of(), epochs=1)
        shared.finish()
        assert model[2].weight is model[4].weight
        assert len(model[4].weight.unique()) == 2
        for learned in (
            edge_popup(tied(), lambda m: training.fit(m, rows_of(), epochs=1), 0.5),
            supermask.learn(tied(), lambda m: training.fit(m, rows_of(), epochs=1)),
        ):
            assert learned.model[2].weight is learned.model[4].weight
            kept = learned.masks["2.weight"]
            assert not learned.model[4].weight[~kept].any()
            assert learned.model[4].weight[kept].all()

    def test_units_removed_and_silenced_agree(self):
        model, x = tied(), torch.rand(5, 1, 4, 4)
        with unchanged(model):
            for name in ("1", "2", "4"):
                pair = (surgery.remove_neurons, surgery.zero_units)
                less, silent = (cut(model, name, HALF) for cut in pair)
                torch.testing.assert_close(less(x), silent(x))

    def test_blocks_removed_and_silenced_agree(self):
        model = models.SmallResNet(blocks=3, seed=0).eval()
        model.blocks[2].conv1.weight = model.blocks[1].conv1.weight
        x = torch.rand(2, 1, 28, 28)
        pair = (pruning.remove_layers, pruning.silence_layers)
        less, silent = (call(model, "blocks.1") for call in pair)
        torch.testing.assert_close(less(x), silent(x))
        model.blocks[2] = model.blocks[1]
        less, silent = (call(model, "blocks.1") for call in pair)
        torch.testing.assert_close(less(x), silent(x))

    def test_units_of_tied_layers_have_no_order_of_their_own(self):
        refuses("weights of their own, got \\('0.weight'", match_permutation, *[chain(), chain()])


def chain():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 2))
    model[2].weight = model[0].weight
    return model


def rows_of():
    splits = [Split(SPLIT.images, SPLIT.labels) for _ in range(3)]
    return Dataset("rows", "small", *splits, ("a", "b", "c"), "the tests")


@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.parametrize(
    "wrap",
    [
        *COMPUTED["parametrize.remove_parametrizations"],
        *COMPUTED["torch.nn.utils.remove_spectral_norm"],
        *COMPUTED["torch.nn.utils.remove_weight_norm"],
        *COMPUTED["from_torch_prune"],
    ],
)
def test_a_computed_network_can_be_trained_and_measured(wrap):
    model = net(wrap)
    before = training.accuracy(model, SPLIT)
    history = training.fit(model, rows_of(), epochs=30, lr=0.02)
    assert history.train_loss[-1] < history.train_loss[0]
    assert training.accuracy(model, SPLIT) >= before


@pytest.mark.filterwarnings("ignore:.*deprecated")
@pytest.mark.parametrize("wrap", [how for every in WRAPPED.values() for how in every])
def test_a_wrapped_network_is_trained_as_the_one_inside(wrap):
    plain, inside = net(), net()
    training.fit(plain, rows_of(), epochs=2)
    training.fit(wrap(inside), rows_of(), epochs=2)
    if not isinstance(wrap(inside), AveragedModel):  # which holds a copy
        assert same(plain, inside)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(not dist.is_available(), reason="torch without processes")
def test_a_network_that_is_spread_over_processes_is_refused_with_the_remedy():
    from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard

    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        whole = FullyShardedDataParallel(plain_net(), device_id=torch.device("cpu"))
        for model in (whole, fully_shard(plain_net())):
            name = type(model).__name__
            for call in (pruning.magnitude, surgery.groups, lambda m: quantize_weights(m, 2)):
                refuses(f"got a {name}: gather its weights first", call, model)
            for call in (meter.count_params, meter.stored_bytes, lambda m: meter.count_macs(m, 4)):
                refuses(f"in one process .*, {name} has a part of them: gather", call, model)
    finally:
        dist.destroy_process_group()


def plain_net():
    return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
