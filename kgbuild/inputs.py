"""What a loader reads, and what it gives back: `load(inputs: Inputs) -> Staged`.

It asks `inputs` for its files as Ibis tables of strings (`inputs.table`) or streams records out of a parser
(`inputs.records`), and returns tables with any of the columns of `kgbuild.model`.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import reduce
from itertools import islice
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from kgbuild.engines import Dialect, Engine, File, Read
from kgbuild.errors import InputError
from kgbuild.model import SCHEMAS, Edge, Name, Node, Reject, Source

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
        engine: What reads and computes.
        parameters: Options of the source (`source.parameters` with what the user set).
    """

    source: Source
    root: Path
    files: dict[str, list[Path]]
    scratch: Path
    engine: Engine
    parameters: dict[str, str] = field(default_factory=dict)
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
        comment: str | tuple[str, ...] = "",
        header: bool = True,
        pad: bool = False,
    ) -> ir.Table:
        """All files of a key as one table: the named columns as strings (empty cells null), with `file` and `row`.

        A line that does not have the header's number of fields is rejected with the reader's reason; with `pad` it may
        leave out its last empty ones. With `header=False` the file has none and `required` + `optional` name its
        columns in order. The lines at the top that begin with `comment` are no rows. Parquet and JSON Lines are read
        alike, by their columns' names.

        Raises:
            InputError: a required column is missing.
        """
        paths = [key] if isinstance(key, Path) else self.paths(key)
        wanted = [*required, *optional]
        objects = [path for path in paths if {".parquet", ".json", ".jsonl"} & set(path.suffixes)]
        tables = [
            self._read(path, required, optional, delimiter, quote, comment, header, pad)
            for path in paths
            if path not in objects
        ]
        if objects:
            files = [File(path, self.name(path), _columns(path, wanted)) for path in objects]
            for file in files:
                self._check(file, required)
            tables.append(self._taken(self.engine.objects(files, wanted)))
        if not tables:
            return self.empty(pa.schema([*((c, pa.string()) for c in [*wanted, "file"]), ("row", pa.int64())]))
        return reduce(lambda a, b: a.union(b), [table.select(*wanted, "file", "row") for table in tables])

    def _read(
        self,
        path: Path,
        required: Sequence[str],
        optional: Sequence[str],
        delimiter: str,
        quote: str,
        comment: str | tuple[str, ...],
        header: bool,
        pad: bool,
    ) -> ir.Table:
        skipped, columns = read_header(path, delimiter, quote, comment) if header or comment else (0, [])
        file = File(path, self.name(path), columns if header else [*required, *optional])
        self._check(file, required)
        table = self._taken(self.engine.delimited(file, Dialect(delimiter, quote, skipped, header, is_gzip(path), pad)))
        return table.mutate(**{c: ibis.null("string") for c in optional if c not in file.columns})

    def _check(self, file: File, required: Sequence[str]) -> None:
        missing = [column for column in required if column not in file.columns]
        if missing:
            raise InputError(
                f"{file.where}: no column {missing[0]!r} among {', '.join(file.columns[:8])} …; "
                f"expected {', '.join(required)}"
            )

    def _taken(self, read: Read) -> ir.Table:
        """What an engine read, its rows counted and its rejects kept."""
        for where, count in read.rows.items():
            self.rows[where] = self.rows.get(where, 0) + count
        if read.rejects is not None:
            self.rejects.append(read.rejects)
        return read.table

    def lookup(self, key: str, required: Sequence[str], delimiter: str = "\t", quote: str = '"') -> ir.Table:
        """Files that rows are looked up in: no evidence themselves, so not counted, and read only as they are joined.

        Raises:
            InputError: a required column is missing.
        """
        paths = self.paths(key)
        if not paths:
            return self.empty(pa.schema([(column, pa.string()) for column in required]))
        table = self.engine.lookup(paths, Dialect(delimiter, quote, 0, True, is_gzip(paths[0])))
        missing = [column for column in required if column not in table.columns]
        if missing:
            raise InputError(f"{self.name(paths[0])}: no column {missing[0]!r}; expected {', '.join(required)}")
        return table.select(*required)

    def empty(self, schema: pa.Schema) -> ir.Table:
        """A table without rows."""
        path = self.scratch / f"empty.{len(list(self.scratch.glob('empty.*')))}.parquet"
        pq.write_table(schema.empty_table(), path)
        return self.engine.parquet(path)

    def keep(self, table: ir.Table) -> ir.Table:
        """Compute a table that several others are made of once, not once for each."""
        return self.engine.keep(table)

    def stream(
        self, path: Path, rows: Iterable[dict[str, Any]], columns: Mapping[str, pa.DataType], first: int = 1
    ) -> ir.Table:
        """A file that has to be parsed as a table: what a parser yields for each input row, with `file` and `row`.

        Args:
            path: The file.
            rows: Column → value for each input row, in order; what is left out is null.
            columns: The columns and their types.
            first: The number of the first row, where a file is read in parts.
        """
        where = self.name(path)
        schema = pa.schema([*columns.items(), ("file", pa.string()), ("row", pa.int64())])
        target = self.scratch / f"stream.{len(list(self.scratch.glob('stream.*')))}.parquet"
        numbered = (row | {"file": where, "row": number} for number, row in enumerate(rows, first))
        count = 0
        with pq.ParquetWriter(target, schema) as writer:
            for batch in _batches(numbered):
                writer.write_table(pa.Table.from_pylist(batch, schema))
                count += len(batch)
        self.rows[where] = self.rows.get(where, 0) + count
        return self.engine.parquet(target)

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
        return Staged(**{table: [self.engine.parquet(path)] for table, path in paths.items()})


def _batches(records: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(records)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def delimiter(path: Path, comment: str = "") -> str:
    """What stands between the fields of a file's header: a tab where it has one, else a semicolon or a comma."""
    (header,) = read_header(path, "\0", "", comment)[1]
    return "\t" if "\t" in header else ";" if header.count(";") > header.count(",") else ","


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed, as its name (`.gz`, `.bgz`) or its first bytes say: not every name does."""
    with open(path, "rb") as file:
        return path.suffix in (".gz", ".bgz") or file.read(2) == b"\x1f\x8b"


def _columns(path: Path, wanted: Sequence[str]) -> Sequence[str]:
    """The columns of a Parquet file; JSON Lines may have any."""
    return pq.read_schema(path).names if path.suffix == ".parquet" else wanted


def read_header(path: Path, delimiter: str, quote: str, comment: str | tuple[str, ...]) -> tuple[int, list[str]]:
    """How many comment lines a delimited file begins with, and the column names in the line that follows."""
    with gzip.open(path, "rt", encoding="utf-8-sig") if is_gzip(path) else open(path, encoding="utf-8-sig") as lines:
        for skipped, line in enumerate(lines):
            if not (comment and line.startswith(comment)):
                fields = line.rstrip("\r\n")
                quoted = csv.reader([fields], delimiter=delimiter, quotechar=quote or None)
                return skipped, next(quoted) if quote else fields.split(delimiter)
    raise InputError(f"{path}: an empty file; expected a header line")


def find(source: Source, root: Path) -> dict[str, list[Path]]:
    """Where each of a source's files lies below `root`: key → paths, sorted; empty where a needed one is absent."""
    found = assign(source, root, [path for path in sorted(root.rglob("*")) if path.is_file()])
    return found if all(found[key] for key in found if key not in source.optional) and any(found.values()) else {}


def assign(source: Source, root: Path, paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Each key of `source.files` with those of the paths, all below `root`, whose names are like its patterns."""

    def matches(path: Path, pattern: str) -> bool:
        text = path.relative_to(root).as_posix() if "/" in pattern else path.name
        return any(
            fnmatch(text, end) or ("/" in pattern and fnmatch(text, f"*/{end}"))
            for end in (pattern, f"{pattern}.gz", f"{pattern}.bgz")
        )

    return {
        key: [path for path in paths if any(matches(path, pattern) for pattern in patterns)]
        for key, patterns in source.files.items()
    }


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file, plain or gzip, whatever its line ends; bytes that are not UTF-8 become surrogates."""
    try:
        opened = gzip.open if is_gzip(path) else open
        with opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape") as file:
            yield from file
    except (EOFError, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: {error}; expected a complete gzip file, download it again") from error
