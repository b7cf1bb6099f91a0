// How many codes a concept groups, and which of them are tied to another by a mapping or cross-reference.
// access: READ
// $subject: STRING (CURIE), $objects: LIST<STRING> (CURIEs of the other and of what stands for it)
// returns grouped: INTEGER, tied: LIST<STRING> (CURIEs of codes)
MATCH (:Concept {id: $subject})-[:GROUPS]->(code:Concept)
WITH DISTINCT code
OPTIONAL MATCH (code)-[tie:XREF|EXACT_MATCH]-(other:Concept)
WHERE other.id IN $objects AND (tie.negated IS NULL OR NOT tie.negated)
WITH code, count(tie) AS ties
ORDER BY code.id
RETURN count(code) AS grouped, [id IN collect(CASE WHEN ties > 0 THEN code.id END) | id] AS tied
