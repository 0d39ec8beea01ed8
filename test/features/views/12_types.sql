-- All types: as columns, through a join by the type, as groups, as keys of DISTINCT.
-- type_strings
SELECT id, vc, ch, na, ch || '|' AS padded, vc COLLATE "C" < 'a' AS less, length(ch) AS n FROM things;
-- type_bytes
SELECT id, ba, encode(ba, 'hex') AS hex, bi, vb, bi & B'0011' AS low, length(vb) AS n FROM things;
-- type_times
SELECT id, d, t, tz, ts, iv, d + iv AS later, ts - d AS since, t + iv AS t2 FROM things;
-- type_timestamptz
SELECT id, tsz, tsz::date AS day, tsz::text AS text, date_trunc('day', tsz) AS start, extract(hour FROM tsz) AS hour, to_char(tsz, 'YYYY-MM-DD HH24 TZ') AS c FROM things;
-- type_network
SELECT id, ip, net, mac, ip << net AS inside, host(ip) AS host, masklen(net) AS len FROM things;
-- type_ids
SELECT id, u, o, ls2, mo, po, wo FROM things;
-- type_arrays
SELECT id, arr, ta, ta || 'z'::text AS more, arr[1] AS first, cardinality(arr) AS n, 2 = ANY (arr) AS two, ta @> '{a}' AS a FROM things;
-- type_ranges
SELECT id, ir, nr, dr, mr, tr, ir @> 3 AS three, ir * '[2,4)' AS part, upper(mr) AS up, ir && '[4,5)' AS meets FROM things;
-- type_composite
SELECT id, pr, (pr).a, (pr).b || '!' AS b, pr = ROW(1, 'x')::pair AS same FROM things;
-- type_json
SELECT id, js, js -> 'l' AS l, js ->> 'k' AS k, json_typeof(js) AS type FROM things;
-- type_jsonb
SELECT id, jb, jb -> 'l' -> 0 AS l, jb @> '{"k": 1}' AS one, jb #>> '{l,1}' AS path, jsonb_typeof(jb) AS type FROM things;
-- type_text_search
SELECT id, tv, tq, tv @@ tq AS found, numnode(tq) AS n FROM things;
-- type_geometry
SELECT id, pt, bx, ci, pg, ls, pa, li, bx @> pt AS inside, npoints(pg) AS n FROM things;
-- type_numbers
SELECT id, s, i, b, n, r, f, m, v, m * 2 AS twice, i::numeric / 3 AS third, b % 7 AS rest FROM numbers;
-- type_xml [needs xml]
SELECT id, xmlelement(name thing, xmlattributes(mo AS mood), vc) AS x, xmlforest(vc, ch) AS f FROM things;
-- type_everything
SELECT * FROM things;
-- types_left_join
SELECT a.id, b.js, b.pt, b.pg, b.arr, b.mr FROM things a LEFT JOIN things b ON b.id = a.id + 1;
-- types_exists
SELECT id, js, ci, tv FROM things t WHERE EXISTS (SELECT FROM orders o WHERE o.id = t.id);
-- types_no_key
SELECT js, pt, ci, li, tq, pa FROM things WHERE id > 4;
-- types_union
SELECT jb, arr, ir, u FROM things WHERE id < 12 UNION SELECT jb, arr, ir, u FROM things WHERE id > 8;
-- group_strings
SELECT vc, ch, count(*) AS n FROM things GROUP BY vc, ch;
-- group_bytes
SELECT ba, bi, vb, count(*) AS n FROM things GROUP BY ba, bi, vb;
-- group_times
SELECT d, t, count(*) AS n, max(ts) AS ts FROM things GROUP BY d, t;
-- group_timestamps
SELECT ts, tsz, count(*) AS n FROM things GROUP BY ts, tsz;
-- group_day_zone
SELECT tsz::date AS day, count(*) AS n FROM things GROUP BY tsz::date;
-- group_time_zone [inexact]
SELECT tz, count(*) AS n FROM things GROUP BY tz;
-- group_interval [inexact]
SELECT iv, count(*) AS n FROM things GROUP BY iv;
-- group_network
SELECT ip, net, mac, count(*) AS n FROM things GROUP BY ip, net, mac;
-- group_uuid_enum
SELECT u, mo, count(*) AS n, sum(po) AS po FROM things GROUP BY u, mo;
-- group_domain
SELECT po, wo, count(*) AS n FROM things GROUP BY po, wo;
-- group_arrays
SELECT arr, ta, count(*) AS n FROM things GROUP BY arr, ta;
-- group_ranges
SELECT ir, dr, count(*) AS n FROM things GROUP BY ir, dr;
-- group_ranges_more [inexact]
SELECT nr, mr, tr, count(*) AS n FROM things GROUP BY nr, mr, tr;
-- group_composite
SELECT pr, count(*) AS n, sum(po) AS po FROM things GROUP BY pr;
-- group_jsonb [inexact]
SELECT jb, count(*) AS n FROM things GROUP BY jb;
-- group_text_search
SELECT tv, tq, count(*) AS n FROM things GROUP BY tv, tq;
-- group_numbers [inexact]
SELECT n, r, f, m, count(*) AS c FROM numbers GROUP BY n, r, f, m;
-- group_oid_lsn
SELECT o, ls2, na, count(*) AS n FROM things GROUP BY o, ls2, na;
-- distinct_types [inexact]
SELECT DISTINCT iv, jb, arr, ir, mo FROM things;
-- keyed_types
SELECT u, ip, array_agg(id ORDER BY id) AS ids, json_agg(js ORDER BY id) AS docs FROM things GROUP BY u, ip;
-- keyed_ranges
SELECT ir, mo, string_agg(wo, ',' ORDER BY id) AS w FROM things GROUP BY ir, mo;
-- keyed_arrays
SELECT id, arr, rank() OVER (PARTITION BY arr ORDER BY id) AS r FROM things;
-- join_types
SELECT a.id, b.id AS other FROM things a JOIN things b ON a.u = b.u AND a.mo = b.mo;
-- join_ranges
SELECT a.id, b.id AS other FROM things a JOIN things b ON a.ir && b.ir AND a.id < b.id;
-- join_arrays
SELECT a.id, p.code FROM things a JOIN products p ON p.tags = a.ta;
-- join_left_jsonb
SELECT a.id, e.kind FROM things a LEFT JOIN events e ON e.doc -> 'a' = a.jb -> 'k';
-- types_settings
SELECT id, d::text AS d, iv::text AS iv, ba::text AS ba, concat(ts, '/', tsz) AS c, jsonb_build_array(tsz, d) AS j FROM things;
