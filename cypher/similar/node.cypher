// Whether there is such a concept or variant, and whether it or the concept that replaces it has an embedding.
// access: READ
// $id: STRING (CURIE)
// returns variant: BOOLEAN, embedded: BOOLEAN
CALL () {
  MATCH (variant:Variant {id: $id})
  RETURN true AS variant, variant.embedding IS NOT NULL AS embedded
  UNION ALL
  MATCH (concept:Concept {id: $id})
  RETURN false AS variant,
         EXISTS { (concept)-[:REPLACED_BY*0..5]->(live:Concept) WHERE live.embedding IS NOT NULL } AS embedded
}
RETURN variant, embedded
