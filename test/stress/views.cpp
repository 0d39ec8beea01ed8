#include "schema.hpp"

namespace stress {

const std::vector<View> all_views = {
	/* linear */
	{"join_v", "on commit", "SELECT a.id, b.id AS bid, a.k, x, y FROM a JOIN b USING (k)"},
	{"chain_v", "on commit", "SELECT c1.id, c2.id AS id2, c3.id AS id3 FROM c1 JOIN c2 USING (k) JOIN c3 USING (l)"},
	{"star_v", "on commit",
	 "SELECT o.id, c.name, i.no, i.qty FROM customers c JOIN orders o ON o.customer = c.id JOIN items i ON"
	 " i.order_id = o.id"},
	{"copies_v", "on commit", "SELECT k, v FROM copies"},
	{"self_v", "on commit", "SELECT d.k, d.v, e.v AS w FROM copies d JOIN copies e USING (k)"},
	{"copies_join_v", "on commit", "SELECT d.v, a.x FROM copies d JOIN a USING (k)"},
	{"near_v", "on commit",
	 "SELECT a.id, b.id AS bid FROM a JOIN b ON b.y BETWEEN a.x - 1 AND a.x + 1 WHERE a.id < 40"},
	{"all_of_v", "on commit",
	 "SELECT k FROM c1 UNION ALL SELECT l FROM c3 UNION ALL SELECT a.k FROM a JOIN b USING (k)"},
	/* aggregate */
	{"sum_v", "on commit", "SELECT k, count(*) AS n, sum(x) AS s FROM a GROUP BY k"},
	{"join_sum_v", "on commit", "SELECT a.k, count(*) AS n, sum(y) AS s FROM a JOIN b USING (k) GROUP BY a.k"},
	{"chain_sum_v", "on commit",
	 "SELECT c3.l, count(*) AS n, sum(c1.id) AS s FROM c1 JOIN c2 USING (k) JOIN c3 USING (l) GROUP BY c3.l"},
	{"minmax_v", "on commit", "SELECT k, min(y) AS low, max(y) AS high FROM b GROUP BY k"},
	{"join_max_v", "on commit",
	 "SELECT o.customer, max(i.qty) AS m FROM orders o JOIN items i ON i.order_id = o.id"
	 " GROUP BY o.customer"},
	{"numeric_v", "on commit", "SELECT k, sum(m) AS s, avg(m) AS mean FROM numbers GROUP BY k"},
	{"total_v", "on commit", "SELECT count(*) AS n, sum(x) AS s, max(x) AS top FROM a"},
	{"statement_v", "on statement", "SELECT k, count(*) AS n, sum(v) AS s FROM copies GROUP BY k"},
	{"statement_join_v", "on statement", "SELECT c1.id, c2.id AS id2, c2.l FROM c1 JOIN c2 USING (k)"},
	/* keyed */
	{"left_v", "on commit", "SELECT a.id, a.x, b.y FROM a LEFT JOIN b USING (k)"},
	{"full_v", "on commit", "SELECT c1.id, c1.k, c2.id AS id2 FROM c1 FULL JOIN c2 ON c2.k = c1.k"},
	{"left_chain_v", "on commit",
	 "SELECT c1.id, c2.l, c3.id AS id3 FROM c1 LEFT JOIN c2 USING (k) LEFT JOIN c3 USING (l)"},
	{"exists_v", "on commit", "SELECT c1.id, c1.k FROM c1 WHERE EXISTS (SELECT FROM c2 WHERE c2.k = c1.k)"},
	{"lonely_v", "on commit", "SELECT a.id, a.x FROM a WHERE NOT EXISTS (SELECT FROM b WHERE b.k = a.k)"},
	{"far_v", "on commit",
	 "SELECT c1.id FROM c1 WHERE NOT EXISTS (SELECT FROM c2 JOIN c3 USING (l) WHERE c2.k = c1.k)"},
	{"not_in_v", "on commit",
	 "SELECT o.id FROM orders o WHERE o.id NOT IN (SELECT order_id FROM items WHERE qty > 15)"},
	{"doc_v", "on commit",
	 "SELECT o.id, (SELECT to_jsonb(c) FROM customers c WHERE c.id = o.customer) AS customer,"
	 " (SELECT json_agg(json_build_object('no', i.no, 'qty', i.qty) ORDER BY i.no) FROM items i WHERE i.order_id = o.id)"
	 " AS items FROM orders o"},
	{"distinct_v", "on commit", "SELECT DISTINCT k FROM copies"},
	{"rank_v", "on commit", "SELECT id, k, rank() OVER (PARTITION BY k ORDER BY y) AS place FROM b"},
	{"array_v", "on commit", "SELECT a.k, array_agg(b.y ORDER BY b.id) AS ys FROM a JOIN b USING (k) GROUP BY a.k"},
	/* cascades */
	{"nested_v", "on commit",
	 "SELECT n, count(*) AS customers FROM (SELECT c.id, count(o.id) AS n FROM customers c LEFT JOIN orders o ON"
	 " o.customer = c.id GROUP BY c.id) x GROUP BY n"},
	{"inner_max_v", "on commit",
	 "SELECT i.order_id, i.no, m.top FROM items i JOIN (SELECT order_id, max(qty) AS top FROM items GROUP BY order_id) m"
	 " ON m.order_id = i.order_id AND m.top = i.qty"},
	{"top_v", "on commit", "SELECT k, sum(x) AS s FROM a GROUP BY k ORDER BY s DESC, k LIMIT 3"},
	{"having_v", "on commit", "SELECT k, sum(y) AS s FROM b GROUP BY k HAVING sum(y) > (SELECT 2 * avg(x) FROM a)"},
	{"few_v", "on commit", "SELECT k, count(*) AS n FROM a GROUP BY k HAVING count(*) BETWEEN 1 AND 2"},
	{"except_v", "on commit", "SELECT k FROM a EXCEPT SELECT k FROM b"},
	{"union_v", "on commit", "SELECT k FROM c1 UNION SELECT l FROM c2 INTERSECT SELECT l FROM c3"},
	{"rollup_v", "on commit", "SELECT k, l, count(*) AS n FROM c2 GROUP BY ROLLUP (k, l)"},
	{"parts_v", "on commit",
	 "SELECT s.k, s.s, m.n FROM (SELECT k, sum(x) AS s FROM a GROUP BY k) s JOIN (SELECT k, count(DISTINCT y) AS n FROM b"
	 " GROUP BY k) m ON m.k = s.k WHERE s.s > (SELECT max(m) FROM (SELECT count(*) AS m FROM b GROUP BY y) x)"},
	{"nested_statement_v", "on statement",
	 "SELECT n, count(*) AS ks FROM (SELECT k, count(*) AS n FROM copies GROUP BY k) x GROUP BY n"},
	/* views on views */
	{"over_sum_v", "on commit", "SELECT n, count(*) AS groups FROM sum_v GROUP BY n"},
	{"over_join_v", "on commit", "SELECT s.k, s.s, b.y FROM sum_v s JOIN b USING (k)"},
	{"over_both_v", "on commit", "SELECT s.k, s.n, m.high FROM sum_v s LEFT JOIN minmax_v m USING (k)"},
	{"diamond_v", "on commit",
	 "SELECT j.k, j.n, x.id FROM join_sum_v j JOIN lonely_v l ON l.x = j.n JOIN join_v x ON x.k = j.k"},
	{"over_nested_v", "on commit", "SELECT v.n, v.customers, a.x FROM nested_v v LEFT JOIN a ON a.k = v.customers"},
	{"over_doc_v", "on commit", "SELECT customer ->> 'name' AS name, count(items) AS n FROM doc_v GROUP BY 1"},
	/* complete, and by hand */
	{"running_v", "on commit",
	 "SELECT id, sum(qty) OVER (ORDER BY order_id, no) AS s FROM items JOIN orders ON id = order_id"},
	{"demand_v", "on demand", "SELECT k, count(*) AS n FROM a GROUP BY k"},
};

} // namespace stress
