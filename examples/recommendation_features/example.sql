-- Behaviour counts per user and item, and the three best items of each user: one click changes both.
CREATE SCHEMA recommendation_features;
SET search_path = recommendation_features;

CREATE TABLE users (user_id int PRIMARY KEY);
CREATE TABLE events (user_id int NOT NULL REFERENCES users, item_id int NOT NULL, kind text NOT NULL);
CREATE INDEX ON events (user_id, item_id);
INSERT INTO users SELECT generate_series(1, 500);
INSERT INTO events SELECT 1 + n % 500, 1 + (n * 7 + n / 500 % 9) % 50, CASE WHEN n % 11 = 0 THEN 'buy' ELSE 'click' END
	FROM generate_series(1, 20000) n;

SELECT deltaview.create_view('user_item', $$
	SELECT user_id, item_id, count(*) FILTER (WHERE kind = 'click') AS clicks,
		count(*) FILTER (WHERE kind = 'buy') AS buys
	FROM events GROUP BY user_id, item_id $$);

-- A view on a view: it reads the counts, not the events.
SELECT deltaview.create_view('top_items', $$
	SELECT u.user_id, t.item_id, t.score, t.place
	FROM users u CROSS JOIN LATERAL (
		SELECT item_id, clicks + 5 * buys AS score,
			row_number() OVER (ORDER BY clicks + 5 * buys DESC, item_id) AS place
		FROM user_item i WHERE i.user_id = u.user_id
		ORDER BY clicks + 5 * buys DESC, item_id LIMIT 3) t $$);
SELECT base_table, strategy, reason FROM deltaview.explain('user_item');
SELECT base_table, strategy, reason FROM deltaview.explain('top_items');

SELECT item_id, score, place FROM top_items WHERE user_id = 42 ORDER BY place;

-- Three clicks and a purchase.
INSERT INTO events VALUES (42, 7, 'click'), (42, 7, 'click'), (42, 7, 'click'), (42, 7, 'buy');
SELECT item_id, score, place FROM top_items WHERE user_id = 42 ORDER BY place;

-- A new user has nothing until his first click; events that were a robot's go.
INSERT INTO users VALUES (501);
INSERT INTO events VALUES (501, 3, 'click');
DELETE FROM events WHERE user_id = 42 AND kind = 'click';
SELECT user_id, item_id, score, place FROM top_items WHERE user_id IN (42, 501) ORDER BY user_id, place;

SELECT * FROM deltaview.verify('user_item');
SELECT * FROM deltaview.verify('top_items');
