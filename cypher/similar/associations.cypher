// The published associations of a trait: also those filed under an id that it replaces (type 2 diabetes' variants under
// EFO:0001360 are found from MONDO:0005148) or under a concept that is asserted to be the same.
// access: READ
// :param id => 'MONDO:0005148'; :param top => 25
// $id: STRING (CURIE), $top: INTEGER
// returns variant: STRING (CURIE), trait: STRING (CURIE that the source wrote), effect: FLOAT (as published), effect_kind:
//   STRING (odds_ratio, beta, correlation or null), effect_allele: STRING, neg_log10_p: FLOAT, study: STRING, publications:
//   STRING, source: STRING
MATCH (given:Concept {id: $id})-[:REPLACED_BY*0..5]->(live:Concept)
WHERE NOT EXISTS { (live)-[:REPLACED_BY]->(:Concept) }
WITH live LIMIT 1
CALL (live) {
  RETURN live AS same
  UNION
  MATCH (live)-[match:EXACT_MATCH]-(same:Concept) WHERE match.negated IS NULL OR NOT match.negated
  RETURN same
}
MATCH (filed:Concept)-[:REPLACED_BY*0..5]->(same)
WITH DISTINCT filed
MATCH (variant:Variant)-[association:ASSOCIATED_WITH]->(filed)
WHERE association.negated IS NULL OR NOT association.negated
RETURN variant.id AS variant, filed.id AS trait, association.effect AS effect, association.effect_kind AS effect_kind,
       association.effect_allele AS effect_allele, association.neg_log10_p AS neg_log10_p, association.study AS study,
       association.publications AS publications, association.source AS source
ORDER BY neg_log10_p DESC, variant LIMIT $top
