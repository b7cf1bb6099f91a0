// Pairs of live concepts whose exact match a curator denied.
// access: READ
// returns head: STRING (CURIE), tail: STRING (CURIE)
MATCH (a:Concept)-[match:EXACT_MATCH]->(b:Concept)
WHERE match.negated AND a.obsolete IS NULL AND b.obsolete IS NULL
RETURN DISTINCT a.id AS head, b.id AS tail
