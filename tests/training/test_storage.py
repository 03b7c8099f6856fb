"""Files of tensors: exact, small, and refused when they are not whole."""

import math
import os
import warnings

import numpy as np
import pytest
import torch

from nc_teach import models, storage
from nc_teach.common.files import write_whole
from tests.checks import refuses

TENSORS = {
    "sparse": torch.randn(100, 30).masked_fill(torch.rand(100, 30) < 0.9, 0.0),
    "all zero": torch.zeros(300),
    "empty": torch.zeros(0, 4),
    "scalar": torch.tensor(3),
    "mask": torch.rand(7, 3) > 0.5,
    "special": torch.tensor([math.nan, math.inf, -math.inf, 0.0, 1e-45]),
    "half": torch.randn(5).to(torch.bfloat16),
    "far apart": torch.zeros(300_000).index_fill_(0, torch.tensor([0, 70_000, 299_999]), 1.0),
}


def raw(tensor):
    return tensor.contiguous().reshape(-1).view(torch.uint8)


@pytest.mark.parametrize("encoding", ["smallest", *storage.ENCODINGS])
@pytest.mark.parametrize("name", TENSORS)
def test_every_tensor_comes_back_bit_for_bit(name, encoding):
    tensor = TENSORS[name]
    back = storage.decode(storage.encode({name: tensor}, encoding))[name]
    assert back.shape == tensor.shape
    assert back.dtype == tensor.dtype
    assert torch.equal(raw(back), raw(tensor))


def test_a_mask_that_was_multiplied_costs_no_more_than_one_that_was_filled_in():
    """Trap: -3 * 0 is -0.0, whose bits are not all zero."""
    weight, mask = torch.randn(50, 40), torch.rand(50, 40) > 0.9
    filled, multiplied = weight.masked_fill(~mask, 0.0), weight * mask
    data = storage.encode({"w": multiplied})
    assert data == storage.encode({"w": filled})
    assert torch.equal(storage.decode(data)["w"], multiplied)


def test_smallest_is_never_larger_than_any_single_encoding():
    sizes = {e: len(storage.encode(TENSORS, e)) for e in storage.ENCODINGS}
    assert len(storage.encode(TENSORS)) <= min(sizes.values())


def test_dense_bytes_of_lenet_by_hand():
    state = models.LeNet300100(seed=0).state_dict()
    data = storage.encode(state, "dense")
    header = int.from_bytes(data[4:8], "little")
    assert len(data) == 4 + 4 + header + 4 * 266_610 + 4


def test_bitmask_and_relative_bytes_by_hand():
    # 1,000 numbers, every tenth is there: 100 numbers of 4 bytes.
    tensor = torch.zeros(1000)
    tensor[9::10] = 1.0
    extra = len(storage.encode({"w": torch.zeros(0)}, "dense"))
    # bitmask: 1,000 bits = 125 bytes, and 400 bytes of numbers
    assert abs(len(storage.encode({"w": tensor}, "bitmask")) - extra - 525) <= 16
    # relative: each gap is 9 zeros, 4 bits: 50 bytes, 400 of numbers, 5 for b and the count
    assert abs(len(storage.encode({"w": tensor}, "relative")) - extra - 455) <= 16


def test_csr_is_what_torch_calls_csr():
    """Oracle: columns and values of torch's own CSR, whose row pointers are sums of our counts."""
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
def test_csr_takes_as_many_bytes_for_a_column_as_a_full_row_needs(columns):
    tensor = torch.ones(2, columns)
    size = 1 if columns < 256 else 2 if columns < 65_536 else 4
    head = len(storage.encode({"w": torch.zeros(0, columns)}, "csr"))
    data = storage.encode({"w": tensor}, "csr")
    assert abs(len(data) - head - size * (2 + 2 * columns) - 8 * columns) <= 16
    assert torch.equal(storage.decode(data)["w"], tensor)


def test_a_damaged_or_foreign_file_is_refused_by_name(tmp_path):
    path = tmp_path / "net.nct"
    storage.save(models.LeNet300100(seed=0), path)
    data = path.read_bytes()
    for wrong, message in (
        (data[:-1], "cut short"),
        (data[: len(data) // 2], "cut short"),
        (data[:10], "cut short"),
        (data[:500] + bytes([data[500] ^ 1]) + data[501:], "damaged"),
        (b"PK\x03\x04 something else", "not a file of nc_teach"),
        (b"", "not a file of nc_teach"),
    ):
        path.write_bytes(wrong)
        with pytest.raises(ValueError, match=message) as caught:
            storage.load(path)
        assert str(path) in str(caught.value)


def test_an_interrupted_save_leaves_the_older_file(tmp_path, monkeypatch):
    path = tmp_path / "net.nct"
    write_whole(path, b"older")

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"newer")
    assert path.read_bytes() == b"older"
    assert [p.name for p in tmp_path.iterdir()] == ["net.nct"]


def test_save_returns_the_size_on_disk_and_load_gives_the_same_network(tmp_path):
    net, path = models.FashionConvNet(seed=1), tmp_path / "net.nct"
    assert storage.save(net, path) == path.stat().st_size
    twin = models.FashionConvNet(seed=2)
    twin.load_state_dict(storage.load(path))
    assert all(
        torch.equal(a, b)
        for a, b in zip(net.state_dict().values(), twin.state_dict().values(), strict=True)
    )


def test_unknown_encoding_and_dtype_are_named():
    refuses("encoding must be 'smallest' or one of .* got 'zip'", storage.encode, {}, "zip")
    with pytest.raises(ValueError, match="'c' must have one of the dtypes .* got complex64"):
        storage.encode({"c": torch.zeros(2, dtype=torch.complex64)})
