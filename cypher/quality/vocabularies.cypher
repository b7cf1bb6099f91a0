// How many concepts there are of each vocabulary (the prefix of their CURIEs), how many live ones have a name, and their names.
// access: READ
// returns vocabulary: STRING, concepts: INTEGER, named: INTEGER, obsolete: INTEGER
MATCH (n:Concept)
RETURN n.vocabulary AS vocabulary, count(*) AS concepts, count(n.name) AS named, count(n.obsolete) AS obsolete
ORDER BY concepts DESC, vocabulary
