// Which concepts share a name of a page of names, as label or exact name: they are one trait, too.
// access: READ
// $after: STRING, the key after which the page begins
// $page: INTEGER, names a page
// returns after: STRING (last key of the page, null behind the last), rows: LIST<LIST> of ids: STRING
//   (CURIEs that are one trait)
MATCH (name:Name)
WHERE name.key > $after
WITH name ORDER BY name.key LIMIT $page
WITH name.key AS key,
     COLLECT {
       MATCH (name)<-[has:HAS_NAME]-(c:Concept) WHERE has.scope IN ['LABEL', 'EXACT'] RETURN DISTINCT c.id
     } AS ids
RETURN max(key) AS after, collect(CASE WHEN size(ids) > 1 THEN ids END) AS rows
