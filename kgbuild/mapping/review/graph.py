"""What the graph knows of the concepts under review, where there is a graph: a review works without one, too."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from kgbuild import database
from kgbuild.console import err
from kgbuild.errors import DatabaseError
from kgbuild.graph import name_key
from kgbuild.mapping.review.candidates import Proposal
from kgbuild.store import Store, connect


class About(NamedTuple):
    """What the graph says of a concept: `codes` are some of the `grouped` ones that it groups, with their names."""

    definition: str = ""
    names: Sequence[str] = ()
    codes: Sequence[str] = ()
    grouped: int = 0
    associations: int = 0

    @property
    def frequency(self) -> int:
        """How much hangs on it."""
        return self.grouped + self.associations


class Found(NamedTuple):
    """A concept that a text was found in."""

    id: str
    name: str
    matched: str


@contextmanager
def opened() -> Iterator[Store | None]:
    """The graph, or None: where there is none, nothing is installed for a review."""
    if "NEO4J_URI" not in os.environ and not database.has_store():
        yield None
        return
    try:
        store = connect()
    except DatabaseError as error:
        err.print(f"{error}; the review goes on without what the graph knows", markup=False)
        yield None
        return
    with store:
        yield store


def about(store: Store | None, mapping: Proposal) -> dict[str, About]:
    """What is known of a mapping's subjects and candidates, by id."""
    if store is None:
        return {}
    ids = {each.id for each in mapping.subjects} | {each.id for s in mapping.subjects for each in s.candidates}
    return {
        row["id"]: About(row["definition"] or "", row["names"], row["codes"], row["grouped"], row["associations"])
        for row in store.query("review/about", ids=sorted(ids))
    }


def frequency(known: Mapping[str, About]) -> dict[str, int]:
    """Id → how much hangs on it."""
    return {identifier: each.frequency for identifier, each in known.items()}


def search(store: Store, text: str, vocabularies: Sequence[str], top: int = 9) -> list[Found]:
    """The concepts of some vocabularies that have a name with all words of a text, the nearest in length first."""
    rows = store.query("review/search", words=name_key(text).split(), vocabularies=list(vocabularies), top=top)
    return [Found(**row) for row in rows]


def label(store: Store | None, identifier: str) -> str | None:
    """The name of a concept; '' where there is no graph to ask, None where the graph does not have it."""
    if store is None:
        return ""
    rows = store.query("review/about", ids=[identifier])
    return str(rows[0]["name"] or "") if rows else None
