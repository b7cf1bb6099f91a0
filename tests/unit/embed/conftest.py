"""A transformer of 2 layers with random weights, and pairs small enough to read."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

from embed.config import BioLordConfig, GenerelConfig, SapBertConfig
from embed.pairs.cache import CONCEPTS, DEFINITIONS, NAMES, PAIRS, VARIANTS, PairCache

DISEASES = (
    "asthma",
    "allergic asthma",
    "type 2 diabetes",
    "type 1 diabetes",
    "gout",
    "migraine",
    "glaucoma",
    "psoriasis",
)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("base")
    characters = [*"abcdefghijklmnopqrstuvwxyz0123456789", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789")]
    words = sorted({word for disease in DISEASES for word in disease.split()})
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *characters]))
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="session")
def tiny_cache() -> PairCache:
    return _make_cache()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Models this small lose time to a second thread."""
    torch.set_num_threads(1)


def _make_cache(associations: int = 40, seed: int = 0) -> PairCache:
    """Eight diseases with two synonyms each, a ring of relations, and random associations with 20 variants."""
    n, rng = len(DISEASES), np.random.default_rng(seed)
    strings = [*DISEASES, *(f"{disease} disorder" for disease in DISEASES)]
    rows = [{"task": 0, "head": i, "head_text": i, "tail": i, "tail_text": n + i, "weight": 1.0} for i in range(n)]
    rows += [
        {"task": 1, "head": i, "head_text": i, "tail": (i + 1) % n, "tail_text": (i + 1) % n, "weight": 0.5}
        for i in range(n)
    ]
    for task in (2, 4):
        heads, tails = rng.integers(0, n, associations), rng.integers(0, 20, associations)
        rows += [
            {"task": task, "head": int(h), "head_text": int(h), "tail": int(t), "tail_text": -1, "weight": 1.5,
             "effect": 1.2, "effect_kind": 0, "n_traits": 1, "source": "gwas_catalog"}
            for h, t in zip(heads, tails, strict=True)
        ]  # fmt: skip
    concepts = [{"id": f"EFO:{i:07}", "label": i, "type": "Disease", "group": i} for i in range(n)]
    variants = [
        {"id": f"dbSNP:rs{i}", "chromosome": "1", "grch38": 1000 * i, "genes": [i % n] if i % 3 else []}
        for i in range(20)
    ]
    names = [{"concept": i % n, "text": i, "language": "en"} for i in range(2 * n)]
    names += [{"concept": i, "text": 2 * n + i, "language": "en"} for i in range(n)]
    strings += [f"{disease.title()} (disease)" for disease in DISEASES]
    return PairCache(
        pa.array(strings),
        pa.Table.from_pylist(concepts, CONCEPTS),
        pa.Table.from_pylist(variants, VARIANTS),
        pa.Table.from_pylist(rows, PAIRS),
        {"digest": "0" * 32, "queries": {}},
        pa.Table.from_pylist(names, NAMES),
    )


@pytest.fixture
def tiny_config(tiny_base: str) -> GenerelConfig:
    return GenerelConfig(
        name="tiny", base_model=tiny_base, pooling="mean", dimensions=48, max_length=16, epochs=3, chunk=8,
        quota={"synonym": 4, "relation": 4, "gwas": 8, "eqtl": 4, "biobank": 4}, precision="fp32",
        log_every=2, checkpoint_every=4, learning_rate=1e-3,
    )  # fmt: skip


@pytest.fixture(scope="session")
def worded_cache(tiny_cache: PairCache) -> PairCache:
    """The diseases with names in two languages, half of them with a definition, and predicates for the relations."""
    n = len(DISEASES)
    strings = [
        *tiny_cache.strings.to_pylist()[: 2 * n],
        *(f"maladie {i} {disease[:3]}" for i, disease in enumerate(DISEASES)),
        *(f"an illness of sort {i}" for i in range(4)),
    ]
    names = [
        {"concept": i, "text": n * place + i, "language": language}
        for i in range(n)
        for place, language in enumerate(("en", "en", "fr"))
    ]
    relation = np.flatnonzero(tiny_cache.column("task") == 1)
    predicate = np.array([None] * len(tiny_cache.pairs), object)
    predicate[relation] = ["SUBCLASS_OF" if i % 2 else "HAS_PHENOTYPE" for i in range(n)]
    column = PAIRS.get_field_index("predicate")
    return replace(
        tiny_cache,
        strings=pa.array(strings),
        names=pa.Table.from_pylist(names, NAMES),
        definitions=pa.Table.from_pylist([{"concept": i, "text": 3 * n + i} for i in range(4)], DEFINITIONS),
        pairs=tiny_cache.pairs.set_column(column, PAIRS.field(column), pa.array(predicate, PAIRS.field(column).type)),
    )


@pytest.fixture
def biolord_config(tiny_base: str) -> BioLordConfig:
    return BioLordConfig(
        name="tiny_biolord", base_model=tiny_base, pooling="mean", max_length=24, epochs=3, chunk=8, batch_size=8,
        components=6, distil_epochs=4, relations=0.5, runs=2, precision="fp32", log_every=2, checkpoint_every=2,
        learning_rate=1e-3, head_learning_rate=1e-2,
    )  # fmt: skip


@pytest.fixture
def tiny_sapbert(tiny_base: str) -> SapBertConfig:
    return SapBertConfig(
        name="tiny", base_model=tiny_base, epochs=3, chunk=8, batch_size=6, precision="fp32", log_every=2,
        checkpoint_every=4, learning_rate=1e-3,
    )  # fmt: skip


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "model"
