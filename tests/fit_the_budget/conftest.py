"""What the tests of the last chapter share."""

from collections.abc import Iterator

import pytest

from nc_teach.classroom import certifying


@pytest.fixture(scope="module", autouse=True)
def few_timed_images() -> Iterator[None]:
    """A certificate's times decide nothing, so that five images are enough to have them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifying, "TIMED", 5)
        yield
