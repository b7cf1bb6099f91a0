// Labels of two live concepts that a source maps onto each other exactly: synonyms across vocabularies.
// access: READ
// returns head: STRING (CURIE), head_text: STRING, tail: STRING (CURIE), tail_text: STRING, weight: FLOAT in (0, 2],
//   source: STRING
MATCH (a:Concept)-[match:EXACT_MATCH]->(b:Concept)
WHERE (match.negated IS NULL OR NOT match.negated)
WITH match,
     CASE WHEN a.obsolete IS NULL THEN a
          ELSE head([(a)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS a,
     CASE WHEN b.obsolete IS NULL THEN b
          ELSE head([(b)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS b
WHERE a <> b AND a.name IS NOT NULL AND b.name IS NOT NULL
RETURN a.id AS head, a.name AS head_text, b.id AS tail, b.name AS tail_text, match.weight AS weight,
       match.source AS source
