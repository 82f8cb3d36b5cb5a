"""Ctrl-C between two updates, never in the middle of one, so that a checkpoint can still be saved."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def patience(say: Callable[[str], None]) -> Iterator[list[int]]:
    """Within, the first Ctrl-C is only noted in the list that this gives; a second one raises KeyboardInterrupt.

    Nothing is changed where Ctrl-C does something else than to raise, and outside of the main thread, which alone
    is told of it.
    """
    pressed: list[int] = []

    def note(number: int, frame: object) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with contextlib.suppress(RuntimeError):  # it came while something else was being printed
            say("stopping after this update, with a checkpoint; Ctrl-C again stops at once, without")

    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
