"""What staging's Ibis expressions run on: DuckDB, embedded; `kgbuild.spark` has Spark, for what outgrows one machine.

An engine reads files as tables of text, computes tables and writes them. Both give the same rows, in the same order of
`file` and `row`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class File:
    """A file as an engine is given it: its path, how records name it, and its columns."""

    path: Path
    where: str
    columns: Sequence[str]


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is written: `skipped` lines come before its rows, or before its header."""

    delimiter: str
    quote: str
    skipped: int
    header: bool
    compressed: bool
    pad: bool = False


@dataclass(frozen=True)
class Read:
    """What was read: the columns as text (empty cells null) with `file` and `row`, what cannot be read, all rows."""

    table: ir.Table
    rejects: ir.Table | None
    rows: dict[str, int]


class Engine(Protocol):
    """What staging asks of an engine; `connection` is its Ibis backend."""

    connection: Any

    def delimited(self, file: File, dialect: Dialect) -> Read:
        """A delimited file; a line that has not the header's number of fields is rejected."""

    def objects(self, files: Sequence[File], columns: Sequence[str]) -> Read:
        """Parquet files and JSON Lines, however many parts there are; a line that is no JSON object is rejected."""

    def lookup(self, paths: Sequence[Path], dialect: Dialect) -> ir.Table:
        """Delimited files of one shape, without `file` and `row`."""

    def parquet(self, path: Path) -> ir.Table:
        """Tables that an engine or a parser wrote."""

    def keep(self, table: ir.Table) -> ir.Table:
        """The table, computed once."""

    def numbered(self, table: ir.Table, column: str) -> ir.Table:
        """The table, computed once, with a number in `column` that no two of its rows share."""

    def write(self, table: ir.Table, path: Path) -> ir.Table:
        """The table, written as Parquet."""

    def count(self, table: ir.Table) -> int:
        """Its rows."""

    def close(self) -> None:
        """Give back what it holds."""


class DuckDB:
    """The embedded engine: all cores, a bounded memory, and the scratch folder for what does not fit."""

    def __init__(self, scratch: Path) -> None:
        self.connection = ibis.duckdb.connect(
            memory_limit="1GB", temp_directory=str(scratch), preserve_insertion_order=True
        )
        self.connection.con.execute("SET enable_progress_bar=false")
        self._number = 0

    def delimited(self, file: File, dialect: Dialect) -> Read:
        """See `Engine`."""
        name = self._new("input")
        typed = ", ".join(f"{_literal(column)}: 'VARCHAR'" for column in file.columns)
        reader = (
            f"read_csv({_literal(str(file.path))}, columns={{{typed}}}, header={str(dialect.header).lower()},"
            f" auto_detect=false, delim={_literal(dialect.delimiter)}, quote={_literal(dialect.quote)},"
            f" escape={_literal(dialect.quote)}, compression='{'gzip' if dialect.compressed else 'none'}',"
            f" skip={dialect.skipped}, strict_mode={str(bool(dialect.quote)).lower()}, max_line_size=16000000,"
            f" null_padding={str(dialect.pad).lower()}, parallel={str(not dialect.pad).lower()},"
            f" store_rejects=true, rejects_limit=0, rejects_table='rejects_{name}', rejects_scan='scan_{name}')"
        )
        self._sql(
            f"CREATE TABLE {name} AS"
            f" SELECT *, row_number() OVER () AS row, {_literal(file.where)} AS file FROM {reader}"
        )
        good = self._sql(f"SELECT count(*) FROM {name}")[0][0]
        bad = self._sql(f"SELECT count(DISTINCT line) FROM rejects_{name}")[0][0]
        rejects = None
        if bad:
            self._sql(
                f"CREATE TABLE bad_{name} AS SELECT {_literal(file.where)} AS file, -line::BIGINT AS row,"
                f" 'line ' || line AS key, any_value(csv_line) AS raw,"
                f" any_value(error_message) AS reason FROM rejects_{name} GROUP BY line"
            )
            rejects = self.connection.table(f"bad_{name}")
        return Read(self.connection.table(name), rejects, {file.where: good + bad})

    def objects(self, files: Sequence[File], columns: Sequence[str]) -> Read:
        """See `Engine`."""
        name, rows = self._new("input"), {}
        typed = ", ".join(f"{_identifier(column)} VARCHAR" for column in columns)
        self._sql(f"CREATE TABLE {name} ({typed}, file VARCHAR, row BIGINT, raw VARCHAR)")
        for file in files:
            path, where = _literal(str(file.path)), _literal(file.where)
            if file.path.suffix == ".parquet":
                values = [f"{_identifier(c)}::VARCHAR" if c in file.columns else "NULL" for c in columns]
                tail = f"file_row_number + 1, NULL FROM read_parquet({path}, file_row_number=true)"
            else:
                values = [f"IF(json_valid(line), line ->> {_literal(f'$.{_identifier(c)}')}, NULL)" for c in columns]
                tail = (
                    f"row_number() OVER (), IF(json_valid(line) AND json_type(line) = 'OBJECT', NULL, line)"
                    f" FROM read_csv({path}, columns={{line: 'VARCHAR'}}, header=false, delim='\x01',"
                    " auto_detect=false, quote='', escape='', strict_mode=false, max_line_size=16000000)"
                )
            self._sql(f"INSERT INTO {name} SELECT {', '.join(values)}, {where}, {tail}")
            rows[file.where] = int(self._sql(f"SELECT count(*) FROM {name} WHERE file = {where}")[0][0])
        table = self.connection.table(name)
        return Read(table.filter(table.raw.isnull()).drop("raw"), no_objects(table), rows)

    def lookup(self, paths: Sequence[Path], dialect: Dialect) -> ir.Table:
        """See `Engine`."""
        return self.connection.read_csv(
            [str(path) for path in paths], delim=dialect.delimiter, quote=dialect.quote, comment="", all_varchar=True,
            header=True, compression="gzip" if dialect.compressed else "none",
        )  # fmt: skip

    def parquet(self, path: Path) -> ir.Table:
        """See `Engine`."""
        return self.connection.read_parquet(path)

    def keep(self, table: ir.Table) -> ir.Table:
        """See `Engine`."""
        return self.connection.create_table(self._new("kept"), table)  # of Ibis' types, whatever DuckDB's are

    def numbered(self, table: ir.Table, column: str) -> ir.Table:
        """See `Engine`."""
        kept = self.keep(table)
        return kept.mutate(**{column: kept.rowid()})  # numbering them would take them through one thread

    def write(self, table: ir.Table, path: Path) -> ir.Table:
        """See `Engine`."""
        self.connection.to_parquet(table, path, compression="zstd", compression_level=1)
        return self.parquet(path)

    def count(self, table: ir.Table) -> int:
        """See `Engine`."""
        return int(table.count().execute())

    def close(self) -> None:
        """See `Engine`."""
        self.connection.disconnect()

    def _new(self, kind: str) -> str:
        self._number += 1
        return f"{kind}_{self._number}"

    def _sql(self, text: str) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.connection.con.execute(text).fetchall()
        return rows


def no_objects(table: ir.Table) -> ir.Table:
    """The rejects of JSON Lines: what has its line in `raw`."""
    bad = table.filter(table.raw.notnull())
    return bad.select("file", "row", "raw", key="line " + bad.row.cast("string"), reason=ibis.literal("no JSON object"))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
