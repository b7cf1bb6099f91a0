// What curators said of two concepts that both have a name: the same, or denied to be; at most $most that are the same
// of each two vocabularies and source.
// access: READ
// $most: INTEGER
// returns subject_id: STRING (CURIE), subject_label: STRING, object_id: STRING (CURIE), object_label: STRING, right: BOOLEAN,
//   source: STRING
MATCH (subject:Concept)-[match:EXACT_MATCH]->(object:Concept)
WHERE subject.name IS NOT NULL AND object.name IS NOT NULL
WITH subject, object, match.source AS source, NOT coalesce(match.negated, false) AS right
ORDER BY subject.id, object.id, source
WITH subject.vocabulary AS from, object.vocabulary AS onto, source, right,
     collect([subject.id, subject.name, object.id, object.name]) AS pairs
UNWIND CASE WHEN right AND size(pairs) > $most
       THEN [i IN range(0, $most - 1) | pairs[toInteger(floor(i * toFloat(size(pairs)) / $most))]] ELSE pairs END AS pair
RETURN pair[0] AS subject_id, pair[1] AS subject_label, pair[2] AS object_id, pair[3] AS object_label, right, source
ORDER BY subject_id, object_id, source, right
