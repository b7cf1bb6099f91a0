"""Work of two kinds at once: one thread makes what another uses."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


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


def side_by_side(
    work: Callable[[T], R], items: Iterable[T], threads: int, begin: Callable[[], object] | None = None
) -> Iterator[R]:
    """As `map`, on several threads, each of which begins with `begin`; two items a thread are ahead of who takes them.

    >>> list(side_by_side(str.upper, "abc", 2))
    ['A', 'B', 'C']
    """
    begun: deque[Future[R]] = deque()
    with ThreadPoolExecutor(threads, initializer=begin) as pool:
        try:
            for item in items:
                begun.append(pool.submit(work, item))
                if len(begun) > 2 * threads:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
