"""One load at a time: of a KG_HOME by a file's lock, of a server that others use by a lease in its graph.

The lease is `(:Meta {name: 'lock'})` with who holds it and until when, by the server's clock. Its holder renews it
while it works, so a load that was killed is not waited for longer than `LEASE_SECONDS`.
"""

import getpass
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kgbuild.errors import KgError, LoadError
from kgbuild.files import locked
from kgbuild.home import folder
from kgbuild.store import Store

LEASE_SECONDS = 60

Tell = Callable[[str], None]


@contextmanager
def alone(tell: Tell) -> Iterator[None]:
    """The only load of this KG_HOME; another one is waited for, which `tell` is told."""
    with (folder("graph") / "lock").open("a+") as file:

        def busy() -> None:
            file.seek(0)
            tell(f"Waiting for another kg that loads into {folder('graph').parent} (process {file.read().strip()})")

        with locked(file, busy):
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


class Lease:
    """The right to write a server's graph, renewed by a thread until it is given back."""

    def __init__(self, store: Store, tell: Tell) -> None:
        self._store = store
        self.holder = f"{getpass.getuser()}@{socket.gethostname()} process {os.getpid()}"
        self._lost = threading.Event()
        self._done = threading.Event()
        told = False
        while not self._take():
            if not told:
                tell(f"Waiting for {self._other()}, who loads into this graph")
                told = True
            time.sleep(1)
        self._thread = threading.Thread(target=self._renew, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise LoadError where somebody else has the lease by now (this process was suspended)."""
        if self._lost.is_set():
            raise LoadError("the load lock was lost while this load stood still; run it again")

    def release(self) -> None:
        """Give the lease back."""
        self._done.set()
        self._thread.join()
        self._store.query("load/unlock", holder=self.holder)

    def _take(self) -> bool:
        return bool(self._store.query("load/lock", holder=self.holder, milliseconds=LEASE_SECONDS * 1000))

    def _other(self) -> str:
        rows = self._store.query("MATCH (lock:Meta {name: 'lock'}) RETURN lock.holder AS holder")
        return str(rows[0]["holder"]) if rows else "another kg"

    def _renew(self) -> None:
        while not self._done.wait(LEASE_SECONDS / 4):
            try:
                if not self._take():
                    self._lost.set()
            except KgError:
                continue  # the writer meets the same error, and says so


@contextmanager
def lease(store: Store, tell: Tell) -> Iterator[Lease | None]:
    """The lease of a server that others use; None of the managed one, which `alone` guards."""
    if store.connection.managed:
        yield None
        return
    held = Lease(store, tell)
    try:
        yield held
    finally:
        held.release()
