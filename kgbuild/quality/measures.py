"""What the report counts, as rows of dictionaries."""

from typing import Any

import duckdb

Rows = list[dict[str, Any]]

#: Vocabularies that a table lists one by one, and that a matrix has on a side.
LISTED, SIDE = 25, 12

#: Live concepts that a vocabulary needs for its shares to mean something.
ENOUGH = 20

#: Bins of a histogram of weights, which are in (0, 2].
BINS = 20

#: Overlap of vocabularies: what links a concept to another vocabulary → pairs (a, b) of ids, in both directions.
_LINKS = {
    "EXACT_MATCH": "SELECT a, b FROM same",
    "XREF": """
        SELECT subject AS a, object AS b FROM edge WHERE predicate = 'XREF' AND negated IS NOT TRUE
        UNION ALL SELECT object, subject FROM edge WHERE predicate = 'XREF' AND negated IS NOT TRUE
    """,
}
_KEYS = "SELECT DISTINCT concept AS id, key FROM graph_name WHERE scope IN ('LABEL', 'EXACT')"


def rows(con: duckdb.DuckDBPyConnection, query: str) -> Rows:
    """The rows of a query."""
    cursor = con.execute(query)
    columns = [column[0] for column in cursor.description or ()]
    return [dict(zip(columns, values, strict=True)) for values in cursor.fetchall()]


def totals(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """The size of the graph."""
    (found,) = rows(
        con,
        """
        SELECT count(*) FILTER (type IS DISTINCT FROM 'Variant') AS concepts,
            count(*) FILTER (type = 'Variant') AS variants,
            (SELECT count(DISTINCT key) FROM graph_name) AS names,
            (SELECT count(*) FROM graph_edge) AS edges,
            count(DISTINCT vocabulary) AS vocabularies,
            (SELECT count(DISTINCT predicate) FROM graph_edge) AS predicates
        FROM entity
        """,
    )
    return found


_STATES = """
    count(*) AS nodes, count(*) FILTER (live) AS live, count(*) FILTER (obsolete) AS obsolete,
    count(*) FILTER (stub AND NOT obsolete) AS stub
"""


def types(con: duckdb.DuckDBPyConnection) -> Rows:
    """Nodes by type and state."""
    return rows(
        con, f"SELECT coalesce(type, 'no type stated') AS type, {_STATES} FROM entity GROUP BY type ORDER BY nodes DESC"
    )


def vocabularies(con: duckdb.DuckDBPyConnection) -> Rows:
    """Nodes by vocabulary and state, the small vocabularies together."""
    return rows(
        con,
        f"""
        WITH listed AS (
            SELECT vocabulary FROM entity GROUP BY vocabulary ORDER BY count(*) DESC, vocabulary LIMIT {LISTED}
        ), grouped AS (
            SELECT * REPLACE (CASE WHEN vocabulary IN (FROM listed) THEN vocabulary END AS vocabulary),
                vocabulary AS own
            FROM entity
        )
        SELECT coalesce(vocabulary, format('{{}} others', count(DISTINCT own))) AS vocabulary, {_STATES}
        FROM grouped GROUP BY grouped.vocabulary ORDER BY grouped.vocabulary IS NULL, nodes DESC, 1
        """,
    )


def predicates(con: duckdb.DuckDBPyConnection) -> Rows:
    """Edges by predicate, and the sources that state them."""
    return rows(
        con,
        """
        WITH counted AS (SELECT predicate, source, count(*) AS n, count_if(negated) AS negated FROM edge GROUP BY ALL)
        SELECT predicate, sum(n)::BIGINT AS edges, sum(negated)::BIGINT AS negated,
            string_agg(format('{}\u00a0{:,}', source, n), ', ' ORDER BY n DESC, source) AS sources
        FROM counted GROUP BY predicate ORDER BY edges DESC, predicate
        """,
    )


def degrees(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[int, int]]]:
    """Concepts, variants → (k, nodes with at least k edges), for each k that some node has."""
    found = rows(
        con,
        """
        WITH degree AS (
            SELECT id, count(*) AS k FROM (SELECT subject AS id FROM edge UNION ALL SELECT object FROM edge) GROUP BY id
        ), counted AS (
            SELECT CASE WHEN type = 'Variant' THEN 'variants' ELSE 'concepts' END AS what, k, count(*) AS n
            FROM degree JOIN entity USING (id) GROUP BY ALL
        )
        SELECT what, k, sum(n) OVER (PARTITION BY what ORDER BY k DESC)::BIGINT AS n FROM counted ORDER BY what, k
        """,
    )
    return {
        what: points
        for what in ("concepts", "variants")
        if (points := [(row["k"], row["n"]) for row in found if row["what"] == what])
    }


def coverage(con: duckdb.DuckDBPyConnection) -> Rows:
    """Of each vocabulary with enough live concepts: the shares with several names, a definition, links, evidence."""
    return rows(
        con,
        f"""
        WITH named AS (
            SELECT concept AS id, count(DISTINCT key) AS names, count(DISTINCT language) > 1 AS translated
            FROM graph_name GROUP BY concept
        ), touching AS (
            SELECT subject AS id, predicate FROM edge UNION SELECT object, predicate FROM edge
        ), linked AS (
            SELECT DISTINCT id FROM touching WHERE predicate = 'XREF' OR ends_with(predicate, '_MATCH')
        ), placed AS (
            SELECT DISTINCT id FROM touching WHERE predicate = 'SUBCLASS_OF'
        ), evident AS (
            SELECT DISTINCT id FROM touching WHERE NOT ends_with(predicate, '_MATCH')
                AND predicate NOT IN ('XREF', 'SUBCLASS_OF', 'REPLACED_BY', 'CONSIDER', 'GROUPS')
        )
        SELECT vocabulary, count(*) FILTER (live) AS live,
            avg(coalesce(names, 0)) FILTER (live) AS names,
            avg((coalesce(names, 0) > 1)::INT) FILTER (live) AS several,
            avg(coalesce(translated, false)::INT) FILTER (live) AS translated,
            avg(defined::INT) FILTER (live) AS defined,
            avg((placed.id IS NOT NULL)::INT) FILTER (live) AS placed,
            avg((linked.id IS NOT NULL)::INT) FILTER (live) AS linked,
            avg((evident.id IS NOT NULL)::INT) FILTER (live) AS evident,
            avg(obsolete::INT) FILTER (NOT stub) AS obsolete
        FROM entity LEFT JOIN named USING (id) LEFT JOIN linked USING (id) LEFT JOIN placed USING (id)
            LEFT JOIN evident USING (id)
        WHERE type IS DISTINCT FROM 'Variant'
        GROUP BY vocabulary HAVING count(*) FILTER (live) >= {ENOUGH} ORDER BY live DESC, vocabulary LIMIT {LISTED}
        """,
    )


def overlaps(con: duckdb.DuckDBPyConnection) -> dict[str, dict[tuple[str, str], tuple[int, float]]]:
    """EXACT_MATCH, XREF, name → (A, B) → how many of A's live concepts this links to one of B, and their share."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE living AS SELECT id, vocabulary FROM entity
        WHERE live AND type IS DISTINCT FROM 'Variant' AND vocabulary IN (
            SELECT vocabulary FROM entity WHERE live GROUP BY vocabulary HAVING count(*) >= {ENOUGH});
        CREATE OR REPLACE TEMP TABLE keyed AS SELECT key, id, vocabulary FROM ({_KEYS}) JOIN living USING (id);
        CREATE OR REPLACE TEMP TABLE of_key AS SELECT DISTINCT key, vocabulary FROM keyed
    """)
    shared = """
        SELECT keyed.vocabulary AS a, of_key.vocabulary AS b, count(DISTINCT id) AS n
        FROM keyed JOIN of_key ON keyed.key = of_key.key AND keyed.vocabulary <> of_key.vocabulary GROUP BY ALL
    """
    linked = """
        SELECT living.vocabulary AS a, split_part(b, ':', 1) AS b, count(DISTINCT id) AS n
        FROM ({links}) JOIN living ON id = a WHERE split_part(b, ':', 1) <> living.vocabulary GROUP BY ALL
    """
    queries = {kind: linked.format(links=links) for kind, links in _LINKS.items()} | {"name": shared}
    size = {
        row["vocabulary"]: row["n"] for row in rows(con, "SELECT vocabulary, count(*) AS n FROM living GROUP BY ALL")
    }
    return {
        kind: {(row["a"], row["b"]): (row["n"], row["n"] / size[row["a"]]) for row in rows(con, query)}
        for kind, query in queries.items()
    }


def sides(linked: dict[tuple[str, str], tuple[int, float]]) -> tuple[list[str], list[str]]:
    """The rows and columns of a matrix: the vocabularies with the most links on either side, the greatest first."""
    told = {pair: count for pair, (count, share) in linked.items() if share >= 0.01}

    def ordered(end: int) -> list[str]:
        total: dict[str, int] = {}
        for pair, count in told.items():
            total[pair[end]] = total.get(pair[end], 0) + count
        return sorted(total, key=lambda each: (-total[each], each))[:SIDE]

    left, above = ordered(0), ordered(1)
    return (
        [a for a in left if any((a, b) in told for b in above)],
        [b for b in above if any((a, b) in told for a in left)],
    )


def weights(con: duckdb.DuckDBPyConnection) -> tuple[dict[str, list[int]], list[str]]:
    """Source → the number of edges by weight, in `BINS` bins up to 2; and the sources whose weights are all one."""
    found = rows(
        con,
        f"""
        SELECT source, least(greatest(ceil(weight * {BINS} / 2), 1), {BINS})::INT AS bin, count(*) AS n,
            min(weight) AS low, max(weight) AS high
        FROM edge GROUP BY ALL ORDER BY source, bin
        """,
    )
    bins: dict[str, list[int]] = {}
    spread: dict[str, set[float]] = {}
    for row in found:
        bins.setdefault(row["source"], [0] * BINS)[row["bin"] - 1] = row["n"]
        spread.setdefault(row["source"], set()).update((row["low"], row["high"]))
    return (
        {source: counts for source, counts in bins.items() if len(spread[source]) > 1},
        [source for source in bins if len(spread[source]) == 1],
    )
