--
-- PostgreSQL database dump
--

COPY public.identifier (id, identifier, id_type, struct_id, parent_match) FROM stdin;
1	DB00437	DRUGBANK_ID	318	f
2	CHEBI:40279	CHEBI	318	\N
3	d00023	MMSL	318	\N
\.

COPY public.ob_product (id, ingredient) FROM stdin;
1	Gout
\.

COPY public.omop_relationship (id, struct_id, concept_id, relationship_name, concept_name, umls_cui, snomed_full_name, cui_semantic_type, snomed_conceptid) FROM stdin;
173433	318	21000716	indication	Gout	C0018099	Gout	T047	90560007
173398	5253	21002338	indication	Urinary tract infection caused by Klebsiella	C4076057	Urinary tract infection caused by Klebsiella	T047	\N
133138	318	21000584	contraindication	Hypothyroidism	\N	Hypothyroidism	T047	40930008
140001	318	21000001	off-label use	Fever	C0015967	Fever	T184	386661006
132496	661	40249309	reduce risk	Cardiovascular event	C1320716	Cardiovascular event	T046	405617006
132497	661	40249310	new relation	Gout	C0018099	Gout	T047	90560007
132498	661	40249311	indication	A disease of no vocabulary	\N	\N	\N	\N
\.

COPY public.parentmol (cd_id, name) FROM stdin;
1	not read
\.

COPY public.structures (cd_id, cd_formula, id, name, molfile) FROM stdin;
1	C5H4N4O	318	allopurinol	\n  -INDIGO-\nM  END
\.
