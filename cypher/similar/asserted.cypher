// Links by which the graph asserts that two concepts are the same, directly or through one other concept: what a
// measurement of just these pairs must not read. Ids that one of the two replaces or that replace it count as it.
// access: READ
// $pairs: LIST<MAP {subjects: LIST<STRING>, objects: LIST<STRING>}> (CURIEs, spellings of one concept each)
// returns one: STRING, other: STRING (CURIEs, the ends of an asserted link)
UNWIND $pairs AS pair
MATCH (given:Concept)-[:REPLACED_BY*0..2]-(subject:Concept) WHERE given.id IN pair.subjects
WITH pair, collect(DISTINCT subject) AS subjects
MATCH (right:Concept)-[:REPLACED_BY*0..2]-(object:Concept) WHERE right.id IN pair.objects
WITH pair, subjects, collect(DISTINCT object) AS objects
UNWIND subjects AS subject
MATCH (subject)-[:EXACT_MATCH|XREF|CLOSE_MATCH|BROAD_MATCH|NARROW_MATCH|RELATED_MATCH]-(other:Concept)
WHERE other IN objects
  OR EXISTS { (other)-[:EXACT_MATCH|XREF|CLOSE_MATCH]-(object:Concept) WHERE object IN objects }
RETURN DISTINCT subject.id AS one, other.id AS other
