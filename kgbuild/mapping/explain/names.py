"""How like the names of two concepts are, the parts of the score that they give, and terms whose names are nearer."""

from collections.abc import Sequence
from itertools import product
from string import ascii_lowercase, digits
from typing import Any

import numpy as np

from kgbuild.mapping.explain.ends import End, read_ends
from kgbuild.mapping.explain.explanation import Met, Rival
from kgbuild.mapping.features import LABEL
from kgbuild.mapping.lexical import words
from kgbuild.mapping.lists import OwnList
from kgbuild.mapping.terms import scope
from kgbuild.store import Store

_NAMES = 5  # pairs of names that are shown
_SHOWN = 5  # rivals
_RIVALS = 100  # concepts nearest to the subject among which a better one is sought
_SAMPLE = 4  # names behind each two letters, by which n-grams are weighed
_BETTER = 0.02  # by which another name's score must exceed the object's to speak against it


def compared(
    store: Store, one: End, other: End, to: str | None, own: OwnList | None = None
) -> tuple[list[Met], dict[str, float], list[Rival]]:
    """The names of the two by likeness, the parts of the score that names give, and terms that are nearer."""
    of = _scope(store, other, to)
    asked = one.keys
    pool = {other.id: other}
    if asked and one.vector is not None:
        near = store.query(
            "similar/explain_rivals", keys=list(asked), vector=one.vector.tolist(), fetch=_RIVALS, **of
        )  # fmt: skip
        pool = read_ends(store, [row["id"] for row in near if row["id"] != one.id]) | pool
    likeness = _Likeness(store, [one, *pool.values()], own)
    scored = {identifier: likeness.of(one, term) for identifier, term in pool.items()}
    names = scored[other.id]
    if not names:
        return [], {}, []
    score = {identifier: _score(mets) for identifier, mets in scored.items() if mets}
    ahead = sorted((i for i in score if score[i] > score[other.id] + _BETTER), key=lambda i: (-score[i], i))
    nearest = [_best(scored[i]) for i in ahead[:_SHOWN]]
    rivals = [
        Rival(i, str(pool[i].name), score[i], met.object_name)
        for i, met in zip(ahead, nearest, strict=False)
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

        keys = sorted({key for end in ends for key in end.keys})
        starts = [a + b for a, b in product(digits + ascii_lowercase, ascii_lowercase)]
        sample = [row["key"] for row in store.query("similar/sample_names", starts=starts, each=_SAMPLE)]
        tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32).fit([*sample, *keys])
        self._row = {key: row for row, key in enumerate(keys)}
        self._tfidf = tfidf.transform(keys) if keys else None
        self._vectors = {
            row["key"]: np.array(row["vector"], dtype=np.float32) for row in store.query("similar/vectors", keys=keys)
        }
        missing = sorted({*ends[0].keys} - {*self._vectors}) if own else []
        if own and missing:
            self._vectors |= dict(zip(missing, own.encode(missing), strict=True))

    def of(self, one: End, other: End) -> list[Met]:
        """All pairs of names, the labels' first."""
        mine, theirs = one.keys, other.keys
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
    return float(np.clip((tfidf + cosine + LABEL * label) / (2 + 2 * LABEL), 0, 1))


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
