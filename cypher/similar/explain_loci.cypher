// Variants tied to a trait within a window around a variant: what may be the same signal.
// access: READ
// $id: STRING (CURIE of a variant), $traits: LIST<STRING> (CURIEs under which the trait is filed), $window: INTEGER (base
//   pairs on GRCh38), $top: INTEGER
// returns id: STRING (CURIE), distance: INTEGER (base pairs), neg_log10_p: FLOAT, sources: LIST<STRING>
MATCH (variant:Variant {id: $id})
MATCH (near:Variant)-[association:ASSOCIATED_WITH]->(trait:Concept)
WHERE trait.id IN $traits AND near <> variant AND near.chromosome = variant.chromosome
  AND abs(near.grch38 - variant.grch38) <= $window AND (association.negated IS NULL OR NOT association.negated)
RETURN near.id AS id, abs(near.grch38 - variant.grch38) AS distance, max(association.neg_log10_p) AS neg_log10_p,
       collect(DISTINCT association.source) AS sources
ORDER BY distance, id LIMIT $top
