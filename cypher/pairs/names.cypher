// Names of a page of live concepts in any language: labels and exact names.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), names: LIST<LIST> of text: STRING, language: STRING (ISO 639-1)
MATCH (c:Concept)
WHERE c.id > $after AND c.obsolete IS NULL AND EXISTS { (c)-[:HAS_NAME]->() }
WITH c ORDER BY c.id LIMIT $page
WITH c,
     COLLECT {
       MATCH (c)-[has:HAS_NAME]->(:Name)
       WHERE has.scope IN ['LABEL', 'EXACT']
       RETURN DISTINCT [has.text, has.language]
     } AS names
RETURN max(c.id) AS after, collect([c.id, names]) AS rows
