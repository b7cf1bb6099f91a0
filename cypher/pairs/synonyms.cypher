// English names of a page of live concepts, of distinct keys: the label and exact names. Each two of them are a
// pair.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, concepts a page
// $names: INTEGER, names a concept, the label first
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), texts: LIST<STRING>
MATCH (c:Concept)
WHERE c.id > $after AND c.obsolete IS NULL AND c.name IS NOT NULL AND COUNT { (c)-[:HAS_NAME]->() } > 1
WITH c ORDER BY c.id LIMIT $page
WITH c,
     COLLECT {
       MATCH (c)-[has:HAS_NAME]->(name:Name)
       WHERE has.scope IN ['LABEL', 'EXACT'] AND has.language = 'en'
       WITH name, min(CASE has.scope WHEN 'LABEL' THEN 0 ELSE 1 END) AS rank, min(has.text) AS text
       RETURN text ORDER BY rank, name.key LIMIT $names
     } AS texts
RETURN max(c.id) AS after, collect(CASE WHEN size(texts) > 1 THEN [c.id, texts] END) AS rows
