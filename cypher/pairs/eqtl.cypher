// The variants that affect a gene's expression most, by p value, else by effect; over tissues, the strongest evidence.
// access: READ
// $eqtl_per_gene: INTEGER, variants a gene
// returns head: STRING (CURIE of the gene), head_text: STRING, tail: STRING (CURIE of the variant), weight: FLOAT in (0, 2],
//   effect: FLOAT (as published), effect_kind: STRING (beta), publications: STRING, source: STRING
MATCH (gene:Concept)
WHERE EXISTS { (gene)<-[:AFFECTS_EXPRESSION_OF]-(:Variant) }
WITH gene, coalesce(head([(h:Gene)-[:XREF]->(gene) WHERE h.vocabulary = 'hgnc' | h.name]), gene.name) AS text
WHERE text IS NOT NULL
CALL (gene) {
  MATCH (v:Variant)-[e:AFFECTS_EXPRESSION_OF]->(gene)
  WITH v, e
  ORDER BY coalesce(e.neg_log10_p, 0.0) DESC, abs(coalesce(e.effect, 0.0)) DESC, e.id
  WITH v, collect(e)[0] AS e, max(coalesce(e.neg_log10_p, 0.0)) AS strength
  RETURN v, e ORDER BY strength DESC, abs(coalesce(e.effect, 0.0)) DESC, v.id LIMIT $eqtl_per_gene
}
RETURN gene.id AS head, text AS head_text, v.id AS tail, e.weight AS weight, e.effect AS effect,
       e.effect_kind AS effect_kind, e.publications AS publications, e.source AS source
