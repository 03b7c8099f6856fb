"""A certificate's picture: one bar per limit, and the line that none may cross."""

from __future__ import annotations

import io
import textwrap
from typing import TYPE_CHECKING, Any

from nc_teach.common.palette import COLOURS

from .board import Picture

if TYPE_CHECKING:
    from nc_teach.budget import Limit

    from .certificate import Certificate

SIZE, DPI = (8.0, 5.0), 100
MET, MISSED = COLOURS["blue"], COLOURS["vermilion"]
MOST = 1.6  # times the limit that the axis shows; a longer bar ends in an arrow


def picture(certificate: Certificate) -> Picture:
    """Draw it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    stream = io.BytesIO()
    FigureCanvasAgg(draw(certificate)).print_png(stream)
    return Picture(stream.getvalue(), certificate.text())


def shares(certificate: Certificate) -> dict[str, float]:
    """What part of each limit is used: 1 is just met. A limit of nothing is met at 0."""
    b, before = certificate.budget, certificate.before
    lost = max(0.0, 100 * (before["accuracy"] - certificate.accuracy))
    ms = certificate.latency["median"] / before["latency"]["median"]
    loss = lost / b["points"] if b["points"] else 0.0 if lost == 0 else 2 * MOST
    return {
        "file": certificate.stored_bytes / b["stored_bytes"],
        "latency": ms * b["times_faster"],
        "accuracy": loss,
    }


def draw(certificate: Certificate) -> Any:
    """The certificate as a matplotlib figure (no pyplot)."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, dpi=DPI, facecolor="white")
    axes = figure.add_axes((0.13, 0.33, 0.83, 0.47))
    for row, (limit, share) in enumerate(
        zip(certificate.limits(), shares(certificate).values(), strict=True)
    ):
        _bar(axes, row, limit, share)
    axes.axvline(1, color="black", linewidth=2)
    axes.text(1, -0.62, "limit", ha="center", fontsize=11)
    axes.set(xlim=(0, MOST), ylim=(2.75, -0.5))
    axes.set_yticks(range(3), [limit.what for limit in certificate.limits()], fontsize=12)
    axes.set_xticks([0, 0.5, 1, 1.5], ["0", "half", "all of it", "half more"], fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    verdict = "Budget met" if certificate.met else "Budget not met"
    figure.text(0.03, 0.93, textwrap.shorten(certificate.title, 60), fontsize=14, weight="bold")
    figure.text(0.03, 0.865, verdict, fontsize=13, color=MET if certificate.met else MISSED)
    for line, text in enumerate(_foot(certificate)):
        figure.text(0.03, 0.2 - 0.052 * line, text, fontsize=9.5, color="#333333")
    return figure


def _bar(axes: Any, row: int, limit: Limit, share: float) -> None:
    style = {"color": MET} if limit.met else {"color": MISSED, "hatch": "//"}
    axes.barh(row, min(share, MOST), 0.34, edgecolor="white", **style)
    sign = "met" if limit.met else "not met"
    words = f"{limit.measured}; allowed: {limit.allowed}; {sign}"
    over_the_line = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    axes.text(0.01, row + 0.4, words, va="center", fontsize=10.5, bbox=over_the_line)
    if share > MOST:
        axes.annotate(
            "", (MOST, row), (MOST - 0.08, row), arrowprops={"arrowstyle": "->", "linewidth": 2}
        )


def _foot(c: Certificate) -> list[str]:
    time = c.latency
    return [
        f"{c.network}: {c.params:,} parameters, {c.macs:,} MACs ({c.before['macs']:,} before)",
        textwrap.shorten(f"by: {'; then '.join(c.plan)}", 112),
        f"latency: median of {time['repeats']:.0f} runs, half of them {time['lower']:.3f} to "
        f"{time['upper']:.3f} ms; batch {time['batch_size']:.0f}, threads {time['threads']:.0f}; "
        f"{c.images:,} held-out images of {c.data['name']}",
        f"{c.file}: sha256 {c.sha256[:32]}...   {c.day}, {c.machine}",
    ]
