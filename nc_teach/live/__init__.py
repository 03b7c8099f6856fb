"""The one machine behind every live figure: controls, drawing, notebook, page and slide.

A live figure is three small pure parts and its controls. `compute(values) -> state` gives the
numbers, `build(figure, state)` draws once and returns `update(state)`, which moves the artists and
returns them, and `describe(state)` says in one sentence what the picture shows. Everything else,
the notebook's widget, the still picture, the page without a kernel, the tests, comes from here.

Importing this package loads neither matplotlib nor anywidget; making a picture does.
"""

from .check import faults as faults
from .controls import Choice as Choice, Slider as Slider, Toggle as Toggle
from .figure import LiveFigure as LiveFigure
from .guess import (
    Guess as Guess,
    draw_guess as draw_guess,
    draw_star as draw_star,
    guessed as guessed,
)
from .kinds import (
    Build as Build,
    State as State,
    Update as Update,
    Values as Values,
    together as together,
)
from .network import LiveNetwork as LiveNetwork
from .runs import Runs as Runs
from .still import StillFigure as StillFigure
