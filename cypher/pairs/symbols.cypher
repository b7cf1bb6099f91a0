// A live gene's label and each of its symbols that no other gene has and that names nothing else exactly.
// access: READ
// returns head: STRING (CURIE), head_text: STRING, tail: STRING (the same CURIE), tail_text: STRING, weight: FLOAT (1)
MATCH (gene:Gene)-[has:HAS_NAME {scope: 'SYMBOL'}]->(symbol:Name)
WHERE gene.obsolete IS NULL AND gene.name IS NOT NULL
  AND NOT EXISTS {
    MATCH (symbol)<-[also:HAS_NAME]-(other:Concept)
    WHERE other <> gene AND (also.scope = 'SYMBOL' OR (also.scope IN ['LABEL', 'EXACT'] AND NOT other:Gene))
  }
RETURN DISTINCT gene.id AS head, gene.name AS head_text, gene.id AS tail, has.text AS tail_text, 1.0 AS weight
