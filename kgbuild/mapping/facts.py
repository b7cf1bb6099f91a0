"""What the graph says about the concepts of a mapping: what is above them, the same, refuted or disjoint."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kgbuild.mapping.terms import in_batches
from kgbuild.store import Store


@dataclass(frozen=True)
class Around:
    """What the graph has around concepts: `parents`, `same` and `names` of `Facts`, of these and of all above them.

    Args:
        ids: The concepts.
    """

    ids: frozenset[str] = frozenset()
    parents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    same: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, store: Store, ids: Iterable[str]) -> "Around":
        """Of concepts, of what is asserted to be the same as they are, and of all above these."""
        asked = frozenset(ids)
        same: dict[str, dict[str, Sequence[str]]] = defaultdict(dict)
        for row in in_batches(store, "similar/same", "ids", sorted(asked)):
            if row["live"]:
                same[row["id"]][row["same"]] = row["sources"]
        parents, names = _above(store, asked.union(*same.values()))
        return cls(asked, parents, dict(same), names)

    def __or__(self, other: "Around") -> "Around":
        """Of the concepts of both."""
        return Around(
            self.ids | other.ids,
            {**self.parents, **other.parents},
            {**self.same, **other.same},
            {**self.names, **other.names},
        )


@dataclass
class Facts:
    """What the graph says about the concepts of a mapping.

    Args:
        parents: Concept → what is directly above it.
        same: Concept → live concept asserted to be the same → sources that say so.
        disjoint: Concept → concept it has nothing in common with → source.
        refuted: (subject, object) that a curator says are not the same → in words, who says so of which two.
        names: Concept → its name.
    """

    parents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    same: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    disjoint: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    refuted: Mapping[tuple[str, str], str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._above: dict[str, frozenset[str]] = {}

    @classmethod
    def read(cls, store: Store, pairs: Iterable[tuple[str, str]], around: Around | None = None) -> "Facts":
        """Of the concepts of some pairs, of what is asserted to be the same as they are, and of all above these.

        Args:
            store: The graph.
            pairs: Subjects and objects.
            around: What is known already; the graph is asked about the others.
        """
        asked, around = sorted(set(pairs)), around or Around()
        if missing := {end for pair in asked for end in pair} - around.ids:
            around |= Around.read(store, missing)
        disjoint: dict[str, dict[str, str]] = defaultdict(dict)
        for row in store.query("similar/disjoint"):
            disjoint[row["one"]][row["other"]] = disjoint[row["other"]][row["one"]] = row["source"]
        links = [{"subject": subject, "object": object_} for subject, object_ in asked]
        refuted = {
            (row["subject"], row["object"]): f"{row['source']} has {' and '.join(row['between'])} as not the same"
            for row in in_batches(store, "similar/refuted", "pairs", links)
        }
        return cls(around.parents, around.same, dict(disjoint), refuted, around.names)

    def above(self, concept: str) -> frozenset[str]:
        """All ancestors of a concept; a cycle is walked once, and what is on it is above itself."""
        if concept not in self._above:
            seen: set[str] = set()
            waiting = list(self.parents.get(concept, ()))
            while waiting:
                if (one := waiting.pop()) not in seen:
                    seen.add(one)
                    waiting.extend(self.parents.get(one, ()))
            self._above[concept] = frozenset(seen)
        return self._above[concept]

    def equal(self, one: str, other: str) -> bool:
        """Whether the two are one concept, or asserted to be the same."""
        return one == other or other in self.same.get(one, ()) or one in self.same.get(other, ())

    def is_above(self, one: str, other: str) -> bool:
        """Whether `one` is strictly above `other`."""
        return one in self.above(other) and other not in self.above(one)

    def told(self, concept: str) -> str:
        """A concept as a reader knows it: id (name)."""
        return f"{concept} ({self.names[concept]})" if self.names.get(concept) else concept

    def clash(self, one: str, other: str) -> str | None:
        """Why the two can have nothing in common, if so: disjoint classes above them or above what they equal."""
        for a in sorted(self._classes(one)):
            if apart := self._classes(other) & self.disjoint[a].keys():
                b = min(apart)
                return (
                    f"{self.disjoint[a][b]} says that {self.told(a)} and {self.told(b)} have nothing in common; "
                    f"{self.told(one)} falls under the first, {self.told(other)} under the second"
                )
        return None

    def _classes(self, concept: str) -> set[str]:
        """The classes that it falls under, of those that are disjoint with some."""
        alike = (concept, *self.same.get(concept, ())) if self.disjoint else ()
        return {up for one in alike for up in (one, *self.above(one)) if up in self.disjoint}


def _above(store: Store, ids: Iterable[str]) -> tuple[dict[str, Sequence[str]], dict[str, str]]:
    """Parents and names of concepts and of all above them, level by level."""
    parents: dict[str, Sequence[str]] = {}
    names: dict[str, str] = {}
    waiting = set(ids)
    while waiting:
        found: set[str] = set()
        for row in in_batches(store, "similar/parents", "ids", sorted(waiting)):
            parents[row["id"]] = row["parents"]
            found.update(row["parents"])
            if row["name"]:
                names[row["id"]] = row["name"]
        waiting = found - parents.keys()
    return parents, names
