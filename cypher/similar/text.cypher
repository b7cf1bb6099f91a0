// The terms of a release that a text names: by the nearest of all names, each term by its best. In the Browser, a name of
// the graph stands for its vector: :param vector => COLLECT { MATCH (n:Name {key: 'heart attack'}) RETURN n.embedding }[0]
// access: READ
// :param property => 'in_efo'; :param value => true; :param top => 10; :param fetch => 200
// $vector: LIST<FLOAT> (the text's, unit length), $property: STRING (in_efo, vocabulary, or id for any), $value: BOOLEAN or
//   STRING or null for any, $top: INTEGER, $fetch: INTEGER (names that are looked at)
// returns id: STRING (CURIE), name: STRING, vocabulary: STRING, matched: STRING (the name found), score: FLOAT in [0, 1],
//   (1 + cosine) / 2
CALL db.index.vector.queryNodes('name_embedding', $fetch, $vector) YIELD node AS found, score
MATCH (found)<-[has:HAS_NAME]-(given:Concept)-[:REPLACED_BY*0..5]->(term:Concept)
WHERE term.obsolete IS NULL AND ($value IS NULL OR term[$property] = $value)
WITH term, has, score ORDER BY score DESC, has.scope = 'LABEL' DESC
WITH term, max(score) AS score, head(collect(has.text)) AS matched
RETURN term.id AS id, term.name AS name, term.vocabulary AS vocabulary, matched, score
ORDER BY score DESC, id LIMIT $top
