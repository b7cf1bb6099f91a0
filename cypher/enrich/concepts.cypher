// Live concepts with the text that their vector is made from.
// access: READ
// returns id: STRING (CURIE), text: STRING (preferred name), written: BOOLEAN (it has a vector)
MATCH (c:Concept)
WHERE c.obsolete IS NULL AND c.name IS NOT NULL
RETURN c.id AS id, c.name AS text, c.embedding IS NOT NULL AS written
