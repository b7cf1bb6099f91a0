// Named ICD codes that a concept outside a release ties to its terms: ICD code – MONDO – HP.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN, $exclude: LIST<STRING> (vocabularies that are
//   left out)
// returns id: STRING (CURIE), terms: LIST<STRING> (CURIEs)
MATCH (term:Concept)-[other:XREF|EXACT_MATCH]-(between:Concept)-[tie:XREF|EXACT_MATCH]-(code:Concept)
WHERE term[$property] = $value AND term.obsolete IS NULL
  AND (between[$property] IS NULL OR between[$property] <> $value)
  AND code.vocabulary IN ['icd9', 'icd9cm', 'icd10', 'icd10cm'] AND NOT code.vocabulary IN $exclude AND code.name IS NOT NULL
  AND (tie.negated IS NULL OR NOT tie.negated) AND (other.negated IS NULL OR NOT other.negated)
RETURN code.id AS id, collect(DISTINCT term.id) AS terms
ORDER BY id
