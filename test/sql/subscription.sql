-- A table that a subscription feeds cannot be a base table: the apply worker fires no statement triggers.
SET client_min_messages = error;
CREATE SCHEMA subscribed;
SET search_path = subscribed, public;
CREATE TABLE t (id int PRIMARY KEY, a int);
INSERT INTO t VALUES (1, 1), (2, 1), (3, NULL);
SELECT deltaview.create_view('v', 'SELECT a, count(*) FROM t GROUP BY a');
CREATE SUBSCRIPTION feed CONNECTION 'dbname=none' PUBLICATION none
	WITH (connect = false, slot_name = NONE, enabled = false, create_slot = false);
-- what ALTER SUBSCRIPTION ... REFRESH PUBLICATION does, without a publisher
INSERT INTO pg_subscription_rel SELECT oid, 't'::regclass, 'i', NULL FROM pg_subscription WHERE subname = 'feed';
ALTER SUBSCRIPTION feed SET (binary = true);
SELECT deltaview.create_view('w', 'SELECT count(*) FROM t');
SELECT deltaview.create_view('w', 'SELECT count(*) FROM t', refresh => 'on demand');
SELECT * FROM deltaview.verify('w');
DROP SUBSCRIPTION feed;
INSERT INTO t VALUES (4, 1);
SELECT * FROM deltaview.verify('v');
SELECT a, count FROM v EXCEPT ALL SELECT a, count(*) FROM t GROUP BY a;
SELECT a, count(*) FROM t GROUP BY a EXCEPT ALL SELECT a, count FROM v;
DROP SCHEMA subscribed CASCADE;
