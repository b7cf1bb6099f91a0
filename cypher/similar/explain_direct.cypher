// What sources state of two nodes directly, the strongest first; also filed under ids that stand for them.
// access: READ
// $subjects, $objects: LIST<STRING> (CURIEs), $top: INTEGER
// returns predicate: STRING, subject: STRING, object: STRING (CURIEs as the source has them), source: STRING, negated:
//   BOOLEAN, mapping_justification: STRING, author_id: STRING (who signed a mapping, parted by |), comment: STRING, qualifier:
//   STRING, context: STRING (tool of a mapping), effect: FLOAT (as published), effect_kind: STRING, effect_allele: STRING,
//   neg_log10_p: FLOAT, study: STRING, publications: STRING
MATCH (a:Concept|Variant)
WHERE a.id IN $subjects
MATCH (a)-[edge]-(b:Concept|Variant)
WHERE b.id IN $objects AND a <> b AND type(edge) <> 'SIMILAR_TO'
WITH DISTINCT edge
RETURN type(edge) AS predicate, startNode(edge).id AS subject, endNode(edge).id AS object, edge.source AS source,
       coalesce(edge.negated, false) AS negated, edge.mapping_justification AS mapping_justification,
       edge.author_id AS author_id, edge.comment AS comment, edge.qualifier AS qualifier, edge.context AS context,
       edge.effect AS effect, edge.effect_kind AS effect_kind, edge.effect_allele AS effect_allele,
       edge.neg_log10_p AS neg_log10_p, edge.study AS study, edge.publications AS publications
ORDER BY coalesce(neg_log10_p, 0.0) DESC, predicate, source, subject, object LIMIT $top
