"""The pairs that a training samples, read once from the graph into Arrow tables.

The queries are the files of `cypher/pairs/`; the manifest keeps their hashes and the graph's digest, so that a model
can say what it was trained on. Each gives a page of concepts, in the order of their CURIEs, as one record of nested
lists: the driver takes 10 µs for a record and less than 1 µs for a list inside one, and neither side holds more than a
page.
"""

import gc
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, combinations, repeat, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kgbuild.ahead import ahead
from kgbuild.errors import TrainError
from kgbuild.model import EFFECT_KINDS

if TYPE_CHECKING:
    from kgbuild.store import Store

#: What a pair teaches; `pairs.task` is an index into it.
TASKS = ("synonym", "relation", "gwas", "eqtl", "biobank")
#: The tasks whose tails are variants.
ASSOCIATIONS = ("gwas", "eqtl", "biobank")
#: The queries of `cypher/pairs/` that give pairs, with their task: an asserted exact match is a synonym.
_TASKS = {
    "synonyms": "synonym",
    "symbols": "synonym",
    "matches": "synonym",
    "relations": "relation",
    "gwas": "gwas",
    "eqtl": "eqtl",
    "biobank": "biobank",
}
#: The other queries of `cypher/pairs/` in two lanes that take about as long: the server answers both at once. Variants
#: come before what names them.
LANES = (
    ("relations", "shared", "symbols", "identities"),
    ("variants", "matches", "gwas", "eqtl", "biobank", "synonyms", "names", "denied"),
)
_PAGE = 5_000  # concepts, variants or names that a query answers at a time
_AHEAD = 64  # pages that a lane is ahead at most
#: Sources whose associations come from one biobank's records rather than from published studies.
BIOBANKS = ("pgrm", "phewas_catalog", "finngen", "pan_ukb", "mvp", "biobank")

_Numbers = NDArray[np.int32]
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
        kept_out: Sorted hashes of pairs of names that no method may make (`embed.pairs.leaks`).
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
    kept_out: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
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
        for name, table in (
            tables | {"names": self.names, "definitions": self.definitions, "denied": self.denied}
        ).items():
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
            for name in ("strings", "concepts", "variants", "pairs", "names", "definitions", "denied")
        }
        strings = tables.pop("strings")["text"].combine_chunks()
        return cls(strings, **tables, manifest=json.loads((folder / "manifest.json").read_text()), folder=folder)


def groups(ids: Iterable[str], same: Iterable[tuple[str, str]]) -> NDArray[np.int32]:
    """Number the connected components of `ids` under the pairs `same`, which may pass through other ids.

    >>> groups(["a", "b", "c"], [("a", "x"), ("x", "c")]).tolist()
    [0, 1, 0]
    """
    index = _counting()
    wanted = [index[id] for id in ids]
    one, other = np.fromiter(map(index.__getitem__, chain.from_iterable(same)), np.int64).reshape(-1, 2).T
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
    with _uncollected():
        # all three start at once; taking turns gives texts and pairs the same order each time, whichever is slower
        concepts, *lanes = (ahead(answers(store, lane, parameters), _AHEAD) for lane in (("concepts",), *LANES))
        tables = _Tables(rows for _, rows in concepts)
        for query, rows in filter(None, chain.from_iterable(zip_longest(*lanes))):
            if rows:
                tables.add(query, rows)
        manifest = {"digest": digest, "queries": query_hashes(store), "rows": tables.counts, "parameters": parameters}
        return tables.cache(manifest)


def answers(store: "Store", queries: Iterable[str], parameters: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Queries of `cypher/pairs/`, one after the other, each with each page of its rows."""
    for query in queries:
        text = store.cypher(f"pairs/{query}")
        given = {key: value for key, value in parameters.items() if f"${key}" in text}
        after: str | None = ""
        while after is not None:
            (page,) = store.stream(text, after=after, page=_PAGE, **given)
            after = page["after"]
            yield query, page["rows"]


def query_hashes(store: "Store") -> dict[str, str]:
    """The sha256 of each query file that `read` runs."""
    queries = ("concepts", *chain.from_iterable(LANES))
    return {query: hashlib.sha256(store.cypher(f"pairs/{query}").encode()).hexdigest() for query in queries}


class _Tables:
    """The cache while it grows: ids and texts become numbers as they come.

    An end is an id that pairs may name: a live concept's, or one that stands for it. `concept_E` is the concept that it
    counts as, `node_E` the end that it is by replacement alone, `text_E` its text. −1 is what is not known, in their
    last row too, which is the one that −1 finds.
    """

    def __init__(self, pages: Iterable[list[Any]]):
        self.string = _counting()
        self.variant: dict[str, int] = {}
        self.same: list[Sequence[str]] = []
        self.batches: dict[str, list[pa.RecordBatch]] = defaultdict(list)
        self.counts = dict.fromkeys(_TASKS, 0)

        ids, nodes, genes, texts, types, definitions = _columns(chain.from_iterable(pages), 6)
        counts_as = [gene or node for gene, node in zip(genes, nodes, strict=True)]
        own = [i for i, (id, other) in enumerate(zip(ids, counts_as, strict=True)) if id == other]
        self.end = {id: i for i, id in enumerate(ids)}
        self.concept = {ids[i]: number for number, i in enumerate(own)}
        self.concept_E = _numbers(self.concept, [*counts_as, ""])
        self.node_E = _numbers(self.end, [*nodes, ""])
        self.text_E = np.append(self.text(texts), np.int32(-1))
        self.types = [types[i] for i in own]
        self.same += [pair for pair in zip(ids, genes, strict=True) if pair[1] is not None]
        defined = [i for i, definition in enumerate(definitions) if definition is not None]
        columns = [self.concept_E[defined], self.text(definitions[i] for i in defined)]
        self.batches["definitions"].append(_known(columns, DEFINITIONS))

    def add(self, query: str, rows: list[Any]) -> None:
        """Add a page of what a query says."""
        if query in _TASKS:
            pairs = self._synonyms(rows) if query == "synonyms" else self._symbols(rows) if query == "symbols" else None
            pairs = pairs or (self._associations(rows) if _TASKS[query] in ASSOCIATIONS else self._relations(rows))
            self.counts[query] += self._add_pairs(_TASKS[query], pairs)
        elif query == "variants":
            self._add_variants(rows)
        elif query == "names":
            ids, names = _columns(rows, 2)
            texts, languages = _columns(chain.from_iterable(names), 2)
            columns = [_repeated(self.concepts(ids), names), self.text(texts), languages]
            self.batches["names"].append(_known(columns, NAMES))
        elif query == "denied":
            ids, others = _columns(rows, 2)
            head, tail = _repeated(self.concepts(ids), others), self.concepts([*chain.from_iterable(others)])
            self.batches["denied"].append(_known([np.where(tail < 0, -1, head), tail], DENIED))
        else:
            self.same += rows

    def _synonyms(self, rows: list[Any]) -> dict[str, Any]:
        ids, texts = _columns(rows, 2)
        pairs = [list(combinations(of, 2)) for of in texts]
        concept = _repeated(self.concepts(ids), pairs)
        one, other = _columns(chain.from_iterable(pairs), 2)
        return {"head": concept, "head_text": self.text(one), "tail": concept, "tail_text": self.text(other)}

    def _symbols(self, rows: list[Any]) -> dict[str, Any]:
        ids, labels, symbols = _columns(rows, 3)
        gene, label = _repeated(self.concepts(ids), symbols), _repeated(self.text(labels), symbols)
        return {"head": gene, "head_text": label, "tail": gene, "tail_text": self.text(chain.from_iterable(symbols))}

    def _relations(self, rows: list[Any]) -> dict[str, Any]:
        """Of two ends that differ, however they count."""
        ids, evidence = _columns(rows, 2)
        source, predicate, others, weights = _columns(chain.from_iterable(evidence), 4)
        head = _repeated(_repeated(_numbers(self.end, ids), evidence), others)
        tail = _numbers(self.end, [*chain.from_iterable(others)])
        tail[self.node_E[tail] == self.node_E[head]] = -1
        return {
            "head": self.concept_E[head],
            "head_text": self.text_E[head],
            "tail": self.concept_E[tail],
            "tail_text": self.text_E[tail],
            "weight": np.fromiter(chain.from_iterable(weights), np.float32, len(tail)),
            "source": pa.array(source, _DICTIONARY).take(_repeated(np.arange(len(others)), others)),
            "predicate": pa.array(predicate, _DICTIONARY).take(_repeated(np.arange(len(others)), others)),
        }

    def _associations(self, rows: list[Any]) -> dict[str, Any]:
        ids, evidence = _columns(rows, 2)
        head = _repeated(_numbers(self.end, ids), evidence)
        names = ("tail", "weight", "source", "effect", "effect_kind", "publications", "n_traits")
        columns = dict(zip(names, _columns(chain.from_iterable(evidence), len(names)), strict=True))
        return columns | {
            "head": self.concept_E[head],
            "head_text": self.text_E[head],
            "tail": _numbers(self.variant, columns["tail"]),
            "tail_text": np.full(len(head), -1),
            "effect_kind": [None if kind is None else EFFECT_KINDS.index(kind) for kind in columns["effect_kind"]],
        }

    def _add_pairs(self, task: str, pairs: dict[str, Any]) -> int:
        """Add one task's pairs; one whose ends are not both known is left out. Returns how many."""
        size = len(pairs["head"])
        pairs |= {"task": np.full(size, TASKS.index(task)), "weight": pairs.get("weight", np.ones(size))}
        columns = [pa.array(pairs[f.name], f.type) if f.name in pairs else pa.nulls(size, f.type) for f in PAIRS]
        known = pa.array((pairs["head"] >= 0) & (pairs["tail"] >= 0))
        batch = pa.record_batch(columns, schema=PAIRS).filter(known)
        self.batches["pairs"].append(batch)
        return len(batch)

    def _add_variants(self, rows: list[Any]) -> None:
        ids, chromosomes, positions, genes = _columns(rows, 4)
        self.variant |= {id: number for number, id in enumerate(ids, len(self.variant))}
        concept = self.concepts([*chain.from_iterable(genes)])
        known = concept >= 0
        row_gene = np.unique(np.stack([_repeated(np.arange(len(ids)), genes)[known], concept[known]]), axis=1)
        start = np.searchsorted(row_gene[0], np.arange(len(ids) + 1))
        lists = pa.ListArray.from_arrays(pa.array(start, pa.int32()), pa.array(row_gene[1], pa.int32()))
        columns = [*(pa.array(column) for column in (ids, chromosomes)), pa.array(positions, pa.int64()), lists]
        self.batches["variants"].append(pa.record_batch(columns, schema=VARIANTS))

    def concepts(self, ids: Sequence[str]) -> _Numbers:
        """The concepts that ids count as."""
        return self.concept_E[_numbers(self.end, ids)]

    def text(self, texts: Iterable[str]) -> _Numbers:
        """The numbers of texts; new ones get theirs."""
        return np.fromiter(map(self.string.__getitem__, texts), np.int32)

    def cache(self, manifest: Mapping[str, Any]) -> PairCache:
        same = ((ids[0], other) for ids in self.same for other in ids[1:])
        concepts = [
            pa.array(self.concept, pa.string()),
            pa.array(self.text_E[_numbers(self.end, self.concept)]),
            pa.array(self.types, _DICTIONARY),
            pa.array(groups(self.concept, same)),
        ]
        return PairCache(
            pa.array(self.string, pa.string()),
            pa.table(concepts, schema=CONCEPTS),
            self._table("variants", VARIANTS),
            self._table("pairs", PAIRS),
            manifest,
            self._table("names", NAMES),
            self._table("definitions", DEFINITIONS),
            self._table("denied", DENIED),
        )

    def _table(self, name: str, schema: pa.Schema) -> pa.Table:
        return pa.Table.from_batches(self.batches[name], schema).unify_dictionaries().combine_chunks()


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles, of which lists of text have none: it would take twice as long as the rest."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _counting() -> defaultdict[str, int]:
    """Numbers by key: a new key gets the next."""
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


def _columns(rows: Iterable[Sequence[Any]], width: int) -> Sequence[Sequence[Any]]:
    """Rows as columns, as many where there are no rows."""
    return tuple(zip(*rows, strict=True)) or ((),) * width


def _numbers(numbers: Mapping[str, int], ids: Collection[str]) -> _Numbers:
    """The numbers of ids, −1 of those that are not known."""
    return np.fromiter(map(numbers.get, ids, repeat(-1)), np.int32, len(ids))


def _repeated(values: NDArray[Any], lists: Sequence[Sequence[Any]]) -> NDArray[Any]:
    """Each value as often as its list is long."""
    return np.repeat(values, np.fromiter(map(len, lists), np.int64, len(lists)))


def _known(columns: list[Any], schema: pa.Schema) -> pa.RecordBatch:
    """What is said of concepts in words, of those that are known."""
    arrays = [pa.array(values, f.type) for values, f in zip(columns, schema, strict=True)]
    return pa.record_batch(arrays, schema=schema).filter(pa.array(columns[0] >= 0))
