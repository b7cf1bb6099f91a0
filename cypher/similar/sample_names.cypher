// A sample of the names of the graph, the next ones behind each of some starts.
// access: READ
// $starts: LIST<STRING> (beginnings of name keys), $each: INTEGER (names behind one)
// returns key: STRING (name key)
UNWIND $starts AS start
CALL (start) {
  MATCH (name:Name) WHERE name.key >= start
  RETURN name.key AS key ORDER BY key LIMIT $each
}
RETURN DISTINCT key ORDER BY key
