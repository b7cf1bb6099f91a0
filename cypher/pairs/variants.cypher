// A page of variants that some evidence ties to a trait or a gene, with their position and mapped genes.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, variants a page
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), chromosome: STRING, grch38: INTEGER (1-based base pair, null where unknown), genes: LIST<STRING> (CURIEs)
MATCH (v:Variant)
WHERE v.id > $after AND EXISTS { (v)-[:ASSOCIATED_WITH|AFFECTS_EXPRESSION_OF]->() }
WITH v ORDER BY v.id LIMIT $page
WITH v, COLLECT { MATCH (v)-[:MAPPED_TO]->(gene:Concept) RETURN DISTINCT gene.id } AS genes
RETURN max(v.id) AS after, collect([v.id, v.chromosome, v.grch38, genes]) AS rows
