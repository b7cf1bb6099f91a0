"""Run the checks over the graph that was loaded last; findings name the input rows that they come from."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from kgbuild import console
from kgbuild.errors import InputError
from kgbuild.files import replacing
from kgbuild.quality import evidence, meaning, structure
from kgbuild.quality.check import COLUMNS, Check
from kgbuild.quality.views import Graph, opened

_SEVERITIES = ("error", "warning", "note")

#: All checks, the gravest first.
CHECKS: dict[str, Check] = {
    check.name: check
    for severity in _SEVERITIES
    for check in (*structure.CHECKS, *meaning.CHECKS, *evidence.CHECKS)
    if check.severity == severity
}

#: Input rows to show of one example.
_ROWS = 4


@dataclass(frozen=True)
class Result:
    """What one check found: findings, the rows that they come from, by source, and examples.

    Each example is a list of rows: source, file, row, subject, subject_name, predicate, object, object_name, detail.
    """

    check: Check
    findings: int
    rows: int
    by_source: dict[str, int]
    examples: list[list[dict[str, Any]]]
    seconds: float

    def json(self) -> dict[str, Any]:
        """What a script reads."""
        check = self.check
        return {
            "check": check.name, "severity": check.severity, "finds": check.finds, "cure": check.cure,
            "findings": self.findings, "rows": self.rows, "by_source": self.by_source, "examples": self.examples,
        }  # fmt: skip


def validate(graph: Graph, names: Sequence[str] = (), examples: int = 3, out: Path | None = None) -> list[Result]:
    """Run checks, all unless some are named.

    Args:
        graph: The graph, as its tables.
        names: Names of `CHECKS`.
        examples: Findings to give of each check.
        out: A TSV file for all findings' rows.

    Raises:
        InputError: there is no such check, or `out` cannot be written.
    """
    if unknown := [name for name in names if name not in CHECKS]:
        raise InputError(f"--check {unknown[0]}: no such check; there are {', '.join(CHECKS)}")
    with opened(graph) as con:
        return run(con, [check for name, check in CHECKS.items() if name in names or not names], examples, out)


def run(
    con: duckdb.DuckDBPyConnection, checks: Sequence[Check], examples: int = 3, out: Path | None = None
) -> list[Result]:
    """Run checks on a connection with the views."""
    con.execute("""
        CREATE OR REPLACE TABLE found ("check" VARCHAR, severity VARCHAR, finding VARCHAR, source VARCHAR, file VARCHAR,
            "row" BIGINT, subject VARCHAR, predicate VARCHAR, object VARCHAR, detail VARCHAR)
    """)
    prepared: list[object] = []
    results = []
    for check in checks:
        started = time.monotonic()
        if check.prepare is not None and check.prepare not in prepared:
            check.prepare(con)
            prepared.append(check.prepare)
        columns = ", ".join(f'"{column}"' for column in COLUMNS)
        con.execute(f"INSERT INTO found SELECT ?, ?, {columns} FROM ({check.query})", [check.name, check.severity])
        results.append(_result(con, check, examples, started))
    if out is not None:
        _write(con, out)
    return results


def _result(con: duckdb.DuckDBPyConnection, check: Check, examples: int, started: float) -> Result:
    [(findings, rows)] = con.execute(
        'SELECT count(DISTINCT finding), count(*) FROM found WHERE "check" = ?', [check.name]
    ).fetchall()
    by_source = con.execute(
        'SELECT source, count(DISTINCT finding) FROM found WHERE "check" = ? GROUP BY source ORDER BY 2 DESC, 1',
        [check.name],
    ).fetchall()
    shown = _examples(con, check, examples)
    return Result(check, findings, rows, dict(by_source), shown, time.monotonic() - started)


def _examples(con: duckdb.DuckDBPyConnection, check: Check, examples: int) -> list[list[dict[str, Any]]]:
    """Some findings, of each source in turn, always the same ones."""
    cursor = con.execute(
        f"""
        WITH mine AS (FROM found WHERE "check" = $check), turn AS (
            SELECT finding, source, row_number() OVER (PARTITION BY source ORDER BY md5(finding)) AS turn
            FROM (SELECT finding, min(source) AS source FROM mine GROUP BY finding)
        ), chosen AS (
            SELECT finding, row_number() OVER (ORDER BY turn, source) AS place FROM turn
            ORDER BY place LIMIT $examples
        ), numbered AS (
            SELECT *, row_number() OVER (PARTITION BY finding ORDER BY source, file, "row", object) AS part
            FROM mine JOIN chosen USING (finding)
        )
        SELECT finding, numbered.source, file, "row", subject, s.name AS subject_name, predicate, object,
            o.name AS object_name, detail
        FROM numbered LEFT JOIN entity s ON s.id = subject LEFT JOIN entity o ON o.id = object
        WHERE part <= {_ROWS} ORDER BY place, part
        """,
        {"check": check.name, "examples": examples},
    )
    columns = [column[0] for column in cursor.description or ()]
    found: dict[str, list[dict[str, Any]]] = {}
    for values in cursor.fetchall():
        row = dict(zip(columns, values, strict=True))
        found.setdefault(row.pop("finding"), []).append(row)
    return list(found.values())


def _write(con: duckdb.DuckDBPyConnection, out: Path) -> None:
    """All rows of all findings as TSV."""
    with replacing(out) as (part,):
        part.touch()  # says better than DuckDB why it cannot
        con.execute(
            f"""
            COPY (
                SELECT "check", severity, source, file, "row", subject, predicate, object, detail FROM found
                ORDER BY list_position({list(CHECKS)}, "check"), finding, source, file, "row", subject, object
            ) TO '{str(part).replace("'", "''")}' (FORMAT csv, DELIMITER '\t', HEADER)
            """
        )


def show(results: Sequence[Result]) -> None:
    """Print a table of the checks, then their examples, each with the input rows that it comes from."""
    console.table(
        [
            {
                "check": result.check.name,
                "severity": result.check.severity,
                "findings": result.findings,
                "rows": result.rows,
                "by source": ", ".join(f"{source} {count:,}" for source, count in result.by_source.items()),
            }
            for result in results
        ]
    )
    for result in results:
        if result.examples:
            console.out.print(f"\n{result.check.name}: {result.check.finds}", style="bold", markup=False)
            console.out.print(result.check.cure, markup=False)
        for example in result.examples:
            for number, row in enumerate(example):
                console.out.print(f"{'  ' if number else '- '}{line(row)}", markup=False)


def line(row: dict[str, Any]) -> str:
    """One row of a finding as a person reads it."""
    ends = [f"{row[end]} ({row[f'{end}_name']})" if row[f"{end}_name"] else row[end] for end in ("subject", "object")]
    statement = " ".join(part for part in (ends[0], row["predicate"], ends[1]) if part)
    return f"{row['source']} {row['file']}:{row['row']}: {statement}: {row['detail']}"
