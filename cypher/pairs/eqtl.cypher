// The variants that affect the expression of a page of genes most, by p value, else by effect; over tissues, the
// strongest evidence.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, genes a page
// $eqtl_per_gene: INTEGER, variants a gene
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), evidence: LIST<LIST> of id: STRING (CURIE of the variant), weight: FLOAT in (0, 2], source: STRING,
//   effect: FLOAT (as published), effect_kind: STRING (beta), publications: STRING, n_traits: INTEGER (null)
MATCH (gene:Concept)
WHERE gene.id > $after AND EXISTS { (gene)<-[:AFFECTS_EXPRESSION_OF]-(:Variant) }
WITH gene ORDER BY gene.id LIMIT $page
WITH gene.id AS id,
     COLLECT {
       MATCH (v:Variant)-[e:AFFECTS_EXPRESSION_OF]->(gene)
       WITH v, e
       ORDER BY coalesce(e.neg_log10_p, 0.0) DESC, abs(coalesce(e.effect, 0.0)) DESC, e.id
       WITH v, collect(e)[0] AS e, max(coalesce(e.neg_log10_p, 0.0)) AS strength
       RETURN [v.id, e.weight, e.source, e.effect, e.effect_kind, e.publications, null]
       ORDER BY strength DESC, abs(coalesce(e.effect, 0.0)) DESC, v.id LIMIT $eqtl_per_gene
     } AS evidence
RETURN max(id) AS after, collect([id, evidence]) AS rows
