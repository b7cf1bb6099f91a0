"""Work of two kinds at once: one thread makes what another uses."""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterable[T], most: int) -> Iterator[T]:
    """The same items, made on another thread from now on, up to `most` ahead of who takes them.

    >>> list(ahead("abc", 2))
    ['a', 'b', 'c']
    """
    ready: queue.Queue[tuple[T] | BaseException | None] = queue.Queue(most)

    def work() -> None:
        try:
            for item in items:
                ready.put((item,))
            ready.put(None)
        except BaseException as error:  # raised again where the items are used
            ready.put(error)

    def made() -> Iterator[T]:
        while (got := ready.get()) is not None:
            if isinstance(got, BaseException):
                raise got
            yield got[0]

    threading.Thread(target=work, daemon=True).start()
    return made()
