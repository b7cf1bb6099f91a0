"""What the labels, identifiers and types of two concepts say of their being the same, and the table that holds them.

Nothing here asks who made a pair, when or with which tool: it would not be known of a fresh candidate.

Legend: P pairs, T texts, D embedding width, Y types.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.feature_extraction.text import TfidfVectorizer

from kgbuild.graph import name_key
from kgbuild.mapping.kind import Side, kinds
from kgbuild.mapping.lexical import words
from kgbuild.mapping.table import NONE
from kgbuild.mapping.wording import read
from kgbuild.model import PREFIX_TYPES

Floats = NDArray[np.float32]
#: Texts → unit vectors [T, D].
Encode = Callable[[Sequence[str]], Floats]

_SAME_TYPE = {"Drug": "Chemical", "Protein": "Gene"}
_RARE = ("Exposure",)  # too few names to learn from
_ONE_TYPE = 0.95  # of a vocabulary's concepts that make it one of a type
_UNSURE = 0.02  # of each other type, in a vocabulary of one type
_RIVALS = 2  # more are counted as so many: tables differ in how many candidates they list
_SMOOTH = 5.0  # pairs that the overall rate counts for
_ACRONYM = 8
_NEAREST = 6  # looked at for one near miss


def prefix(ids: pd.Series) -> pd.Series:
    """The vocabulary of CURIEs."""
    return ids.str.split(":", n=1).str[0]


def vocabularies(pairs: pd.DataFrame) -> pd.Series:
    """The two vocabularies of each pair, in either order: `CHEBI|mesh`."""
    both = zip(prefix(pairs["subject_id"]), prefix(pairs["object_id"]), strict=True)
    return pd.Series(["|".join(sorted(each)) for each in both], index=pairs.index)


class Describer:
    """Turns pairs into features; it knows how rare words are and what texts of each type look like.

    Args:
        names: A sample of name keys, by which n-grams and words are weighed.
        typed: Columns vocabulary, type, count, names (of `cypher/similar/typed_names`).
        curated: Pairs whose labels stand for the type of their vocabulary where it has one.
        encode: Texts → unit vectors.
    """

    def __init__(self, names: Sequence[str], typed: pd.DataFrame, curated: pd.DataFrame, encode: Encode) -> None:
        self._tfidf = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), dtype=np.float32).fit(names)
        self._frequency = Counter(chain.from_iterable(map(words, names)))
        self._names = len(names)
        self._types = Types(typed, curated, encode)

    def __call__(self, pairs: pd.DataFrame, encode: Encode) -> pd.DataFrame:
        """The features of pairs: columns subject_id, subject_label, object_id, object_label → a column a feature."""
        subjects, objects = pairs["subject_label"].tolist(), pairs["object_label"].tolist()
        keys = [[name_key(text) for text in texts] for texts in (subjects, objects)]
        one, other = (self._tfidf.transform(each) for each in keys)
        one_PD, other_PD = (encode(each) for each in (subjects, objects))
        alike = pd.DataFrame(
            {
                "tfidf": np.asarray(one.multiply(other).sum(axis=1)).ravel(),
                "cosine": (one_PD * other_PD).sum(axis=1),
            }
        )
        rows = [self._wording(*each) for each in zip(subjects, objects, *keys, strict=True)]
        wording = pd.DataFrame(rows).astype(float)
        context = _context(pairs, alike["tfidf"] + alike["cosine"], keys)
        types = self._types(pairs, one_PD, other_PD)
        return pd.concat([alike, wording, context, types], axis=1).astype(np.float32)

    def near_misses(self, curated: pd.DataFrame, most: int, least: float) -> pd.DataFrame:
        """For curated matches the object of another that looks most like the subject: toxic and nontoxic goitre.

        Curators map a concept onto one of a vocabulary; that they looked at the others is an assumption, so that these
        teach what wording tells apart and are no part of rates and calibration.

        Args:
            curated: Pairs with `right`.
            most: Matches of two vocabularies that are looked at.
            least: Character similarity of what counts as near.

        Returns:
            The columns of a pair, and `of`: the row of the match.
        """
        known = {*zip(curated["subject_id"], curated["object_id"], strict=True)}
        matches = curated[curated["right"].astype(bool)].assign(of=np.flatnonzero(curated["right"]))
        rows = []
        for _, some in matches.groupby(vocabularies(matches) + prefix(matches["object_id"])):
            texts = [[name_key(text) for text in some[f"{end}_label"]] for end in ("subject", "object")]
            asked = np.unique(np.linspace(0, len(some) - 1, most).astype(int))
            one, other = self._tfidf.transform([texts[0][i] for i in asked]), self._tfidf.transform(texts[1])
            nearest = np.argsort(-(alike := (one @ other.T).toarray()), axis=1, kind="stable")[:, :_NEAREST]
            for row, (i, places) in enumerate(zip(asked, nearest, strict=True)):
                subject = some.iloc[i]
                for j in places:
                    object_ = some.iloc[j]
                    if alike[row, j] < least:
                        break
                    same = words(texts[0][i]) == words(texts[1][j])
                    if (subject["subject_id"], object_["object_id"]) not in known and not same:
                        ends = [subject[["subject_id", "subject_label"]], object_[["object_id", "object_label"]]]
                        rows.append([*ends[0], *ends[1], subject["of"]])
                        break
        columns = ["subject_id", "subject_label", "object_id", "object_label", "of"]
        return pd.DataFrame(rows, columns=columns)

    def _rarity(self, some: Iterable[str]) -> float:
        return sum(float(np.log(self._names / (1 + self._frequency[word]))) for word in some)

    def _wording(self, subject: str, object_: str, one: str, other: str) -> dict[str, float]:
        a, b = words(one), words(other)
        both = self._rarity(a & b)
        weights = [self._rarity(a) + 1e-6, self._rarity(b) + 1e-6]
        alone = sorted((len(_marks(one) - _marks(other)), len(_marks(other) - _marks(one))))
        (verdict,) = kinds([(Side([subject]), Side([object_]))])
        upper = [sum(map(str.isupper, text)) / max(len(text), 1) for text in (subject, object_)]
        acronym = [_is_acronym(subject), _is_acronym(object_)]
        return {
            "same_key": one == other,
            "same_letters": re.sub(r"\W", "", one) == re.sub(r"\W", "", other),
            "same_case": subject == object_,
            "same_words": a == b,
            "jaccard": both / (sum(weights) - both),
            "covered_least": both / max(weights),
            "covered_most": both / min(weights),
            "alone_least": min(weights) - both,
            "alone_most": max(weights) - both,
            "rarest": max((self._rarity([word]) for word in a & b), default=0.0),
            "rare_least": min(w / max(len(s), 1) for w, s in zip(weights, (a, b), strict=True)),
            "marks_least": alone[0],
            "marks_most": alone[1],
            "conflicts": len(verdict.reasons) if verdict.kind == NONE else 0,
            "shortest": min(len(one), len(other)),
            "longest": max(len(one), len(other)),
            "upper_least": min(upper),
            "upper_most": max(upper),
            "acronyms": sum(acronym),
            "acronym_for": _stands_for(subject, object_) or _stands_for(object_, subject),
            "words_least": min(len(one.split()), len(other.split())),
            "words_most": max(len(one.split()), len(other.split())),
        }


def _marks(name: str) -> frozenset[str]:
    """What tells members of one family apart: numbers, letters after "type" and the like, Greek letters."""
    reading = read(name)
    return frozenset().union(*reading.numbers.values(), reading.axes.get("greek", frozenset()))


def _is_acronym(text: str) -> bool:
    return len(text) <= _ACRONYM and " " not in text and sum(map(str.isupper, text)) > 1


def _stands_for(short: str, long: str) -> bool:
    letters = "".join(word[0] for word in re.findall(r"\w+", long)).casefold()
    return len(letters) > 1 and letters == re.sub(r"\W", "", short).casefold()


def _context(pairs: pd.DataFrame, alike: pd.Series, keys: Sequence[Sequence[str]]) -> pd.DataFrame:
    """What the table's other rows say: concepts of one vocabulary with the same label, and rivals for either end."""
    table = pd.DataFrame({"s": pairs["subject_id"].to_numpy(), "o": pairs["object_id"].to_numpy(), "alike": alike})
    table["from"], table["onto"] = prefix(table["s"]), prefix(table["o"])
    table["s_key"], table["o_key"] = keys
    sides = (("s", "o", "from", "onto"), ("o", "s", "onto", "from"))
    twins = [table.groupby([own, f"{end}_key"])[end].transform("nunique") - 1 for end, _, own, _ in sides]
    rivals = [table.groupby([end, theirs])[other].transform("nunique") - 1 for end, other, _, theirs in sides]
    behind = [table.groupby([end, theirs])["alike"].transform("max") - alike for end, _, _, theirs in sides]
    measures = {"twins": twins, "rivals": [each.clip(upper=_RIVALS) for each in rivals], "behind": behind}
    return pd.DataFrame(
        {f"{name}_{way}": choose(*each) for name, each in measures.items() for way, choose in _ORDERED.items()}
    )


_ORDERED = {"least": np.minimum, "most": np.maximum}


class Types:
    """What kind of thing texts and vocabularies name: chemical, cell, disease …"""

    def __init__(self, typed: pd.DataFrame, curated: pd.DataFrame, encode: Encode) -> None:
        typed = typed.assign(type=typed["type"].replace(_SAME_TYPE))
        typed = typed[~typed["type"].isin(_RARE)]
        share = typed.groupby(["vocabulary", "type"])["count"].sum()
        share = share / share.groupby("vocabulary").transform("sum")
        self._known = {v: _SAME_TYPE.get(t, t) for v, t in PREFIX_TYPES.items()} | {
            vocabulary: type_ for (vocabulary, type_), of in share.items() if of >= _ONE_TYPE
        }
        texts = typed.explode("names")[["names", "type"]]
        ends = [
            (curated[f"{end}_label"], prefix(curated[f"{end}_id"]).map(self._known)) for end in ("subject", "object")
        ]
        texts = pd.concat([texts, *(pd.DataFrame({"names": name, "type": kind}) for name, kind in ends)])
        texts = texts.dropna().drop_duplicates()
        self.names = sorted(set(texts["type"]) - set(_RARE))
        texts = texts[texts["type"].isin(self.names)]
        self._model = LinearDiscriminantAnalysis(
            solver="lsqr", shrinkage=0.1, priors=np.full(len(self.names), 1 / len(self.names))
        )
        self._model.fit(encode(texts["names"].tolist()), texts["type"])

    def __call__(self, pairs: pd.DataFrame, one_PD: Floats, other_PD: Floats) -> pd.DataFrame:
        """How the types of labels and vocabularies agree, and which they are."""
        labels = [self._of(vectors_PD) for vectors_PD in (one_PD, other_PD)]
        prefixes = [prefix(pairs[f"{end}_id"]).tolist() for end in ("subject", "object")]
        profile = self._profiles(prefixes, labels)
        sources = [np.stack([profile[each] for each in some]) for some in prefixes]
        joint = [label * source for label, source in zip(labels, sources, strict=True)]
        joint = [each / each.sum(axis=1, keepdims=True) for each in joint]
        fits = [(label * source).sum(axis=1) for label, source in zip(labels, sources, strict=True)]
        crossed = [(labels[0] * sources[1]).sum(axis=1), (labels[1] * sources[0]).sum(axis=1)]
        out = {
            "type_labels": (labels[0] * labels[1]).sum(axis=1),
            "type_vocabularies": (sources[0] * sources[1]).sum(axis=1),
            "type_both": (joint[0] * joint[1]).sum(axis=1),
            "type_fit_least": np.minimum(*fits),
            "type_fit_most": np.maximum(*fits),
            "type_cross_least": np.minimum(*crossed),
            "type_cross_most": np.maximum(*crossed),
            "type_sure": np.minimum((sources[0] ** 2).sum(axis=1), (sources[1] ** 2).sum(axis=1)),
        }
        for name, (one, other) in (("label", labels), ("vocabulary", sources)):
            for i, kind in enumerate(self.names):
                out[f"{name}_{kind}"] = one[:, i] + other[:, i]
                out[f"{name}_only_{kind}"] = np.abs(one[:, i] - other[:, i])
        return pd.DataFrame(out)

    def _of(self, vectors_PD: Floats) -> NDArray[np.float64]:
        """Probabilities of types [P, Y], their differences halved: the model is too sure of itself."""
        if len(self.names) == 1:  # LDA tells nothing from nothing
            return np.ones((len(vectors_PD), 1))
        share_PY: NDArray[np.float64] = np.sqrt(self._model.predict_proba(vectors_PD))
        share_PY /= share_PY.sum(axis=1, keepdims=True)
        return share_PY

    def _profiles(
        self, prefixes: Sequence[Sequence[str]], labels: Sequence[NDArray[np.float64]]
    ) -> dict[str, NDArray[np.float64]]:
        """Vocabulary → shares of types: the one that it is known to have, else the mean of its labels' in the table."""
        every = np.array(list(chain.from_iterable(prefixes)))
        all_PY = np.concatenate(labels)
        out = {}
        for vocabulary in set(every.tolist()):
            of = self._known.get(vocabulary)
            if of in self.names:
                share = np.where(np.array(self.names) == of, 1.0, _UNSURE)
            else:
                own = all_PY[every == vocabulary]
                share = own.sum(axis=0) + 1 / len(self.names)
            out[vocabulary] = share / share.sum()
        return out


@dataclass
class Rates:
    """How often curators accepted pairs of a vocabulary, of two vocabularies, and of identifiers of a shape.

    A rate is drawn towards the overall one by a few pairs' worth, so that a vocabulary never seen has that one.
    """

    overall: float
    seen: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, curated: pd.DataFrame) -> "Rates":
        """Count; column `right` is the verdict."""
        out = cls(float(curated["right"].mean()))
        for keys, right in zip(_rated(curated), curated["right"], strict=True):
            out.seen.update(set(keys))
            if right:
                out.accepted.update(set(keys))
        return out

    def __call__(self, pairs: pd.DataFrame, verdicts: NDArray[np.bool_] | None = None) -> pd.DataFrame:
        """The rates of pairs; where `verdicts` says that a pair is among the counted ones, without itself."""
        own = np.full(len(pairs), -1) if verdicts is None else verdicts.astype(int)
        rows = [
            [
                (self.accepted[key] - (verdict > 0) + _SMOOTH * self.overall)
                / (self.seen[key] - (verdict >= 0) + _SMOOTH)
                for key in keys
            ]
            for keys, verdict in zip(_rated(pairs), own, strict=True)
        ]
        from_, onto, both, s_shape, o_shape = np.array(rows, dtype=np.float32).T
        return pd.DataFrame(
            {
                "rate_least": np.minimum(from_, onto),
                "rate_most": np.maximum(from_, onto),
                "rate_pair": both,
                "rate_shape_least": np.minimum(s_shape, o_shape),
                "rate_shape_most": np.maximum(s_shape, o_shape),
            }
        )


def _rated(pairs: pd.DataFrame) -> list[tuple[str, ...]]:
    """What rates are kept of for each pair: both vocabularies, the two together, both shapes."""
    ends = [pairs["subject_id"], pairs["object_id"]]
    return list(
        zip(*(prefix(end) for end in ends), vocabularies(pairs), *(end.map(_shape) for end in ends), strict=True)
    )


def _shape(curie: str) -> str:
    """`mesh:D003924` → `mesh:D#`, `reactome:R-HSA-389` → `reactome:R-HSA-#`: descriptors, species and the like."""
    vocabulary, _, local = curie.partition(":")
    known = re.match(r"([A-Za-z-]*)\d", local)
    return f"{vocabulary}:{known[1]}#" if known else f"{vocabulary}:*"
