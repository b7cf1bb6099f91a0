"""Why two concepts of the graph are the same or not, or a variant and a trait tied: names, paths, evidence, objections.

    ends ── names that met (TF-IDF, cosine) ── parts of the score ─┐
     │                                                             ├── Explanation ── text, dict
     └── paths, direct statements, shared evidence, objections ────┘

Everything is read from the graph in a few small queries about the two ends; no whole vocabulary is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from string import ascii_lowercase, digits
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.mapping.differences import conflicts
from kgbuild.mapping.lexical import words
from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.terms import scope
from kgbuild.store import Store

_NAMES = 5  # pairs of names that are shown
_PATHS = 6
_CANDIDATES = 5  # of a subject, among which what was computed of a pair is told
_EXAMPLES = 5
_FETCH = 500  # concepts nearest to a variant among which traits are sought
_RIVALS = 100  # concepts nearest to the subject among which a better one is sought
_WINDOW = 500_000  # base pairs on either side within which associations may be one signal
_SAMPLE = 4  # names behind each two letters, by which n-grams are weighed
_LABEL = 0.2  # of the preferred labels' own score, as `kg harmonize` adds it
_BETTER = 0.02  # by which another name's score must exceed the object's to speak against it
_SCOPES = ("LABEL", "EXACT")
#: Types of which one thing has one at most; a disease can be a phenotype, a drug is a chemical.
_UNLIKE = (
    {"Disease", "Phenotype"},
    {"Measurement"},
    {"Drug", "Chemical"},
    {"Gene", "Protein"},
    {"Pathway", "BiologicalProcess"},
    {"Anatomy", "CellularComponent"},
    {"Cell"},
    {"Organism"},
    {"Exposure"},
    {"MolecularFunction"},
)


@dataclass(frozen=True)
class End:
    """One of the two: what the graph knows of it. A variant has no name and no names."""

    id: str
    name: str | None
    type: str | None
    definition: str | None
    obsolete: bool
    replaced_by: str | None
    chromosome: str | None
    grch38: int | None
    flags: Sequence[str]
    names: Sequence[Mapping[str, Any]]
    vector: NDArray[np.float32] | None = field(repr=False, default=None)

    @property
    def variant(self) -> bool:
        """Whether it is a variant."""
        return self.type == "Variant"


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
        from kgbuild.mapping.explain_text import text

        return text(self)


def explain(
    store: Store, subject: str, object_: str, to: str | None = None, mapping: pd.DataFrame | None = None
) -> Explanation:
    """What the graph says for and against two concepts being the same, or a variant and a trait being tied.

    Args:
        store: The graph; without embeddings there are no cosines and no nearest terms.
        subject, object_: CURIEs in any spelling.
        to: The vocabulary or release among whose terms a better one is sought; by default the object's vocabulary.
        mapping: A mapping table (`kgbuild.mapping.table`); what it says of the pair is told beside what SIMILAR_TO
            links say.

    Raises:
        InputError: One of them is not in the graph, they are the same one, or the vocabulary is unknown.
    """
    ids = [standardize(subject), standardize(object_)]
    if ids[0] == ids[1]:
        raise InputError(f"{ids[0]}: it is both; give two different concepts or variants to compare")
    found = _ends(store, ids)
    for identifier in ids:
        if identifier not in found:
            raise InputError(f"{identifier}: no such concept or variant; write it as a CURIE, such as phecode:250.2")
    return _explained(store, found[ids[0]], found[ids[1]], to, mapping)


def _explained(
    store: Store, one: End, other: End, to: str | None, mapping: pd.DataFrame | None, own: OwnList | None = None
) -> Explanation:
    """The two ends explained; one of a list of one's own comes with its list, as the graph knows its codes alone."""
    ids = [one.id, other.id]
    families = [_family(store, identifier) for identifier in ids]
    # of two that are asserted to be one, evidence filed under what stands for both says nothing of the pair
    apart = [[ids[0]], [ids[1]]] if set(families[0]) & set(families[1]) else families
    evidence = {"subjects": apart[0], "objects": apart[1]}
    direct = store.query("similar/explain_direct", top=2 * _EXAMPLES, **evidence)
    shared = {
        row["kind"]: {"count": row["count"], "examples": row["examples"]}
        for row in store.query("similar/explain_shared", top=_EXAMPLES, **evidence)
    }
    if one.variant or other.variant:
        return _of_variant(store, one, other, direct, shared, apart)
    names, parts, rivals = _compared(store, one, other, to, own)
    paths = _paths(store, one.id, other.id) if own is None else _paths_of_codes(store, own, one, other.id)
    (held,) = store.query("similar/explain_against", rivals=[rival.id for rival in rivals], **evidence)
    computed = [*_told(mapping, one.id, other.id), *held["computed"]]
    parts |= _codes(store, one.id, families[1])
    return Explanation(
        one, other, names, parts, computed, direct, paths, shared, rivals=rivals,
        against=_against(one, other, names, rivals, held, direct),
    )  # fmt: skip


def explain_link(
    store: Store, source: str | OwnList, target: str, subject: str, object_: str | None = None
) -> Explanation:
    """What speaks for and against one link of `kg harmonize FROM TO`.

    Args:
        store: The graph, enriched.
        source, target: Vocabularies or releases, in any spelling; or as source a list.
        subject: A concept of the source; of a list its code is enough.
        object_: A term of the target; None for the best, which takes as long as the whole mapping does.

    Raises:
        InputError: As `explain` and `harmonize`; the subject is not of the source.
    """
    own = source if isinstance(source, OwnList) else None
    if object_ is not None and own is None:
        return explain(store, subject, object_, target)
    from kgbuild.mapping.harmonization import harmonize

    wanted = standardize(subject if ":" in subject or own is None else f"{own.scope.name}:{subject}")
    if own and wanted not in own.terms.index:
        raise InputError(f"{subject}: no such code in the list; give one, such as {own.terms.ids[0]}")
    frame = harmonize(store, source, target, top=_CANDIDATES)
    links = frame[frame["subject_id"] == wanted]
    if links.empty and object_ is None:
        if own:
            raise InputError(f"{subject}: no candidate in {target}; give the term to compare with: {subject}=EFO:…")
        raise InputError(f"{subject}: no live concept of {source}; give one, such as {frame['subject_id'].iloc[0]}")
    best = standardize(object_ or str(links["object_id"].iloc[0]))
    if own is None:
        return explain(store, subject, best, target, frame)
    other = _ends(store, [best]).get(best)
    if other is None:
        raise InputError(f"{best}: no such concept; write it as a CURIE, such as MONDO:0005148")
    return _explained(store, _of_list(own, wanted), other, target, frame, own)


def _of_list(own: OwnList, concept: str) -> End:
    """A concept of a list as an end: its names are all that is known of it."""
    at = own.terms.index[concept]
    keys = own.terms.names[at]
    names = [
        {"key": key, "text": key, "scope": "EXACT" if i else "LABEL", "language": "en", "sources": [own.scope.name]}
        for i, key in enumerate(keys)
    ]
    vector = own.encode(keys[:1])[0]
    return End(concept, own.terms.labels[at], None, None, False, None, None, None, (), names, vector)


def _paths_of_codes(store: Store, own: OwnList, one: End, object_: str) -> list[Path]:
    """Ways by the ICD codes that the list says the concept has, in either edition."""
    codes = [edition for code in own.groups.get(one.id, ()) for edition in (code, code.replace(":", "cm:", 1))]
    found = [
        Path([(one.id, one.name), *way.nodes], [("GROUPS", [own.scope.name], True), *way.edges], way.alike)
        for code in sorted(_ends(store, codes))
        for way in _paths(store, code, object_)[:1]
    ]
    return sorted(found, key=lambda way: len(way.edges))[:_PATHS]


def _ends(store: Store, ids: Iterable[str]) -> dict[str, End]:
    return {
        row["id"]: End(
            row["id"], row["name"], next((t for t in row["types"] if t != "Concept"), None), row["definition"],
            row["obsolete"], row["replaced_by"], row["chromosome"], row["grch38"], row["flags"], row["names"],
            None if row["embedding"] is None else np.array(row["embedding"], dtype=np.float32),
        )
        for row in store.query("similar/explain_ends", ids=list(ids))
    }  # fmt: skip


def _family(store: Store, identifier: str) -> list[str]:
    """The ids under which evidence for a concept is filed; a variant's own."""
    (row,) = store.query("similar/explain_same", id=identifier)
    return sorted({identifier, *row["ids"]})


def _keys(end: End) -> dict[str, Mapping[str, Any]]:
    """Key → its English label and exact names, the label first; all names where it has none of these."""
    names = [name for name in end.names if name["scope"] in _SCOPES and name["language"] == "en"] or end.names
    first: dict[str, Mapping[str, Any]] = {}
    for name in names:
        first.setdefault(name["key"], name)
    return first


def _compared(
    store: Store, one: End, other: End, to: str | None, own: OwnList | None
) -> tuple[list[Met], dict[str, float], list[Rival]]:
    """The names of the two by likeness, the parts of the score that names give, and terms that are nearer."""
    of = _scope(store, other, to)
    asked = _keys(one)
    pool = {other.id: other}
    if asked and one.vector is not None:
        near = store.query(
            "similar/explain_rivals", keys=list(asked), vector=one.vector.tolist(), fetch=_RIVALS, **of
        )  # fmt: skip
        pool = _ends(store, [row["id"] for row in near if row["id"] != one.id]) | pool
    likeness = _Likeness(store, [one, *pool.values()], own)
    scored = {identifier: likeness.of(one, term) for identifier, term in pool.items()}
    names = scored[other.id]
    if not names:
        return [], {}, []
    score = {identifier: _score(mets) for identifier, mets in scored.items() if mets}
    ahead = sorted((i for i in score if score[i] > score[other.id] + _BETTER), key=lambda i: (-score[i], i))
    best = [_best(scored[i]) for i in ahead[:_EXAMPLES]]
    rivals = [
        Rival(i, str(pool[i].name), score[i], met.object_name)
        for i, met in zip(ahead, best, strict=False)
    ]  # fmt: skip
    parts = _parts(names, one, other)
    parts["rank_by_names"] = len(ahead) + 1.0
    shown = sorted(names, key=lambda met: -(met.tfidf + (met.cosine or 0)))[:_NAMES]
    return shown, parts, rivals


def _scope(store: Store, other: End, to: str | None) -> dict[str, Any]:
    """The vocabulary or release of the terms that are compared; the object's own needs no look at the whole graph."""
    vocabulary = other.id.partition(":")[0]
    if to is not None and f"in_{to.lower()}" in other.flags:
        return {"property": f"in_{to.lower()}", "value": True}
    if to is None or to.lower() == vocabulary.lower():
        return {"property": "vocabulary", "value": vocabulary}
    return scope(store, to).parameters


class _Likeness:
    """How like the names of some concepts are: n-grams weighed by a sample of the graph's names, and vectors."""

    def __init__(self, store: Store, ends: Sequence[End], own: OwnList | None = None) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # half a second that no other command needs

        keys = sorted({key for end in ends for key in _keys(end)})
        starts = [a + b for a, b in product(digits + ascii_lowercase, ascii_lowercase)]
        sample = [row["key"] for row in store.query("similar/sample_names", starts=starts, each=_SAMPLE)]
        tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32).fit([*sample, *keys])
        self._row = {key: row for row, key in enumerate(keys)}
        self._tfidf = tfidf.transform(keys) if keys else None
        self._vectors = {
            row["key"]: np.array(row["vector"], dtype=np.float32) for row in store.query("similar/vectors", keys=keys)
        }
        missing = sorted({*_keys(ends[0])} - {*self._vectors}) if own else []
        if own and missing:
            self._vectors |= dict(zip(missing, own.encode(missing), strict=True))

    def of(self, one: End, other: End) -> list[Met]:
        """All pairs of names, the labels' first."""
        mine, theirs = _keys(one), _keys(other)
        if not mine or not theirs:
            return []
        rows, columns = [self._row[key] for key in mine], [self._row[key] for key in theirs]
        tfidf_RC = (self._tfidf[rows] @ self._tfidf[columns].T).toarray()  # type: ignore[index]  # there are keys
        return [
            Met(
                name["text"], also["text"], float(tfidf_RC[r, c]), self._cosine(key, theirs_key), key == theirs_key,
                words(key) == words(theirs_key), also["sources"],
            )
            for r, (key, name) in enumerate(mine.items())
            for c, (theirs_key, also) in enumerate(theirs.items())
        ]  # fmt: skip

    def _cosine(self, key: str, other: str) -> float | None:
        if key not in self._vectors or other not in self._vectors:
            return None
        return float(self._vectors[key] @ self._vectors[other])


def _best(mets: Sequence[Met]) -> Met:
    return max(mets, key=lambda met: met.tfidf + (met.cosine or 0))


def _score(mets: Sequence[Met]) -> float:
    """The plain sum of similarities in [0, 1]: the best of all names, and a fifth of the labels' own."""
    tfidf, cosine = max(met.tfidf for met in mets), max(met.cosine or 0 for met in mets)
    label = mets[0].tfidf + (mets[0].cosine or 0)
    return float(np.clip((tfidf + cosine + _LABEL * label) / (2 + 2 * _LABEL), 0, 1))


def _parts(mets: Sequence[Met], one: End, other: End) -> dict[str, float]:
    """The features of the pair that its own names and vectors give, named as `kg harmonize` names them."""
    label = mets[0]
    asked, given = words(label.subject_name.casefold()), words(label.object_name.casefold())
    out: dict[str, float | None] = {
        "both": _score(mets),
        "tfidf": max(met.tfidf for met in mets),
        "tfidf_label": label.tfidf,
        "encoder": max((met.cosine for met in mets if met.cosine is not None), default=None),
        "encoder_label": label.cosine,
        "encoder_concept": None if one.vector is None or other.vector is None else float(one.vector @ other.vector),
        "same_key": float(any(met.same_key for met in mets)),
        "same_words": float(any(met.same_words for met in mets)),
        "label_covered": len(asked & given) / max(len(asked), 1),
        "label_covering": len(asked & given) / max(len(given), 1),
    }
    return {name: value for name, value in out.items() if value is not None}


def _codes(store: Store, subject: str, objects: Sequence[str]) -> dict[str, float]:
    """The share of the codes that a concept groups which are tied to the other."""
    (row,) = store.query("similar/explain_codes", subject=subject, objects=objects)
    return {"bridge": len(row["tied"]) / row["grouped"]} if row["grouped"] else {}


def _paths(store: Store, subject: str, object_: str) -> list[Path]:
    """Ways that visit no node twice, parallel edges as one, those with the fewest steps up or down first."""
    found: dict[tuple[Any, ...], list[set[str]]] = {}
    for row in store.query("similar/explain_paths", subject=subject, object=object_):
        nodes = tuple((identifier, name) for identifier, name in row["nodes"])
        steps = tuple((predicate, forward) for predicate, _, forward in row["edges"])
        if len({identifier for identifier, _ in nodes}) == len(nodes):
            sources = found.setdefault((nodes, steps), [set() for _ in steps])
            for known, (_, source, _) in zip(sources, row["edges"], strict=True):
                known.add(source or "not stated")
    order = sorted(
        found, key=lambda way: (sum(1.5 if p == "SUBCLASS_OF" else 1.0 for p, _ in way[1]), [i for i, _ in way[0]])
    )
    shapes: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for nodes, steps in order:
        vocabularies = tuple(identifier.partition(":")[0] for identifier, _ in nodes)
        shapes.setdefault((vocabularies, steps), []).append((nodes, steps))
    return [
        Path(nodes, [(p, sorted(s), f) for (p, f), s in zip(steps, found[nodes, steps], strict=True)], len(ways) - 1)
        for ways in list(shapes.values())[:_PATHS]
        for nodes, steps in ways[:1]
    ]


def _told(mapping: pd.DataFrame | None, subject: str, object_: str) -> list[dict[str, Any]]:
    """What a mapping table says of the pair."""
    if mapping is None:
        return []
    rows = mapping[(mapping["subject_id"] == subject) & (mapping["object_id"] == object_)]
    told = ("similarity_score", "confidence", "kind", "rank", "mapping_justification", "author_id", "comment")
    return [
        {name.replace("similarity_", ""): row[name] for name in told if name in row and pd.notna(row[name])}
        for _, row in rows.iterrows()
    ]


def _against(
    one: End, other: End, names: Sequence[Met], rivals: Sequence[Rival], held: Mapping[str, Any],
    direct: Sequence[Mapping[str, Any]],
) -> list[str]:  # fmt: skip
    """What speaks against the two being the same, the gravest first."""
    out = [
        f"{row['source']} denies that {row['subject']} is {row['object']}"
        + (f" ({row['author']})" if row["author"] else "")
        for row in held["denied"]
    ]
    out += [
        f"{row['subject']} and {row['object']}, above them, are disjoint ({row['source']})" for row in held["disjoint"]
    ]
    if held["above"]:
        up, down = (one, other) if held["above"] == "subject" else (other, one)
        out.append(f"{up.id} is above {down.id}: {' ⊂ '.join(held['way'])}")
    one_types, other_types = _kinds(one.type), _kinds(other.type)
    if one_types and other_types and one_types != other_types:
        out.append(f"{one.id} is a {one.type}, {other.id} a {other.type}")
    for end in (one, other):
        if end.obsolete:
            cure = f"; {end.replaced_by} replaces it" if end.replaced_by else ""
            out.append(f"{end.id} is obsolete{cure}")
    if names and not any(met.same_key for met in names):
        met = _best(names)
        out += [
            f"“{met.subject_name}” and “{met.object_name}”: {each}"
            for each in conflicts(met.subject_name, met.object_name)
        ]
    for each in rivals:
        place = (
            ", below this one" if each.id in held["below"] else ", above this one" if each.id in held["over"] else ""
        )
        out.append(f"{each.id} “{each.name}”{place} is nearer by its names ({each.score:.2f}: “{each.matched}”)")
    weaker = sorted({f"{row['predicate']} ({row['source']})" for row in direct if row["predicate"] in _WEAKER})
    if weaker:
        out.append(f"sources state less than the same: {', '.join(weaker)}")
    return out


_WEAKER = ("BROAD_MATCH", "NARROW_MATCH", "RELATED_MATCH")


def _kinds(type_: str | None) -> frozenset[str] | None:
    return next((frozenset(group) for group in _UNLIKE if type_ in group), None)


def _of_variant(
    store: Store, one: End, other: End, direct: Sequence[Mapping[str, Any]], shared: Mapping[str, Mapping[str, Any]],
    filed: Sequence[Sequence[str]],
) -> Explanation:  # fmt: skip
    """A variant has no names: what is known of it and the other, what lies nearby, and what it is nearest to."""
    variant, trait, traits = (one, other, filed[1]) if one.variant else (other, one, filed[0])
    both = one.vector is not None and other.vector is not None
    parts = {"encoder_concept": float(one.vector @ other.vector)} if both else {}  # type: ignore[operator]  # both are
    loci = [] if trait.variant else store.query(
        "similar/explain_loci", id=variant.id, traits=traits, window=_WINDOW, top=_EXAMPLES
    )  # fmt: skip
    nearest = store.query("similar/diseases", id=variant.id, top=2 * _EXAMPLES, fetch=_FETCH) if both else []
    against = [] if direct or shared else ["no source ties the two, and nothing is known that both are tied to"]
    if not trait.variant and not direct and not loci and variant.grch38 is not None:
        against.append(f"no variant within {_WINDOW // 1000:,} kb is tied to {trait.id}")
    against += [f"{row['source']} denies it: {row['predicate']}" for row in direct if row["negated"]]
    return Explanation(
        one, other, parts=parts, direct=direct, shared=shared, loci=loci, nearest=nearest, against=against
    )  # fmt: skip
