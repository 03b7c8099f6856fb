"""Results made by hand, results of tiny data, and their way to a file and back."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from nc_teach import data, dynamic
from nc_teach.claims import Result, dynamic_computation as chapter, experiment
from nc_teach.claims.dynamic_computation import saved_time
from nc_teach.claims.dynamic_computation.mixed_images import MIXED, PRICES, mixed
from nc_teach.claims.dynamic_computation.networks import fewer
from nc_teach.claims.dynamic_computation.points import points
from nc_teach.claims.dynamic_computation.settings import IMAGES, PLANE
from nc_teach.claims.result import R

FEW = (60, 20, 40)
QUICK = replace(PLANE, epochs=(1, 1, 1), data=lambda dataset, seed: points(seed, FEW))
MIXTURE = replace(MIXED, epochs=(1, 1, 1), data=lambda dataset, seed: mixed(dataset, seed, FEW))
PLAIN = replace(IMAGES, epochs=(1, 0, 1), data=lambda dataset, seed: fewer(dataset, 50, 20))


def back(key: str, result: R, folder: Path) -> R:
    """The result, saved and read."""
    result.save(folder / "it.json", key)
    return experiment.find(key).load(folder / "it.json")


@cache
def fashion() -> data.Dataset:
    """Enough to run everything, far too little to hold anything."""
    whole = data.load("fashion")
    sizes = {"train": 150, "validation": 60, "test": 60}
    return replace(whole, **{name: getattr(whole, name).subset(n) for name, n in sizes.items()})


def _early_exit() -> chapter.EarlyExits:
    """Untrained: the arithmetic is what is tested."""
    nets = {seed: dynamic.EarlyExitNet.small(seed=seed).eval() for seed in (0, 1)}
    return chapter.leave_early(fashion(), (0, 1), networks=nets)


def _saved_time() -> chapter.SavedTime:
    images = fashion().test.images
    run = {
        "exits": saved_time.exits_pair(((8, 4), (8, 1)), images, 0),
        "width": saved_time.width_pair(8, images, 0),
        "blocks": saved_time.blocks_pair(4, images, 0),
    }
    return saved_time.time_pairs([run, run], batches=(1, 60), repeats=1)


FRESH = {
    "early_exit": _early_exit,
    "early_exits_hurt": lambda: chapter.last_exit_with_and_without(fashion(), (0,), epochs=0),
    "msdnet": lambda: chapter.compare_networks(fashion(), (0,), epochs=1),
    "slimmable": lambda: chapter.train_widths(fashion(), (0, 1), epochs=1),
    "universally_slimmable": lambda: chapter.train_any_width(fashion(), (0,), epochs=0),
    "skip_plane": lambda: chapter.gate_the_plane(
        (0, 1), lambdas=(0.03, 0.5), warm_up=1, epochs=1, counts=FEW
    ),
    "skipnet": lambda: chapter.race_gates(None, (0, 1), setting=QUICK),
    "block_drop": lambda: chapter.drop_blocks(None, (0, 1), setting=QUICK, epochs_a_stage=1),
    "mixed_images": lambda: chapter.mix_images(
        fashion(),
        (0,),
        setting=MIXTURE,
        plain=PLAIN,
        prices={way: prices[:1] for way, prices in PRICES.items()},
    ),
    "runtime_pruning": lambda: chapter.prune_at_runtime(fashion(), (0, 1), epochs=(1, 1, 1)),
    "saved_time": _saved_time,
}


@cache
def fresh(key: str) -> Result:
    """What a claim's experiment gives on tiny data, measured once for all tests."""
    return FRESH[key]()
