// Wait until every index is online.
// access: READ
// $seconds: INTEGER
CALL db.awaitIndexes($seconds)
