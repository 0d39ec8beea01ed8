#include "sink/client/position.hpp"

#include "sink/client/mongo.hpp"

#include <chrono>

namespace dv::sink {
namespace {

const char *const phases[] = {"copy", "rename", "stream"};

} // namespace

std::string
Position::written() const
{
	return phase == Phase::stream ? collection : collection + ".deltaview_copy_" + std::to_string(generation);
}

Position
position_from(const bson_t *document)
{
	Position position;
	std::string phase = text_in(document, "phase");

	position.revision = number_in(document, "revision");
	position.generation = static_cast<int>(number_in(document, "generation"));
	position.slot = text_in(document, "slot");
	position.collection = text_in(document, "collection");
	for (Phase known : {Phase::copy, Phase::rename, Phase::stream})
		if (phase == phases[static_cast<int>(known)])
			position.phase = known;
	position.lsn = static_cast<Lsn>(number_in(document, "lsn"));
	position.intent = static_cast<Lsn>(number_in(document, "intent"));
	position.blocks = number_in(document, "copy.blocks");
	position.file = text_in(document, "copy.file");
	position.whole = static_cast<Lsn>(number_in(document, "copy.whole"));
	return position;
}

void
append_position(const Position &position, bson_t *document)
{
	using namespace std::chrono;
	auto number = [&](const char *name, auto value) {
		bson_append_int64(document, name, -1, static_cast<std::int64_t>(value));
	};
	auto text = [&](const char *name, const std::string &value) {
		bson_append_utf8(document, name, -1, value.data(), static_cast<int>(value.size()));
	};

	number("revision", position.revision);
	number("generation", position.generation);
	text("slot", position.slot);
	text("collection", position.collection);
	text("phase", phases[static_cast<int>(position.phase)]);
	number("lsn", position.lsn);
	if (position.intent != 0)
		number("intent", position.intent);
	if (position.phase != Phase::stream)
	{
		Bson copy;
		copy.number("blocks", position.blocks).text("file", position.file);
		copy.number("whole", static_cast<std::int64_t>(position.whole));
		bson_append_document(document, "copy", -1, copy.get());
	}
	bson_append_date_time(document, "updated", -1,
						  duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

} // namespace dv::sink
