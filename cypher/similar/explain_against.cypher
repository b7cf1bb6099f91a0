// What the graph holds against two concepts being the same: a denied match, disjoint classes above them, one above the
// other; and what a mapping computed of them.
// access: READ
// $subjects, $objects: LIST<STRING> (CURIEs of each and of what stands for it), $rivals: LIST<STRING> (CURIEs of terms whose
//   names are nearer)
// returns denied: LIST<MAP {subject: STRING, object: STRING, source: STRING, author: STRING}>, disjoint: LIST<MAP {subject: STRING,
//   object: STRING, source: STRING}>, above: STRING ('subject' or 'object', whichever is an ancestor; null), way: LIST<STRING>
//   (CURIEs from the lower up), computed: LIST<MAP {score: FLOAT, confidence: FLOAT, kind: STRING, rank: INTEGER, model: STRING,
//   run: STRING}>, below, over: LIST<STRING> (CURIEs of rivals under the object and above it)
CALL () {
  MATCH (a:Concept)-[match:EXACT_MATCH {negated: true}]-(b:Concept)
  WHERE a.id IN $subjects AND b.id IN $objects
  RETURN collect(DISTINCT {subject: a.id, object: b.id, source: match.source, author: match.author_id}) AS denied
}
CALL () {
  MATCH (a:Concept)-[:SUBCLASS_OF*0..6]->(above:Concept)-[apart:DISJOINT_WITH]-(other:Concept)<-[:SUBCLASS_OF*0..6]-(b:Concept)
  WHERE a.id IN $subjects AND b.id IN $objects
  RETURN collect(DISTINCT {subject: above.id, object: other.id, source: apart.source})[..3] AS disjoint
}
CALL () {
  OPTIONAL MATCH up = SHORTEST 1 (a:Concept WHERE a.id IN $subjects)-[:SUBCLASS_OF]->{1,8}(b:Concept WHERE b.id IN $objects)
  RETURN [node IN nodes(up) | node.id] AS rising LIMIT 1
}
CALL () {
  OPTIONAL MATCH up = SHORTEST 1 (b:Concept WHERE b.id IN $objects)-[:SUBCLASS_OF]->{1,8}(a:Concept WHERE a.id IN $subjects)
  RETURN [node IN nodes(up) | node.id] AS falling LIMIT 1
}
CALL () {
  MATCH (a:Concept)-[link:SIMILAR_TO]->(b:Concept)
  WHERE a.id IN $subjects AND b.id IN $objects
  RETURN collect({score: link.score, confidence: link.confidence, kind: link.kind, rank: link.rank, model: link.model,
    run: link.run}) AS computed
}
CALL () {
  MATCH (rival:Concept)-[:SUBCLASS_OF*1..4]->(object:Concept)
  WHERE rival.id IN $rivals AND object.id IN $objects
  RETURN collect(DISTINCT rival.id) AS below
}
CALL () {
  MATCH (object:Concept)-[:SUBCLASS_OF*1..4]->(rival:Concept)
  WHERE rival.id IN $rivals AND object.id IN $objects
  RETURN collect(DISTINCT rival.id) AS over
}
RETURN below, over, denied, disjoint, CASE WHEN rising IS NOT NULL THEN 'object' WHEN falling IS NOT NULL THEN 'subject' END AS above,
       coalesce(rising, falling) AS way, computed
