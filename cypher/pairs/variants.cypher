// Variants that some evidence ties to a trait or a gene, with their position and mapped genes.
// access: READ
// returns id: STRING (CURIE), chromosome: STRING, grch38: INTEGER (1-based base pair, null where unknown),
//   genes: LIST<STRING> (CURIEs)
MATCH (v:Variant)
WHERE EXISTS { (v)-[:ASSOCIATED_WITH|AFFECTS_EXPRESSION_OF]->() }
RETURN v.id AS id, v.chromosome AS chromosome, v.grch38 AS grch38,
       COLLECT { MATCH (v)-[:MAPPED_TO]->(gene:Concept) RETURN DISTINCT gene.id } AS genes
