"""One door to a network's weights: every parameter once, under one name, and plain.

Two layers may share one weight (*tied* weights). Then it is one parameter with two names; it is
listed under the first, may be called by either, and what is done to it shows in both layers. A
weight that is *computed* from other parameters at every call, or that lies behind a wrapper, can
be trained, but not masked, rounded or cut: it is refused here, in one sentence with the remedy.
"""

from collections.abc import Collection, Iterable, Iterator

from torch import jit, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import is_lazy
from torch.nn.utils import parametrize, prune
from torch.nn.utils.spectral_norm import SpectralNorm
from torch.nn.utils.weight_norm import WeightNorm
from torch.optim.swa_utils import AveragedModel

Parameters = dict[str, nn.Parameter]
SHARDED = {"FullyShardedDataParallel", "FSDPModule"}  # by name: importing them takes long
GATHER = (
    "gather its weights first, torch.distributed.checkpoint.state_dict.get_model_state_dict with "
    "full_state_dict, and load them into the network that it was made from"
)
WRAPPERS = (nn.DataParallel, nn.parallel.DistributedDataParallel, AveragedModel)


def check_plain(model: nn.Module, layers: Collection[str] | None = None) -> None:
    """Raise ``ValueError`` for a wrapped or scripted network, or one with computed weights.

    With ``layers`` (names of modules) only theirs may not be computed by ``parametrize``; what the
    older functions of ``torch.nn.utils`` compute cannot even be copied.

    >>> layer = nn.utils.parametrizations.weight_norm(nn.Linear(2, 1))
    >>> check_plain(nn.Sequential(layer))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: model must be plain, got '0', whose weight is computed by ...: make it permanent ...
    """
    for name, module in model.named_modules():
        elsewhere = layers is not None and name not in layers
        if not may_be_odd(module) or (elsewhere and parametrize.is_parametrized(module)):
            continue
        for what, remedy in _oddities(name, module):
            raise ValueError(f"model must be plain, got {what}: {remedy}")


def named_parameters(model: nn.Module, what: str, names: Iterable[str]) -> Parameters:
    """The model's parameters by all their names, of which ``what`` must name no others.

    Raises ``ValueError`` for a name that is none, two names of one tied parameter, or a model that
    :func:`check_plain` refuses.
    """
    check_plain(model)
    parameters = dict(model.named_parameters(remove_duplicate=False))
    seen: dict[int, str] = {}
    for name in names:
        if name not in parameters:
            raise ValueError(f"{what} names {name!r}; the model has {', '.join(parameters)}")
        other = seen.setdefault(id(parameters[name]), name)
        if other != name:
            raise ValueError(f"{what} must name a tied weight once, got {other!r} and {name!r}")
    return parameters


def tied_names(model: nn.Module) -> dict[str, tuple[str, ...]]:
    """Of each parameter, by its first name, all its names.

    >>> net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    >>> net[1].weight = net[0].weight
    >>> tied_names(net)
    {'0.weight': ('0.weight', '1.weight')}
    """
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(parameter), []).append(name)
    return {every[0]: tuple(every) for every in names.values()}


def may_be_odd(module: nn.Module) -> bool:
    """A quick look, because masks are put back after every step: most modules are plain."""
    if isinstance(module, (*WRAPPERS, jit.ScriptModule, LazyModuleMixin)):
        return True
    parts = module._modules
    names = ("parametrizations", "_orig_mod", "_fsdp_wrapped_module")
    return bool(module._forward_pre_hooks) or any(name in parts for name in names)


def is_sharded(module: nn.Module) -> bool:
    """Whether its weights are spread over several processes."""
    return any(kind.__name__ in SHARDED for kind in type(module).__mro__)


def _oddities(name: str, module: nn.Module) -> Iterator[tuple[str, str]]:
    """Why a module is not plain: what it is, and what to do about it."""
    at = f"model.get_submodule({name!r})" if name else "model"
    place = f"{name!r}, " if name else ""
    inside = "module" if isinstance(module, WRAPPERS) else "_orig_mod"
    if inside in module._modules:
        yield f"{place}a {type(module).__name__}", f"give the module inside, {at}.{inside}"
    if is_sharded(module):
        yield f"{place}a {type(module).__name__}", GATHER
    if isinstance(module, jit.ScriptModule):
        yield f"{place}a {type(module).__name__}", "give the nn.Module that it was made from"
    computed = f"{name!r}, whose" if name else "one whose"
    if parametrize.is_parametrized(module):
        tensor = next(name for name, _ in module.get_submodule("parametrizations").named_children())
        yield (
            f"{computed} {tensor} is computed by torch.nn.utils.parametrize",
            f"make it permanent first, parametrize.remove_parametrizations({at}, {tensor!r})",
        )
    for hook in module._forward_pre_hooks.values():
        if isinstance(hook, prune.BasePruningMethod):
            yield (
                f"{computed} {hook._tensor_name} is computed by torch.nn.utils.prune",
                "make it permanent first, pruning.from_torch_prune(model, remove=True)",
            )
        elif isinstance(hook, SpectralNorm | WeightNorm):
            norm = "spectral_norm" if isinstance(hook, SpectralNorm) else "weight_norm"
            yield (
                f"{computed} {hook.name} is computed by torch.nn.utils.{norm}",
                f"make it permanent first, torch.nn.utils.remove_{norm}({at}, {hook.name!r})",
            )
    if any(p is not None and is_lazy(p) for p in module._parameters.values()):
        yield f"{computed} shapes are not known yet", "run it once on a batch of its inputs"
