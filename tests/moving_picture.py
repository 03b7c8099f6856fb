"""The README's moving picture: the course's first figure, with its slider dragged.

``python -m tests.moving_picture`` trains three networks, prunes them at every share, and writes
``notebooks/pictures/course.gif``.
"""

from PIL import Image

from nc_teach import data
from nc_teach.claims import network_pruning as claims
from nc_teach.figures.network_pruning import pruning_curve
from tests.notebook_tools import NOTEBOOKS

WIDTH, MILLISECONDS, LAST = 800, 700, 2500


def main() -> None:
    digits = data.load("mnist")
    networks = claims.dense_networks(digits, seeds=(0, 1, 2))
    figure = pruning_curve(claims.one_shot_curve(networks, digits))
    (slider,) = (control for control in figure.controls if len(control.values) > 3)
    frames = []
    for value in slider.values:
        picture = Image.fromarray(figure.picture({slider.name: value})).convert("RGB")
        height = round(WIDTH * picture.height / picture.width)
        small = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
        frames.append(small.quantize(48, dither=Image.Dither.NONE))
    frames[0].save(
        NOTEBOOKS / "pictures" / "course.gif",
        save_all=True,
        append_images=frames[1:],
        duration=[MILLISECONDS] * (len(frames) - 1) + [LAST],
        loop=0,
        optimize=True,
    )


if __name__ == "__main__":
    main()
