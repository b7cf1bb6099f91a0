// What the concepts of a vocabulary or release are tied to by asserted mappings and cross-references, in either direction.
// access: READ
// $property: STRING ('vocabulary' or a membership flag), $value: STRING or BOOLEAN
// returns id: STRING (CURIE), ties: LIST<STRING> (CURIEs)
MATCH (concept:Concept)-[tie:XREF|EXACT_MATCH|CLOSE_MATCH]-(tied:Concept)
WHERE concept[$property] = $value AND concept.obsolete IS NULL AND (tie.negated IS NULL OR NOT tie.negated)
RETURN concept.id AS id, collect(DISTINCT tied.id) AS ties
ORDER BY id
