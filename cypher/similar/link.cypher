// Write the links of a computed mapping, replacing an earlier one between the same two.
// access: WRITE
// $rows: LIST<MAP {subject: STRING, object: STRING (CURIEs), kind: STRING, rank: INTEGER, score: FLOAT,
//   confidence: FLOAT or null}>, $source, $target: STRING (vocabulary or release), $model, $model_digest, $graph: STRING
//   (digest), $run: STRING (ISO 8601)
CALL () {
  MATCH (:Concept)-[old:SIMILAR_TO {subject_source: $source, object_source: $target}]->(:Concept)
  DELETE old
}
UNWIND $rows AS row
MATCH (subject:Concept {id: row.subject})
MATCH (object:Concept {id: row.object})
CREATE (subject)-[:SIMILAR_TO {kind: row.kind, rank: row.rank, score: row.score, confidence: row.confidence,
  model: $model, model_digest: $model_digest, graph: $graph, run: $run, subject_source: $source,
  object_source: $target}]->(object)
