// What is known of two concepts or variants that are to be compared, each with its names.
// access: READ
// $ids: LIST<STRING> (CURIEs)
// returns id: STRING (CURIE), name: STRING (null of a variant), types: LIST<STRING> (node labels), vocabulary: STRING,
//   definition: STRING, obsolete: BOOLEAN, replaced_by: STRING (CURIE), embedding: LIST<FLOAT> (unit length, of the live
//   concept), chromosome: STRING, grch38: INTEGER (1-based base pair), flags: LIST<STRING> (releases, such as in_efo),
//   above, below: LIST<STRING> (names of live concepts directly above and below it, 12 at most), names: LIST<MAP {key: STRING,
//   text: STRING, scope: STRING, language: STRING, sources: LIST<STRING>}>
UNWIND $ids AS id
MATCH (end:Concept|Variant {id: id})
OPTIONAL MATCH (end)-[:REPLACED_BY*1..5]->(live:Concept)
WHERE NOT EXISTS { (live)-[:REPLACED_BY]->(:Concept) }
WITH end, live ORDER BY live.id
WITH end, collect(live)[0] AS live
RETURN end.id AS id, end.name AS name, labels(end) AS types, end.vocabulary AS vocabulary, end.definition AS definition,
       coalesce(end.obsolete, false) AS obsolete, live.id AS replaced_by,
       coalesce(end.embedding, live.embedding) AS embedding, end.chromosome AS chromosome, end.grch38 AS grch38,
       [key IN keys(end) WHERE key STARTS WITH 'in_'] AS flags,
       COLLECT {
         MATCH (end)-[:SUBCLASS_OF]->(above:Concept) WHERE above.name IS NOT NULL AND above.obsolete IS NULL
         RETURN DISTINCT above.name AS name ORDER BY name LIMIT 12
       } AS above,
       COLLECT {
         MATCH (end)<-[:SUBCLASS_OF]-(below:Concept) WHERE below.name IS NOT NULL AND below.obsolete IS NULL
         RETURN DISTINCT below.name AS name ORDER BY name LIMIT 12
       } AS below,
       COLLECT {
         MATCH (end)-[has:HAS_NAME]->(name:Name)
         WITH name.key AS key, has.scope AS scope, has.language AS language, min(has.text) AS text,
              collect(DISTINCT has.source) AS sources
         ORDER BY CASE scope WHEN 'LABEL' THEN 0 WHEN 'EXACT' THEN 1 ELSE 2 END, key
         RETURN {key: key, text: text, scope: scope, language: language, sources: sources}
       } AS names
