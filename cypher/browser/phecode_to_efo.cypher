// Nearest EFO terms of a PheCode, and the shortest chain of asserted links that supports each.
// access: READ
// :param id => 'phecode:250.2'; :param top => 10; :param fetch => 200
// $id: STRING (CURIE of a PheCode or any other concept), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns id: STRING, name: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2, support: STRING (the chain from the PheCode
//   through an ICD code that it groups, cross-references and exact matches; = where two editions of ICD share the code;
//   null where there is none)
CYPHER 25
MATCH (p:Concept {id: $id})
WITH p, [p.id] + COLLECT { MATCH (p)-[:GROUPS]->(code:Concept) RETURN replace(code.id, 'cm:', ':') } AS codes
MATCH (n:Concept)
  SEARCH n IN (VECTOR INDEX concept_embedding FOR p.embedding WHERE n.in_efo = true LIMIT $fetch) SCORE AS score
WITH p, codes, n, score ORDER BY score DESC LIMIT $top
OPTIONAL CALL (p, codes, n) {
  MATCH tied = (n)-[ties:XREF|EXACT_MATCH|REPLACED_BY]-{1,2}(same:Concept)
  WHERE replace(same.id, 'cm:', ':') IN codes AND all(tie IN ties WHERE tie.negated IS NULL OR NOT tie.negated)
  OPTIONAL MATCH (p)-[:GROUPS]->(code:Concept) WHERE replace(code.id, 'cm:', ':') = replace(same.id, 'cm:', ':')
  WITH p, same, code, nodes(tied) AS steps, ties ORDER BY size(ties), code.id = same.id DESC, same.id LIMIT 1
  RETURN p.id + coalesce(' GROUPS ' + code.id + CASE code.id WHEN same.id THEN '' ELSE ' = ' + same.id END, '') +
    reduce(line = '', i IN range(size(ties) - 1, 0, -1) | line + ' ' + type(ties[i]) + ' ' + steps[i].id) AS support
}
RETURN n.id AS id, n.name AS name, score, support
ORDER BY score DESC;
