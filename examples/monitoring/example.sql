-- Latest, worst and average sample per host and metric; an alert is raised in the commit that makes it due.
CREATE SCHEMA monitoring;
SET search_path = monitoring;

CREATE TABLE samples (host text NOT NULL, metric text NOT NULL, at timestamptz NOT NULL, value numeric NOT NULL,
	PRIMARY KEY (host, metric, at));
CREATE TABLE rules (rule_id int PRIMARY KEY, metric text NOT NULL, highest numeric NOT NULL);
CREATE INDEX ON samples (metric);
CREATE INDEX ON rules (metric);
CREATE TABLE alerts (alert_id bigint GENERATED ALWAYS AS IDENTITY, host text, rule_id int, value numeric);
INSERT INTO rules VALUES (1, 'load', 8), (2, 'disk', 90);

SELECT deltaview.create_view('worst', $$
	SELECT s.host, r.rule_id, max(s.value) AS worst, avg(s.value) AS average, count(*) AS samples,
		count(*) FILTER (WHERE s.value > r.highest) AS violations
	FROM samples s JOIN rules r USING (metric) GROUP BY s.host, r.rule_id $$);
SELECT deltaview.create_view('latest', $$
	SELECT DISTINCT ON (host, metric) host, metric, at, value FROM samples ORDER BY host, metric, at DESC $$);
SELECT base_table, strategy FROM deltaview.explain('worst');
SELECT base_table, strategy FROM deltaview.explain('latest');

-- The view is a table: a trigger on it fires in the transaction whose samples changed it.
CREATE FUNCTION raise_alert() RETURNS trigger LANGUAGE plpgsql SET search_path = monitoring AS $$
BEGIN
	INSERT INTO alerts (host, rule_id, value) VALUES (NEW.host, NEW.rule_id, NEW.worst);
	PERFORM pg_notify('alerts', NEW.host || ': rule ' || NEW.rule_id);
	RETURN NULL;
END $$;
CREATE TRIGGER raise_alert AFTER INSERT ON worst FOR EACH ROW
	WHEN (NEW.violations > 0) EXECUTE FUNCTION raise_alert();
CREATE TRIGGER raise_alert_again AFTER UPDATE ON worst FOR EACH ROW
	WHEN (NEW.violations > OLD.violations) EXECUTE FUNCTION raise_alert();

INSERT INTO samples VALUES ('web1', 'load', '2024-05-01 10:00+00', 1.5), ('web2', 'load', '2024-05-01 10:00+00', 2.5);
INSERT INTO samples VALUES ('web1', 'load', '2024-05-01 10:01+00', 9.5), ('web1', 'disk', '2024-05-01 10:01+00', 95);
SELECT * FROM alerts ORDER BY alert_id;

-- A transaction that rolls back raises no alert.
BEGIN;
INSERT INTO samples VALUES ('web2', 'load', '2024-05-01 10:02+00', 30);
ROLLBACK;
-- A stricter rule is an alert at once, for every host that breaks it.
UPDATE rules SET highest = 2 WHERE rule_id = 1;
SELECT host, rule_id, value FROM alerts ORDER BY alert_id;

-- Old samples go.
DELETE FROM samples WHERE at < '2024-05-01 10:01+00';
SELECT host, rule_id, worst, round(average, 2) AS average, samples, violations FROM worst ORDER BY host, rule_id;
SELECT host, metric, value FROM latest ORDER BY host, metric;

SELECT * FROM deltaview.verify('worst');
SELECT * FROM deltaview.verify('latest');
