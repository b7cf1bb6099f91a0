// The terms of the EFO release nearest to PheCode 250.2 (type 2 diabetes).
// access: READ
// returns id: STRING, name: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2
CYPHER 25
MATCH (p:Concept {id: 'phecode:250.2'})
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR p.embedding WHERE n.in_efo = true LIMIT 10) SCORE AS score
RETURN n.id AS id, n.name AS name, score;
