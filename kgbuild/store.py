"""Access to Neo4j: the only module that knows its driver.

>>> with connect() as store:  # doctest: +SKIP
...     store.query("similar/concepts", id="phecode:250.2", top=10, fetch=200)  # cypher/similar/concepts.cypher
...     store.query("MATCH (n:Gene) RETURN count(n) AS genes")
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import neo4j
import numpy as np
import numpy.typing as npt
from neo4j.exceptions import AuthError, ConfigurationError, DriverError, Neo4jError, ServiceUnavailable
from neo4j.vector import Vector

from kgbuild.database import Connection, ensure_started
from kgbuild.errors import DatabaseError, InputError

if TYPE_CHECKING:
    import pandas as pd

MINIMUM_SERVER = (5, 26)
BATCH = 10_000  # rows a transaction: larger ones gain nothing and hold locks and heap longer
FETCH = 10_000  # records that the server sends ahead of a stream's reader

logging.getLogger("neo4j").setLevel(logging.ERROR)  # what matters is raised

Row = Mapping[str, Any]


class Store:
    """One connection pool to one database. Threads may share it.

    Every method raises DatabaseError with one line when the server refuses a query or is gone.
    """

    def __init__(self, connection: Connection) -> None:
        """Connect.

        Raises:
            DatabaseError: The server does not answer, refuses the password or is older than 5.26.
        """
        self.connection = connection
        auth = (connection.user, connection.password) if connection.user else None
        try:
            self._driver = neo4j.GraphDatabase.driver(
                connection.uri, auth=auth, notifications_min_severity="OFF", user_agent="kg", connection_timeout=15
            )
        except (ConfigurationError, ValueError) as error:
            raise DatabaseError(f"{connection.uri}: {error}") from error
        try:
            self.server = self._checked_server()
        except DatabaseError:
            self._driver.close()
            raise

    def _checked_server(self) -> tuple[int, int]:
        """The server's version as (5, 26) or (2026, 9)."""
        uri, names = self.connection.uri, self.connection.settings
        try:
            self._driver.verify_connectivity()  # at once, where a query is repeated for half a minute
            agent = self._driver.execute_query(
                "RETURN 1", database_=self._name
            ).summary.server.agent  # "Neo4j/2026.09.0"
        except AuthError as error:
            raise DatabaseError(
                f"{uri}: user or password refused; set {names}_USERNAME and {names}_PASSWORD"
            ) from error
        except ServiceUnavailable as error:
            cure = (
                "start it, or unset NEO4J_URI to use kg's own"
                if names == "NEO4J"
                else "start it, or give another address"
            )
            raise DatabaseError(f"{uri}: no Neo4j answers; {cure}") from error
        except (Neo4jError, DriverError) as error:
            raise DatabaseError(f"{uri}: {_line(error)}") from error
        major, minor = (int(number) for number in re.findall(r"\d+", agent.partition("/")[2])[:2])
        if (major, minor) < MINIMUM_SERVER:
            raise DatabaseError(f"{uri}: {agent}; kg needs Neo4j {'.'.join(map(str, MINIMUM_SERVER))} or later")
        return major, minor

    def query(self, name_or_text: str, /, **params: Any) -> list[dict[str, Any]]:
        """All records of a query; nodes and relationships come as dicts of their properties.

        Args:
            name_or_text: A query file such as `similar/concepts`, or Cypher. One that runs `IN TRANSACTIONS` may be
                repeated by the caller, never by the driver.
            params: The query's `$parameters`.
        """
        text = _text(name_or_text)
        if _in_transactions(text):
            return list(self.stream(text, **params))
        with _one_line_errors():
            return [record.data() for record in self._driver.execute_query(text, params, database_=self._name).records]

    def stream(self, name_or_text: str, /, **params: Any) -> Iterator[dict[str, Any]]:
        """The records one by one, in bounded memory on both sides; not repeated when the connection breaks."""
        with _one_line_errors(), self._session(fetch_size=FETCH) as session:
            result = session.run(neo4j.Query(_text(name_or_text)), params)
            keys = result.keys()
            for record in result:
                yield dict(zip(keys, record.values(), strict=True))

    def write(self, name_or_text: str, /, rows: Iterable[Row], *, batch: int = BATCH, **params: Any) -> Counter[str]:
        """Run a query that begins with `UNWIND $rows AS row` over batches, each a transaction that is retried.

        Args:
            name_or_text: A query file, or Cypher.
            rows: Of any length; read lazily.
            batch: Rows a transaction.
            params: Further `$parameters`.

        Returns:
            What changed: `nodes_created`, `properties_set`, … and `rows`, those sent.
        """
        text = _text(name_or_text)
        changes: Counter[str] = Counter()
        remaining = iter(rows)
        with _one_line_errors(), self._session() as session:
            while part := list(islice(remaining, batch)):
                counters = session.execute_write(_run, text, {**params, "rows": part})
                changes.update({key: value for key, value in vars(counters).items() if type(value) is int})
                changes["rows"] += len(part)
        return changes

    def frame(self, name_or_text: str, /, **params: Any) -> "pd.DataFrame":
        """The records as a DataFrame, one column a returned name."""
        import pandas as pd

        text = _text(name_or_text)
        with _one_line_errors():
            result = self._driver.execute_query(text, params, database_=self._name)
        return pd.DataFrame([record.data() for record in result.records], columns=result.keys)

    def vector(self, values: npt.NDArray[np.float32]) -> Vector | list[float]:
        """A float32 row [D] as a parameter for `db.create.setNodeVectorProperty` or a vector search.

        The driver's Vector type travels four times as fast as a list; servers before 2025.10 know the list only.
        """
        if self.server < (2025, 10):
            row: list[float] = values.tolist()
            return row
        return Vector.from_numpy(np.ascontiguousarray(values, dtype=np.float32))

    @staticmethod
    def cypher(path: str) -> str:
        """The text of a query file, such as `similar/concepts`, its header included.

        Raises:
            InputError: There is no such file.
        """
        file = files("cypher").joinpath(f"{path}.cypher")
        if not file.is_file():
            raise InputError(f"cypher/{path}.cypher: no such query")
        return file.read_text(encoding="utf-8")

    def close(self) -> None:
        """Close the connections."""
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _name(self) -> str:
        return self.connection.database

    def _session(self, **settings: Any) -> neo4j.Session:
        """A session that sees what earlier ones wrote, on a cluster too."""
        return self._driver.session(
            database=self._name, bookmark_manager=self._driver.execute_query_bookmark_manager, **settings
        )


def connect() -> Store:
    """The server that NEO4J_URI names, else the managed one, started where it does not run.

    Raises:
        DatabaseError: It cannot be installed, started or reached.
    """
    return Store(ensure_started())


def _text(name_or_text: str) -> str:
    """Cypher has white space, the name of a query file has none."""
    return name_or_text if re.search(r"\s", name_or_text) else Store.cypher(name_or_text)


def _in_transactions(text: str) -> bool:
    """Such a query manages its own transactions and is refused inside one of the driver's."""
    return re.search(r"\bIN\s+(\d+\s+CONCURRENT\s+|CONCURRENT\s+)?TRANSACTIONS\b", text, re.IGNORECASE) is not None


def _run(transaction: neo4j.ManagedTransaction, text: str, params: dict[str, Any]) -> neo4j.SummaryCounters:
    return transaction.run(text, params).consume().counters


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except ServiceUnavailable as error:
        raise DatabaseError("Neo4j: the connection is lost; see kg db status, then run the command again") from error
    except (Neo4jError, DriverError) as error:
        raise DatabaseError(f"Neo4j: {_line(error)}") from error


def _line(error: Exception) -> str:
    """The server's message on one line, without the excerpt of the query that follows it."""
    message = getattr(error, "message", None) or str(error)
    return re.sub(r"\s+", " ", message.split('\n"')[0]).strip()
