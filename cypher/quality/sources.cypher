// What was loaded: version, licence and the outcome of every input row, by source.
// access: READ
// returns source: STRING, version: STRING, licence: STRING, rows: INTEGER, staged: INTEGER, merged: INTEGER, rejected: INTEGER,
//   nodes: INTEGER, names: INTEGER, edges: INTEGER, loaded: STRING
MATCH (s:Source)
RETURN s.name AS source, s.version AS version, s.licence AS licence, s.rows AS rows, s.staged AS staged, s.merged AS merged,
  s.rejected AS rejected, s.nodes AS nodes, s.names AS names, s.edges AS edges, s.loaded AS loaded
ORDER BY source
