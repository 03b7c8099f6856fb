"""Reads a formula that is written in plain characters, and says it in LaTeX.

The notation is the field's own on a keyboard: ``x_i`` and ``x^2``, ``sum_i`` or ``sum over i of``.
Neighbours are multiplied before a ``/`` divides them, and a sum behind a fraction stands beside it.
"""

import re

from ..markdown import mathml

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "eta", "theta", "lambda", "mu", "omega"),
    *("phi", "pi", "rho", "sigma", "tau"),
)
SIGNS = {"α": r"\alpha", "Σ": r"\sum", "φ": r"\phi", "²": "^2"}
KNOWN = {"exp", "log", "min", "max"}  # LaTeX's own
NAMED = (
    *("KL", "CE", "mean", "round", "clamp", "sign", "sigmoid", "softmax", "ceil", "floor"),
    *("sqrt", "log2", "sum", "popcount"),
)
OVER = ("sum", "mean", "max")  # over something
LITTLE = ("for", "where", "if", "of", "the", "all", "it", "at", "not", "in", "is", "xor")  # words
RELATIONS = {
    "=": "=", "<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq", "<-": r"\leftarrow",
    "->": r"\rightarrow", "~": r"\sim", "|": r"\mid", "||": r"\|", ":": ":", ",": r",\ ",
}  # fmt: skip
TOKEN = re.compile(
    r"\s*(\d[\d,]*\d(?:\.\d+)?|\d+(?:\.\d+)?(?:e-?\d+)?|[A-Za-zα-ωΣ]+[0-9]*[~']?|\.\.\.|<=|>=|<-|->|"
    r"\*\*|\|\||[-+*/=<>()\[\]{}|^_,:~±²·])"
)
CLOSE = {"(": ")", "[": "]", "{": "}"}


class UnreadableError(ValueError):
    """This is not a formula, or not for certain."""


def latex(formula: str) -> str:
    """A formula in LaTeX, which can be drawn; ``UnreadableError`` where it is none, or unclear.

    >>> latex("s_k = h_kk w_k^2 / 2")
    's_k = \\\\frac{h_{kk}w_k^2}{2}'
    """
    tokens = TOKEN.findall(formula)
    if "".join(tokens) != re.sub(r"\s", "", formula):
        raise UnreadableError(formula)
    reader = _Reader(tokens)
    found = reader.relations(())
    if reader.rest:
        raise UnreadableError(formula)
    try:
        mathml(found)
    except ValueError as error:
        raise UnreadableError(formula) from error
    return found


class _Reader:
    """Reads tokens from the left; each method returns LaTeX."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    @property
    def next(self) -> str:
        return self.rest[0] if self.rest else ""

    def take(self, wanted: str = "") -> str:
        if not self.rest or (wanted and self.rest[0] != wanted):
            raise UnreadableError(f"{wanted or 'a sign'} expected, got {self.next!r}")
        self.rest, token = self.rest[1:], self.rest[0]
        return token

    def relations(self, ends: tuple[str, ...]) -> str:
        """Sums with signs such as "=" between them, up to one of `ends`."""
        found = self.sums(ends)
        while self.next in RELATIONS and self.next not in ends:
            sign = RELATIONS[self.take()]
            found += f" {sign} {self.sums(ends)}" if self.rest and self.next not in ends else sign
        return found

    def sums(self, ends: tuple[str, ...]) -> str:
        found = self.take() if self.next in ("-", "+") else ""
        found += self.product(ends)
        while self.next in ("+", "-", "±") and self.next not in ends:
            sign = self.take().replace("±", r"\pm ")
            found += sign + (
                self.take() + self.product(ends) if self.next == "-" else self.product(ends)
            )
        return found

    def product(self, ends: tuple[str, ...]) -> str:
        """Neighbours, and fractions of them; a sum behind a fraction stands beside it."""
        before = self.factor(ends) if self.next in OVER and self._over() else ""
        found = self.run(ends, whole=True)
        while self.next in ("/", "*", "·"):
            if self.take() != "/":
                before, found = before + found + r" \cdot ", self.run(ends, whole=True)
            else:
                below = self.run(ends, whole=False)
                found = rf"\frac{{{_bare(found)}}}{{{_bare(below)}}}"
                if self.next in OVER or self._begins_factor(ends):
                    before, found = before + found, self.run(ends, whole=True)
        return before + found

    def run(self, ends: tuple[str, ...], *, whole: bool) -> str:
        alone = not whole and re.fullmatch(r"d[A-Za-z]", self.next)  # dL/dw is a fraction of two
        found = self.factor(ends)
        while not alone and self._begins_factor(ends):
            if not whole and self.next in OVER:
                break
            found += self.factor(ends)
        return found

    def _over(self) -> bool:
        """Whether what comes is a sum (or a mean, a maximum) over something that is said."""
        return self.next == "sum" or self.rest[1:2] == ["over"]

    def _begins_factor(self, ends: tuple[str, ...]) -> bool:
        token = self.next
        if not token or token in ends:
            return False
        if token in ("|", "||"):  # a norm, if there is another one before the bracket closes
            inside = self.rest[1:]
            closed = [k for k, other in enumerate(inside) if other in (")", "]", "}", ",")]
            return token in inside[: min(closed, default=len(inside))]
        return token[0].isalnum() or token in ("(", "[", "{", "...") or token in SIGNS

    def factor(self, ends: tuple[str, ...]) -> str:
        found = self.atom(ends)
        while self.next in ("_", "^", "²", "**"):
            sign = self.take().replace("**", "^")
            found += "^2" if sign == "²" else sign + self.script(ends)
        return found

    def script(self, ends: tuple[str, ...]) -> str:
        """What stands below or above: a name, a number, or something in brackets."""
        if self.next in ("(", "{"):
            close = CLOSE[self.take()]
            found = self.relations((close,))
            self.take(close)
            return f"{{{found}}}"
        sign = self.take() if self.next == "-" else ""
        token = sign + self.take()
        return token if len(token) == 1 else f"{{{_symbol(token) if len(token) > 3 else token}}}"

    def atom(self, ends: tuple[str, ...]) -> str:
        token = self.take()
        if token in ("|", "||"):
            inside = self.relations((token,))
            self.take(token)
            bar = "|" if token == "|" else r"\|"
            return f"{bar}{inside}{bar}"
        if token in CLOSE:
            inside = "" if self.next == CLOSE[token] else self.relations((CLOSE[token],))
            self.take(CLOSE[token])
            return (
                f"({inside})"
                if token == "("
                else f"[{inside}]"
                if token == "["
                else rf"\{{{inside}\}}"
            )
        if token in ("sqrt", "ceil", "floor") and self.next == "(":
            inside = _bare(self.atom(ends))
            left, right = {"sqrt": (r"\sqrt{", "}"), "ceil": (r"\lceil ", r" \rceil ")}.get(
                token, (r"\lfloor ", r" \rfloor ")
            )
            return f"{left}{inside}{right}"
        if token in OVER and self.next == "over":
            return self.over(token)
        if token == "sum" and self.next == "of":
            self.take()
        if token[0].isdigit() or token == "...":
            number, _, power = token.partition("e")
            token = f"10^{{{power}}}" if power and number == "1" else token
            return token.replace("...", r"\ldots ").replace(",", "{,}")
        if not token[0].isalpha():
            raise UnreadableError(f"unexpected {token!r}")
        return self.name(token)

    def over(self, token: str) -> str:
        """``sum over i, j of``: what it runs over stands below the sign."""
        self.take("over")
        if "of" not in self.rest:
            raise UnreadableError("over what?")
        place = self.rest.index("of")
        inside, self.rest = _Reader(self.rest[:place]), self.rest[place + 1 :]
        sign = r"\sum" if token == "sum" else rf"\operatorname{{{token}}}"
        return rf"{sign}_{{{inside.relations(())}}} "

    def name(self, token: str) -> str:
        """A symbol; an identifier of Python as a whole; words of a sentence as text."""
        plain = token in GREEK or token in KNOWN or token in NAMED or len(token.rstrip("'~")) == 1
        if not plain and self.next == "_" and len(token) > 2:
            while self.next == "_":
                token += self.take() + self.take()
            return rf"\mathrm{{{token}}}".replace("_", r"\_")
        words = [token]
        plain = plain and not (
            token in ("mean", "max") and len(self.next) > 1 and self.next.isalpha()
        )
        while not plain and self.next.isalpha() and len(self.next) > 1 and self.next not in NAMED:
            words.append(self.take())
        if len(words) == 1 and token not in LITTLE:
            return _symbol(token)
        return rf"\text{{ {' '.join(words)} }}"


def _symbol(token: str) -> str:
    """A single name in LaTeX."""
    prime = "'" if token.endswith("'") else ""
    token = token.rstrip("'")
    if token.endswith("~"):
        return rf"\tilde{{{token[:-1]}}}"
    if token in SIGNS:
        return SIGNS[token] + " "
    if token in GREEK or token in KNOWN or token == "sum":
        return rf"\{token} " if token != "epsilon" else r"\varepsilon "
    if token == "log2":
        return r"\log_2 "
    if len(token) == 1 or re.fullmatch(r"d[A-Za-z]", token):
        return token + prime
    return rf"\mathrm{{{token}}}{prime}" if len(token) > 1 else token


def _bare(latex: str) -> str:
    """Without the brackets around all of it: a fraction's line binds by itself."""
    if latex.startswith("(") and latex.endswith(")") and "\\left" not in latex:
        depth = 0
        for place, sign in enumerate(latex):
            depth += (sign == "(") - (sign == ")")
            if depth == 0:
                return latex[1:-1] if place == len(latex) - 1 else latex
    return latex
