"""Checks of identifiers, types and hierarchies."""

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from kgbuild.curie import PADDED
from kgbuild.quality.check import EDGE, Check

#: Every record with an identifier that it states: of a node, a name, or an end of an edge.
_MENTIONS = """
    SELECT id AS mentioned, source, file, "row", id AS subject, NULL AS predicate, NULL AS object FROM node
    UNION ALL SELECT id, source, file, "row", id, scope, text FROM name WHERE scope <> 'LABEL'
    UNION ALL SELECT subject, source, file, "row", subject, predicate, object FROM edge
    UNION ALL SELECT object, source, file, "row", subject, predicate, object FROM edge WHERE object <> subject
"""


def _end(end: str, allowed: str) -> str:
    """What is wrong with one end of an edge, null where nothing is."""
    types = f"array_to_string({allowed}, ' or ')"
    return f"""CASE WHEN NOT list_contains({allowed}, {end[0]}.type) THEN
        format('its {end} is a {{}}, {{}} asks for {{}}', {end[0]}.type, predicate, {types}) END"""


_BIOLINK = f"""
    SELECT edge.id AS finding, {EDGE},
        concat_ws('; ', {_end("subject", "subjects")}, {_end("object", "objects")}) AS detail
    FROM edge JOIN ends USING (predicate) JOIN entity s ON s.id = edge.subject JOIN entity o ON o.id = edge.object
    WHERE NOT (list_contains(subjects, s.type) AND list_contains(objects, o.type))
"""

_DANGLING = f"""
    WITH missing AS (
        SELECT id, owner.source AS owner FROM entity JOIN owner ON prefix = vocabulary
        WHERE NOT list_contains(sources, owner.source)
    )
    SELECT mentioned AS finding, source, file, "row", subject, predicate, object,
        format('{{}} is not in the loaded release of {{}}', mentioned, owner) AS detail
    FROM ({_MENTIONS}) JOIN missing ON id = mentioned
"""

_UNKNOWN_PREFIX = f"""
    WITH odd AS (SELECT DISTINCT vocabulary FROM entity ANTI JOIN known_prefix ON prefix = vocabulary)
    SELECT vocabulary AS finding, source, file, "row", subject, predicate, object,
        format('the prefix of {{}} is not known to kg', mentioned) AS detail
    FROM ({_MENTIONS}) JOIN odd ON vocabulary = split_part(mentioned, ':', 1)
    WHERE contains(mentioned, ':')
"""

_MALFORMED = rf"""
    WITH odd AS (
        SELECT id, CASE
            WHEN NOT contains(id, ':') THEN 'it has no prefix'
            WHEN regexp_matches(id, '\s') THEN 'it has a space'
            WHEN NOT regexp_full_match(id, '[A-Za-z_][\w.\-]*:.*') THEN 'its prefix is not a name'
            WHEN ends_with(id, ':') THEN 'nothing stands after its prefix'
            WHEN vocabulary IN ({", ".join(f"'{prefix}'" for prefix in PADDED)})
                AND regexp_full_match(id, '\w+:\d{{1,6}}') THEN 'its number has not seven digits'
            WHEN starts_with(lower(split_part(id, ':', 2)), concat(lower(vocabulary), '_'))
                THEN 'its prefix is repeated' END AS why
        FROM entity
    )
    SELECT mentioned AS finding, source, file, "row", subject, predicate, object,
        format('{{}} is not a CURIE of this graph: {{}}', mentioned, why) AS detail
    FROM ({_MENTIONS}) JOIN odd ON id = mentioned WHERE why IS NOT NULL
"""

_CYCLE = f"""
    WITH component AS (
        SELECT component, count(*) AS n, string_agg(id, ' ' ORDER BY id) AS members FROM cycle GROUP BY component
    )
    SELECT members[:200] AS finding, {EDGE}, format('a cycle of {{}} terms: {{}}', n, members[:500]) AS detail
    FROM edge JOIN cycle a ON a.id = subject JOIN cycle b ON b.id = object AND a.component = b.component
    JOIN component ON component.component = a.component
    WHERE predicate = 'SUBCLASS_OF' AND negated IS NOT TRUE AND subject <> object
"""


def _find_cycles(con: duckdb.DuckDBPyConnection) -> None:
    """The table `cycle` (id, component): the members of strongly connected components of the hierarchy."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE isa AS SELECT DISTINCT subject, object FROM edge
        WHERE predicate = 'SUBCLASS_OF' AND negated IS NOT TRUE AND subject <> object;
        CREATE OR REPLACE TEMP TABLE term AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS code
        FROM (SELECT subject AS id FROM isa UNION SELECT object FROM isa)
    """)
    ends = con.execute("""
        SELECT s.code AS subject, o.code AS object FROM isa
        JOIN term s ON s.id = subject JOIN term o ON o.id = object
    """).fetchnumpy()
    size = con.execute("SELECT count(*) FROM term").fetchall()[0][0]
    arcs = coo_array((np.ones(len(ends["subject"]), np.int8), (ends["subject"], ends["object"])), shape=(size, size))
    _, component = connected_components(arcs, directed=True, connection="strong") if size else (0, np.array([], int))
    code = np.flatnonzero(np.bincount(component)[component] > 1) if size else np.array([], int)
    con.register("found", {"code": code, "component": component[code]})
    con.execute("CREATE OR REPLACE TEMP TABLE cycle AS SELECT id, component FROM found JOIN term USING (code)")
    con.unregister("found")


#: Predicates that may hold of a thing and itself: two copies of a protein bind each other.
_REFLEXIVE = "'INTERACTS_WITH', 'REGULATES', 'AFFECTS', 'RELATED_TO', 'CHEMICALLY_SIMILAR_TO'"

_SELF = f"""
    SELECT edge.id AS finding, {EDGE}, format('{{}} of itself', predicate) AS detail
    FROM edge WHERE subject = object AND predicate NOT IN ({_REFLEXIVE})
"""

_ORPHAN = """
    SELECT id AS finding, node.source, file, "row", id AS subject, NULL AS predicate, NULL AS object,
        'no edge names it' AS detail
    FROM node JOIN (
        SELECT id FROM entity WHERE live AND id NOT IN (SELECT subject FROM edge UNION SELECT object FROM edge)
    ) USING (id)
"""

#: A vocabulary is a tree where most terms are placed and few are roots; in a list with groups a term may stand alone.
_UNPLACED = """
    WITH isa AS (SELECT subject, object FROM edge WHERE predicate = 'SUBCLASS_OF' AND negated IS NOT TRUE),
    term AS (
        SELECT entity.id, vocabulary, owner.source AS source, entity.id IN (SELECT subject FROM isa) AS below,
            entity.id IN (SELECT object FROM isa) AS above
        FROM entity JOIN owner ON prefix = vocabulary AND list_contains(sources, owner.source) WHERE live
    ), tree AS (
        SELECT vocabulary FROM term GROUP BY vocabulary
        HAVING avg((above OR below)::INT) > 0.5 AND avg((above AND NOT below)::INT) < 0.05
    )
    SELECT id AS finding, source, file, "row", id AS subject, NULL AS predicate, NULL AS object,
        format('it stands outside of the hierarchy of {}', vocabulary) AS detail
    FROM term SEMI JOIN tree USING (vocabulary) JOIN node USING (id, source) WHERE NOT (above OR below)
"""

CHECKS = (
    Check(
        "malformed-id", "error",
        "An identifier is not a CURIE as this graph spells it.",
        "Correct it in the source, or reject such rows in its loader.",
        _MALFORMED,
    ),
    Check(
        "hierarchy-cycle", "error",
        "Terms are subclasses of one another in a circle.",
        "Report it to the vocabularies whose rows close the circle; where two releases disagree, load their latest.",
        _CYCLE, _find_cycles,
    ),
    Check(
        "self-loop", "error",
        "An edge that cannot hold of a thing and itself does.",
        "Report it to the source.",
        _SELF,
    ),
    Check(
        "biolink-ends", "warning",
        "The subject or object of an edge has a type that its predicate does not allow in the Biolink model.",
        "See whether the source means another predicate, or the type of the concept is wrong.",
        _BIOLINK,
    ),
    Check(
        "dangling-id", "warning",
        "An id of a vocabulary whose release is loaded is not in that release.",
        "Load the release that the source refers to, or tell the source that the term is gone.",
        _DANGLING,
    ),
    Check(
        "unplaced-term", "note",
        "A live term of a hierarchical vocabulary has neither parent nor child.",
        "See whether the loaded release is complete, or tell the vocabulary.",
        _UNPLACED,
    ),
    Check(
        "unknown-prefix", "note",
        "A prefix is neither in kgbuild.curie nor owned by a loaded source, so that its spelling is the source's own.",
        "Add the prefix, or the spelling, to PREFIXES in kgbuild/curie.py.",
        _UNKNOWN_PREFIX,
    ),
    Check(
        "orphan", "note",
        "A live concept is in no edge.",
        "Load a source that relates it, or leave it: its names still serve.",
        _ORPHAN,
    ),
)  # fmt: skip
