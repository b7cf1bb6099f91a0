"""The starter data: small hand-curated files in the official formats, for `kg demo` and the tests.

`kg load all --data` finds them like any download; `gold.tsv` holds the curated PheCode→EFO answers and is never loaded.
Sources, licences and how the facts were checked: NOTICE.
"""
