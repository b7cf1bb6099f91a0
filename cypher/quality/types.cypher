// How many concepts there are of each type, and how many of them have no name (stubs) or are obsolete.
// access: READ
// returns type: STRING, concepts: INTEGER, stubs: INTEGER, obsolete: INTEGER, embedded: INTEGER
MATCH (n:Concept)
RETURN coalesce([label IN labels(n) WHERE label <> 'Concept'][0], '(none)') AS type, count(*) AS concepts,
  count(n.stub) AS stubs, count(n.obsolete) AS obsolete, count(n.embedding) AS embedded
ORDER BY concepts DESC, type
