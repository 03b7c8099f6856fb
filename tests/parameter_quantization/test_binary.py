"""Signs: their gradients, BinaryConnect, binarized and XNOR networks, and products on bits."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nc_teach import quantization, training
from nc_teach.quantization import binary, mlp, xnor, xnor_compiled, xnor_net
from nc_teach.quantization.binarized import Sign, binarized_perceptron
from nc_teach.quantization.sign import sign, sign_ste, sign_ste_unclipped, sign_zero
from tests.checks import needs_numba, refuses

EDGES = torch.tensor([-2.0, -1.0 - 1e-6, -1.0, -0.3, -0.0, 0.0, 0.3, 1.0, 1.0 + 1e-6, 2.0])


def gradient(function, x, g):
    x = x.clone().requires_grad_()
    function(x).backward(g)
    return x.grad


class TestSign:
    @pytest.mark.parametrize("function", [sign, sign_ste, sign_ste_unclipped, sign_zero])
    def test_only_two_values_also_at_zero(self, function):
        """Trap: torch.sign has three."""
        values = function(EDGES)
        assert set(values.tolist()) == {-1.0, 1.0}
        assert values[4:6].tolist() == [1.0, 1.0]
        assert function(EDGES.double()).dtype == torch.float64
        assert function(torch.tensor([float("nan")])).isnan().all()  # and not an answer

    def test_the_three_gradients_against_their_formulas(self):
        g = torch.linspace(-3, 3, len(EDGES))
        inside = torch.tensor([0, 0, 1, 1, 1, 1, 1, 1, 0, 0])
        assert torch.equal(gradient(sign_ste, EDGES, g), g * inside)
        assert torch.equal(gradient(sign_ste_unclipped, EDGES, g), g)
        assert torch.equal(gradient(sign_zero, EDGES, g), 0 * g)

    def test_values_are_exact_where_a_detached_sum_may_round(self):
        x = torch.randn(10_000, generator=torch.Generator().manual_seed(0))
        assert (sign_ste_unclipped(torch.cat([x, torch.tensor([3e8])])).abs() == 1).all()


def learn(net, rows, lr, after_step):
    how = {"loss": quantization.square_hinge_loss, "optimizer": binary.adam(net, lr)}
    training.fit(net, rows, epochs=15, batch_size=30, after_step=after_step, **how)


class TestBinaryConnect:
    def test_deterministic_passes_the_whole_gradient(self):
        g = torch.linspace(-3, 3, len(EDGES))
        assert torch.equal(gradient(binary.deterministic, EDGES, g), g)
        assert torch.equal(gradient(binary.stochastic, EDGES, g), g)

    def test_stochastic_is_right_on_average(self):
        weight = torch.tensor([-1.0, -0.5, 0.0, 0.8, 1.0, 1.7])
        torch.manual_seed(0)
        draws = torch.stack([binary.stochastic(weight) for _ in range(4000)])
        assert set(draws.unique().tolist()) == {-1.0, 1.0}
        assert torch.allclose(draws.mean(0), weight.clamp(-1, 1), atol=0.06)

    def test_one_step_by_hand(self):
        """Trap: the gradient is taken at the binary weights and applied to the real ones."""
        layer = binary.BinaryLinear(2, 1)
        layer.weight.data.copy_(torch.tensor([[0.1, -0.9]]))
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        x = torch.tensor([[1.0, 2.0]])
        (layer(x) ** 2).sum().backward()  # output 1 - 2 = -1, so dC/dw_b = 2 * (-1) * x
        assert torch.equal(layer.weight.grad, torch.tensor([[-2.0, -4.0]]))
        optimizer.step()
        assert torch.allclose(layer.weight, torch.tensor([[0.3, -0.5]]))
        layer.weight.grad = torch.tensor([[-20.0, 9.0]])
        optimizer.step()
        binary.clip_weights(layer)
        assert torch.equal(layer.weight.data, torch.tensor([[1.0, -1.0]]))

    def test_which_weights_are_used_when(self):
        """Trap: what was trained by drawing is tested with its real weights."""
        x = torch.eye(3)
        for rule, at_test in ((binary.DETERMINISTIC, sign), (binary.STOCHASTIC, binary.real)):
            layer = binary.BinaryLinear(3, 2, rule)
            torch.manual_seed(1)
            assert set(layer.train()(x).unique().tolist()) == {-1.0, 1.0}
            assert torch.equal(layer.eval()(x), at_test(layer.weight).T)

    def test_real_weights_stay_real_and_the_bits_are_asked_for(self):
        """Trap: saved weights of a binary network are not ±1."""
        layer = binary.BinaryLinear(50, 4)
        assert len(layer.state_dict()["weight"].unique()) > 2
        assert layer.weight.abs().max() <= 1
        assert set(layer.binary_weight().unique().tolist()) == {-1.0, 1.0}

    def test_without_the_clip_weights_leave_the_walls_for_good(self, rows):
        """Trap: a clip that never happens (or a hook for it that nobody calls)."""
        clipped, free = (mlp((16, 32, 3), binary.BinaryLinear, seed=0) for _ in range(2))
        learn(clipped, rows, 3e-2, binary.clip_weights)
        learn(free, rows, 3e-2, None)
        assert clipped[1].weight.abs().max() == 1
        assert free[1].weight.abs().max() > 1

    def test_a_pass_forward_and_back_leaves_the_real_weights_alone(self):
        """Trap: signs written into the weights and never taken out again."""
        for layer in (binary.BinaryLinear(6, 4), xnor_net.ScaledSignConv2d(2, 3, 3)):
            before = layer.weight.detach().clone()
            shape = (5, 6) if isinstance(layer, nn.Linear) else (5, 2, 4, 4)
            layer(torch.randn(shape)).sum().backward()
            assert torch.equal(layer.weight, before)
            assert layer.weight.grad is not None

    def test_adam_scales_the_binary_layers_alone(self):
        net = mlp((6, 4, 3), binary.BinaryLinear)
        groups = binary.adam(net, 0.01)(None).param_groups
        rates = [group["lr"] for group in groups]
        assert rates[0] == pytest.approx(0.01 * (10 / 1.5) ** 0.5)
        assert rates[3] == pytest.approx(0.01 * (7 / 1.5) ** 0.5)
        assert rates[1:3] == rates[4:] == [0.01, 0.01]
        refuses("lr must be a positive number, got 0", binary.adam, net, 0)
        refuses(r"sizes must name inputs and outputs at least, got", mlp, (16,))


class TestPerceptron:
    def test_square_hinge_by_hand_and_its_gradient(self):
        outputs = torch.tensor([[0.2, -0.5, 3.0], [2.0, -2.0, 0.0]], requires_grad=True)
        loss = quantization.square_hinge(outputs, torch.tensor([0, 2]))
        by_hand = torch.tensor([[0.8, 0.5, 4.0], [3.0, 0.0, 1.0]])
        assert loss.item() == pytest.approx(by_hand.square().mean().item())
        loss.backward()
        signs = torch.tensor([[-1, 1, 1], [1, 1, -1]])
        assert torch.allclose(outputs.grad, 2 * signs * by_hand / 6)

    def test_dropout_comes_after_every_activation_and_normalisation_last(self):
        kinds = [type(part).__name__ for part in mlp((16, 8, 3), dropout=0.5)]
        assert (kinds[4], kinds[-1]) == ("Dropout", "BatchNorm1d")


class TestBinarized:
    def test_everything_between_the_layers_is_a_sign(self):
        net = binarized_perceptron((16, 8, 8, 3), seed=0)
        seen = []
        for part in net:
            if isinstance(part, Sign):
                part.register_forward_hook(lambda m, i, o: seen.append(o))
        net(torch.rand(5, 1, 4, 4))
        assert len(seen) == 2
        assert all(set(o.unique().tolist()) <= {-1.0, 1.0} for o in seen)

    def test_a_zero_gradient_leaves_the_first_layer_as_it_was(self, rows):
        for through, moves in ((sign_zero, False), (sign_ste, True)):
            net = binarized_perceptron((16, 8, 3), through, seed=0)
            quantization.square_hinge_loss(net, rows.train.images, rows.train.labels).backward()
            assert bool(net[1].weight.grad.any()) is moves
            assert net[4].weight.grad.any()

    def test_a_layer_in_the_middle_is_a_count_of_bits(self):
        layer = binary.BinaryLinear(100, 7)
        signs = sign(torch.randn(5, 100))
        counted = xnor.matmul(xnor.pack(signs), xnor.pack(layer.binary_weight()))
        assert np.array_equal(layer(signs).detach().numpy(), counted)


class TestXnorNet:
    def test_alpha_is_the_least_squares_optimum(self):
        """Against a search over alpha, and over all signs of a small filter."""
        weight = torch.randn(3, 2, 2, 1, generator=torch.Generator().manual_seed(3))
        scale = xnor_net.filter_scale(weight)
        corners = torch.cartesian_prod(*[torch.tensor([-1.0, 1.0])] * 4)
        for row, alpha in zip(weight.flatten(1), scale, strict=True):
            grid = torch.linspace(0, 3, 3001)
            distances = (row - grid[:, None, None] * corners).square().sum(2)
            best = distances.argmin().item()
            assert grid[best // 16].item() == pytest.approx(alpha.item(), abs=1e-3)
            assert torch.equal(corners[best % 16], sign(row))

    def test_one_alpha_a_filter(self):
        weight = torch.stack([torch.full((2, 3, 3), 0.5), torch.full((2, 3, 3), -2.0)])
        assert torch.equal(xnor_net.scaled_sign(weight), weight)

    def test_the_gradient_is_the_corrected_formula_and_not_the_printed_one(self):
        """Trap: g (1/n + alpha 1{|w| <= 1}), as printed, is not the derivative."""
        seeded = torch.Generator().manual_seed(5)
        weight, g = torch.randn(2, 4, 10, generator=seeded).unbind()
        found = gradient(xnor_net.scaled_sign, weight, g)
        alpha, inside = weight.abs().mean(1, keepdim=True), weight.abs() <= 1
        corrected = g * alpha * inside + sign(weight) * (g * sign(weight)).mean(1, keepdim=True)
        printed = g * (1 / 10 + alpha * inside)
        assert torch.allclose(found, corrected, atol=1e-6)
        assert not torch.allclose(found, printed, atol=1e-2)

    def test_k_is_the_mean_size_of_what_a_window_sees(self):
        layer = nn.Conv2d(3, 1, 3, stride=2, padding=1)
        inputs = torch.randn(2, 3, 7, 7)
        scale = xnor_net.input_scale(inputs, layer)
        padded = F.pad(inputs.abs(), (1, 1, 1, 1))
        assert scale.shape == (2, 1, 4, 4)
        assert scale[1, 0, 2, 1].item() == pytest.approx(padded[1, :, 4:7, 2:5].mean().item())

    def test_the_order_of_a_block(self):
        """Trap: pooled after the sign, nearly every output would be +1."""
        block = xnor_net.XnorBlock(4, 6, pool=2)
        seen = []
        block.norm.register_forward_hook(lambda m, i, o: seen.append(("norm", o)))
        block.conv.register_forward_hook(lambda m, i, o: seen.append((i[0], o)))
        out = block(torch.randn(8, 4, 6, 6))
        assert seen[0][0] == "norm"
        assert torch.equal(seen[1][0], sign(seen[0][1]))
        assert torch.equal(out, F.max_pool2d(seen[1][1], 2))
        assert out.shape == (8, 6, 3, 3)

    def test_first_and_last_layer_stay_real_and_k_is_off_by_default(self):
        net = xnor_net.XnorNet(seed=0).eval()
        scaled = xnor_net.XnorNet(seed=0, scale_inputs=True).eval()
        kinds = [type(m) for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
        inner = [xnor_net.ScaledSignConv2d] * 2
        assert kinds == [nn.Conv2d, *inner, nn.Linear]
        images = torch.rand(2, 1, 28, 28)
        assert net(images).shape == (2, 10)
        assert not torch.equal(net(images), scaled(images))
        assert sum(m.weight.numel() for m in (net.block1.conv, net.block2.conv)) == 13_824

    def test_the_real_twin_begins_with_the_same_weights(self):
        real = xnor_net.XnorNet(seed=0, conv=nn.Conv2d, activation=F.relu)
        bits = xnor_net.XnorNet(seed=0)
        assert torch.equal(real.block1.conv.weight, bits.block1.conv.weight)
        normed = torch.randn(2, 16, 4, 4)
        assert torch.equal(real.block1(normed), real.block1.conv(F.relu(real.block1.norm(normed))))

    def test_centred_and_clipped(self):
        net = xnor_net.XnorNet(seed=0)
        net.block1.conv.weight.data.add_(3.0)
        first = net.first.weight.detach().clone()
        xnor_net.centre_and_clip(net)
        assert net.block1.conv.weight.mean(1).abs().max() < 1e-5
        assert net.block1.conv.weight.abs().max() <= 1
        assert torch.equal(net.first.weight, first)


COUNTERS = [xnor.differing, pytest.param(xnor_compiled.differing, marks=needs_numba)]


class TestXnor:
    @pytest.mark.parametrize("count", COUNTERS)
    @pytest.mark.parametrize("n", [1, 7, 8, 63, 64, 65, 128, 1000])
    def test_the_product_is_the_float_product(self, n, count):
        """Trap: padding; n that is no multiple of 64 (or of 8)."""
        coins = np.random.default_rng(n).random((12, n)) < 0.5
        signs = np.where(coins, 1.0, -1.0)
        a, b = signs[:5], signs[5:]
        found = xnor.matmul(xnor.pack(a), xnor.pack(b), count)
        assert np.array_equal(found, (a @ b.T).astype(int))
        assert found.dtype == np.int64
        assert np.array_equal(xnor.matmul(xnor.pack(a), xnor.pack(-a), count).diagonal(), [-n] * 5)

    @pytest.mark.parametrize("count", COUNTERS)
    def test_large_products_in_blocks(self, count):
        signs = sign(torch.randn(1300, 640, generator=torch.Generator().manual_seed(0)))
        a, b = signs.split((300, 1000))
        assert 300 * xnor.pack(b).words.size < xnor.SHARE < 1000 * xnor.pack(b).words.size
        for left, right in ((a, b), (b, b)):  # on one thread, and shared out
            found = xnor.matmul(xnor.pack(left), xnor.pack(right), count)
            assert np.array_equal(found, (left @ right.T).numpy())

    @pytest.mark.parametrize("count", COUNTERS)
    @pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (4, 8), (3, 8), (4, 7), (9, 21)])
    def test_whole_and_broken_tiles_in_blocks_of_one_row_and_all_at_once(
        self, shape, count, monkeypatch
    ):
        rng = np.random.default_rng(0)
        a, b = (xnor.Packed(rng.integers(1 << 6, size=(m, 2), dtype=np.uint64), 70) for m in shape)
        for share in (1, xnor.SHARE):
            monkeypatch.setattr(xnor, "SHARE", share)
            found = xnor.matmul(a, b, count)
            assert np.array_equal(found, (xnor.unpack(a) @ xnor.unpack(b).T).astype(int))
            assert found.shape == shape

    def test_packed_and_unpacked(self):
        numbers = np.random.default_rng(0).normal(size=(3, 77))
        numbers[0, :3] = (0.0, -0.0, 1e-30)
        packed = xnor.pack(numbers)
        assert packed.words.shape == (3, 2)
        assert np.array_equal(xnor.unpack(packed), np.where(numbers >= 0, 1, -1))
        assert xnor.pack(torch.tensor(numbers)).words.tolist() == packed.words.tolist()
        assert not (packed.words[:, 1] >> np.uint64(77 - 64)).any()  # padding is zero
        assert np.ones((8, 640), np.float32).nbytes == 32 * xnor.pack(np.ones((8, 640))).nbytes

    def test_what_does_not_fit_is_named(self):
        refuses(r"signs must be numbers, got NaN", xnor.pack, [1.0, float("nan")])
        refuses(r"rows x n with at least one, got shape \(2, 2, 2\)", xnor.pack, np.ones((2, 2, 2)))
        refuses(r"rows x n with at least one, got shape \(1, 0\)", xnor.pack, [])
        three, four = xnor.pack(np.ones(3)), xnor.pack(np.ones(4))
        refuses(r"as many signs a row as a \(3\), got 4", xnor.matmul, three, four)
        word = np.zeros((1, 1), np.uint64)
        refuses("words must be uint64, rows x 2 for n = 65, got", xnor.Packed, word, 65)
