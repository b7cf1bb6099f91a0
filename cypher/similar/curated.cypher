// Concepts of other vocabularies that curators mapped exactly onto the terms of a release, or cross-referenced with them.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN, $exclude: LIST<STRING> (vocabularies that are
//   left out)
// returns id: STRING (CURIE), vocabulary: STRING, exact: BOOLEAN (an exact match, not a cross-reference alone),
//   terms: LIST<STRING> (CURIEs)
MATCH (concept:Concept)-[tie:EXACT_MATCH|XREF]-(term:Concept)
WHERE term[$property] = $value AND term.obsolete IS NULL AND (tie.negated IS NULL OR NOT tie.negated)
  AND concept.name IS NOT NULL AND concept.obsolete IS NULL AND (concept[$property] IS NULL OR concept[$property] <> $value)
  AND NOT concept.vocabulary IN $exclude
WITH concept, type(tie) = 'EXACT_MATCH' AS exact, collect(DISTINCT term.id) AS terms
RETURN concept.id AS id, concept.vocabulary AS vocabulary, exact, terms
ORDER BY id, exact
