// Which concepts a source maps a page of concepts onto exactly; the labels of two that differ are synonyms across
// vocabularies. What a curator denied is none, whoever else states it.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), evidence: LIST<LIST> of source: STRING, predicate: STRING, ids: LIST<STRING> (CURIEs), weights:
//   LIST<FLOAT> in (0, 2]
MATCH (a:Concept)
WHERE a.id > $after AND EXISTS { (a)-[:EXACT_MATCH]->() }
WITH a ORDER BY a.id LIMIT $page
WITH a.id AS id,
     COLLECT {
       MATCH (a)-[e:EXACT_MATCH]->(b:Concept)
       WHERE (e.negated IS NULL OR NOT e.negated) AND NOT EXISTS { (a)-[:EXACT_MATCH {negated: true}]-(b) }
       WITH e.source AS source, collect(b.id) AS ids, collect(coalesce(e.weight, 1.0)) AS weights
       RETURN [source, null, ids, weights]
     } AS evidence
RETURN max(id) AS after, collect([id, evidence]) AS rows
