// Uncertain concepts of a computed mapping with their candidates, as a picture.
// It needs `kg harmonize FROM TO --top 3 --write`.
// access: READ
// :param source => 'phecode'; :param target => 'EFO'; :param top => 6
// $source, $target: STRING (as in `kg harmonize FROM TO`), $top: INTEGER (concepts)
// returns subject: NODE, link: RELATIONSHIP, object: NODE, margin: FLOAT (the best candidate's score above the second's)
MATCH (subject:Concept)-[best:SIMILAR_TO {subject_source: $source, object_source: $target, rank: 1}]->(:Concept)
MATCH (subject)-[second:SIMILAR_TO {subject_source: $source, object_source: $target, rank: 2}]->(:Concept)
WITH subject, best.score - second.score AS margin, abs(best.confidence - 0.5) AS sure
ORDER BY coalesce(sure, margin), subject.id LIMIT $top
MATCH (subject)-[link:SIMILAR_TO {subject_source: $source, object_source: $target}]->(object:Concept)
RETURN subject, link, object, margin
ORDER BY coalesce(sure, margin), subject.id, link.rank;
