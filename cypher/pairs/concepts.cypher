// Live concepts with their text.
// access: READ
// returns id: STRING (CURIE), text: STRING (preferred name), type: STRING (label beside Concept, null where unknown)
MATCH (c:Concept)
WHERE c.obsolete IS NULL AND c.name IS NOT NULL
RETURN c.id AS id, c.name AS text, head([label IN labels(c) WHERE label <> 'Concept']) AS type
