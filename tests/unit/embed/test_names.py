import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from embed.pairs.cache import CONCEPTS, NAMES, PAIRS, PairCache
from embed.pairs.mentions import read_mentions
from embed.pairs.names import Names
from kgbuild.errors import InputError

CONCEPTS_NAMES = {
    "EFO:0000001": ["Asthma", "asthma", "Bronchial asthma", ("Asthme", "fr")],
    "MONDO:0000001": ["bronchial asthma", "airway hyperreactivity"],
    "EFO:0000002": ["cold"],
    "EFO:0000003": ["COLD", "chronic obstructive lung disease"],
}


@pytest.fixture
def cache() -> PairCache:
    """The first two concepts match exactly; the last two share a name, which makes them one trait group."""
    strings, names = {}, []
    for concept, texts in enumerate(CONCEPTS_NAMES.values()):
        for text, language in (text if isinstance(text, tuple) else (text, "en") for text in texts):
            names.append({"concept": concept, "text": strings.setdefault(text, len(strings)), "language": language})
    concepts = [
        {"id": identifier, "label": names[0]["text"], "type": None, "group": group}
        for identifier, group in zip(CONCEPTS_NAMES, (7, 7, 4, 4), strict=True)
    ]
    match = {"task": 0, "head": 0, "tail": 1, "head_text": strings["Asthma"], "tail_text": strings["bronchial asthma"]}
    symbol = {"task": 0, "head": 3, "tail": 3, "head_text": strings["COLD"]}
    symbol["tail_text"] = strings.setdefault("COPD", len(strings))
    return PairCache(
        pa.array(strings),
        pa.Table.from_pylist(concepts, CONCEPTS),
        pa.table({}),
        pa.Table.from_pylist([match | {"weight": 1.0}, symbol | {"weight": 1.0}], PAIRS),
        {},
        pa.Table.from_pylist(names, NAMES),
    )


def _texts(pairs):
    return {frozenset(pairs.texts[i] for i in pair) for pair in pairs.text_P2}


def test_all_english_names_of_exactly_matched_concepts_are_paired_in_lower_case(cache):
    pairs = Names(cache).synonyms(50, 0)
    asthma = ("asthma", "bronchial asthma", "airway hyperreactivity")
    lung = ("cold", "chronic obstructive lung disease", "copd")

    assert _texts(pairs) == {frozenset({a, b}) for names in (asthma, lung) for a in names for b in names if a != b}
    assert len(pairs.text_P2) == 6
    assert pairs.group_P.tolist() == [7, 7, 7, 4, 4, 4]
    assert len(set(pairs.concept_P.tolist())) == 2


@pytest.mark.parametrize("n", [10, 11, 60])
def test_a_concept_with_many_names_gives_as_many_random_distinct_pairs_as_asked_for(cache, n):
    names = [{"concept": 2, "text": i, "language": "en"} for i in range(n)]
    many = dataclasses.replace(
        cache, strings=pa.array([f"name {i}" for i in range(n)]), names=pa.Table.from_pylist(names, NAMES),
        pairs=PAIRS.empty_table(),
    )  # fmt: skip
    one, again, other = (Names(many).synonyms(50, seed) for seed in (0, 0, 1))

    assert len(_texts(one)) == len(one.text_P2) == min(50, n * (n - 1) // 2)
    assert (one.text_P2[:, 0] != one.text_P2[:, 1]).all()
    assert one.digest == again.digest
    assert (one.digest != other.digest) == (n > 10)


def test_a_mention_is_paired_with_every_name_of_its_concept_and_with_no_other_mention(cache):
    mentions, concept = ["Can't breathe", "can't breathe", "ASTHMA", "wheezing"], np.array([0, 1, 1, 0])
    pairs = Names(cache).with_mentions(mentions, concept, 50, 0)
    names = ("asthma", "bronchial asthma", "airway hyperreactivity")

    assert _texts(pairs) == {
        frozenset({mention, name}) for mention in ("can't breathe", "wheezing", "asthma") for name in names
    } - {frozenset({"asthma"})}
    assert len(pairs.text_P2) == 8
    assert len(Names(cache).with_mentions(mentions, concept, 2, 0).text_P2) == 6


@pytest.mark.parametrize(("suffix", "separator"), [("tsv", "\t"), ("csv", ",")])
def test_mentions_are_read_from_a_table_by_the_names_of_its_columns(cache, tmp_path, suffix, separator):
    path = tmp_path / f"mentions.{suffix}"
    rows = [("concept", "note", "mention"), ("MONDO:0000001", "", "wheezing"), ("efo:0000002", "x", "a cold")]
    path.write_text("\n".join(separator.join(row) for row in rows))
    mentions, concept = read_mentions(path, cache)

    assert mentions == ["wheezing", "a cold"]
    assert concept.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mention\tid\nx\tEFO:0000001\n", r"mentions.tsv:1: no column concept; name"),
        ("mention\tconcept\nx\tEFO:0000001\ny\tEFO:9\nz\tEFO:8\n", r"tsv:3: 'EFO:9' is no concept .* \(1 more row"),
        ("mention\tconcept\n \tEFO:0000001\n", r"mentions.tsv:2: an empty mention; leave the row out$"),
        ("mention\tconcept\nx\n", r"mentions.tsv:2: '' is no concept of the graph"),
        ("mention\tconcept\n", r"mentions.tsv: no rows; give"),
        ("", r"mentions.tsv: .*; "),
        (b"mention\tconcept\n\xff\tEFO:0000001\n", r"mentions.tsv: not a table in UTF-8"),
        (None, r"mentions.tsv: no such file; give a TSV"),
    ],
)
def test_a_row_of_mentions_that_cannot_be_used_is_one_line_with_file_and_line(cache, tmp_path, text, says):
    path = tmp_path / "mentions.tsv"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(InputError, match=says) as caught:
        read_mentions(path, cache)
    assert "\n" not in str(caught.value)
