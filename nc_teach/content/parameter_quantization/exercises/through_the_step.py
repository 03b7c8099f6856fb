"""4.4 Through the step (difficulty 3, 8 minutes)

Return the signs of the tensor `x`, exactly +1 or −1, with sign(0) = +1, and let the gradient
through: where |x| ≤ 1 (at ±1 too) what comes back is handed on unchanged, elsewhere it is zero. Any
shape. `detach()` gives a tensor's values without its gradient: what happens if the values come from
one expression and the gradient from another?

## Stub
    def trainable_sign(x):
        signs = ...
        return signs

## Hint 1
You need two functions of x: one with the right values and no gradient, `torch.where(x >= 0, 1.0,
-1.0)`, and one with the right gradient, whatever its values. Which function has slope 1 from −1 to
1 and is flat elsewhere?

## Hint 2
It is `torch.where(x.abs() <= 1, x, 0.0)`: that it jumps at the ends makes no gradient. Add to it
what is missing to the signs, without a gradient: `inside + (signs - inside).detach()`.

## Near miss
`x + (signs - x).detach()`. The values are right, and so is the gradient up to |x| = 1. Beyond it
the gradient still passes, and numbers that are far out are pushed further.

## Reasoning
The forward pass sees inside + signs − inside, which is the signs. The backward pass sees only what
was not detached, and that is `inside`, whose gradient is 1 for |x| ≤ 1. `torch.autograd.Function`
says the same in two methods. `torch.sign` will not do, since it makes 0 of 0, and neither will
`hardtanh`, whose gradient at ±1 is 0: weights that were clipped to ±1 could never leave. (`clamp`
lets it pass there in PyTorch 2.13, and no longer in 2.14.)
"""

import torch
from torch.nn import functional


def trainable_sign(x):
    signs = torch.where(x >= 0, 1.0, -1.0)
    inside = torch.where(x.abs() <= 1, x, 0.0)
    return inside + (signs - inside).detach()


def cases():
    """First the signs alone, then the gradients: between -1 and 1, outside, at the two ends."""
    near = torch.tensor([-0.9, -0.5, -0.001, 0.0, 0.001, 0.3, 0.99])
    far = torch.tensor([[-3.0, -1.5, -0.7], [0.2, 1.2, 8.0]])
    many = torch.randn(500, generator=torch.Generator().manual_seed(45))
    yield "for numbers between −1 and 1", (near, None)
    yield "for a tensor of 2 × 3", (far, None)
    yield "for 500 numbers", (many, None)
    for where, x in (
        ("between −1 and 1", near),
        ("beyond ±1", far),
        ("at ±1", torch.tensor([-1.0, 1.0, 0.5])),
    ):
        yield where, (x, torch.linspace(-2.0, 3.0, x.numel()).view_as(x))


def play(function, x, coming):
    """The signs; or, where a gradient is ``coming`` back, the one that arrives at x, or None."""
    y = function(x.requires_grad_())
    if coming is None:
        return y.detach() if isinstance(y, torch.Tensor) else y
    if not y.requires_grad:
        return None
    y.backward(coming)
    return torch.zeros_like(x) if x.grad is None else x.grad


def one_by_one(x, coming):
    """The gradient, one number after the other."""
    pairs = zip(x.flatten().tolist(), coming.flatten().tolist(), strict=True)
    return torch.tensor([g if -1 <= v <= 1 else 0.0 for v, g in pairs]).view_as(x)


def plain_signs(x):
    return torch.tensor([1.0 if v >= 0 else -1.0 for v in x.flatten().tolist()]).view_as(x)


def step(gradient):
    """The sign with a gradient of one's own: gradient(x, coming)."""

    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return plain_signs(x)

        @staticmethod
        def backward(ctx, coming):
            return gradient(ctx.saved_tensors[0], coming)

    return Step.apply


oracle = step(one_by_one)


def details(x, coming, answer):
    """The number that is furthest off, and what it should be."""
    right = plain_signs(x) if coming is None else one_by_one(x, coming)
    at = int((answer.float() - right).abs().nan_to_num(torch.inf).argmax())
    number, found, wanted = (t.flatten()[at].item() for t in (x, answer, right))
    what = f"for x = {number:g} you return {found:g}; the sign is {wanted:+g}"
    if coming is not None:
        back = f"a gradient of {coming.flatten()[at]:g} comes back and you hand on {found:g}"
        what = f"at x = {number:g} {back}; it should be {wanted:g}"
    return {"what": what, "off": f"{found:.8f}"}


def through(gradient, values=plain_signs):
    """A wrong function with the values of one function and the gradient of another."""
    return lambda x: gradient(x) + (values(x.detach()) - gradient(x)).detach()


def clamp(x):
    return x.clamp(-1, 1)


def inside(x):
    return torch.where(x.abs() <= 1, x, 0.0)


WRONG = {
    through(inside, torch.sign): "the sign of 0 comes out as 0, a third value. `torch.sign` does "
    "that; here it is +1.",
    through(inside, lambda x: torch.where(x > 0, 1.0, -1.0)): "the sign of 0 comes out as −1; it "
    "should be +1.",
    plain_signs: "your answer has no gradient: `backward` stops at it. A comparison has none; "
    "something that does must be part of the result.",
    lambda x: plain_signs(x) + 0 * x: "the gradient that arrives at x is zero everywhere: a true "
    "derivative of the step, or a sum h + (s − h), which cancels in the gradient too? `detach` "
    "what must not count.",
    through(lambda x: 1 * x): "the gradient passes everywhere, also where |x| > 1. There it should "
    "be zero.",
    through(functional.hardtanh): "at exactly ±1 the gradient is zero (`hardtanh`, `<` and newer "
    "PyTorch's `clamp` do that). It should pass there.",
    step(lambda x, coming: clamp(coming)): "you clip the gradient that comes back, not by where x "
    "is. |x| ≤ 1 is what counts.",
    step(lambda x, coming: coming * (1 - x.tanh() ** 2)): "the gradient is that of tanh, gentler "
    "and gentler. It should be all or nothing.",
    step(lambda x, coming: (x.abs() <= 1).float()): "you hand on 1 instead of what came back. "
    "Multiply, do not replace.",
    step(lambda x, coming: 2 * coming * (x.abs() <= 1)): "{what}. What comes back is handed on as "
    "it is, not twice.",
    lambda x: plain_signs(x) + clamp(x) - clamp(x).detach(): "a sign comes out as {off}: a sum was "
    "rounded on the way. Which two parts should cancel before a third is added?",
    clamp: "you return the clamped numbers. That is the gradient's function; where is the step?",
    lambda x: x / x.abs(): "{what}. At zero there is nothing to divide by: compare instead.",
    lambda x: x >= 0: "your answer holds torch.bool; a gradient needs floats, +1.0 and −1.0.",
}

OTHERWISE = "{what}."
TOLERANCE = 1e-8
