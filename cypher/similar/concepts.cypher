// The concepts of any vocabulary nearest to a concept, itself left out; of an obsolete one, to the one that replaces it.
// access: READ
// :param id => 'phecode:250.2'; :param top => 10; :param fetch => 2000
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, score: FLOAT in [0, 1], (1 + cosine) / 2
MATCH (given:Concept {id: $id})-[:REPLACED_BY*0..5]->(subject:Concept)
WHERE subject.embedding IS NOT NULL
WITH subject LIMIT 1
CALL db.index.vector.queryNodes('concept_embedding', $fetch, subject.embedding) YIELD node AS term, score
WITH subject, term, score
WHERE term <> subject
RETURN term.id AS id, term.name AS name, term.vocabulary AS vocabulary, score
ORDER BY score DESC LIMIT $top
