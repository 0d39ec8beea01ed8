#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace bench {

/* What a server process has used since it began; instructions are 0 where the kernel does not count them for us. */
struct Used
{
	double seconds = 0, cpu = 0, instructions = 0; /* cpu in microseconds */
};

Used operator-(const Used &after, const Used &before);

/* A connection, and the server process behind it. */
class Backend
{
public:
	explicit Backend(const std::string &conninfo);
	~Backend();
	Backend(const Backend &) = delete;
	Backend &operator=(const Backend &) = delete;

	int pid() const { return PQbackendPID(connection_.get()); }
	Used used() const;
	void run(const std::string &sql);
	void prepare(const std::string &name, const std::string &sql);
	/* Runs what was prepared, with the parameter if it is asked for. */
	void execute(const std::string &name, bool has_parameter, long parameter);
	/* Runs a long statement, and looks at the private memory of the process meanwhile: the most seen, in kB. */
	long watch(const std::string &sql);

private:
	void check(PGresult *result, const std::string &what);
	long memory() const;

	std::unique_ptr<PGconn, void (*)(PGconn *)> connection_;
	int counter_ = -1;
};

} // namespace bench
