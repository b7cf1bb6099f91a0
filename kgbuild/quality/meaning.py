"""Checks of names and mappings: what one name, or two vocabularies, say of several concepts."""

import duckdb

from kgbuild.quality.check import Check

#: Concepts of one vocabulary that may share a name before it is worth knowing.
HOMONYMS = 3

#: Names as their vocabulary's own release has them, or any where none is loaded, of live concepts.
_STATED = """
    SELECT key, concept, entity.vocabulary, text, scope, language, graph_name.source
    FROM graph_name JOIN entity ON entity.id = concept LEFT JOIN owner ON prefix = entity.vocabulary
    WHERE live AND (prefix IS NULL OR owner.source = graph_name.source) AND {where}
"""


def _shared(where: str, most: int, what: str) -> str:
    return f"""
        WITH stated AS ({_STATED.format(where=where)}), shared AS (
            SELECT vocabulary, key, language, count(DISTINCT concept) AS n FROM stated
            GROUP BY ALL HAVING count(DISTINCT concept) > {most}
        )
        SELECT concat_ws(' ', vocabulary, key) AS finding, name.source, file, "row", concept AS subject,
            name.scope AS predicate, name.text AS object,
            format('{{}} live concepts of {{}} have this {what}', n, vocabulary) AS detail
        FROM shared JOIN stated USING (vocabulary, key, language)
        JOIN name ON name.id = concept AND name.text = stated.text AND name.scope = stated.scope
            AND name.language = stated.language AND name.source = stated.source
    """


#: Codes of a classification share labels by design: "566" and "566.9" are both the abscess.
_LABELS = _shared("scope = 'LABEL' AND type IS DISTINCT FROM 'Code'", 1, "label")
_HOMONYMS = _shared("scope IN ('LABEL', 'EXACT')", HOMONYMS, "label or exact synonym")


def _find_pairs(con: duckdb.DuckDBPyConnection) -> None:
    """The table `twice` (a, b, c, how): a is the same as b and as c, live concepts of one vocabulary."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE pair AS
        SELECT DISTINCT x.a, x.b, y.b AS c FROM same x JOIN same y ON x.a = y.a AND x.b < y.b
        JOIN entity e ON e.id = x.b JOIN entity f ON f.id = y.b
        WHERE e.vocabulary = f.vocabulary AND NOT (e.obsolete OR f.obsolete);
        CREATE OR REPLACE TEMP TABLE above AS
        WITH RECURSIVE isa AS MATERIALIZED (
            SELECT DISTINCT subject, object FROM edge WHERE predicate = 'SUBCLASS_OF' AND negated IS NOT TRUE
        ), up AS (
            SELECT b AS id, b AS ancestor FROM pair UNION SELECT c, c FROM pair
            UNION SELECT up.id, isa.object FROM up JOIN isa ON isa.subject = up.ancestor
        )
        FROM up;
        CREATE OR REPLACE TEMP TABLE twice AS
        SELECT a, b, c, CASE
            WHEN (b, c) IN (SELECT (id, ancestor) FROM above) THEN format('{1} is an ancestor of {0}', b, c)
            WHEN (c, b) IN (SELECT (id, ancestor) FROM above) THEN format('{0} is an ancestor of {1}', b, c)
            END AS nested,
            (b, c) IN (
                SELECT (x.id, y.id) FROM edge JOIN above x ON x.ancestor = edge.subject
                JOIN above y ON y.ancestor = edge.object WHERE predicate = 'DISJOINT_WITH'
                UNION ALL SELECT (y.id, x.id) FROM edge JOIN above x ON x.ancestor = edge.subject
                JOIN above y ON y.ancestor = edge.object WHERE predicate = 'DISJOINT_WITH'
            ) AS disjoint
        FROM pair
    """)


def _mapped(which: str, finding: str, detail: str) -> str:
    return f"""
        SELECT DISTINCT {finding} AS finding, source, file, "row", subject, predicate, object, {detail} AS detail
        FROM twice JOIN same ON same.a = twice.a AND same.b IN (twice.b, twice.c) WHERE {which}
    """


_NESTED = _mapped("nested IS NOT NULL", "concat_ws(' ', twice.a, twice.b, c)", "nested")
_DISJOINT = _mapped("disjoint", "concat_ws(' ', twice.a, twice.b, c)", "format('{} and {} are disjoint', twice.b, c)")
_SEVERAL = _mapped(
    "nested IS NULL AND NOT disjoint",
    "concat_ws(' ', twice.a, split_part(twice.b, ':', 1))",
    "format('{} has several exact matches in {}', twice.a, split_part(twice.b, ':', 1))",
)

_DENIED = """
    WITH denied AS (
        SELECT DISTINCT least(subject, object) AS x, greatest(subject, object) AS y FROM edge
        WHERE predicate = 'EXACT_MATCH' AND negated
    ), contested AS (FROM denied SEMI JOIN same ON x = a AND y = b)
    SELECT concat_ws(' ', x, y) AS finding, edge.source, file, "row", subject, predicate, object,
        CASE WHEN negated THEN 'this row denies it' ELSE 'this row asserts it' END AS detail
    FROM contested JOIN edge ON least(subject, object) = x AND greatest(subject, object) = y
    WHERE predicate = 'EXACT_MATCH'
"""

#: Types of which no two can be one thing; what stands in no group can be anything.
_GROUPS = {
    "Gene": 1, "Protein": 1, "Drug": 2, "Chemical": 2, "Anatomy": 3, "Cell": 3, "CellularComponent": 3, "Disease": 4,
    "Phenotype": 4, "Code": 4, "Organism": 5, "Variant": 6,
}  # fmt: skip

_TYPES = f"""
    WITH kind AS (SELECT id, type, (MAP {_GROUPS})[type] AS kind FROM entity)
    SELECT same.id AS finding, source, file, "row", subject, predicate, object,
        format('a {{}} is no {{}}', s.type, o.type) AS detail
    FROM same JOIN kind s ON s.id = a JOIN kind o ON o.id = b WHERE a = subject AND b = object AND s.kind <> o.kind
"""

CHECKS = (
    Check(
        "match-denied", "error",
        "An exact match is asserted by one row and denied by another.",
        "See which row is right, and drop or report the other.",
        _DENIED,
    ),
    Check(
        "match-disjoint", "error",
        "A concept has exact matches with two concepts of one vocabulary that are disjoint.",
        "One of the two mappings is wrong: drop or report it.",
        _DISJOINT, _find_pairs,
    ),
    Check(
        "match-nested", "warning",
        "A concept has exact matches with two concepts of one vocabulary, one an ancestor of the other.",
        "The match with the ancestor or the one with the descendant should be broad or narrow: report it.",
        _NESTED, _find_pairs,
    ),
    Check(
        "match-type", "warning",
        "An exact match joins things of two kinds, such as a gene and a disease.",
        "See whether the mapping or the type of one of the concepts is wrong.",
        _TYPES,
    ),
    Check(
        "match-several", "note",
        "A concept has exact matches with several live concepts of one vocabulary.",
        "See whether that vocabulary has duplicates, or some of the matches are close ones.",
        _SEVERAL, _find_pairs,
    ),
    Check(
        "shared-label", "warning",
        "Live concepts of one vocabulary have the same label, case apart.",
        "Tell them apart by id; report duplicates to the vocabulary.",
        _LABELS,
    ),
    Check(
        "homonym", "note",
        f"More than {HOMONYMS} live concepts of one vocabulary have the same label or exact synonym.",
        "Do not link text to them by that name alone.",
        _HOMONYMS,
    ),
)  # fmt: skip
