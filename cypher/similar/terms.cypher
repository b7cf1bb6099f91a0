// The terms of a release nearest to a concept, itself left out; of an obsolete concept, to the one that replaces it.
// For another release or vocabulary put its flag (term.in_mondo = true) or prefix (term.vocabulary = 'mesh').
// access: READ
// :param id => 'phecode:250.2'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2
CYPHER 25
MATCH (given:Concept {id: $id})-[:REPLACED_BY*0..5]->(subject:Concept)
WHERE subject.embedding IS NOT NULL
WITH subject LIMIT 1
MATCH (term:Concept)
  SEARCH term IN (VECTOR INDEX concept_embedding FOR subject.embedding WHERE term.in_efo = true LIMIT $fetch) SCORE AS score
WITH subject, term, score
WHERE term <> subject
RETURN term.id AS id, term.name AS name, term.vocabulary AS vocabulary, score
ORDER BY score DESC LIMIT $top
