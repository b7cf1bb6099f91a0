// Chains of asserted links that support the EFO terms nearest to a PheCode, as a picture.
// Where two editions of ICD share a code there is no link between icd10:E11 and icd10cm:E11: both are drawn.
// access: READ
// :param id => 'phecode:250.2'; :param top => 6; :param chains => 3; :param fetch => 200
// $id: STRING (CURIE of a PheCode or any other concept), $top: INTEGER, $chains: INTEGER (of a term, the shortest)
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns p: NODE, n: NODE, score: FLOAT in [0, 1], (1 + cosine) / 2, grouped: PATH (from the PheCode to an ICD code), tied: PATH
//   (from that code, or from the PheCode itself, through cross-references and exact matches to the term); null where there is none
CYPHER 25
MATCH (p:Concept {id: $id})
WITH p, [p.id] + COLLECT { MATCH (p)-[:GROUPS]->(code:Concept) RETURN replace(code.id, 'cm:', ':') } AS codes
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR p.embedding WHERE n.in_efo = true LIMIT $fetch) SCORE AS score
WITH p, codes, n, score ORDER BY score DESC LIMIT $top
OPTIONAL CALL (p, codes, n) {
  MATCH tied = (n)-[ties:XREF|EXACT_MATCH|REPLACED_BY]-{1,2}(same:Concept)
  WHERE replace(same.id, 'cm:', ':') IN codes AND all(tie IN ties WHERE tie.negated IS NULL OR NOT tie.negated)
  OPTIONAL MATCH grouped = (p)-[:GROUPS]->(code:Concept) WHERE replace(code.id, 'cm:', ':') = replace(same.id, 'cm:', ':')
  RETURN grouped, tied ORDER BY length(tied), code.id = same.id DESC, same.id LIMIT $chains
}
RETURN p, n, score, grouped, tied;
