-- Servers and user mappings for sinks: their options are checked, and no message repeats a value.
SET client_min_messages = warning;
\set VERBOSITY default
-- what a uri may be
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo;
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri '');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'localhost:27017');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'http://localhost');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb:///?replicaSet=a');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://me@localhost');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://me:hidden@localhost/?tls=true');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://me:hid/den@localhost');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost/shop');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost/?w=1');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost/?replicaSet=a&journal=false');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost/?TLSCAFILE=/etc/passwd');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost/?authSource=admin');
-- the other options
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', host 'localhost');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', password 'hidden');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', tls 'perhaps');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', tls_ca_file '');
CREATE SERVER mongo FOREIGN DATA WRAPPER deltaview_mongo
	OPTIONS (uri 'mongodb://a:27017,b:27018/?replicaSet=rs0&retryWrites=true&CONNECTTIMEOUTMS=500', tls 'on', tls_ca_file '/etc/ca.pem',
		tls_certificate_key_file '/etc/me.pem', tls_allow_invalid_certificates 'false', tls_allow_invalid_hostnames 'no');
ALTER SERVER mongo OPTIONS (DROP uri);
ALTER SERVER mongo OPTIONS (SET uri 'mongodb+srv://cluster.example.com');
ALTER FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (ADD uri 'mongodb://localhost');
-- user mappings
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (username 'me', password 'hidden');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (password 'hidden');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (user '', password 'hidden');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (user 'me', password '');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (user 'me', password 'hidden', auth_mechanism 'GSSAPI');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (user 'me', password 'hidden', uri 'mongodb://localhost');
CREATE USER MAPPING FOR CURRENT_USER SERVER mongo
	OPTIONS (user 'me', password 'hidden', auth_source 'admin', auth_mechanism 'SCRAM-SHA-256');
CREATE USER MAPPING FOR PUBLIC SERVER mongo;
ALTER USER MAPPING FOR CURRENT_USER SERVER mongo OPTIONS (DROP user);
-- no table is read through the wrapper
CREATE FOREIGN TABLE remote (a int) SERVER mongo;
SELECT * FROM remote;
DROP FOREIGN TABLE remote;
-- a server is for those to whom it is given, and files of the server are for those who may read them
CREATE ROLE deltaview_sinker;
SET ROLE deltaview_sinker;
CREATE SERVER mine FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost');
RESET ROLE;
GRANT USAGE ON FOREIGN DATA WRAPPER deltaview_mongo TO deltaview_sinker;
SET ROLE deltaview_sinker;
CREATE SERVER mine FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost', tls_ca_file '/etc/passwd');
CREATE SERVER mine FOREIGN DATA WRAPPER deltaview_mongo OPTIONS (uri 'mongodb://localhost');
ALTER SERVER mine OPTIONS (ADD tls_certificate_key_file '/etc/passwd');
SELECT umoptions FROM pg_user_mappings WHERE srvname = 'mongo';
RESET ROLE;
DROP SERVER mine;
DROP SERVER mongo CASCADE;
REVOKE USAGE ON FOREIGN DATA WRAPPER deltaview_mongo FROM deltaview_sinker;
DROP ROLE deltaview_sinker;
