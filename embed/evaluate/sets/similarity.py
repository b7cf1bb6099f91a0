"""Pairs of texts with how alike people found them: sentences, for Pearson's r, and concepts, for Spearman's ρ.

    files ──> read() ──> one row a pair: texts, score, ids ──> embed.evaluate.similarity

Each is read as its publishers distribute it, and in the other layouts that it is met in. Of a set with splits each is a
benchmark of its own, but MedSTS, whose 2019 test is the one that is used.

Source: BioLORD-2023, table 1 and appendix C; the publications named at each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from embed.evaluate.sets import Benchmark, Evaluated
from embed.evaluate.sets.tables import find, header, read
from kgbuild.curie import standardize
from kgbuild.errors import InputError

#: MedNLI's classes in their order: how alike a hypothesis is.
_ENTAILMENT = {"contradiction": 0.0, "neutral": 1.0, "entailment": 2.0}


@dataclass(frozen=True)
class Layout:
    """Where a file has its pairs.

    Args:
        one, other: Columns of the texts.
        score: Columns of the score; of several, the mean.
        one_id, other_id: Of the identifiers.
        prefix: Of identifiers.
        header: The names of all columns of a file without a header; empty for one with a header.
    """

    one: str
    other: str
    score: tuple[str, ...]
    one_id: str = ""
    other_id: str = ""
    prefix: str = ""
    header: tuple[str, ...] = ()

    def needed(self) -> list[str]:
        """The columns that a file must have."""
        return [column for column in (self.one, self.other, *self.score, self.one_id, self.other_id) if column]


@dataclass(frozen=True)
class SimilaritySet(Benchmark):
    """Pairs of texts with a score.

    Args:
        name: As tables name it.
        measure: `Pearson` for sentences, `Spearman` for concepts.
        patterns: Names of its files, the preferred first.
        layouts: How they have been laid out.
        source: Where it is from.
        licence: Where it is not open.
    """

    name: str
    measure: Literal["Pearson", "Spearman"]
    patterns: tuple[str, ...]
    layouts: tuple[Layout, ...]
    source: str
    licence: str = ""
    table = "similarity"

    def files(self, data: Path) -> list[Path]:
        """Its files below a folder."""
        return find(data, self.patterns)

    def read(self, files: list[Path]) -> pd.DataFrame:
        """Its pairs, in their order; those of which a text or the score is missing too.

        Returns:
            one_text, other_text (missing ones are empty), score (NaN where it is missing), one, other (CURIEs or
            empty).

        Raises:
            InputError: Another layout, or a score that is no number.
        """
        return pd.concat([self._read(path) for path in files], ignore_index=True)

    def pairs(self, files: list[Path]) -> Iterator[Evaluated]:
        """Ids and texts of both sides."""
        for row in self.read(files).itertuples():
            if row.one_text and row.other_text:
                yield Evaluated(row.one, row.other, (row.one_text,), (row.other_text,))

    def _read(self, path: Path) -> pd.DataFrame:
        if ".jsonl" in path.suffixes:
            return _entailment(path)
        if ".train." in path.name or ".test." in path.name:  # of MedSTS' shared tasks
            return _shared_task(path)
        layout = self._layout(path)
        table = read(path, layout.header)
        frame = pd.DataFrame({f"{side}_text": table[getattr(layout, side)].fillna("") for side in ("one", "other")})
        scores = pd.DataFrame({column: _numbers(table[column], path) for column in layout.score})
        frame["score"] = scores.mean(axis=1)
        for side in ("one", "other"):
            column = getattr(layout, f"{side}_id")
            ids = table[column] if column else pd.Series(None, table.index, dtype=object)
            frame[side] = [standardize(f"{layout.prefix}:{each}") if isinstance(each, str) else "" for each in ids]
        return frame

    def _layout(self, path: Path) -> Layout:
        columns = header(path)
        for layout in self.layouts:
            fits = len(layout.header) <= len(columns) if layout.header else set(layout.needed()) <= set(columns)
            if fits:
                return layout
        wanted = " or ".join(", ".join(layout.header or layout.needed()) for layout in self.layouts)
        raise InputError(f"{path}: columns {', '.join(map(str, columns))}; expected {wanted}")


def _numbers(column: "pd.Series[str]", path: Path) -> "pd.Series[float]":
    """Scores; missing ones are NaN.

    Raises:
        InputError: One that is no number, with its line.
    """
    numbers = pd.to_numeric(column, errors="coerce")
    wrong = column.index[numbers.isna() & column.notna()]
    if len(wrong):
        raise InputError(f"{path}: line {wrong[0]}: score {column[wrong[0]]!r}; expected a number")
    return numbers.astype(float)


def _frame(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["one_text", "other_text", "score"]).assign(one="", other="")


def _entailment(path: Path) -> pd.DataFrame:
    """MedNLI's JSON Lines: a premise, a hypothesis and a class, taken in its order."""
    rows = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(text)
            rows.append((row["sentence1"], row["sentence2"], _ENTAILMENT[row["gold_label"]]))
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            wanted = f"expected sentence1, sentence2 and a gold_label of {', '.join(_ENTAILMENT)}"
            raise InputError(f"{path}: line {number}: {str(error)[:60]}; {wanted}") from error
    return _frame(rows)


def _shared_task(path: Path) -> pd.DataFrame:
    """MedSTS: two sentences and a score a line; those of a test stand in a file of their own."""
    gold = path.with_name(path.name.removesuffix(".txt") + ".gs.sim.txt")
    texts = read(path, ("one_text", "other_text") if gold.exists() else ("one_text", "other_text", "score"))
    if gold.exists():
        scores = read(gold, ("score",))["score"]
        if len(scores) != len(texts):
            raise InputError(f"{gold}: {len(scores)} scores; expected one for each of {len(texts)} pairs of {path}")
        texts["score"] = scores
    texts["score"] = _numbers(texts["score"], path)
    return texts.fillna({"one_text": "", "other_text": ""}).assign(one="", other="")


_SENTENCES = Layout("sentence1", "sentence2", ("score",))
_GLUE = (_SENTENCES, Layout("s1", "s2", ("score",)))
_STSB = Layout(
    "sentence1", "sentence2", ("score",), header=("genre", "file", "year", "id", "score", "sentence1", "sentence2")
)
_TERMS = Layout("Term1", "Term2", ("Mean",), "CUI1", "CUI2", "umls")
_EHR = Layout("snomed_label_1", "snomed_label_2", ("mean_rating",), "snomed_id_1", "snomed_id_2", "snomedct")
_WORDS = Layout("one", "other", ("score",), header=("one", "other", "score"))
_UMN = "https://conservancy.umn.edu/handle/11299/196265 (Pakhomov et al. 2010, 2011)"
_CAMBRIDGE = "https://github.com/cambridgeltl/bio-simverb (Chiu et al. 2018)"
_BABYLON = "https://github.com/babylonhealth/EHR-Rel (Schulz et al. 2020)"

BENCHMARKS = (
    SimilaritySet(
        "MedSTS",
        "Pearson",
        ("clinicalSTS2019.test.txt", "clinicalSTS*.train.txt", "MedSTS/test.tsv", "clinicalSTS/test.tsv"),
        _GLUE,
        "n2c2 2019, track 1 (Wang et al. 2020)",
        "a data use agreement with n2c2 (DBMI, Harvard)",
    ),
    SimilaritySet(
        "MedNLI-S",
        "Pearson",
        ("mli_test_v1.jsonl",),
        (),
        "https://physionet.org/content/mednli (Romanov and Shivade 2018)",
        "PhysioNet's credentialed health data use agreement",
    ),
    SimilaritySet(
        "BIOSSES",
        "Pearson",
        ("annotation_pairs_scores.tsv", "[Bb][Ii][Oo][Ss][Ss][Ee][Ss]*.tsv", "[Bb][Ii][Oo][Ss][Ss][Ee][Ss]/*.tsv"),
        (Layout("sentence_1", "sentence_2", tuple(f"annotator_{each}" for each in "abcde")), _SENTENCES),
        "https://tabilab.cmpe.boun.edu.tr/BIOSSES (Soğancıoğlu et al. 2017), as text",
        "GPL-3.0",
    ),
    SimilaritySet(
        "SICK",
        "Pearson",
        ("SICK.txt", "SICK_test_annotated.txt"),
        (Layout("sentence_A", "sentence_B", ("relatedness_score",)),),
        "https://zenodo.org/record/2787612 (Marelli et al. 2014)",
        "CC-BY-NC-SA-3.0",
    ),
    SimilaritySet(
        "STS-B dev",
        "Pearson",
        ("sts-dev.csv", "STS-B/dev.tsv", "stsb/dev.tsv"),
        (*_GLUE, _STSB),
        "http://ixa2.si.ehu.eus/stswiki (Cer et al. 2017)",
    ),
    SimilaritySet(
        "STS-B test",
        "Pearson",
        ("sts-test.csv", "stsb/test.tsv"),
        (*_GLUE, _STSB),
        "http://ixa2.si.ehu.eus/stswiki (Cer et al. 2017)",
    ),
    SimilaritySet("EHR-RelA", "Spearman", ("EHR-RelA.tsv",), (_EHR,), _BABYLON),
    SimilaritySet("EHR-RelB", "Spearman", ("EHR-RelB.tsv",), (_EHR,), _BABYLON),
    SimilaritySet("UMNSRS similarity", "Spearman", ("UMNSRS_similarity.csv", "UMNSRS_similarity.tsv"), (_TERMS,), _UMN),
    SimilaritySet(
        "UMNSRS relatedness", "Spearman", ("UMNSRS_relatedness.csv", "UMNSRS_relatedness.tsv"), (_TERMS,), _UMN
    ),
    SimilaritySet(
        "MayoSRS",
        "Spearman",
        ("MayoSRS.csv", "MayoSRS.tsv"),
        (Layout("TERM1", "TERM2", ("Mean",), "CUI1", "CUI2", "umls"), _TERMS),
        _UMN,
    ),
    SimilaritySet("Bio-SimLex", "Spearman", ("Bio-SimLex.txt",), (_WORDS,), _CAMBRIDGE),
    SimilaritySet("Bio-SimVerb", "Spearman", ("Bio-SimVerb.txt",), (_WORDS,), _CAMBRIDGE),
)
