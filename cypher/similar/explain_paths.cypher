// The shortest ways from one concept to another over mappings, cross-references, groups, replacements and hierarchy, of
// up to four edges that nobody negated; of parallel edges each is a way of its own.
// access: READ
// :param subject => 'phecode:250.2'; :param object => 'MONDO:0005148'
// $subject: STRING (CURIE), $object: STRING (CURIE)
// returns nodes: LIST<LIST> of id: STRING (CURIE), name: STRING; edges: LIST<LIST> of predicate: STRING, source: STRING,
//   forward: BOOLEAN (whether it points along the way)
MATCH way = SHORTEST 40
  (subject:Concept {id: $subject})
  -[edge:EXACT_MATCH|CLOSE_MATCH|BROAD_MATCH|NARROW_MATCH|RELATED_MATCH|XREF|GROUPS|REPLACED_BY|CONSIDER|SUBCLASS_OF
    WHERE edge.negated IS NULL OR NOT edge.negated]-{1,4}
  (object:Concept {id: $object})
WITH nodes(way) AS nodes, relationships(way) AS edges
RETURN [node IN nodes | [node.id, node.name]] AS nodes,
       [i IN range(0, size(edges) - 1) | [type(edges[i]), edges[i].source, startNode(edges[i]) = nodes[i]]] AS edges
