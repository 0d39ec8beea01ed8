#include "sink/client/catalog.hpp"
#include "sink/client/comparison.hpp"
#include "sink/client/failure.hpp"
#include "sink/client/run.hpp"
#include "sink/client/source.hpp"
#include "sink/client/task.hpp"

#include <optional>
#include <unistd.h>

namespace dv::sink {
namespace {

/* The sink stands still as long as this lives. */
class Hold
{
public:
	Hold(Host &host, Catalog &catalog) : host_(host), catalog_(catalog) {}
	~Hold()
	{
		try
		{
			catalog_.clear_hold();
		}
		catch (const std::exception &error)
		{
			/* It ends with the session. */
			host_.log(Level::warning, error.what());
		}
	}
	Hold(const Hold &) = delete;
	Hold &operator=(const Hold &) = delete;

	/* Returns when everything before the position, and nothing else, is in the collection. */
	void set(Lsn upto)
	{
		catalog_.set_hold(upto);
		for (Lsn held = 0; held == 0 || (upto != 0 && held != upto); held = catalog_.held_at())
		{
			host_.wait(100, -1);
			if (host_.stopping())
				throw Failure(Remedy::give_up, "the comparison was cut short");
		}
	}

private:
	Host &host_;
	Catalog &catalog_;
};

Settings
running_settings(Catalog &catalog)
{
	std::optional<Settings> settings = catalog.settings();

	if (!settings)
		throw Failure(Remedy::give_up, "sink \"" + catalog.sink() + "\" does not exist");
	if (settings->wanted != Wanted::run)
		throw Failure(Remedy::give_up, "the sink \"" + catalog.sink() + "\" does not run");
	return *settings;
}

std::shared_ptr<Comparison>
compare(Host &host, const Job &job, const Settings &settings, const std::string &snapshot)
{
	auto reader = std::make_shared<ViewReader>(job.conninfo, job.sink, settings, snapshot);
	auto store = std::make_shared<Store>(settings, "");
	auto comparison = std::make_shared<Comparison>();

	run_task(host, [reader, store, comparison, settings] {
		store->connect();
		comparison->read_view(*reader, store->largest_document());
		comparison->read_collection(*store, settings.collection);
		comparison->find_documents(*reader);
	});
	return comparison;
}

} // namespace

void
verify(Host &host, const Job &job, const std::function<void(const Difference &)> &report)
{
	Catalog catalog(job.conninfo, job.sink);
	Settings settings = running_settings(catalog);
	std::shared_ptr<Comparison> comparison;

	try
	{
		Hold hold(host, catalog);
		hold.set(0);
		Source source(job.conninfo, job.sink);
		NewSlot slot =
			source.create_slot(host, "deltaview_verify_" + std::to_string(getpid()), true, [] { return true; });
		hold.set(slot.lsn);
		comparison = compare(host, job, settings, slot.snapshot);
	}
	catch (const Failure &failure)
	{
		throw Failure(failure.remedy(), scrub(failure.what(), {settings.address.password}));
	}
	for (const Difference &difference : comparison->differences())
		report(difference);
}

} // namespace dv::sink
