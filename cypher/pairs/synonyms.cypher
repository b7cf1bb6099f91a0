// Pairs of names of one live concept: English label and exact names of distinct keys, all pairs of the first few.
// access: READ
// $names: INTEGER, names a concept, the label first
// returns head: STRING (CURIE), head_text: STRING, tail: STRING (the same CURIE), tail_text: STRING, weight: FLOAT (1)
MATCH (c:Concept)
WHERE c.obsolete IS NULL AND c.name IS NOT NULL
CALL (c) {
  MATCH (c)-[has:HAS_NAME]->(name:Name)
  WHERE has.scope IN ['LABEL', 'EXACT'] AND has.language = 'en'
  WITH name, min(CASE has.scope WHEN 'LABEL' THEN 0 ELSE 1 END) AS rank, min(has.text) AS text
  ORDER BY rank, name.key LIMIT $names
  RETURN collect(text) AS texts
}
UNWIND range(0, size(texts) - 2) AS i
UNWIND range(i + 1, size(texts) - 1) AS j
RETURN c.id AS head, texts[i] AS head_text, c.id AS tail, texts[j] AS tail_text, 1.0 AS weight
