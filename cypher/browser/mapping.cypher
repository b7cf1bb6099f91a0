// Computed mapping of a vocabulary, the least certain first: a confidence near 0.5, or where nothing curated calibrates
// it a next candidate that is nearly as good.
// It needs `kg harmonize FROM TO --top 2 --write`.
// access: READ
// :param source => 'phecode'; :param target => 'EFO'; :param least => 0.0; :param most => 1.0; :param top => 100
// $source, $target: STRING (as in `kg harmonize FROM TO`), $least, $most: FLOAT (bounds of the score), $top: INTEGER
// returns subject: STRING, subject_label: STRING, object: STRING, object_label: STRING, score: FLOAT in [0, 1], confidence: FLOAT
//   in [0, 1] or null, next: STRING (the second candidate), margin: FLOAT (its score below)
MATCH (subject:Concept)-[link:SIMILAR_TO {subject_source: $source, object_source: $target, rank: 1}]->(object:Concept)
WHERE $least <= link.score <= $most
OPTIONAL MATCH (subject)-[second:SIMILAR_TO {subject_source: $source, object_source: $target, rank: 2}]->(next:Concept)
RETURN subject.id AS subject, subject.name AS subject_label, object.id AS object, object.name AS object_label,
       link.score AS score, link.confidence AS confidence, next.name AS next, link.score - second.score AS margin
ORDER BY coalesce(abs(confidence - 0.5), margin), subject LIMIT $top;
