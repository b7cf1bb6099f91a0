// Neighbourhood of a concept by similarity, of all types and vocabularies, as a picture with the asserted links among its
// members. Without such a link a neighbour stands apart: it is near by its embedding alone.
// access: READ
// :param id => 'phecode:250.2'; :param top => 25; :param fetch => 500
// $id: STRING (CURIE), $top: INTEGER
// $fetch: INTEGER (that the index looks at: more find the nearest more surely)
// returns near: NODE (the concept itself among them), score: FLOAT in [0, 1], (1 + cosine) / 2, links: LIST<RELATIONSHIP>
CYPHER 25
MATCH (given:Concept {id: $id})
MATCH (near:Concept) SEARCH near IN (VECTOR INDEX concept_embedding FOR given.embedding LIMIT $fetch) SCORE AS score
WITH near, score ORDER BY score DESC LIMIT $top + 1
WITH collect(near) AS members, collect({node: near, score: score}) AS found
UNWIND found AS one
WITH members, one.node AS near, one.score AS score
RETURN near, score, COLLECT { MATCH (near)-[link]->(member:Concept) WHERE member IN members RETURN link } AS links
ORDER BY score DESC;
