// Variants that published studies associate with a live trait.
// access: READ
// $biobanks: LIST<STRING>, sources whose associations come from one biobank's records
// returns head: STRING (CURIE of the trait, its replacement where it is obsolete), head_text: STRING, tail: STRING (CURIE of
//   the variant), weight: FLOAT in (0, 2], effect: FLOAT (as published), effect_kind: STRING (odds_ratio, beta,
//   correlation or null), publications: STRING, n_traits: INTEGER (traits of the record), source: STRING
MATCH (v:Variant)-[e:ASSOCIATED_WITH]->(trait:Concept)
WHERE NOT e.source IN $biobanks AND (e.negated IS NULL OR NOT e.negated)
WITH v, e,
     CASE WHEN trait.obsolete IS NULL THEN trait
          ELSE head([(trait)-[:REPLACED_BY*1..5]->(live:Concept) WHERE live.obsolete IS NULL | live]) END AS trait
WHERE trait.name IS NOT NULL
RETURN trait.id AS head, trait.name AS head_text, v.id AS tail, e.weight AS weight, e.effect AS effect,
       e.effect_kind AS effect_kind, e.publications AS publications, e.n_traits AS n_traits, e.source AS source
