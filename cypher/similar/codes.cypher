// ICD codes that curators tied to the terms of a release, or to concepts asserted to be the same as its terms.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns code: STRING (CURIE), id: STRING (CURIE of the term)
MATCH (code:Concept)
WHERE code.vocabulary IN ['icd9', 'icd9cm', 'icd10', 'icd10cm']
MATCH (code)-[tie:XREF|EXACT_MATCH]-(tied:Concept)
WHERE tie.negated IS NULL OR NOT tie.negated
CALL (tied) {
  WITH tied WHERE tied[$property] = $value RETURN tied AS term
  UNION
  MATCH (tied)-[match:EXACT_MATCH]-(term:Concept)
  WHERE term[$property] = $value AND (match.negated IS NULL OR NOT match.negated)
  RETURN term
}
WITH DISTINCT code, term
WHERE term.obsolete IS NULL
RETURN code.id AS code, term.id AS id
