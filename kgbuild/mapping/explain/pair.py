"""A pair of concepts, or a variant and a trait, looked up in the graph: a few small queries about the two ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from kgbuild.curie import standardize
from kgbuild.errors import InputError
from kgbuild.mapping.explain.against import against
from kgbuild.mapping.explain.ends import End, read_ends
from kgbuild.mapping.explain.explanation import Explanation
from kgbuild.mapping.explain.names import compared
from kgbuild.mapping.explain.own import of_list, paths_of_codes
from kgbuild.mapping.explain.paths import read_paths
from kgbuild.mapping.kind import kinds
from kgbuild.mapping.lists import OwnList
from kgbuild.store import Store

_BEST = 5  # candidates of a subject among which a link is sought
_PATHS = 6
_EXAMPLES = 5
_FETCH = 500  # concepts nearest to a variant among which traits are sought
_WINDOW = 500_000  # base pairs on either side within which associations may be one signal


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
    found = read_ends(store, ids)
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
    names, parts, rivals = compared(store, one, other, to, own)
    paths = paths_of_codes(store, own, one, other.id, _PATHS) if own else read_paths(store, one.id, other.id, _PATHS)
    (held,) = store.query("similar/explain_against", rivals=[rival.id for rival in rivals], **evidence)
    computed = [*_told(mapping, one.id, other.id), *held["computed"]]
    parts |= _codes(store, one.id, families[1])
    kind = next(iter(kinds([(one.side, other.side)])), None) if one.side and other.side else None
    return Explanation(
        one, other, names, kind, parts, computed, direct, paths, shared, rivals=rivals,
        against=against(one, other, kind, rivals, held, direct),
    )  # fmt: skip


def explain_link(
    store: Store, source: str | OwnList, target: str, subject: str, object_: str | None = None
) -> Explanation:
    """What speaks for and against one link of `kg harmonize FROM TO`, with its score, confidence and kind.

    Where no SIMILAR_TO link in the graph has these, and for the best link, the whole vocabulary is mapped.

    Args:
        store: The graph, enriched.
        source, target: Vocabularies or releases, in any spelling; or as source a list.
        subject: A concept of the source; of a list its code is enough.
        object_: A term of the target; None for the best.

    Raises:
        InputError: As `explain` and `harmonize`; the subject is linked to nothing, or is not in the list.
    """
    own = source if isinstance(source, OwnList) else None
    if own is None and object_ is not None:
        it = explain(store, subject, object_, target)
        if it.computed or it.subject.variant or it.object.variant:
            return it
    wanted = standardize(subject if ":" in subject or own is None else f"{own.scope.name}:{subject}")
    if own and wanted not in own.terms.index:
        raise InputError(f"{subject}: no such code in the list; give one, such as {own.terms.ids[0]}")
    from kgbuild.mapping.harmonization import harmonize

    frame = harmonize(store, source, target, top=1 if object_ is None else _BEST)
    if own is None and object_ is not None:
        return replace(it, computed=_told(frame, it.subject.id, it.object.id))
    links = frame[frame["subject_id"] == wanted]
    if links.empty and object_ is None:
        raise InputError(
            f"{subject}: it is linked to nothing of {target}; give another concept, or name the term, too: {subject}=ID"
        )
    best = standardize(object_ or str(links["object_id"].iloc[0]))
    if own is None:
        return explain(store, subject, best, target, frame)
    other = read_ends(store, [best]).get(best)
    if other is None:
        raise InputError(f"{best}: no such concept; write it as a CURIE, such as MONDO:0005148")
    return _explained(store, of_list(own, wanted), other, target, frame, own)


def _family(store: Store, identifier: str) -> list[str]:
    """The ids under which evidence for a concept is filed; a variant's own."""
    (row,) = store.query("similar/explain_same", id=identifier)
    return sorted({identifier, *row["ids"]})


def _codes(store: Store, subject: str, objects: Sequence[str]) -> dict[str, float]:
    """The share of the codes that a concept groups which are tied to the other."""
    (row,) = store.query("similar/explain_codes", subject=subject, objects=objects)
    return {"bridge": len(row["tied"]) / row["grouped"]} if row["grouped"] else {}


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
