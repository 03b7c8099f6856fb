"""What the meter is given: understood or refused by name, and left as it was; tied weights."""

import random

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import dynamic, meter, storage
from nc_teach.meter.formulas import PRODUCTS
from nc_teach.meter.operators import is_free
from nc_teach.quantization import deep_compression
from tests.checks import refuses, unchanged
from tests.nets import Does, positive as w


class TestInputs:
    @pytest.mark.parametrize(
        "shape", [4, (4,), [4], np.int64(4), np.array([4]), torch.Size([4]), torch.ones(1, 4)]
    )
    def test_all_ways_to_say_it(self, shape):
        assert meter.count_macs(nn.Linear(4, 2), shape) == 8

    def test_an_example_counts_with_its_batch_and_stays_as_it_is(self):
        net, example = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(4, 2)), -torch.ones(3, 4)
        assert meter.count_macs(net, example) == 24
        assert (example == -1).all()

    def test_examples_and_shapes_may_be_mixed(self):
        net = Does(lambda net, x, t: net.a(x) + net.b(t), a=nn.Linear(4, 2), b=nn.Embedding(9, 2))
        assert meter.count_macs(net, (4, torch.tensor([[3]]))) == 8

    @pytest.mark.parametrize(
        "shape",
        [
            (),
            [],
            (0, 28),
            -1,
            0,
            4.0,
            (4.0,),
            "ab",
            None,
            True,
            (True,),
            ((),),
            {"x": (4,)},
            (4, "a"),
            ((4,), "a"),
            np.zeros((2, 2)),
            torch.zeros(0, 4),
            (None, 4),
            ((4, "a"),),
            np.array([4.5]),
        ],
        ids=str,
    )
    def test_what_is_not_a_shape_is_refused(self, shape):
        message = "^input_shape must be sizes of at least 1"
        refuses(message, meter.count_macs, nn.Linear(4, 2), shape)

    @pytest.mark.parametrize(
        "shape", [5, (4, 3), ((4,), (4,)), torch.ones(1, 4).double(), torch.ones(1, 5)], ids=str
    )
    def test_what_does_not_fit_is_refused(self, shape):
        message = "^input_shape must fit the model .* with which Linear stops"
        refuses(message, meter.count_macs, nn.Linear(4, 2), shape)


A = np.ones((4, 4), np.float32)


def packed(layer):
    return torch.ao.quantization.quantize_dynamic(nn.Sequential(layer), {type(layer)})


class TestWhatIsNotKnown:
    @pytest.mark.parametrize(
        ("net", "shape", "name"),
        [
            (Does(lambda net, x: torch.cdist(x, net.w), w=w(5, 4)), 4, "aten._cdist_forward"),
            (Does(lambda net, x: torch.fft.fft(x).real), 4, "aten._fft_r2c"),
            (Does(lambda net, x: torch.linalg.solve(net.w, x.T), w=w(4, 4)), 4, "_linalg_solve_ex"),
            (Does(lambda net, x: torch.linalg.inv(net.w) @ x.T, w=w(4, 4)), 4, "linalg_inv_ex"),
            (
                Does(
                    lambda net, x: F.embedding_bag(
                        torch.zeros(1, 4, dtype=torch.long), net.w, per_sample_weights=x, mode="sum"
                    ),
                    w=w(5, 3),
                ),
                4,
                "aten._embedding_bag",
            ),
            (
                Does(lambda net, x: torch.sparse.mm(net.w, x.T), w=w(4, 4).to_sparse()),
                4,
                "sparse_coo",
            ),
            (Does(lambda net, x: net.w.to_sparse_csr() @ x.T, w=w(4, 4)), 4, "sparse_csr"),
            (
                Does(lambda net, x: net.w(torch.nested.nested_tensor([x[0]])), w=nn.Linear(4, 2)),
                (3, 4),
                "nested",
            ),
            (nn.Linear(4, 2, dtype=torch.cfloat), 4, "complex"),
            (nn.LazyLinear(2), 4, "LazyLinear"),
            (Does(lambda net, x: x + torch.from_numpy(x.detach().numpy() @ A)), 4, "Tensor.numpy"),
            (Does(lambda net, x: x + torch.tensor(np.asarray(x) @ A)), 4, "Tensor.__array__"),
            (Does(lambda net, x: torch.tensor(x.tolist()) @ net.w, w=w(4, 2)), 4, "Does answers"),
        ],
        ids=lambda part: part if isinstance(part, str) else "",
    )
    @pytest.mark.filterwarnings("ignore")
    def test_it_is_named_and_not_counted_as_nothing(self, net, shape, name):
        refuses(f"^model must .* to be counted.*{name}", meter.count_macs, net, shape)

    def test_numpy_may_have_what_does_not_come_from_the_input(self):
        def does(net, x):
            return x * float(net.w.detach().numpy().mean()) + np.asarray(torch.ones(4)).sum()

        assert meter.count_macs(Does(does, w=w(4)), 4) == 0

    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize("layer", [nn.Linear(4, 2), nn.LSTM(4, 2), nn.GRUCell(4, 2)])
    def test_packed_weights_are_refused_by_everything_that_counts(self, layer):
        try:
            net = packed(layer)
        except RuntimeError:
            pytest.skip("this build of torch has no packed integers")
        message = "must hold its weights as tensors to be counted, '0.* has packed them"
        for count in (meter.count_params, meter.stored_bytes):
            refuses(message, count, net)
        refuses(message, meter.count_macs, net, (3, 4))
        refuses("'0.* must be a tensor, got a", storage.encode, net.state_dict())

    @pytest.mark.filterwarnings("ignore")
    def test_a_packed_weight_that_is_hidden_is_seen_when_it_runs(self):
        try:
            hidden = [packed(nn.Linear(4, 2))]
        except RuntimeError:
            pytest.skip("this build of torch has no packed integers")
        net = Does(lambda net, x: hidden[0](x))
        refuses("got quantized.linear_dynamic", meter.count_macs, net, 4)

    def test_meta_networks_have_products_and_no_zeros(self):
        net = nn.Linear(4, 2, device="meta")
        assert meter.count_macs(net, 4) == 8
        refuses("must hold numbers", meter.count_macs, net, 4, nonzero=True)

    @pytest.mark.parametrize(
        ("operator", "count", "free"),
        [
            ("relu_", 1, True),
            ("eq_.Tensor", 2, True),
            ("add.Tensor", 2, True),
            ("index_add_", 3, True),
            ("t", 1, True),
            ("topk", 1, True),
            ("linalg_inv_ex", 1, False),
            ("_pdist_forward", 1, False),
            ("_sparse_addmm", 3, False),
            ("_transformer_encoder_layer_fwd", 9, False),
            ("_native_multi_head_attention", 7, False),
            ("_lstm_mps", 5, False),
        ],
    )
    def test_what_an_operator_may_do(self, operator, count, free):
        packet, _, overload = operator.partition(".")
        asked = getattr(getattr(torch.ops.aten, packet), overload or "default")
        assert is_free(asked, [torch.ones(2)] * count) is free

    def test_every_formula_is_of_an_operator_that_there_is(self):
        assert all(hasattr(torch.ops.aten, name) for name in PRODUCTS)

    def test_a_mean_is_refused_too(self):
        net = Does(lambda net, x: torch.cdist(x, net.w), w=w(5, 4))
        refuses("_cdist_forward", dynamic.mean_macs, net, torch.ones(3, 4))


@pytest.mark.parametrize("stops", [False, True])
def test_everything_is_left_as_it_was(stops):
    def does(net, x):
        random.random(), np.random.rand(), torch.rand(1)
        assert not torch.backends.mha.get_fastpath_enabled()
        net.seen += 1
        net.last = x[0]
        return torch.cdist(x, net.part.weight) if stops else net.part(F.dropout(x, training=True))

    net = Does(does, part=nn.Linear(4, 2), norm=nn.BatchNorm1d(2))
    net.register_buffer("seen", torch.zeros(()))
    net.register_buffer("last", torch.zeros(4))
    net.norm.eval()
    buffers = [net.seen, net.last]
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    with unchanged(net):
        if stops:
            refuses("_cdist_forward", meter.count_macs, net, 4, nonzero=True)
        else:
            assert meter.count_macs(net, 4, nonzero=True) == 8
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert after == before
    assert net.training
    assert not net.norm.training
    assert net.seen is buffers[0]
    assert net.last is buffers[1]
    assert torch.backends.mha.get_fastpath_enabled()
    assert torch.backends.cuda.flash_sdp_enabled()
    assert not any(module._forward_hooks for module in net.modules())


@pytest.mark.parametrize(
    "wrap",
    [
        torch.compile,
        nn.DataParallel,
        torch.jit.script,
        lambda net: torch.jit.trace(net, torch.zeros(1, 1, 6, 6)),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_wrapped_network_counts_as_what_is_in_it(wrap):
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(32, 3))
    assert meter.count_macs(wrap(net), (1, 6, 6)) == 2 * 9 * 16 + 96


class TestTied:
    @pytest.fixture
    def tied(self):
        net = nn.Sequential(nn.Linear(64, 64, bias=False), nn.ReLU(), nn.Linear(64, 64, bias=False))
        net[2].weight = net[0].weight
        return net

    @pytest.mark.parametrize("encoding", ["dense", "smallest"])
    def test_one_weight_is_counted_and_stored_once(self, tied, encoding):
        apart = nn.Sequential(nn.Linear(64, 64, bias=False))
        assert meter.count_params(tied) == meter.count_params(apart) == 64 * 64
        assert meter.count_macs(tied, 64) == 2 * 64 * 64
        extra = meter.stored_bytes(tied, encoding) - meter.stored_bytes(apart, encoding)
        assert 0 < extra < 40  # its name

    @pytest.mark.parametrize("files", [storage, deep_compression])
    def test_it_is_read_back(self, tied, files, tmp_path):
        size = files.save(tied, tmp_path / "net")
        assert size < 64 * 64 * 4 + 200
        read = files.load(tmp_path / "net")
        assert list(read) == list(tied.state_dict())
        for name, tensor in tied.state_dict().items():
            assert torch.equal(read[name], tensor)
        tied.load_state_dict(read)

    def test_only_the_same_tensor_is_tied(self):
        one = torch.arange(9.0).reshape(3, 3)
        others = {"a": one, "b": one.T, "c": one[:2], "d": one.clone(), "e": one.view(9)}
        read = storage.decode(storage.encode(others))
        assert all(torch.equal(read[name], tensor) for name, tensor in others.items())
        empty = {"a": torch.zeros(0, 3), "b": torch.zeros(0, 3), "c": torch.zeros(0)}
        assert storage.decode(storage.encode(empty))["c"].shape == (0,)
