"""The Cypher queries of kg, one a file, each under a header that says what it answers."""
