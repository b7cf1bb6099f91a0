"""The concepts that are to be mapped, with all that is compared: a vocabulary of the graph, or a list of one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kgbuild.mapping.evidence import Evidence, Shared, Ties, merged, read_sets
from kgbuild.mapping.features import Query, Vectors, inverted
from kgbuild.mapping.terms import Scope, Terms, in_batches, read_terms, read_vectors
from kgbuild.store import Store


@dataclass
class Subjects:
    """Concepts to be mapped.

    Args:
        terms: Their names and parents.
        groups: Concept → codes that it groups, such as a PheCode's ICD codes.
        keys: Name keys of those codes.
        ties: Concept → what curators tied it to.
        sets: Their variants, genes and phenotypes.
        vectors: Of all names, where the graph has one.
    """

    terms: Terms
    groups: Mapping[str, Sequence[str]]
    keys: Mapping[str, Sequence[str]]
    ties: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sets: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    vectors: Vectors = field(default_factory=Vectors)

    def texts(self) -> set[str]:
        """All name keys that are compared."""
        return {key for each in self.terms.names for key in each}.union(*(each[:1] for each in self.keys.values()))

    def queries(self, ties: Ties, shared: Mapping[str, Shared], codes: bool = True) -> list[Query]:
        """The concepts as they are compared with a target.

        Args:
            ties: The target's.
            shared: What the target's terms have, by kind; what is not there is not compared.
            codes: Use the codes that the concepts group.
        """
        ids = self.terms.ids
        groups = [self.groups.get(each, ()) if codes else () for each in ids]
        parts = [(kind, theirs.of(self.sets.get(kind, {}), ids)) for kind, theirs in shared.items()]
        parts.append(("chains", ties.of_chains([self.ties.get(each, ()) for each in ids], ids)))
        found: list[Evidence] = merged(parts, len(ids))
        for one, of in zip(found, ties.of_codes(groups), strict=True):
            one |= of
        above = self.terms.above()
        below = inverted(above)
        names = self.terms.names
        return [
            Query(
                names[i],
                [key for code in groups[i] for key in self.keys.get(code, ())[:1]],
                found[i],
                [names[parent][0] for parent in above[i]],
                [names[child][0] for child in below[i]],
            )
            for i in range(len(ids))
        ]


def read_subjects(store: Store, of: Scope) -> Subjects:
    """A vocabulary or release of the graph as what is to be mapped.

    Raises:
        InputError: It has no live concept with a name.
    """
    terms = read_terms(store, of)
    groups = {row["id"]: row["codes"] for row in store.stream("similar/groups", **of.parameters)}
    ties = {row["id"]: row["ties"] for row in store.stream("similar/ties", **of.parameters)}
    subjects = Subjects(terms, groups, read_keys(store, groups), ties, read_sets(store, of))
    subjects.vectors = read_vectors(store, subjects.texts())
    return subjects


def read_keys(store: Store, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Name keys of the codes that concepts group."""
    codes = sorted({code for each in groups.values() for code in each})
    return {row["id"]: row["keys"] for row in in_batches(store, "similar/keys", "ids", codes)}
