// Every node of a graph that kg did not make.
// access: READ
// $id: STRING, the property that identifies a node; $label: STRING, the property that names it
// returns id: ANY or null, name: ANY or null, category: LIST<STRING> (its labels), properties: MAP
MATCH (node)
RETURN node[$id] AS id, node[$label] AS name, labels(node) AS category, properties(node) AS properties
