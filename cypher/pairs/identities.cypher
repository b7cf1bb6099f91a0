// Which concepts a page of concepts is one trait with: an exact match that is not negated, or a replacement. The
// connected components are the trait groups; they pass through obsolete concepts too.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of ids: STRING
//   (CURIEs that are one trait)
MATCH (a:Concept)
WHERE a.id > $after AND EXISTS { (a)-[:EXACT_MATCH|REPLACED_BY]->() }
WITH a ORDER BY a.id LIMIT $page
WITH a.id AS id,
     COLLECT {
       MATCH (a)-[same:EXACT_MATCH|REPLACED_BY]->(b:Concept)
       WHERE type(same) = 'REPLACED_BY' OR same.negated IS NULL OR NOT same.negated
       RETURN b.id
     } AS others
RETURN max(id) AS after, collect([id] + others) AS rows
