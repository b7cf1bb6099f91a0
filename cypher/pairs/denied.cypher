// Which concepts a curator denied to be the same as those of a page of concepts. What another curator signed as the same is
// disputed, and left out.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), others: LIST<STRING> (CURIEs)
MATCH (a:Concept)
WHERE a.id > $after AND EXISTS { (a)-[:EXACT_MATCH {negated: true}]->() }
WITH a ORDER BY a.id LIMIT $page
WITH a.id AS id,
     COLLECT {
       MATCH (a)-[:EXACT_MATCH {negated: true}]->(b:Concept)
       WHERE NOT EXISTS {
         MATCH (a)-[same:EXACT_MATCH]-(b)
         WHERE same.author_id IS NOT NULL AND (same.negated IS NULL OR NOT same.negated)
       }
       RETURN DISTINCT b.id
     } AS others
RETURN max(id) AS after, collect([id, others]) AS rows
