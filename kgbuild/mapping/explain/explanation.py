"""What speaks for and against a pair, as a value: for a reader by `print`, for a program by its fields or `to_dict`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from kgbuild.mapping.explain.ends import End
from kgbuild.mapping.kind import Verdict


class Met(NamedTuple):
    """A name of the subject and one of the object, how like they are, and who gives the object's."""

    subject_name: str
    object_name: str
    tfidf: float
    cosine: float | None
    same_key: bool
    same_words: bool
    sources: Sequence[str]


class Rival(NamedTuple):
    """Another term whose names are nearer to the subject's."""

    id: str
    name: str
    score: float
    matched: str


class Path(NamedTuple):
    """A way through the graph: nodes (id, name), edges (predicate, sources, whether it points along the way).

    `alike` is how many more there are of the same edges over other concepts of the same vocabularies.
    """

    nodes: Sequence[tuple[str, str | None]]
    edges: Sequence[tuple[str, Sequence[str], bool]]
    alike: int = 0


@dataclass(frozen=True)
class Explanation:
    """What speaks for and against a pair; `print` it, or take it apart by its fields or `to_dict`.

    Args:
        subject, object: The ends.
        names: Pairs of names, the most alike first.
        kind: The kind of match that names and hierarchy make of the pair, and why, as `kg harmonize` has it.
        parts: Feature → value, named as `kg harmonize` names its features; cosines in [−1, 1], shares in [0, 1].
        computed: What mappings said of the pair: score, confidence, kind, rank, comment; by whom.
        direct: What sources state of the two directly.
        paths: Ways of up to four edges over mappings, cross-references, groups, replacements and hierarchy.
        shared: Type → how many variants, genes, phenotypes … both are tied to, and the strongest.
        loci: Of a variant and a trait: variants nearby that are tied to the trait.
        nearest: Of a variant: the traits nearest to it.
        rivals: Terms whose names are nearer to the subject's than the object's.
        against: What speaks against the two being the same, a sentence each; of a variant and a trait, against a tie.
    """

    subject: End
    object: End
    names: Sequence[Met] = ()
    kind: Verdict | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
    computed: Sequence[Mapping[str, Any]] = ()
    direct: Sequence[Mapping[str, Any]] = ()
    paths: Sequence[Path] = ()
    shared: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    loci: Sequence[Mapping[str, Any]] = ()
    nearest: Sequence[Mapping[str, Any]] = ()
    rivals: Sequence[Rival] = ()
    against: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """The same for JSON, without vectors."""
        out = asdict(self)
        for end in ("subject", "object"):
            out[end].pop("vector")
        out["kind"] = self.kind and self.kind._asdict()
        out["names"] = [met._asdict() for met in self.names]
        out["rivals"] = [rival._asdict() for rival in self.rivals]
        out["paths"] = [
            {
                "nodes": [{"id": identifier, "name": name} for identifier, name in path.nodes],
                "edges": [
                    {"predicate": predicate, "sources": list(sources), "forward": forward}
                    for predicate, sources, forward in path.edges
                ],
                "alike": path.alike,
            }
            for path in self.paths
        ]
        return out

    def __str__(self) -> str:
        from kgbuild.mapping.explain.text import text

        return text(self)
