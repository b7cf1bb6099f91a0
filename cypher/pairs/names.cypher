// Names of live concepts in any language: labels and exact names.
// access: READ
// returns id: STRING (CURIE), text: STRING, language: STRING (ISO 639-1)
MATCH (c:Concept)-[has:HAS_NAME]->(:Name)
WHERE c.obsolete IS NULL AND has.scope IN ['LABEL', 'EXACT']
RETURN DISTINCT c.id AS id, has.text AS text, has.language AS language
