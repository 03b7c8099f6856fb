"""Which operators there are formulas for, and which have no products to count.

What is neither is *unknown*, and the meter says its name instead of a number.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch._ops import OpOverload

from nc_teach.meter.formulas import PRODUCTS, Formula

MOVING = """embedding cat stack block_diag copy copy_ set_ fill fill_ put take masked_fill
index_put _unsafe_index_put _index_put_impl_ index_copy index_fill index_add index_reduce
scatter scatter_add scatter_reduce slice_scatter select_scatter diagonal_scatter as_strided_scatter
masked_scatter _unsafe_masked_index resize_as_ isin searchsorted bucketize normal bernoulli complex
polar"""
NORMING = """native_batch_norm _native_batch_norm_legit _native_batch_norm_legit_no_training
cudnn_batch_norm miopen_batch_norm _batch_norm_no_update batch_norm_elemt native_layer_norm
native_group_norm _fused_rms_norm _weight_norm_interface"""
ALONE = """_prelu_kernel rrelu_with_noise addr linalg_cross linalg_vector_norm linalg__powsum
mse_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits
fractional_max_pool2d fractional_max_pool3d _thnn_fused_lstm_cell _thnn_fused_gru_cell
grid_sampler_2d grid_sampler_3d cudnn_grid_sampler _grid_sampler_2d_cpu_fallback
quantize_per_tensor quantize_per_channel fake_quantize_per_channel_affine_cachemask
_fake_quantize_per_tensor_affine_cachemask_tensor_qparams
_fake_quantize_learnable_per_tensor_affine _fake_quantize_learnable_per_channel_affine"""
FREE = frozenset(f"{MOVING} {NORMING} {ALONE}".split())
"""Operators of several tensors that have no products to count: they move numbers, normalise them,
or take them one by one."""

WITH_ITSELF = ("linalg_", "_linalg_", "_fft_", "cholesky", "geqrf", "_pdist")
"""Begins the name of an operator that multiplies a single tensor with itself or with constants."""

INDICES = (torch.int64, torch.int32, torch.bool)


def formula_of(operator: OpOverload) -> Formula | None:
    """What counts an operator's products, if that is known; in place (``addmm_``) it is the same.

    >>> formula_of(torch.ops.aten.addmm_.default) is PRODUCTS["addmm"]
    True
    """
    ours = operator.namespace == "aten"
    return PRODUCTS.get(name_of(operator).rstrip("_")) if ours else None


def is_free(operator: OpOverload, tensors: Sequence[Tensor]) -> bool:
    """Whether an operator surely has no products to count: it takes every number by itself, only
    looks at its tensor differently, is listed as free, or has nothing to multiply its tensor with.

    >>> one = torch.ones(2, 2)
    >>> is_free(torch.ops.aten.relu.default, [one]), is_free(torch.ops.aten.topk.default, [one])
    (True, True)
    >>> is_free(torch.ops.aten._cdist_forward.default, [one, one])
    False
    """
    if operator.namespace != "aten":
        return operator.namespace in ("prim", "profiler")
    name = name_of(operator)
    if operator.is_view or name in FREE or name.rstrip("_") in FREE or _is_elementwise(operator):
        return True
    numbers = [tensor for tensor in tensors if tensor.dtype not in INDICES]
    return len(numbers) < 2 and not name.startswith(WITH_ITSELF)


def name_of(operator: OpOverload) -> str:
    """``aten.addmm_.default`` is "addmm_".

    >>> name_of(torch.ops.aten.addmm_.default)
    'addmm_'
    """
    return operator.overloadpacket.__name__


def _is_elementwise(operator: OpOverload) -> bool:
    """By torch's own tag; one that writes in place (``eq_``) does what the other (``eq``) does."""
    if torch.Tag.pointwise in operator.tags:
        return True
    other = getattr(torch.ops.aten, name_of(operator).rstrip("_"), None)
    overloads = [getattr(other, name) for name in other.overloads()] if other else []
    return any(torch.Tag.pointwise in overload.tags for overload in overloads)
