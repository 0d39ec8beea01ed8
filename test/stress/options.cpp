#include "options.hpp"

#include <stdexcept>

namespace stress {

namespace {

constexpr const char *usage =
	"usage: stress [--conninfo C] [--seconds N] [--round N] [--seed N] [--connections N]\n"
	"              [--isolation 'read committed' | 'repeatable read' | serializable | mixed] [--views NAMES]\n"
	"              [--break RULE] [--orderly] [--kill] [--keep]";

std::vector<std::string>
levels_of(const std::string &isolation)
{
	if (isolation == "mixed")
		return Manner().levels;
	if (isolation != "read committed" && isolation != "repeatable read" && isolation != "serializable")
		throw std::runtime_error(usage);
	std::string level;
	for (char c : isolation)
		level += c == ' ' ? ' ' : static_cast<char>(c - 'a' + 'A');
	return {level};
}

} // namespace

/* Some lock views as wholes, often or always, beside those that lock by values. */
std::string
Options::setup(int number) const
{
	const char *const limits[] = {"128", "128", "20", "128", "4", "0"};
	return "SET search_path = stress, public; SET deadlock_timeout = '50ms'; LOAD 'pg_deltaview';"
		   " SET deltaview.max_key_locks = " +
		   std::string(limits[number % 6]) + (breaks.empty() ? "" : "; SET deltaview.test_break = " + breaks);
}

Options
parse(int argc, char **argv)
{
	Options options;
	for (int i = 1; i < argc; i++)
	{
		std::string name = argv[i];
		if (name == "--kill")
			options.kill = true;
		else if (name == "--keep")
			options.keep = true;
		else if (name == "--orderly")
			options.manner.orderly = true;
		else if (i + 1 == argc)
			throw std::runtime_error(usage);
		else if (name == "--conninfo")
			options.conninfo = argv[++i];
		else if (name == "--seconds")
			options.seconds = std::stoi(argv[++i]);
		else if (name == "--round")
			options.round_seconds = std::stoi(argv[++i]);
		else if (name == "--seed")
			options.seed = static_cast<unsigned>(std::stoul(argv[++i]));
		else if (name == "--connections")
			options.connections = std::stoi(argv[++i]);
		else if (name == "--isolation")
			options.manner.levels = levels_of(argv[++i]);
		else if (name == "--views")
			options.views = argv[++i];
		else if (name == "--break")
			options.breaks = argv[++i];
		else
			throw std::runtime_error(usage);
	}
	options.conninfo += " application_name=stress";
	return options;
}

} // namespace stress
