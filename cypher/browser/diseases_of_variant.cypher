// The terms of the EFO release nearest to rs7903146 in TCF7L2, as a picture: click a node to expand what supports it.
// access: READ
// returns v: NODE, n: NODE, known: PATH (an association of the variant, through the ids that the term replaces; null where
//   there is none), score: FLOAT in [0, 1], (1 + cosine) / 2
CYPHER 25
MATCH (v:Variant {id: 'dbSNP:rs7903146'})
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR v.embedding WHERE n.in_efo = true LIMIT 10) SCORE AS score
OPTIONAL MATCH known = (v)-[:ASSOCIATED_WITH]->(:Concept)-[:REPLACED_BY*0..3]->(n)
RETURN v, n, known, score;
