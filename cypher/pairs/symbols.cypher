// Symbols of a page of live genes that no other gene has and that name nothing else exactly; each is a synonym of the
// gene's label.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, genes a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), label: STRING, symbols: LIST<STRING>
MATCH (gene:Concept&Gene)
WHERE gene.id > $after AND gene.obsolete IS NULL AND gene.name IS NOT NULL
WITH gene ORDER BY gene.id LIMIT $page
WITH gene,
     COLLECT {
       MATCH (gene)-[has:HAS_NAME {scope: 'SYMBOL'}]->(symbol:Name)
       WHERE NOT EXISTS {
         MATCH (symbol)<-[also:HAS_NAME]-(other:Concept)
         WHERE other <> gene AND (also.scope = 'SYMBOL' OR (also.scope IN ['LABEL', 'EXACT'] AND NOT other:Gene))
       }
       RETURN DISTINCT has.text
     } AS symbols
RETURN max(gene.id) AS after, collect([gene.id, gene.name, symbols]) AS rows
