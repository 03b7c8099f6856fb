"""How fast the course's techniques are, against what a reader would take instead.

Run `python benchmarks/ratios.py` (some minutes; peers that are not installed are named and
left out: `pip install scikit-learn kmeans1d dahuffman numba`). A row is the peer's time over ours,
so more is faster. Both first show that they come to the same; then they take turns in pairs, in an
order drawn for each pair, and every pair gives one ratio: whatever else the machine does slows both
of them. `--report FILE` writes the table as Markdown.
"""

import argparse
import os
import random
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nc_teach import data, models, quantization, training
from nc_teach.claims.provenance import processor
from nc_teach.quantization import (
    exact_clustering,
    exact_compiled,
    huffman,
    huffman_compiled,
    huffman_reading,
    xnor,
    xnor_compiled,
)

PACKAGES = {"sklearn": "scikit-learn"}  # whose name is not that of the module
BATCH, EPOCHS = 128, 3
FIRST_FIGURE = """
import nc_teach
from nc_teach import live
def build(figure, state):
    (dot,) = figure.subplots().plot([0], [0], "o")
    def update(state):
        dot.set_data([state["x"]], [0])
        return (dot,)
    return update
slider = live.Slider("x", "x", [0.0, 1.0])
live.LiveFigure("A dot", [slider], dict, build, str, size=(600, 320)).page()
"""

Run = Callable[[], Any]
Pair = tuple[Run, Run, Callable[[Any, Any], bool]]  # ours, the peer's, and whether they agree


@dataclass(frozen=True)
class Row:
    """One comparison; ``make`` prepares both sides, of which only what is called is timed."""

    what: str
    peer: str
    make: Callable[[], Pair]
    needs: str = ""  # modules beyond torch and numpy
    threads: tuple[int, ...] = (1, 2)


def products(out: int, columns: int, n: int, count: Callable[..., np.ndarray]) -> Pair:
    coins = torch.randint(0, 2, (out + columns, n), generator=torch.Generator().manual_seed(0))
    weight, inputs = (2.0 * coins - 1).split((out, columns))
    a, b = xnor.pack(weight), xnor.pack(inputs)
    ours, peer = partial(xnor.matmul, a, b, count), partial(torch.matmul, weight, inputs.T)
    return ours, peer, lambda bits, floats: np.array_equal(bits, floats.numpy())


def symbols() -> np.ndarray:
    """A million, as uneven as gaps between weights: 3 bits each on average, 18 at most."""
    return np.minimum(np.random.default_rng(0).geometric(0.3, 1_000_000) - 1, 40)


def decoding(read: Callable[..., np.ndarray]) -> Pair:
    from dahuffman import HuffmanCodec

    numbers = symbols()
    codec = HuffmanCodec.from_data(numbers.tolist())
    theirs = codec.encode(numbers.tolist())
    ours = partial(huffman.decode, huffman.encode(numbers), read)
    return ours, partial(codec.decode, theirs), np.array_equal


def encoding() -> Pair:
    """Ours also finds the code and writes its table and a checksum; the peer has its code ready."""
    from dahuffman import HuffmanCodec

    numbers = symbols()
    listed = numbers.tolist()
    codec = HuffmanCodec.from_data(listed)

    def same(ours: bytes, theirs: bytes) -> bool:
        return np.array_equal(huffman.decode(ours), codec.decode(theirs))

    return partial(huffman.encode, numbers), partial(codec.encode, listed), same


def lloyd() -> Pair:
    """Twenty rounds of both, from the same start."""
    from sklearn.cluster import KMeans

    weights = 0.05 * torch.randn(1_000_000, generator=torch.Generator().manual_seed(0))
    start = np.linspace(weights.min().item(), weights.max().item(), 16)[:, None]
    column = weights.numpy()[:, None]
    peer = KMeans(16, init=start.astype(np.float32), n_init=1, max_iter=20, tol=0)

    def same(book: quantization.Codebook, fitted: KMeans) -> bool:
        centroids = np.sort(fitted.cluster_centers_.ravel())
        return fitted.n_iter_ == 20 and np.allclose(book.centroids, centroids, atol=1e-4)

    ours = partial(quantization.cluster, weights, 16, iterations=20)
    return ours, partial(peer.fit, column), same


def exact(layer: exact_clustering.Layer) -> Pair:
    import kmeans1d

    weights = np.random.default_rng(0).normal(size=200_000)
    ours = partial(quantization.cluster_exactly, torch.from_numpy(weights), 16, layer)
    peer = partial(kmeans1d.cluster, weights, 16)
    return ours, peer, lambda book, found: np.allclose(book.centroids, found.centroids)


def fitting(loop: Callable[[data.Dataset], None]) -> Pair:
    small = data.load("mnist")

    def ours() -> None:
        options = {"batch_size": BATCH, "progress": False, "measure": lambda model, split: 0.0}
        training.fit(models.LeNet300100(seed=0), small, epochs=EPOCHS, **options)

    return ours, partial(loop, small), lambda ours, theirs: True


def bare(dataset: data.Dataset) -> None:
    """Forward and backward alone, as many times, on one batch."""
    net = models.LeNet300100(seed=0)
    images, labels = dataset.train.images[:BATCH].clone(), dataset.train.labels[:BATCH].clone()
    for _ in range(EPOCHS * -(-len(dataset.train) // BATCH)):
        net.zero_grad(set_to_none=True)
        F.cross_entropy(net(images), labels).backward()


def usual(dataset: data.Dataset) -> None:
    """The loop of the tutorials."""
    net = models.LeNet300100(seed=0)
    optimizer = torch.optim.Adam(net.parameters(), lr=1.2e-3)
    pairs = TensorDataset(dataset.train.images, dataset.train.labels)
    for _ in range(EPOCHS):
        for images, labels in DataLoader(pairs, batch_size=BATCH, shuffle=True):
            optimizer.zero_grad()
            F.cross_entropy(net(images), labels).backward()
            optimizer.step()


def starting() -> Pair:
    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True, env=paths)

    paths = os.environ | {"PYTHONPATH": sys.path[0]}
    return partial(run, FIRST_FIGURE), partial(run, "import torch"), lambda ours, theirs: True


PRODUCT, VECTOR = (2048, 2048, 2048), (4096, 1, 4096)
FLOATS, KMEANS1D = "torch, float32", "kmeans1d (C++)"
TIMES_VECTOR = "±1 matrix 4096 x 4096 times a vector"
DECODED, ENCODED = "Huffman, 1 M symbols decoded", "Huffman, 1 M symbols encoded"
LLOYD, EXACT = "k-means by Lloyd, 1 M weights", "exact k-means, 200,000 weights"
FIT = "training.fit, LeNet-300-100, batch 128"


def rows() -> Iterator[Row]:
    fast, plain = xnor_compiled.differing, xnor.differing
    size = " x ".join(map(str, PRODUCT))
    yield Row(f"±1 product {size}, compiled", FLOATS, lambda: products(*PRODUCT, fast), "numba")
    yield Row(f"{TIMES_VECTOR}, compiled", FLOATS, lambda: products(*VECTOR, fast), "numba")
    yield Row(TIMES_VECTOR, FLOATS, lambda: products(*VECTOR, plain))
    for reader, also in ((huffman_reading, ""), (huffman_compiled, "numba")):
        made, name = partial(decoding, reader.read_ranks), DECODED + ", compiled" * bool(also)
        yield Row(name, "dahuffman", made, f"dahuffman {also}", (1,))
    yield Row(ENCODED, "dahuffman", encoding, "dahuffman", (1,))
    yield Row(f"{LLOYD}, k = 16", "scikit-learn KMeans", lloyd, "sklearn")
    for search, also in ((exact_clustering, ""), (exact_compiled, "numba")):
        made, name = partial(exact, search.best_starts), f"{EXACT}, k = 16"
        yield Row(name + ", compiled" * bool(also), KMEANS1D, made, f"kmeans1d {also}", (1,))
    yield Row(FIT, "bare forward + backward", lambda: fitting(bare))
    yield Row(FIT, "DataLoader, Adam", lambda: fitting(usual))
    yield Row("import nc_teach and a first live figure", "import torch", starting, "", (1,))


@contextmanager
def threads_of(count: int) -> Iterator[None]:
    """torch, and OpenMP under scikit-learn where it is installed, use ``count`` threads."""
    torch.set_num_threads(count)
    if find_spec("threadpoolctl"):
        from threadpoolctl import threadpool_limits

        with threadpool_limits(count):
            yield
    else:
        yield


def ratios(pair: Pair, repeats: int) -> list[float]:
    """The peer's time over ours, pair by pair, after one run of each that does not count."""
    *sides, same = pair
    if not same(*(run() for run in sides)):
        raise AssertionError("the two do not come to the same")
    found = []
    for _ in range(repeats):
        seconds = [0.0, 0.0]
        for side in random.sample((0, 1), 2):
            started = time.perf_counter()
            sides[side]()
            seconds[side] = time.perf_counter() - started
        found.append(seconds[1] / seconds[0])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=9, help="pairs a row (default 9)")
    parser.add_argument("--only", default="", help="rows whose name or peer holds this word")
    parser.add_argument("--report", type=Path, help="write the table here, as Markdown")
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # scikit-learn: twenty rounds were not enough
    lines = ["| what | against | threads | times as fast | half of the runs | all runs |"]
    lines.append("|---|---|---|---|---|---|")
    print(*lines, sep="\n")
    for row in rows():
        if options.only not in f"{row.what} {row.peer}":
            continue
        missing = [PACKAGES.get(name, name) for name in row.needs.split() if not find_spec(name)]
        for threads in row.threads:
            start = f"| {row.what} | {row.peer} | {threads} |"
            if missing:
                lines.append(f"{start} left out: `pip install {' '.join(missing)}` | | |")
            else:
                with threads_of(threads):
                    found = ratios(row.make(), options.repeats)
                low, middle, high = np.percentile(found, [25, 50, 75])
                runs = " ".join(f"{ratio:.2f}" for ratio in sorted(found))
                lines.append(f"{start} {middle:.2f} | {low:.2f} to {high:.2f} | {runs} |")
            print(lines[-1], flush=True)
    made_on = (
        f"{processor()}, {os.cpu_count()} cores; torch {torch.__version__}, numpy {np.__version__}"
    )
    lines += ["", f"{made_on}; load at the end {os.getloadavg()[0]:.1f}."]
    print(lines[-1])
    if options.report:
        options.report.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
