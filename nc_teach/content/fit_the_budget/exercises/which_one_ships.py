"""7.1 Which one ships? (difficulty 1, 8 minutes)

`candidates` is a dict. For the name of each network it holds a dict of what was measured: the
`bytes` of its file, the `ms` of its latency, and its accuracy on the `validation` and on the `test`
images. Return the name of the network that you would ship. It must keep both limits (exactly
`most_bytes` and exactly `most_ms` are still allowed) and be the best of those that do; of two
equally good ones, choose the smaller file. If none fits, return `None`. Before you write: by which
of the two accuracies do you choose?

## Stub
    def which_ships(candidates, most_bytes, most_ms):
        ...

## Hint 1
First collect the names that keep both limits, then take the best of them. Who chooses by the test
images has used them up: their accuracy is then no promise any more.

## Hint 2
Choose by `max(names, key=lambda n: (candidates[n]["validation"], -candidates[n]["bytes"]))`, after
asking whether there is any name at all.

## Near miss
`max` over all candidates first, and then asking whether the best one fits. It is right where the
best one happens to fit; elsewhere it ships nothing though something fits.

## Reasoning
A limit is a condition, an accuracy is an aim: conditions come first. The test accuracy is read
once, of the one that was chosen, so that it can still surprise. And a budget that nothing meets is
an answer, not an error.
"""


def which_ships(candidates, most_bytes, most_ms):
    fitting = [
        name for name, c in candidates.items() if c["bytes"] <= most_bytes and c["ms"] <= most_ms
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda n: (candidates[n]["validation"], -candidates[n]["bytes"]))


def oracle(candidates, most_bytes, most_ms):
    """Go through all, from the smallest file on, and keep what is really better."""
    best = None
    for name in sorted(candidates, key=lambda name: candidates[name]["bytes"]):
        c = candidates[name]
        fits = c["bytes"] <= most_bytes and c["ms"] <= most_ms
        if fits and (best is None or c["validation"] > candidates[best]["validation"]):
            best = name
    return best


ROWS = {  # bytes, ms, accuracy on validation and on test images
    "of two networks, where one fits": {
        "dense": (1_066_571, 0.05, 0.95, 0.95),
        "small": (16_000, 0.03, 0.96, 0.95),
    },
    "of seven networks": {
        "dense": (1_066_571, 0.06, 0.97, 0.97),
        "heavy": (20_481, 0.02, 0.968, 0.966),  # one byte too many
        "slow": (9_000, 0.041, 0.966, 0.968),
        "lucky": (15_000, 0.04, 0.951, 0.96),  # the best of the fitting ones, by the test
        "right": (20_480, 0.03, 0.955, 0.95),  # exactly at the limit of bytes
        "near": (12_000, 0.03, 0.94, 0.93),
        "tiny": (4_000, 0.01, 0.90, 0.91),
    },
    "of two networks that are equally good": {
        "large": (12_000, 0.04, 0.95, 0.951),
        "less": (11_000, 0.04, 0.95, 0.94),
        "worse": (2_000, 0.02, 0.94, 0.94),
    },
    "when none fits": {"dense": (1_066_571, 0.05, 0.96, 0.96), "slow": (9_000, 0.9, 0.95, 0.95)},
    "of no networks at all": {},
}
SAYS = {
    "dense": "it keeps neither limit.",
    "heavy": "its file has 20,481 bytes, and 20,480 are allowed: it does not fit.",
    "slow": "it takes 0.041 ms, and 0.04 are allowed: it does not fit.",
    "lucky": "it is the best of the fitting ones on the **test** images. Choose by `validation`; "
    "the test is read once, of the one that was chosen.",
    "near": "`right` is better, and 20,480 of 20,480 bytes are allowed.",
    "tiny": "it is the smallest, or the fastest. Fitting is enough: of those that fit, the best.",
    "large": "it is as good as another one that fits, whose file is smaller.",
    "worse": "it is the smallest, but there are better ones that fit.",
}


def cases():
    """Where one fits; where each wrong reason would choose another one; a tie; and nothing."""
    names = ("bytes", "ms", "validation", "test")
    for where, rows in ROWS.items():
        table = {name: dict(zip(names, row, strict=True)) for name, row in rows.items()}
        yield where, (table, 20_480, 0.04)


def details(candidates, most_bytes, most_ms, answer):
    """What is wrong with the network that was chosen."""
    right = oracle(candidates, most_bytes, most_ms)
    if answer is None:
        return {"wrong": f"you return `None`, but `{right}` fits: both its numbers are allowed."}
    if not isinstance(answer, str):
        what = f"you return a {type(answer).__name__}; return the name, or `None`."
    elif answer not in candidates:
        what = f"you return `{answer}`, which is none of the names."
    elif right is None:
        what = f"you ship `{answer}` all the same. Then the answer is `None`."
    else:
        what = f"you ship `{answer}`: {SAYS.get(answer, 'another one is better.')}"
    return {"wrong": what}


def best(c, names, by="validation"):
    return max(names, key=lambda n: (c[n][by], -c[n]["bytes"])) if names else None


def within(c, most_bytes=float("inf"), most_ms=float("inf")):
    return [n for n in c if c[n]["bytes"] <= most_bytes and c[n]["ms"] <= most_ms]


def the_best_if_it_fits(c, *limits):
    return best(c, list(c)) if best(c, list(c)) in within(c, *limits) else None


def ships(name):
    return f"{{where}} you ship `{name}`: {SAYS[name]}"


WRONG = {
    lambda c, b, ms: best(c, list(c), "test"): ships("dense"),
    lambda c, b, ms: best(c, within(c, most_bytes=b)): ships("slow"),
    lambda c, b, ms: best(c, within(c, most_ms=ms)): ships("heavy"),
    lambda c, b, ms: best(c, within(c, b, ms), "test"): ships("lucky"),
    lambda c, b, ms: min(within(c, b, ms), key=lambda n: c[n]["bytes"]): ships("tiny"),
    lambda c, b, ms: best(c, within(c, b - 1, ms - 1e-9)): ships("near"),
    lambda c, b, ms: max(within(c, b, ms), key=lambda n: c[n]["validation"], default=None): ships(
        "large"
    ),
    the_best_if_it_fits: "{where} you return `None`, but `right` fits: both its numbers are "
    "allowed. The best of all need not fit: ask that first.",
    lambda c, *limits: best(c, within(c, *limits) or list(c)): "{where} you ship `dense` all the "
    "same. Then the answer is `None`.",
    lambda c, b, ms: max(within(c, b, ms), key=lambda n: (c[n]["validation"], -c[n]["bytes"])): (
        "{where} your function stopped with {answer}. A budget that nothing meets is no error: "
        "return `None`."
    ),
    lambda c, b, ms: c[which_ships(c, b, ms)]: "{where} you return a dict; return the name, or "
    "`None`.",
    lambda c, b, ms: "the best one": "{where} you return `the best one`, which is none of the "
    "names.",
}

OTHERWISE = "{where} {wrong}"
