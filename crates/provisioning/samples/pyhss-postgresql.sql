--
-- PostgreSQL database dump
--
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.apn (
    apn_id character varying(64),
    apn character varying(64),
    ip_version character varying(64),
    pgw_address character varying(64),
    sgw_address character varying(64),
    charging_characteristics character varying(64),
    apn_ambr_dl character varying(64),
    apn_ambr_ul character varying(64),
    qci character varying(64),
    arp_priority character varying(64),
    arp_preemption_capability character varying(64),
    arp_preemption_vulnerability character varying(64),
    charging_rule_list character varying(64),
    nbiot character varying(64),
    nidd_scef_id character varying(64),
    nidd_scef_realm character varying(64),
    nidd_mechanism character varying(64),
    nidd_rds character varying(64),
    nidd_preferred_data_mode character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.apn OWNER TO pyhss;
COPY public.apn (apn_id, apn, ip_version, pgw_address, sgw_address, charging_characteristics, apn_ambr_dl, apn_ambr_ul, qci, arp_priority, arp_preemption_capability, arp_preemption_vulnerability, charging_rule_list, nbiot, nidd_scef_id, nidd_scef_realm, nidd_mechanism, nidd_rds, nidd_preferred_data_mode, last_modified) FROM stdin;
1	internet	0	10.98.0.20	10.98.0.10	0800	50000000	20000000	9	4	f	t	\N	f	\N	\N	\N	\N	\N	2024-05-01T10:00:00Z
2	ims	3	\N	\N	0800	128000	128000	5	1	t	f	1,2	f	\N	\N	\N	\N	\N	2024-05-01T10:00:00Z
3	meter	4	\N	\N	\N	1000	1000	9	15	f	t	\N	t	scef.example.org	example.org	1	0	1	2024-05-01T10:00:00Z
4	corp	2	pgw.example.org	\N	0C00	0	0	9	4	f	t	\N	f	\N	\N	\N	\N	\N	2024-05-01T10:00:00Z
\.

CREATE TABLE public.auc (
    auc_id character varying(64),
    ki character varying(64),
    opc character varying(64),
    amf character varying(64),
    sqn character varying(64),
    iccid character varying(64),
    imsi character varying(64),
    batch_name character varying(64),
    sim_vendor character varying(64),
    esim character varying(64),
    lpa character varying(64),
    pin1 character varying(64),
    pin2 character varying(64),
    puk1 character varying(64),
    puk2 character varying(64),
    kid character varying(64),
    psk character varying(64),
    des character varying(64),
    adm1 character varying(64),
    algo character varying(64),
    misc1 character varying(64),
    misc2 character varying(64),
    misc3 character varying(64),
    misc4 character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.auc OWNER TO pyhss;
COPY public.auc (auc_id, ki, opc, amf, sqn, iccid, imsi, batch_name, sim_vendor, esim, lpa, pin1, pin2, puk1, puk2, kid, psk, des, adm1, algo, misc1, misc2, misc3, misc4, last_modified) FROM stdin;
1	465b5ce8b199b49faa5f0a2ee238a6bc	cd63cb71954a9f4e48a5994e37a02baf	8000	3201	8949001	001010000000001	b'1	Acme	f	\N	1234	\N	\N	\N	\N	\N	\N	55667788	3	\N	\N	\N	\N	2024-05-01T10:00:00Z
2	0396eb317b6d1c36f19c1c84cd6ffd16	53c15671c60a4b731c55b4a441c0bde2	9001	0	\N	001010000000002	\N	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	\N	\N	\N	\N	2024-05-01T10:00:00Z
3	465b5ce8b199b49faa5f0a2ee238a6bc	cd63cb71954a9f4e48a5994e37a02baf	8000	\N	\N	001010000000003	\N	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	3	\N	\N	\N	\N	2024-05-01T10:00:00Z
4	465b5ce8b199b49faa5f0a2ee238a6bc	cd63cb71954a9f4e48a5994e37a02baf	8000	281474976710655	\N	001010000000004	\N	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	3	\N	\N	\N	\N	2024-05-01T10:00:00Z
5	465b5ce8b199b49faa5f0a2ee238a6bc	cd63cb71954a9f4e48a5994e37a02baf	8000	100	\N	001010000000005	\N	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	3	\N	\N	\N	\N	2024-05-01T10:00:00Z
6	465b5ce8b199b49faa5f0a2ee238a6bc	cd63cb71954a9f4e48a5994e37a02baf	8000	100	8949006	001010000000006	\N	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	3	\N	\N	\N	\N	2024-05-01T10:00:00Z
\.

CREATE TABLE public.subscriber (
    subscriber_id character varying(64),
    imsi character varying(64),
    enabled character varying(64),
    auc_id character varying(64),
    default_apn character varying(64),
    apn_list character varying(64),
    msisdn character varying(64),
    ue_ambr_dl character varying(64),
    ue_ambr_ul character varying(64),
    nam character varying(64),
    roaming_enabled character varying(64),
    roaming_rule_list character varying(64),
    subscribed_rau_tau_timer character varying(64),
    serving_mme character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.subscriber OWNER TO pyhss;
COPY public.subscriber (subscriber_id, imsi, enabled, auc_id, default_apn, apn_list, msisdn, ue_ambr_dl, ue_ambr_ul, nam, roaming_enabled, roaming_rule_list, subscribed_rau_tau_timer, serving_mme, last_modified) FROM stdin;
1	001010000000001	t	1	1	1,2	33612345678	99999999	88888888	2	t	\N	300	mme.example.org	2024-05-01T10:00:00Z
2	001010000000002	t	2	2	2,3	33612345679	999999	999999	0	t	3	600	\N	2024-05-01T10:00:00Z
3	001010000000003	f	3	4	4	\N	999999	999999	0	f	\N	300	\N	2024-05-01T10:00:00Z
4	001010000000004	t	4	1	1	\N	999999	999999	0	t	\N	300	\N	2024-05-01T10:00:00Z
5	001010000000005	t	5	1	1,9	\N	999999	999999	0	t	\N	300	\N	2024-05-01T10:00:00Z
7	001010000000007	t	99	1	1	\N	999999	999999	0	t	\N	300	\N	2024-05-01T10:00:00Z
\.

CREATE TABLE public.ims_subscriber (
    ims_subscriber_id character varying(64),
    msisdn character varying(64),
    msisdn_list character varying(64),
    imsi character varying(64),
    ifc_path character varying(64),
    pcscf character varying(64),
    xcap_profile character varying(64),
    sh_profile character varying(64),
    scscf character varying(64),
    sh_template_path character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.ims_subscriber OWNER TO pyhss;
COPY public.ims_subscriber (ims_subscriber_id, msisdn, msisdn_list, imsi, ifc_path, pcscf, xcap_profile, sh_profile, scscf, sh_template_path, last_modified) FROM stdin;
1	33612345678	33612345678,+33612345999	001010000000001	default_ifc.xml	pcscf.example.org	\N	\N	sip:scscf.example.org	\N	2024-05-01T10:00:00Z
2	33612345679	\N	\N	\N	\N	<simservs/>	\N	\N	\N	2024-05-01T10:00:00Z
\.

CREATE TABLE public.subscriber_routing (
    subscriber_routing_id character varying(64),
    subscriber_id character varying(64),
    apn_id character varying(64),
    ip_version character varying(64),
    ip_address character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.subscriber_routing OWNER TO pyhss;
COPY public.subscriber_routing (subscriber_routing_id, subscriber_id, apn_id, ip_version, ip_address, last_modified) FROM stdin;
1	1	1	0	100.64.0.7	2024-05-01T10:00:00Z
\.

CREATE TABLE public.roaming_network (
    roaming_network_id character varying(64),
    name character varying(64),
    preference character varying(64),
    mcc character varying(64),
    mnc character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.roaming_network OWNER TO pyhss;
COPY public.roaming_network (roaming_network_id, name, preference, mcc, mnc, last_modified) FROM stdin;
1	Denied	1	901	070	2024-05-01T10:00:00Z
2	Other	1	310	410	2024-05-01T10:00:00Z
3	Third	1	262	01	2024-05-01T10:00:00Z
\.

CREATE TABLE public.roaming_rule (
    roaming_rule_id character varying(64),
    roaming_network_id character varying(64),
    allow character varying(64),
    enabled character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.roaming_rule OWNER TO pyhss;
COPY public.roaming_rule (roaming_rule_id, roaming_network_id, allow, enabled, last_modified) FROM stdin;
1	1	f	t	2024-05-01T10:00:00Z
2	2	f	t	2024-05-01T10:00:00Z
3	2	t	t	2024-05-01T10:00:00Z
4	3	f	f	2024-05-01T10:00:00Z
\.

CREATE TABLE public.eir (
    eir_id character varying(64),
    imei character varying(64),
    imsi character varying(64),
    regex_mode character varying(64),
    match_response_code character varying(64),
    last_modified character varying(64)
);
ALTER TABLE public.eir OWNER TO pyhss;
COPY public.eir (eir_id, imei, imsi, regex_mode, match_response_code, last_modified) FROM stdin;
1	35.*	\N	1	0	2024-05-01T10:00:00Z
\.

CREATE TABLE public.operation_log (
    id character varying(64),
    item_id character varying(64),
    operation_id character varying(64)
);
ALTER TABLE public.operation_log OWNER TO pyhss;
COPY public.operation_log (id, item_id, operation_id) FROM stdin;
1	1	it's; a "test"
\.

