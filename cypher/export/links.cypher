// The links that `kg harmonize --write` computed.
// access: READ
// $source: STRING or null, $target: STRING or null: only links of this and onto this vocabulary or release
// returns subject_id: STRING (CURIE), subject_label: STRING, object_id: STRING (CURIE), object_label: STRING,
//   kind: STRING (exact, close, broad, narrow) or null, rank: INTEGER (from 1), similarity_score: FLOAT in [0, 1],
//   confidence: FLOAT in [0, 1] or null, source: STRING, target: STRING, model, model_digest, graph: STRING or null,
//   run: STRING (ISO 8601)
MATCH (subject:Concept)-[link:SIMILAR_TO]->(object:Concept)
WHERE ($source IS NULL OR link.subject_source = $source) AND ($target IS NULL OR link.object_source = $target)
RETURN subject.id AS subject_id, subject.name AS subject_label, object.id AS object_id, object.name AS object_label,
       link.kind AS kind, link.rank AS rank, link.score AS similarity_score, link.confidence AS confidence,
       link.subject_source AS source, link.object_source AS target, link.model AS model,
       link.model_digest AS model_digest, link.graph AS graph, link.run AS run
ORDER BY source, target, subject_id, rank
