"""Right answers to a mapping, in the formats in which curators and evaluations publish them.

pairs      columns subject_id and object_id, or one named as the source's vocabulary (bare codes) and target_id
SSSOM      the same with metadata in comments; negated rows, and broader, narrower and related ones, are no answers
sides      id_a, label_a, id_b, label_b
wide       PHECODE_code, PHECODE_label, …, hpo_code, hpo_label and a column of True or False for each kind of evidence
alignment  OAEI's RDF/XML: cells of entity1, entity2 and a relation, of which `=` counts

Source: SSSOM 1.0; https://moex.gitlabpages.inria.fr/alignapi/format.html; McArthur et al. 2023
(links of HPO and PheCode).
"""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from kgbuild.curie import from_iri, standardize
from kgbuild.errors import InputError

#: Which evidence of a wide table makes an answer.
EVIDENCE = "StrongEvidenceSpecific"
_EXPECTED = (
    "a gold table has subject_id and object_id (SSSOM), a column named as the source and target_id, id_a and id_b, "
    f"X_code, hpo_code and {EVIDENCE}, or is an alignment in RDF"
)
_NO_ANSWERS = ("broadmatch", "narrowmatch", "relatedmatch")
_ALIGNMENT = "{http://knowledgeweb.semanticweb.org/heterogeneity/alignment}"
_RESOURCE = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"


@dataclass(frozen=True)
class Gold:
    """Right answers: concept → terms, as CURIEs.

    Args:
        answers: What is right.
        labels: Concept → its label, where the table gives them.
        term_labels: Term → its label, likewise.
    """

    answers: Mapping[str, frozenset[str]]
    labels: Mapping[str, str] = field(default_factory=dict)
    term_labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, source: str) -> "Gold":
        """Read a table or an alignment.

        Args:
            path: The file.
            source: The vocabulary that bare codes are of.

        Raises:
            InputError: No such file, another format, or no answer in it.
        """
        try:
            rows = _alignment(path) if _is_xml(path) else _table(path, source)
        except (OSError, UnicodeDecodeError, ElementTree.ParseError, pd.errors.ParserError) as error:
            raise InputError(f"{path}: cannot be read ({str(error).strip()}); {_EXPECTED}") from error
        answers, labels, term_labels = defaultdict(set), {}, {}
        for concept, label, term, term_label in rows:
            subject, object_ = _curie(concept, source), _curie(term, "")
            answers[subject].add(object_)
            if label:
                labels[subject] = label
            if term_label:
                term_labels[object_] = term_label
        if not answers:
            raise InputError(f"{path}: no right answer in it; {_EXPECTED}")
        return cls({concept: frozenset(terms) for concept, terms in answers.items()}, labels, term_labels)

    def met(self, concepts: Collection[str], terms: Collection[str]) -> "Gold":
        """The answers between concepts and terms that there are.

        A code without its chapter (015.2 for phecodex:ID_015.2) is the concept of that number, where there is but one.
        """
        known, there = set(concepts), frozenset(terms)
        numbered = defaultdict(list)
        for concept in known:
            prefix, _, code = concept.partition(":")
            numbered[f"{prefix}:{code.rpartition('_')[2]}"].append(concept)
        answers = {}
        for concept, right in self.answers.items():
            found = [concept] if concept in known else numbered[concept]
            if len(found) == 1 and right & there:
                answers[found[0]] = right & there
        return replace(self, answers=answers)


def read_labelled(paths: Iterable[Path]) -> pd.DataFrame:
    """Curated pairs with both labels, positive and negated, out of SSSOM files.

    Returns:
        Columns subject_id, subject_label, object_id, object_label (as the files spell them), right (False for negated
        rows); a pair that stands twice with one verdict once.

    Raises:
        InputError: A file that lacks one of these columns, or all pairs have one verdict.
    """
    columns = ["subject_id", "subject_label", "object_id", "object_label"]
    parts = []
    for path in paths:
        table = _read(path)
        if missing := [column for column in columns if column not in table]:
            raise InputError(f"{path}: no column {', '.join(missing)}; pairs are SSSOM with both labels")
        negated = table.get("predicate_modifier", pd.Series("", table.index)) == "Not"
        equal = ~table.get("predicate_id", pd.Series("", table.index)).map(_is_no_answer)
        parts.append(table[columns].assign(right=~negated)[equal])
    frame = pd.concat(parts).dropna(subset=columns).drop_duplicates(ignore_index=True)
    if frame["right"].nunique() < 2:
        raise InputError(
            f"{', '.join(map(str, paths))}: all pairs are {'right' if frame['right'].all() else 'negated'}; "
            "an AUC needs both, such as Biomappings' positive.sssom.tsv and negative.sssom.tsv"
        )
    return frame


def _curie(identifier: str, source: str) -> str:
    """A CURIE of an IRI, of a CURIE, of OBO's HP_0031864, or of a bare code of the source."""
    if identifier.startswith(("http://", "https://")):
        return from_iri(identifier) or identifier
    if ":" not in identifier:
        identifier = f"{source}:{identifier}" if source else identifier.replace("_", ":", 1)
    return standardize(identifier)


def _is_xml(path: Path) -> bool:
    with path.open(encoding="utf-8-sig") as file:
        return file.read(100).lstrip().startswith("<")


def _read(path: Path) -> pd.DataFrame:
    """A table of tabs, behind SSSOM's metadata; quotation marks are text, as SSSOM's own tables have them."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            metadata = sum(1 for _ in takewhile(lambda line: line.startswith("#"), file))
        return pd.read_csv(path, sep="\t", dtype=str, skiprows=metadata, quoting=csv.QUOTE_NONE, encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: cannot be read ({str(error).strip()}); {_EXPECTED}") from error


def _table(path: Path, source: str) -> list[tuple[Any, Any, Any, Any]]:
    """Rows of concept, label (or None), term, its label (or None)."""
    table = _read(path)
    own = source.lower()
    wide = [name for name in table.columns if name.endswith("_code") and name != "hpo_code"]
    sides = [
        ("subject_id", "subject_label", "object_id", "object_label"),
        (own, f"{own}_label", "target_id", "target_label"),
        ("id_a", "label_a", "id_b", "label_b"),
    ]
    sides += [(code, code.replace("_code", "_label"), "hpo_code", "hpo_label") for code in wide if EVIDENCE in table]
    found = [side for side in sides if {side[0], side[2]} <= set(table)]
    if not found:
        raise InputError(f"{path}: columns {', '.join(table)}; {_EXPECTED}")
    subject, label, term, term_label = found[0]
    if subject in wide:
        table = table[table[EVIDENCE] == "True"]
    if "predicate_modifier" in table:
        table = table[table["predicate_modifier"] != "Not"]
    if "predicate_id" in table:
        table = table[~table["predicate_id"].map(_is_no_answer)]
    table = table.dropna(subset=[subject, term])
    texts = table.reindex(columns=[label, term_label]).astype(object)
    texts = texts.where(texts.notna(), None)
    return list(zip(table[subject], texts[label], table[term], texts[term_label], strict=True))


def _is_no_answer(predicate: Any) -> bool:
    return str(predicate).lower().endswith(_NO_ANSWERS)


def _alignment(path: Path) -> list[tuple[Any, Any, Any, Any]]:
    """Cells of equivalent entities.

    Raises:
        InputError: XML of another kind.
    """
    root = ElementTree.parse(path).getroot()
    cells = list(root.iter(f"{_ALIGNMENT}Cell"))
    if not cells:
        raise InputError(f"{path}: XML without a Cell of an alignment; {_EXPECTED}")
    rows = []
    for cell in cells:
        one, other = (cell.find(f"{_ALIGNMENT}{name}") for name in ("entity1", "entity2"))
        if one is None or other is None or not (one.get(_RESOURCE) and other.get(_RESOURCE)):
            raise InputError(f"{path}: a Cell lacks entity1 or entity2; expected rdf:resource of each")
        if (cell.findtext(f"{_ALIGNMENT}relation") or "=").strip() == "=":
            rows.append((one.get(_RESOURCE), None, other.get(_RESOURCE), None))
    return rows
