// Pairs that curators refuted: a negated exact or close match of the two, or of one with what is asserted to be the other.
// access: READ
// $pairs: LIST<MAP {subject: STRING, object: STRING (CURIEs)}>
// returns subject: STRING (CURIE), object: STRING (CURIE), source: STRING, between: LIST<STRING> (CURIEs of the two that
//   the source names)
UNWIND $pairs AS pair
MATCH (subject:Concept {id: pair.subject})
MATCH (object:Concept {id: pair.object})
CALL (subject, object) {
  MATCH (subject)-[no:EXACT_MATCH|CLOSE_MATCH]-(object) WHERE no.negated
  RETURN no, subject AS one, object AS other
  UNION
  MATCH (subject)-[tie:EXACT_MATCH|REPLACED_BY]-(same:Concept)-[no:EXACT_MATCH]-(object)
  WHERE no.negated AND (tie.negated IS NULL OR NOT tie.negated)
  RETURN no, same AS one, object AS other
  UNION
  MATCH (subject)-[no:EXACT_MATCH]-(same:Concept)-[tie:EXACT_MATCH|REPLACED_BY]-(object)
  WHERE no.negated AND (tie.negated IS NULL OR NOT tie.negated)
  RETURN no, subject AS one, same AS other
}
RETURN DISTINCT subject.id AS subject, object.id AS object, no.source AS source, [one.id, other.id] AS between
ORDER BY subject, object, source
