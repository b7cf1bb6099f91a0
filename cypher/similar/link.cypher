// Write the links of a computed mapping, replacing an earlier one between the same two.
// access: WRITE
// $rows: LIST<MAP {subject: STRING, object: STRING (CURIEs), score: FLOAT, rank: INTEGER, confidence: FLOAT or null}>, $source,
//   $target: STRING (vocabulary or release), $model: STRING, $run: STRING
CALL () {
  MATCH (:Concept)-[old:SIMILAR_TO {subject_source: $source, object_source: $target}]->(:Concept)
  DELETE old
}
UNWIND $rows AS row
MATCH (subject:Concept {id: row.subject})
MATCH (object:Concept {id: row.object})
CREATE (subject)-[:SIMILAR_TO {score: row.score, rank: row.rank, confidence: row.confidence, model: $model, run: $run,
  subject_source: $source, object_source: $target}]->(object)
