"""Staging: a source's files become four Parquet tables in which every input row is accounted for.

    files ── loader ──> Staged (Ibis tables) ── stage() ──> nodes, names, edges, rejects (Parquet), manifest.json

A loader is `load(inputs: Inputs) -> Staged`: it asks `inputs` for its files as Ibis tables of strings (`inputs.table`)
or streams records out of a parser (`inputs.records`), and returns tables with any of the columns of `kgbuild.model`.
`stage()` casts, derives edge ids, labels and weights, keeps one of equal records, and counts: an input row is *staged*
if one of its records was kept, *merged* if all of them equal records of other rows, *rejected* if the loader said so.
"""

import csv
import gzip
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatch
from functools import reduce
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from kgbuild.errors import InputError, LoadError
from kgbuild.model import SCHEMAS, Edge, Name, Node, Reject, Source

#: Part of a staged source's fingerprint: raise it when staging itself changes what it writes.
STAGING_VERSION = 2

Record = Node | Name | Edge | Reject
_TABLES: dict[type, str] = {Node: "nodes", Name: "names", Edge: "edges", Reject: "rejects"}
_BATCH = 50_000


@dataclass(frozen=True)
class Staged:
    """What a loader returns: for each staged table any number of Ibis tables, unioned by `stage`."""

    nodes: Sequence[ir.Table] = ()
    names: Sequence[ir.Table] = ()
    edges: Sequence[ir.Table] = ()
    rejects: Sequence[ir.Table] = ()


@dataclass
class Inputs:
    """A source's files as a loader sees them.

    Args:
        source: What the loader declared.
        root: The folder given as `--data`; file names in records are relative to it.
        files: Key of `source.files` → the files found.
        scratch: Folder for what is streamed.
        parameters: Options of the source (`source.parameters` with what the user set).
    """

    source: Source
    root: Path
    files: dict[str, list[Path]]
    scratch: Path
    parameters: dict[str, str] = field(default_factory=dict)
    connection: Any = None
    rows: dict[str, int] = field(default_factory=dict)
    rejects: list[ir.Table] = field(default_factory=list)

    def name(self, path: Path) -> str:
        """How records name this file."""
        return path.relative_to(self.root).as_posix()

    def paths(self, key: str) -> list[Path]:
        """The files found for one key of `SOURCE.files`, sorted; empty where an optional one is absent."""
        return self.files.get(key, [])

    def table(
        self,
        key: str | Path,
        required: Sequence[str],
        optional: Sequence[str] = (),
        delimiter: str = "\t",
        quote: str = '"',
        comment: str = "",
        header: bool = True,
    ) -> ir.Table:
        """All files of a key as one table: the named columns as strings (empty cells null), with `file` and `row`.

        A line that does not have the header's number of fields is rejected with the reader's reason. With
        `header=False` the file has none and `required` + `optional` name its columns in order.

        Raises:
            InputError: a required column is missing.
        """
        paths = [key] if isinstance(key, Path) else self.paths(key)
        tables = [self._read(path, required, optional, delimiter, quote, comment, header) for path in paths]
        if not tables:
            columns = [*required, *optional, "file"]
            return ibis.memtable(
                pa.table({c: pa.array([], pa.string()) for c in columns} | {"row": pa.array([], pa.int64())})
            )
        return reduce(lambda a, b: a.union(b), tables)

    def _read(
        self,
        path: Path,
        required: Sequence[str],
        optional: Sequence[str],
        delimiter: str,
        quote: str,
        comment: str,
        header: bool,
    ) -> ir.Table:
        where, name = self.name(path), f"input_{len(self.rows)}"
        skipped, columns = read_header(path, delimiter, quote, comment) if header else (0, [*required, *optional])
        missing = [column for column in required if column not in columns]
        if missing:
            raise InputError(
                f"{where}: no column {missing[0]!r} among {', '.join(columns[:8])} …; "
                f"{self.source.title} has {', '.join(required)}"
            )
        typed = ", ".join(f"{_literal(column)}: 'VARCHAR'" for column in columns)
        reader = (
            f"read_csv({_literal(str(path))}, columns={{{typed}}}, header={str(header).lower()}, auto_detect=false,"
            f" delim={_literal(delimiter)}, quote={_literal(quote)}, escape={_literal(quote)},"
            f" skip={skipped}, strict_mode={str(bool(quote)).lower()}, max_line_size=16000000,"
            f" store_rejects=true, rejects_limit=0, rejects_table='rejects_{name}', rejects_scan='scan_{name}')"
        )
        self._sql(
            f"CREATE TABLE {name} AS SELECT *, row_number() OVER () AS row, {_literal(where)} AS file FROM {reader}"
        )
        good = self._sql(f"SELECT count(*) FROM {name}")[0][0]
        bad = self._sql(f"SELECT count(DISTINCT line) FROM rejects_{name}")[0][0]
        self.rows[where] = self.rows.get(where, 0) + good + bad
        if bad:
            self._sql(
                f"CREATE TABLE bad_{name} AS SELECT {_literal(where)} AS file, -line::BIGINT AS row,"
                f" 'line ' || line AS key, any_value(csv_line) AS raw,"
                f" any_value(error_message) AS reason FROM rejects_{name} GROUP BY line"
            )
            self.rejects.append(self.connection.table(f"bad_{name}"))
        table = self.connection.table(name)
        absent = {column: ibis.null("string") for column in optional if column not in columns}
        return table.mutate(**absent).select(*required, *optional, "file", "row")

    def _sql(self, text: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.connection.con.execute(text).fetchall()
        return rows

    def lookup(self, key: str, required: Sequence[str], delimiter: str = "\t") -> ir.Table:
        """Files that rows are looked up in: no evidence themselves, so not counted, and read only as they are joined.

        Raises:
            InputError: a required column is missing.
        """
        paths = self.paths(key)
        if not paths:
            return ibis.memtable(pa.table({column: pa.array([], pa.string()) for column in required}))
        table = self.connection.read_csv([str(path) for path in paths], delim=delimiter, all_varchar=True, header=True)
        missing = [column for column in required if column not in table.columns]
        if missing:
            raise InputError(f"{self.name(paths[0])}: no column {missing[0]!r}; expected {', '.join(required)}")
        return table.select(*required)

    def keep(self, table: ir.Table) -> ir.Table:
        """Compute a table that several others are made of once, not once for each."""
        return self.connection.create_table(ibis.util.gen_name("kept"), table)

    def records(self, records: Iterable[Record], rows: dict[str, int]) -> Staged:
        """Write a stream of records in batches, and give them back as tables.

        Args:
            records: What a parser yields, in any order.
            rows: File → number of input rows (terms, lines) that it holds, counted apart from the parser.
        """
        for file, count in rows.items():
            self.rows[file] = self.rows.get(file, 0) + count
        number = len(list(self.scratch.glob("nodes.*")))
        paths = {table: self.scratch / f"{table}.{number}.parquet" for table in SCHEMAS}
        writers = {table: pq.ParquetWriter(path, SCHEMAS[table]) for table, path in paths.items()}
        for batch in _batches(records):
            for kind, table in _TABLES.items():
                rows_of_kind = [record for record in batch if type(record) is kind]
                if rows_of_kind:
                    columns = dict(zip(rows_of_kind[0]._fields, zip(*rows_of_kind, strict=True), strict=True))
                    writers[table].write_table(
                        pa.table({f.name: pa.array(columns[f.name], f.type) for f in SCHEMAS[table]})
                    )
        for writer in writers.values():
            writer.close()
        return Staged(**{table: [self.connection.read_parquet(path)] for table, path in paths.items()})


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def read_header(path: Path, delimiter: str, quote: str, comment: str) -> tuple[int, list[str]]:
    """How many comment lines a delimited file begins with, and the column names in the line that follows."""
    with (
        gzip.open(path, "rt", encoding="utf-8-sig")
        if path.suffix == ".gz"
        else open(path, encoding="utf-8-sig") as lines
    ):
        for skipped, line in enumerate(lines):
            if not (comment and line.startswith(comment)):
                fields = line.rstrip("\r\n")
                quoted = csv.reader([fields], delimiter=delimiter, quotechar=quote or None)
                return skipped, next(quoted) if quote else fields.split(delimiter)
    raise InputError(f"{path}: an empty file; expected a header line")


def find(source: Source, root: Path) -> dict[str, list[Path]]:
    """Where each of a source's files lies below `root`: key → paths, sorted; empty where a needed one is absent."""
    everything = [path for path in sorted(root.rglob("*")) if path.is_file()]

    def matches(path: Path, pattern: str) -> bool:
        text = path.relative_to(root).as_posix() if "/" in pattern else path.name
        return any(
            fnmatch(text, end) or ("/" in pattern and fnmatch(text, f"*/{end}")) for end in (pattern, f"{pattern}.gz")
        )

    found = {
        key: [path for path in everything if any(matches(path, pattern) for pattern in patterns)]
        for key, patterns in source.files.items()
    }
    return found if all(found[key] for key in found if key not in source.optional) and any(found.values()) else {}


@dataclass(frozen=True)
class Manifest:
    """What was staged of a source, kept beside its tables as `manifest.json`.

    `files` maps each file to its sha256; `rows` each file to its number of input rows; `outcomes` has their sum as
    `staged`, `merged` and `rejected`; `records` counts the rows of each table.
    """

    source: str
    version: str | None
    files: dict[str, str]
    fingerprint: str
    rows: dict[str, int]
    outcomes: dict[str, int]
    records: dict[str, int]
    seconds: float

    @classmethod
    def read(cls, folder: Path) -> "Manifest | None":
        """The manifest in a folder of staged tables, None where there is none."""
        path = folder / "manifest.json"
        return cls(**json.loads(path.read_text())) if path.exists() else None


def stage(
    loader: ModuleType, root: Path, files: dict[str, list[Path]], target: Path, parameters: dict[str, str] | None = None
) -> Manifest:
    """Stage one source into the folder `target`, atomically; an unchanged one is left as it is.

    Raises:
        LoadError: the outcomes do not add up to the input rows.
    """
    source: Source = loader.SOURCE
    started = time.monotonic()
    parameters = source.parameters | (parameters or {})
    digests = {path.relative_to(root).as_posix(): _sha256(path) for paths in files.values() for path in paths}
    fingerprint = _fingerprint(loader, digests, parameters)
    before = Manifest.read(target)
    if before is not None and before.fingerprint == fingerprint:
        return before
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{source.name}-") as folder:
        scratch, out = Path(folder, "scratch"), Path(folder, "out")
        scratch.mkdir()
        out.mkdir()
        inputs = Inputs(source, root, files, scratch, parameters, _connect(scratch))
        tables = _conform(loader.load(inputs), inputs, source)
        outcomes, records = _write(tables, inputs, out)
        manifest = Manifest(
            source.name, getattr(loader, "version", lambda _: source.version)(inputs), digests, fingerprint,
            inputs.rows, outcomes, records, round(time.monotonic() - started, 2),
        )  # fmt: skip
        _check(manifest)
        (out / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1))
        inputs.connection.disconnect()
        if target.exists():
            target.rename(Path(folder, "old"))
        out.rename(target)
    return manifest


def _connect(scratch: Path) -> Any:
    return ibis.duckdb.connect(
        scratch / "staging.duckdb", memory_limit="1GB", temp_directory=str(scratch), preserve_insertion_order=True
    )


def _fingerprint(loader: ModuleType, digests: dict[str, str], parameters: dict[str, str]) -> str:
    used = {loader.__name__} | {str(getattr(value, "__module__", "")) for value in vars(loader).values()}
    ours = {name for name in used if name.startswith(("loaders.", "kgbuild."))} - {__name__}
    code = {name: Path(str(sys.modules[name].__file__)).read_text() for name in sorted(ours)}
    return hashlib.sha256(json.dumps([STAGING_VERSION, code, digests, parameters], sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _union(tables: Sequence[ir.Table], name: str) -> ir.Table:
    schema = SCHEMAS[name]
    if not tables:
        return ibis.memtable(schema.empty_table())

    def cast(table: ir.Table) -> ir.Table:
        return table.select(
            **{
                f.name: (table[f.name] if f.name in table.columns else ibis.null()).cast(str(ibis.dtype(f.type)))
                for f in schema
            }
        )

    return reduce(lambda a, b: a.union(b), map(cast, tables))


def _conform(staged: Staged, inputs: Inputs, source: Source) -> dict[str, ir.Table]:
    """The four tables in their schemas, with labels as names and with ids and weights on the edges."""
    nodes = _union(staged.nodes, "nodes").mutate(obsolete=ibis._.obsolete.fill_null(False))
    nodes = inputs.connection.create_table("nodes", nodes)
    names = _union(staged.names, "names")
    names = names.mutate(scope=names.scope.fill_null("EXACT"), language=names.language.fill_null("en"))
    labels = nodes.filter(nodes.name.notnull(), nodes.type.fill_null("") != "Variant")
    names = names.union(
        labels.select(
            "id", text=labels.name, scope=ibis.literal("LABEL"), language=ibis.literal("en"), file="file", row="row"
        )
    )
    edges = inputs.connection.create_table("edges", _union(staged.edges, "edges"))
    edges = association_weight(edges)
    edges = edges.mutate(id=edge_id(source.name, edges), source=ibis.literal(source.name)).drop("distinct")
    return {
        "nodes": nodes,
        "names": names.filter(names.text.strip() != "").mutate(source=ibis.literal(source.name)),
        "edges": edges,
        "rejects": _union([*staged.rejects, *inputs.rejects], "rejects"),
    }


def edge_id(source: str, edges: ir.Table) -> ir.StringValue:
    """The hash that identifies one piece of evidence: of source, triple, and what makes the record distinct."""
    parts = [ibis.literal(source), *(edges[c].fill_null("") for c in ("subject", "predicate", "object", "distinct"))]
    return ibis.literal("\x1f").join(parts).hexdigest("md5")


def association_weight(edges: ir.Table) -> ir.Table:
    """The edges with their `weight`, in [0.05, 2].

    A source's own weight where it gives one; else, for an effect, |e| / median |e| within study and kind (within the
    source and kind below 5 rows), clipped, with e = ln OR, β or r; else 1.

    Source: GENEREL, section 3 ("we normalize study-specific statistics before clipping to (0,2]"); the median and the
    lower bound are ours.
    """
    ratio = (edges.effect_kind == "odds_ratio") & (edges.effect > 0)
    logarithm = ratio.ifelse(edges.effect, None).ln()
    size = (edges.effect_kind == "odds_ratio").ifelse(logarithm, edges.effect).abs()
    edges = edges.mutate(_size=(edges.effect_kind.notnull() & ~size.isnan() & ~size.isinf()).ifelse(size, None))
    sized = edges.filter(edges._size.notnull())
    studies = sized.group_by("study", "effect_kind").aggregate(_n=sized.count(), _study=sized._size.median())
    sources = sized.group_by("effect_kind").aggregate(_source=sized._size.median())
    edges = edges.left_join(studies.filter(studies._n >= 5), ["study", "effect_kind"])
    edges = edges.drop("study_right", "effect_kind_right").left_join(sources, "effect_kind")
    median = ibis.coalesce(edges._study, edges._source).nullif(0)
    weight = ibis.coalesce(edges.weight, edges._size / median, 1.0).clip(0.05, 2.0)
    return edges.mutate(weight=weight).drop("_size", "_n", "_study", "_source", "effect_kind_right")


_KEYS = {
    "nodes": ("id",),
    "names": ("id", "text", "scope", "language"),
    "edges": ("id",),
    "rejects": ("file", "row"),
}


def _first(table: ir.Table, keys: Sequence[str]) -> ir.Table:
    """One of the records that share the keys: the first input row's, of nodes one with a name and a position."""
    known = [table[column].isnull() for column in ("name", "grch38") if column in table.columns]
    order = ibis.row_number().over(ibis.window(group_by=list(keys), order_by=[*known, table.file, table.row]))
    return table.mutate(_order=order).filter(ibis._._order == 0).drop("_order")


def _write(tables: dict[str, ir.Table], inputs: Inputs, out: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Write one of equal records; count records by table and input rows by outcome."""
    con = inputs.connection
    kept, records = {}, {}
    for name, table in tables.items():
        con.to_parquet(_first(table, _KEYS[name]), out / f"{name}.parquet", compression="zstd")
        kept[name] = con.read_parquet(out / f"{name}.parquet")
        records[name] = int(kept[name].count().execute())

    def origins(some: dict[str, ir.Table]) -> ir.Table:
        parts = [t.select("file", "row") for name, t in some.items() if name != "rejects"]
        return reduce(lambda a, b: a.union(b), parts).distinct()

    rejected = kept["rejects"].select("file", "row")
    staged = origins(kept).difference(rejected)
    merged = origins(tables).difference(origins(kept)).difference(rejected)
    outcomes = {
        "staged": int(staged.count().execute()),
        "merged": int(merged.count().execute()),
        "rejected": records["rejects"],
    }
    return outcomes, records


def _check(manifest: Manifest) -> None:
    total, accounted = sum(manifest.rows.values()), sum(manifest.outcomes.values())
    if total != accounted:
        shown = ", ".join(f"{count:,} {outcome}" for outcome, count in manifest.outcomes.items())
        raise LoadError(
            f"{manifest.source}: {total:,} input rows but {accounted:,} outcomes ({shown}); "
            "a row was lost or counted twice, nothing was written: please report this"
        )
