// From schema 1 to 2: effects aligned to one allele of their variant (`aligned_effect`, `counted_allele`), which the next load writes.
// access: WRITE
MATCH (meta:Meta {name: 'kg'})
SET meta.schema = 2
