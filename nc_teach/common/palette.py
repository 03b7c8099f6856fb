"""The course's colours, which people with any kind of colour vision can tell apart.

Source: Okabe and Ito (2008), "Color Universal Design".
"""

COLOURS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "orange": "#E69F00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "yellow": "#F0E442",
    "black": "#000000",
}
GREY = "#8A8A8A"  # for what stays in the background: histograms, the other runs
INK = "#1A1A1A"  # text and axes; contrast 17:1 on white

CHAPTERS = {
    "00": COLOURS["blue"],
    "1": COLOURS["vermilion"],
    "2": COLOURS["green"],
    "3": COLOURS["orange"],
    "4": COLOURS["blue"],
    "5": COLOURS["purple"],
    "6": COLOURS["sky"],
    "7": COLOURS["yellow"],
}
"""The colour of each chapter, on its slides and pages: for surfaces and lines, not for letters."""
