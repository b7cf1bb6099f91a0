// Variants that published studies associate with a page of traits.
// access: READ
// $after: STRING, the CURIE after which the page begins
// $page: INTEGER, traits a page
// $biobanks: LIST<STRING>, sources whose associations come from one biobank's records
// returns after: STRING (last CURIE of the page, null behind the last), rows: LIST<LIST> of id: STRING
//   (CURIE), evidence: LIST<LIST> of id: STRING (CURIE of the variant), weight: FLOAT in (0, 2], source: STRING,
//   effect: FLOAT (as published), effect_kind: STRING (odds_ratio, beta, correlation or null), publications: STRING,
//   n_traits: INTEGER (traits of the record)
MATCH (trait:Concept)
WHERE trait.id > $after AND EXISTS { (trait)<-[:ASSOCIATED_WITH]-(:Variant) }
WITH trait ORDER BY trait.id LIMIT $page
WITH trait.id AS id,
     COLLECT {
       MATCH (trait)<-[e:ASSOCIATED_WITH]-(v:Variant)
       WHERE NOT e.source IN $biobanks AND (e.negated IS NULL OR NOT e.negated)
       RETURN [v.id, e.weight, e.source, e.effect, e.effect_kind, e.publications, e.n_traits]
     } AS evidence
RETURN max(id) AS after, collect([id, evidence]) AS rows
