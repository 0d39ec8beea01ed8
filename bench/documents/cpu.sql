-- What this backend has used so far.
CREATE FUNCTION cpu_ms() RETURNS float VOLATILE LANGUAGE sql AS
$$ SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float / 1e6 $$;
