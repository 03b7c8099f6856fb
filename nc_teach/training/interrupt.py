"""Ctrl-C and the stop button, heard between two steps and never inside one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

WHOLE = ContextVar("WHOLE", default=False)


class StopRequest:
    """Becomes true once the reader has asked to stop."""

    def __init__(self) -> None:
        self.requested = False

    def __bool__(self) -> bool:
        return self.requested


@contextmanager
def deferred_interrupt() -> Iterator[StopRequest]:
    """Remember an interrupt instead of raising it in the middle of an update.

    An update of the weights is many small ones; an exception between two of them would leave half
    of the network new and half old. Inside this block an interrupt only sets the request, and the
    loop looks at it after each whole step. Outside the main thread Python delivers no interrupts,
    and the request stays false. Inside :func:`as_a_whole` it is raised at the end after all.
    """
    stop = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def remember(signum: int, frame: object) -> None:
        stop.requested = True

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
    if stop and WHOLE.get():
        raise KeyboardInterrupt


@contextmanager
def as_a_whole() -> Iterator[None]:
    """Inside, a training that the reader stops raises ``KeyboardInterrupt``.

    Alone it returns politely with what it has; an experiment of many trainings must stop as a
    whole, or it would report a half-trained network as a result.
    """
    before = WHOLE.set(True)
    try:
        yield
    finally:
        WHOLE.reset(before)
