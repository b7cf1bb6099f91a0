// Definitions of live concepts.
// access: READ
// returns id: STRING (CURIE), text: STRING
MATCH (c:Concept)
WHERE c.obsolete IS NULL AND c.definition IS NOT NULL
RETURN c.id AS id, c.definition AS text
