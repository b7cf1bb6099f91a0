// The terms of the EFO release nearest to rs7903146 in TCF7L2, as a picture: click a node to expand what supports it.
// access: READ
// returns v: NODE, n: NODE, r: RELATIONSHIP (the associations of the variant)
CYPHER 25
MATCH (v:Variant {id: 'dbSNP:rs7903146'})
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR v.embedding WHERE n.in_efo = true LIMIT 10) SCORE AS score
OPTIONAL MATCH (v)-[r:ASSOCIATED_WITH]->(n)
RETURN v, n, r, score;
