// The prefixes of all ids.
// access: READ
// returns prefix: STRING
MATCH (n:Concept)
RETURN DISTINCT n.vocabulary AS prefix
UNION
MATCH (n:Variant)
RETURN DISTINCT split(n.id, ':')[0] AS prefix
