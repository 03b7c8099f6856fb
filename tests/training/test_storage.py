"""Files of tensors: exact, small, and refused when they are not whole."""

import math
import os
import warnings

import numpy as np
import pytest
import torch

from nc_teach import models, quantization, storage
from nc_teach.quantization import deep_compression
from tests.checks import refuses, same


def shared(*shape, k=8, density=0.1, seed=0):
    """Weights of which the share ``density`` is there, with k values in all."""
    generator = torch.Generator().manual_seed(seed)
    w = torch.randn(*shape, generator=generator)
    w[torch.rand(*shape, generator=generator) > density] = 0.0
    return quantization.cluster(w, k).weights()


TENSORS = {
    "sparse": torch.randn(100, 30).masked_fill(torch.rand(100, 30) < 0.9, 0.0),
    "shared sparse": shared(60, 50),
    "shared dense": shared(60, 50, density=1.0),
    "dense": torch.randn(20, 3, 5, 5),
    "all zero": torch.zeros(300),
    "all one": torch.ones(70, 2),
    "empty": torch.zeros(0, 4),
    "scalar": torch.tensor(3),
    "mask": torch.rand(7, 3) > 0.5,
    "special": torch.tensor([math.nan, math.inf, -math.inf, 0.0, 1e-45]),
    "half": torch.randn(5).to(torch.bfloat16),
    "double": torch.randn(3, dtype=torch.float64),
    "far apart": torch.zeros(300_000).index_fill_(0, torch.tensor([0, 70_000, 299_999]), 1.0),
    "columns": shared(60, 50).T,
}
FOREIGN = {storage: "not a file of nc_teach", deep_compression: "not a compressed network"}
UNKNOWN = {storage: "encoding must be one of smallest", deep_compression: "coder must be one of"}
both_forms = pytest.mark.parametrize("form", FOREIGN, ids=["plain", "compressed"])


def raw(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8)


@pytest.mark.parametrize(
    ("form", "how"),
    [(storage, how) for how in ("smallest", *storage.ENCODINGS)]
    + [(deep_compression, how) for how in deep_compression.CODERS],
)
def test_every_tensor_comes_back_bit_for_bit(form, how):
    back = form.decode(form.encode(TENSORS, how))
    assert list(back) == list(TENSORS)
    for name, tensor in TENSORS.items():
        assert (back[name].shape, back[name].dtype) == (tensor.shape, tensor.dtype)
        assert torch.equal(raw(back[name]), raw(tensor)), name


class TestEncodings:
    def test_a_mask_that_was_multiplied_costs_no_more_than_one_that_was_filled_in(self):
        """Trap: -3 * 0 is -0.0, whose bits are not all zero."""
        weight, mask = torch.randn(50, 40), torch.rand(50, 40) > 0.9
        filled, multiplied = weight.masked_fill(~mask, 0.0), weight * mask
        data = storage.encode({"w": multiplied})
        assert data == storage.encode({"w": filled})
        assert torch.equal(storage.decode(data)["w"], multiplied)

    def test_smallest_is_never_larger_than_any_single_encoding(self):
        sizes = {e: len(storage.encode(TENSORS, e)) for e in storage.ENCODINGS}
        assert len(storage.encode(TENSORS)) <= min(sizes.values())

    def test_dense_bytes_of_lenet_by_hand(self):
        data = storage.encode(models.LeNet300100(seed=0).state_dict(), "dense")
        header = int.from_bytes(data[4:8], "little")
        assert len(data) == 4 + 4 + header + 4 * 266_610 + 4

    def test_bitmask_and_relative_bytes_by_hand(self):
        # 1,000 numbers, every tenth is there: 100 numbers of 4 bytes.
        tensor = torch.zeros(1000)
        tensor[9::10] = 1.0
        extra = len(storage.encode({"w": torch.zeros(0)}, "dense"))
        # bitmask: 1,000 bits = 125 bytes, and 400 bytes of numbers
        assert abs(len(storage.encode({"w": tensor}, "bitmask")) - extra - 525) <= 16
        # relative: each gap is 9 zeros, 4 bits: 50 bytes, 400 of numbers, 5 for b and the count
        assert abs(len(storage.encode({"w": tensor}, "relative")) - extra - 455) <= 16

    def test_csr_is_what_torch_calls_csr(self):
        """Oracle: torch's own CSR, whose row pointers are sums of our counts."""
        tensor = TENSORS["sparse"] + 0.0  # -0.0 becomes 0.0
        blob = storage.ENCODINGS["csr"][0](tensor.numpy().view(np.uint8).reshape(100, 30, 4))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            oracle = tensor.to_sparse_csr()
        total = oracle.values().numel()
        assert len(blob) == 100 + total + 4 * total  # 30 columns fit in a byte
        counts = np.frombuffer(blob, np.uint8, 100)
        assert np.cumsum(counts).tolist() == oracle.crow_indices()[1:].tolist()
        columns = np.frombuffer(blob, np.uint8, total, offset=100)
        assert columns.tolist() == oracle.col_indices().tolist()
        values = np.frombuffer(blob, np.float32, offset=100 + total)
        assert values.tolist() == oracle.values().tolist()

    @pytest.mark.parametrize("columns", [255, 256, 65_535, 65_536])
    def test_csr_takes_as_many_bytes_for_a_column_as_a_full_row_needs(self, columns):
        tensor = torch.ones(2, columns)
        size = 1 if columns < 256 else 2 if columns < 65_536 else 4
        head = len(storage.encode({"w": torch.zeros(0, columns)}, "csr"))
        data = storage.encode({"w": tensor}, "csr")
        assert abs(len(data) - head - size * (2 + 2 * columns) - 8 * columns) <= 16
        assert torch.equal(storage.decode(data)["w"], tensor)


class TestFiles:
    @both_forms
    def test_a_damaged_or_foreign_file_is_refused_by_name(self, form, tmp_path):
        path = tmp_path / "net"
        form.save(models.FashionConvNet(seed=0), path)
        data = path.read_bytes()
        other = storage if form is deep_compression else deep_compression
        for wrong, message in (
            (data[:-1], "cut short"),
            (data[: len(data) // 2], "cut short"),
            (data[:10], "cut short"),
            (data[:500] + bytes([data[500] ^ 1]) + data[501:], "damaged"),
            (b"PK\x03\x04 something else", FOREIGN[form]),
            (other.encode({})[:4] + data[4:], FOREIGN[form]),
            (b"", FOREIGN[form]),
        ):
            path.write_bytes(wrong)
            with pytest.raises(ValueError, match=message) as caught:
                form.load(path)
            assert str(path) in str(caught.value)

    @both_forms
    def test_an_interrupted_save_leaves_the_older_file(self, form, tmp_path, monkeypatch):
        path = tmp_path / "net"
        path.write_bytes(b"older")

        def interrupted(*args):
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            form.save(models.FashionConvNet(seed=0), path)
        assert path.read_bytes() == b"older"
        assert [p.name for p in tmp_path.iterdir()] == ["net"]

    @both_forms
    def test_a_full_disk_is_told_with_the_file_s_name(self, form, tmp_path):
        """Oracle: the kernel, which lets this process write no more than a few bytes."""
        resource = pytest.importorskip("resource", reason="Windows has no such limit")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50, limits[1]))
        try:
            with pytest.raises(OSError, match=r"File too large: '.*net'$") as caught:
                form.save(models.FashionConvNet(seed=0), tmp_path / "net")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert caught.value.filename == str(tmp_path / "net")
        assert list(tmp_path.iterdir()) == []

    @both_forms
    @pytest.mark.parametrize(
        ("place", "kind"), [("none/net", FileNotFoundError), (".", OSError), ("a/net", OSError)]
    )
    def test_what_cannot_be_written_is_named(self, form, tmp_path, place, kind):
        (tmp_path / "a").write_text("a file")
        with pytest.raises(kind) as caught:
            form.save(torch.nn.Linear(2, 1), tmp_path / place)
        assert caught.value.filename == str(tmp_path / place)
        assert [p.name for p in tmp_path.iterdir()] == ["a"]

    @both_forms
    def test_the_same_network_is_loaded_and_its_bytes_are_those_on_disk(self, form, tmp_path):
        net, twin = models.FashionConvNet(seed=1), models.FashionConvNet(seed=2)
        assert form.save(net, tmp_path / "net") == (tmp_path / "net").stat().st_size
        twin.load_state_dict(form.load(tmp_path / "net"))
        assert same(net, twin)

    @both_forms
    def test_unknown_encoding_and_dtype_are_named(self, form):
        refuses(f"{UNKNOWN[form]}.* got 'zip'", form.encode, {}, "zip")
        tensors = {"c": torch.zeros(2, dtype=torch.complex64)}
        refuses("'c' must have one of the dtypes .* got complex64", form.encode, tensors)
        assert form.decode(form.encode({})) == {}


def test_what_is_no_ordinary_file_is_not_replaced(tmp_path):
    """A device, a pipe or a folder stays what it is."""
    pipe = tmp_path / "pipe.nct"
    os.mkfifo(pipe)
    for place in (pipe, tmp_path):
        with pytest.raises(OSError, match=f"Not an ordinary file.*{place.name}"):
            storage.save(torch.nn.Linear(2, 1), place)
    assert pipe.is_fifo()
    assert [each.name for each in tmp_path.iterdir()] == ["pipe.nct"]
