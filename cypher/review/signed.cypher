// The mappings between two vocabularies or releases that curators signed, stated in either direction; an obsolete end stands
// for what replaces it.
// access: READ
// $source_property: STRING ('vocabulary' or a membership flag), $source_value: STRING or BOOLEAN, $target_property: STRING,
//   $target_value: STRING or BOOLEAN
// returns subject_id: STRING (CURIE), subject_label: STRING, object_id: STRING (CURIE), object_label: STRING, predicate: STRING
//   (EXACT_MATCH, …), inverse: BOOLEAN (stated from the object to the subject), negated: BOOLEAN, author_id: STRING (parted by
//   |), comment: STRING (null where there is none)
MATCH (a:Concept)-[match:EXACT_MATCH|CLOSE_MATCH|BROAD_MATCH|NARROW_MATCH]->(b:Concept)
WHERE match.mapping_justification = 'semapv:ManualMappingCuration' AND match.author_id IS NOT NULL
UNWIND [[a, b, false], [b, a, true]] AS way
WITH match, way[0] AS from, way[1] AS to, way[2] AS inverse
MATCH (from)-[:REPLACED_BY*0..5]->(subject:Concept)
WHERE subject[$source_property] = $source_value AND subject.obsolete IS NULL
MATCH (to)-[:REPLACED_BY*0..5]->(object:Concept)
WHERE object[$target_property] = $target_value AND object.obsolete IS NULL AND object <> subject
RETURN DISTINCT subject.id AS subject_id, subject.name AS subject_label, object.id AS object_id, object.name AS object_label,
       type(match) AS predicate, inverse, coalesce(match.negated, false) AS negated, match.author_id AS author_id,
       match.comment AS comment
ORDER BY subject_id, object_id, predicate, author_id, comment
