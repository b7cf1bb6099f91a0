"""Mappings out of mappings: the inverse of one, and chains A → B → C.

An exact link passes on the kind of the other; broad after broad stays broad, narrow after narrow narrow. Anything else
says nothing (a narrower part of something broader may be anywhere; closeMatch is not transitive): no link comes of it.
A chain is as sure as all of its links are right together: the product of their confidences. Chains through different
concepts B are taken as independent witnesses: 1 − Π(1 − c) (noisy-or), an upper bound where they share evidence.

Source: SKOS reference, S42–S46 (https://www.w3.org/TR/skos-reference/#L4160); SSSOM's chaining rules
(https://mapping-commons.github.io/sssom/chaining-rules/); `invert_mappings` of sssom-py, which also takes the signature
from what a curator signed.
"""

import numpy as np
import pandas as pd

from kgbuild.mapping.table import COLUMNS, CURATED, INVERSE, KINDS, NONE

CHAINED = "semapv:MappingChaining"
INVERTED = "semapv:MappingInversion"

#: Kinds of two links in a row → kind of the chain.
CHAIN = {("exact", kind): kind for kind in (*KINDS, NONE)} | {(kind, "exact"): kind for kind in (*KINDS, NONE)}
CHAIN |= {(kind, kind): kind for kind in ("broad", "narrow")}
#: What `attrs` says of either side.
_SOURCE, _TARGET = ("source", "source_version"), ("target", "target_version")
_STRONGEST = (NONE, *KINDS)  # where chains of one pair disagree and are equally sure; a refusal always wins


def invert(frame: pd.DataFrame) -> pd.DataFrame:
    """The mapping the other way round: objects as subjects, broad as narrow, ranked anew.

    Args:
        frame: A mapping table.

    Returns:
        The same links. What a curator signed stays signed, since SKOS makes it the same statement; the others are
        justified as inversions. What `attrs` says of source and target changes places.
    """
    ends = {f"subject_{what}": f"object_{what}" for what in ("id", "label")}
    out = _meant(frame).rename(columns=ends | {there: here for here, there in ends.items()})
    signed = out["mapping_justification"] == CURATED if "mapping_justification" in out else False
    out["mapping_justification"] = np.where(signed, CURATED, INVERTED)
    if "kind" in out:
        out["kind"] = out["kind"].map(INVERSE)
    turned = dict(zip(_SOURCE + _TARGET, _TARGET + _SOURCE, strict=True))
    out.attrs = {turned.get(key, key): value for key, value in frame.attrs.items()}
    return _ranked(out)


def compose(first: pd.DataFrame, *then: pd.DataFrame) -> pd.DataFrame:
    """The mapping from the first table's subjects to the last one's objects by chains.

    Args:
        first, then: Mapping tables, the objects of each the subjects of the next. Without `kind` a link is close. A
            curated link without confidence is taken for sure; a computed one leaves its chains without.

    Returns:
        One row a pair: `kind`; `confidence` of all chains together; `similarity_score`, the best product of a chain,
        null where a link has none; `comment` with the chains in words. Where chains disagree `none` wins, then the
        surer kind.
    """
    out = first
    for second in then:
        out = _compose(out, second)
    return out


def _compose(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    legs = _links(first).merge(_links(second), left_on="object_id", right_on="subject_id", suffixes=("_1", "_2"))
    legs["kind"] = [CHAIN.get(kinds) for kinds in zip(legs["kind_1"], legs["kind_2"], strict=True)]
    legs = legs[legs["kind"].notna() & (legs["subject_id_1"] != legs["object_id_2"])]
    chains = pd.DataFrame(
        {
            "subject_id": legs["subject_id_1"],
            "subject_label": legs["subject_label_1"],
            "object_id": legs["object_id_2"],
            "object_label": legs["object_label_2"],
            "kind": legs["kind"],
            "similarity_score": legs["similarity_score_1"] * legs["similarity_score_2"],
            "confidence": legs["confidence_1"] * legs["confidence_2"],
            "comment": [_told(row) for row in legs.to_dict("records")],
        }
    )
    several = chains.duplicated(["subject_id", "object_id"], keep=False)
    rows = [_one(alike) for _, alike in chains[several].groupby(["subject_id", "object_id"])]
    out = pd.concat([chains[~several], pd.DataFrame(rows, columns=[*chains.columns])]) if rows else chains
    out = out.assign(mapping_justification=CHAINED)
    about = {key: value for key, value in first.attrs.items() if key not in _TARGET}
    out.attrs = about | {key: value for key, value in second.attrs.items() if key in _TARGET}
    if prefixes := first.attrs.get("prefixes", {}) | second.attrs.get("prefixes", {}):
        out.attrs["prefixes"] = prefixes
    return _ranked(out)


def _meant(frame: pd.DataFrame) -> pd.DataFrame:
    """The links whose kind is known, of a table that was computed or of a file of someone else's.

    What a file relates otherwise (skos:relatedMatch), refuses as something else than a match that is exact, or says to
    have no counterpart, has no inverse and makes no chain.
    """
    out = frame[~frame["object_id"].str.startswith("sssom:")]
    if "predicate_id" not in out:
        return out
    return out[out["kind"].notna() & ((out["kind"] != NONE) | (out["predicate_id"] == KINDS["exact"]))]


def _links(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns that chains are made of, with what is understood where one is missing."""
    out = _meant(frame).reindex(columns=[*COLUMNS])
    signed = out["mapping_justification"] == CURATED
    out["confidence"] = out["confidence"].astype(float).where(~signed | out["confidence"].notna(), 1.0)
    out["similarity_score"] = out["similarity_score"].astype(float)
    out["kind"] = out["kind"].fillna("close")
    return out[["subject_id", "subject_label", "object_id", "object_label", "kind", "similarity_score", "confidence"]]


def _told(leg: dict[str, object]) -> str:
    name = f" ({leg['object_label_1']})" if isinstance(leg["object_label_1"], str) else ""
    return f"{leg['kind_1']} to {leg['object_id_1']}{name}, {leg['kind_2']} from there"


def _one(chains: pd.DataFrame) -> dict[str, object]:
    """One link out of the chains of a pair."""
    by_kind = {kind: 1 - (1 - alike["confidence"]).prod(skipna=False) for kind, alike in chains.groupby("kind")}

    def sure(kind: str) -> tuple[bool, float, int]:
        known = by_kind[kind] if pd.notna(by_kind[kind]) else 0.0
        return kind == NONE, known, -_STRONGEST.index(kind)

    kind = max(by_kind, key=sure)
    alike = chains[chains["kind"] == kind]
    best: dict[str, object] = alike.sort_values("similarity_score", ascending=False, kind="stable").iloc[0].to_dict()
    return best | {"confidence": by_kind[kind], "comment": "; ".join(dict.fromkeys(chains["comment"]))}


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Links in the order of their subjects, the surest first, ranked within each; the columns in their order."""
    by = [column for column in ("confidence", "similarity_score") if column in frame]
    out = frame.sort_values(
        ["subject_id", *by, "object_id"], ascending=[True, *[False for _ in by], True], ignore_index=True
    )
    out["rank"] = out.groupby("subject_id").cumcount() + 1
    empty = {column for column in out if out[column].isna().all()} - {"similarity_score"} if len(out) else set()
    return out[[column for column in COLUMNS if column in out and column not in empty]]
