// How many relationships there are of each type from each source.
// access: READ
// returns type: STRING, source: STRING, relationships: INTEGER
MATCH ()-[r]->()
RETURN type(r) AS type, coalesce(r.source, '(computed)') AS source, count(*) AS relationships
ORDER BY relationships DESC, type, source
