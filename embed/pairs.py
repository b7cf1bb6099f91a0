"""The pairs that a training samples, read once from the graph into Arrow tables.

The queries are the files of `cypher/pairs/`; the manifest keeps their hashes and the graph's digest, so that a model
can say what it was trained on.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kgbuild.errors import TrainError
from kgbuild.model import EFFECT_KINDS

if TYPE_CHECKING:
    from kgbuild.store import Store

#: What a pair teaches; `pairs.task` is an index into it.
TASKS = ("synonym", "relation", "gwas", "eqtl", "biobank")
#: The tasks whose tails are variants.
ASSOCIATIONS = ("gwas", "eqtl", "biobank")
#: The queries of `cypher/pairs/` that give pairs, with their task: an asserted exact match is a synonym.
_QUERIES = {
    "synonyms": "synonym",
    "symbols": "synonym",
    "matches": "synonym",
    "relations": "relation",
    "gwas": "gwas",
    "eqtl": "eqtl",
    "biobank": "biobank",
}
#: Sources whose associations come from one biobank's records rather than from published studies.
BIOBANKS = ("pgrm", "phewas_catalog", "finngen", "pan_ukb", "mvp", "biobank")

_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
CONCEPTS = pa.schema({"id": pa.string(), "label": pa.int32(), "type": _DICTIONARY, "group": pa.int32()}.items())
VARIANTS = pa.schema(
    {
        "id": pa.string(),
        "chromosome": pa.string(),
        "grch38": pa.int64(),
        "genes": pa.list_(pa.int32()),
    }.items()
)
NAMES = pa.schema({"concept": pa.int32(), "text": pa.int32(), "language": _DICTIONARY}.items())
DEFINITIONS = pa.schema({"concept": pa.int32(), "text": pa.int32()}.items())
DENIED = pa.schema({"head": pa.int32(), "tail": pa.int32()}.items())
PAIRS = pa.schema(
    {
        "task": pa.uint8(),
        "head": pa.int32(),
        "head_text": pa.int32(),
        "tail": pa.int32(),
        "tail_text": pa.int32(),
        "weight": pa.float32(),
        "effect": pa.float32(),
        "effect_kind": pa.uint8(),
        "publications": _DICTIONARY,
        "n_traits": pa.int32(),
        "source": _DICTIONARY,
        "predicate": _DICTIONARY,
    }.items()
)


@dataclass(frozen=True)
class PairCache:
    """Pairs with everything they point at.

    Args:
        strings: Distinct texts.
        concepts: `id` (a CURIE; a gene's is its HGNC id where there is one), `label` (→ strings), `type`, `group`:
            equal for concepts that are one trait, by EXACT_MATCH, REPLACED_BY or a shared label or exact name.
        variants: `id`, `chromosome`, `grch38` (1-based, null where unknown), `genes` (mapped genes → concepts).
        pairs: `task` (→ TASKS), `head` (→ concepts: for associations the trait or gene), `head_text` (→ strings),
            `tail` (→ concepts, or → variants for associations), `tail_text` (→ strings, −1 for variants), `weight` in
            (0, 2]; for relations `predicate`; for associations `effect` as published, `effect_kind` (→ EFFECT_KINDS),
            `publications`, `n_traits` (traits of the record: above 5 it is not sampled) and `source`.
        manifest: `digest` of the graph, `queries` (name → sha256), `rows` (name → pairs), parameters.
        names: `concept` (→ concepts), `text` (→ strings), `language`: every label and exact name, in any language.
        definitions: `concept` (→ concepts), `text` (→ strings).
        denied: `head`, `tail` (→ concepts): exact matches that a curator denied.
        folder: Where it was loaded from; what is computed from it is kept there, for every training on it.
    """

    strings: pa.StringArray
    concepts: pa.Table
    variants: pa.Table
    pairs: pa.Table
    manifest: Mapping[str, Any]
    names: pa.Table = field(default_factory=NAMES.empty_table)
    definitions: pa.Table = field(default_factory=DEFINITIONS.empty_table)
    denied: pa.Table = field(default_factory=DENIED.empty_table)
    folder: Path | None = None

    def column(self, name: str) -> NDArray[Any]:
        """A numeric column of the pairs; nulls become NaN or 0."""
        column = self.pairs[name].combine_chunks()
        null = np.nan if pa.types.is_floating(column.type) else 0
        array: NDArray[Any] = column.fill_null(null).to_numpy(zero_copy_only=False)
        return array

    def save(self, folder: Path) -> None:
        """Write each table as an Arrow file, the manifest last: a folder with a manifest is complete."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").unlink(missing_ok=True)
        for tokens in folder.glob("tokens-*"):
            tokens.unlink()
        tables = {"strings": pa.table({"text": self.strings}), "concepts": self.concepts}
        tables |= {"variants": self.variants, "pairs": self.pairs}
        for name, table in (tables | {"names": self.names, "definitions": self.definitions}).items():
            with pa.OSFile(str(folder / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table.combine_chunks())
        (folder / "manifest.json").write_text(json.dumps(self.manifest, indent=1))

    @classmethod
    def load(cls, folder: Path) -> "PairCache":
        """Map what `save` wrote into memory.

        Raises:
            TrainError: There is no complete cache in this folder.
        """
        if not (folder / "manifest.json").exists():
            raise TrainError(f"{folder}: no pairs here; read them from the graph with `kg train`")
        tables = {
            name: pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all()
            for name in ("strings", "concepts", "variants", "pairs", "names", "definitions")
        }
        strings = tables.pop("strings")["text"].combine_chunks()
        return cls(strings, **tables, manifest=json.loads((folder / "manifest.json").read_text()), folder=folder)


def groups(ids: Iterable[str], same: Iterable[tuple[str, str]]) -> NDArray[np.int32]:
    """Number the connected components of `ids` under the pairs `same`, which may pass through other ids.

    >>> groups(["a", "b", "c"], [("a", "x"), ("x", "c")]).tolist()
    [0, 1, 0]
    """
    index: dict[str, int] = {}
    wanted = [index.setdefault(id, len(index)) for id in ids]
    ends = [(index.setdefault(a, len(index)), index.setdefault(b, len(index))) for a, b in same]
    one, other = np.array(ends, np.int64).reshape(-1, 2).T
    size = max(len(index), 1)
    _, component = connected_components(
        coo_array((np.ones(len(one), bool), (one, other)), (size, size)), directed=False
    )
    return np.unique(component[wanted], return_inverse=True)[1].astype(np.int32)


def read(store: "Store", digest: str = "", eqtl_per_gene: int = 5, names: int = 8) -> PairCache:
    """Read the pairs of every task from the graph.

    Args:
        store: The graph.
        digest: Its digest, as `kg stats --digest` prints it.
        eqtl_per_gene: Variants a gene that are kept, the strongest; all tissues of a locus would drown everything else.
        names: Names a concept whose pairs are all taken, the label first.
    """
    parameters = {"eqtl_per_gene": eqtl_per_gene, "names": names, "biobanks": list(BIOBANKS)}
    hashes = query_hashes(store)

    def rows(name: str) -> Iterator[dict[str, Any]]:
        text = store.cypher(f"pairs/{name}")
        return iter(store.stream(text, **{key: value for key, value in parameters.items() if f"${key}" in text}))

    hgnc = {row["alias"]: row["id"] for row in rows("genes")}
    tables = _Tables(hgnc)
    tables.add_concepts(rows("concepts"))
    tables.add_variants(rows("variants"))
    counts = {name: tables.add_pairs(TASKS.index(task), rows(name)) for name, task in _QUERIES.items()}
    tables.add_names(rows("names"))
    tables.add_definitions(rows("definitions"))
    same = [*hgnc.items(), *((row["id"], row["other"]) for row in rows("identities"))]
    manifest = {"digest": digest, "queries": hashes, "rows": counts, "parameters": parameters}
    return tables.cache(same, manifest)


def query_hashes(store: "Store") -> dict[str, str]:
    """The sha256 of each query file that `read` runs."""
    queries = ("genes", "concepts", "identities", "variants", "names", "definitions", *_QUERIES)
    return {name: hashlib.sha256(store.cypher(f"pairs/{name}").encode()).hexdigest() for name in queries}


class _Tables:
    """The cache while it grows: ids and texts become numbers as they come."""

    def __init__(self, hgnc: Mapping[str, str]):
        self.hgnc = hgnc
        self.string: dict[str, int] = {}
        self.concept: dict[str, int] = {}
        self.variant: dict[str, int] = {}
        self.concepts: list[tuple[str, int, str]] = []
        self.variants: list[dict[str, Any]] = []
        self.batches: list[pa.RecordBatch] = []
        self.names: list[pa.RecordBatch] = []
        self.definitions: list[pa.RecordBatch] = []

    def add_concepts(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            if row["id"] not in self.hgnc and row["id"] not in self.concept:
                self.concept[row["id"]] = len(self.concepts)
                self.concepts.append((row["id"], self.text(row["text"]), row["type"]))

    def add_variants(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            self.variant[row["id"]] = len(self.variants)
            genes = {gene for gene in map(self.gene, row["genes"]) if gene is not None}
            self.variants.append({key: row[key] for key in ("id", "chromosome", "grch38")} | {"genes": sorted(genes)})

    def add_pairs(self, task: int, rows: Iterable[dict[str, Any]]) -> int:
        """Add one task's pairs in batches; a pair whose ends are not both known is left out. Returns how many."""
        association, count = TASKS[task] in ASSOCIATIONS, 0
        for batch in _batches(rows):
            kept: list[dict[str, Any]] = []
            for row in batch:
                head = self.gene(row["head"])
                tail = self.variant.get(row["tail"]) if association else self.gene(row["tail"])
                if head is None or tail is None:
                    continue
                kind = row.get("effect_kind")
                kept.append(
                    row
                    | {
                        "task": task,
                        "head": head,
                        "tail": tail,
                        "head_text": self.text(row["head_text"]),
                        "tail_text": -1 if association else self.text(row["tail_text"]),
                        "effect_kind": None if kind is None else EFFECT_KINDS.index(kind),
                    }
                )
            columns = [pa.array([row.get(f.name) for row in kept], f.type) for f in PAIRS]
            self.batches.append(pa.record_batch(columns, schema=PAIRS))
            count += len(kept)
        return count

    def add_names(self, rows: Iterable[dict[str, Any]]) -> None:
        for batch in _batches(rows):
            self.names.append(self._texts(batch, NAMES))

    def add_definitions(self, rows: Iterable[dict[str, Any]]) -> None:
        for batch in _batches(rows):
            self.definitions.append(self._texts(batch, DEFINITIONS))

    def _texts(self, rows: Iterable[dict[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
        """What is said of concepts in words, of those that are known."""
        known = ((row, self.gene(row["id"])) for row in rows)
        kept = [row | {"concept": at, "text": self.text(row["text"])} for row, at in known if at is not None]
        return pa.record_batch([pa.array([row[f.name] for row in kept], f.type) for f in schema], schema=schema)

    def gene(self, id: str) -> int | None:
        return self.concept.get(self.hgnc.get(id, id))

    def text(self, text: str) -> int:
        return self.string.setdefault(text, len(self.string))

    def cache(self, same: Iterable[tuple[str, str]], manifest: Mapping[str, Any]) -> PairCache:
        ids, labels, types = (
            (list(column) for column in zip(*self.concepts, strict=True)) if self.concepts else ([],) * 3
        )
        concepts = [
            pa.array(ids),
            pa.array(labels, pa.int32()),
            pa.array(types, _DICTIONARY),
            pa.array(groups(ids, same)),
        ]
        pairs = pa.Table.from_batches(self.batches, PAIRS).unify_dictionaries().combine_chunks()
        return PairCache(
            pa.array(list(self.string), pa.string()),
            pa.table(concepts, schema=CONCEPTS),
            pa.Table.from_pylist(self.variants, VARIANTS),
            pairs,
            manifest,
            pa.Table.from_batches(self.names, NAMES).unify_dictionaries().combine_chunks(),
            pa.Table.from_batches(self.definitions, DEFINITIONS).combine_chunks(),
        )


def _batches(rows: Iterable[dict[str, Any]], size: int = 50_000) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
