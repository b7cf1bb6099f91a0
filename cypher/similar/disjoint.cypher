// The pairs of classes that a vocabulary says have nothing in common.
// access: READ
// returns one: STRING (CURIE), other: STRING (CURIE), source: STRING
MATCH (one:Concept)-[disjoint:DISJOINT_WITH]->(other:Concept)
WHERE disjoint.negated IS NULL OR NOT disjoint.negated
RETURN DISTINCT one.id AS one, other.id AS other, disjoint.source AS source
ORDER BY one, other, source
