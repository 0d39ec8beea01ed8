#pragma once

#include "sink/client/run.hpp"
#include "sink/client/store.hpp"
#include "sink/client/view_reader.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dv::sink {

/*
 * A view and a collection that stand still.  Of a document a hash is kept: the documents themselves are read again
 * where the hashes differ.
 */
class Comparison
{
public:
	/* No more differences than that are looked for. */
	static constexpr size_t most = 10000;

	void read_view(ViewReader &reader, size_t largest_document);
	void read_collection(Store &store, const std::string &collection);
	void find_documents(ViewReader &reader);

	[[nodiscard]] const std::vector<Difference> &differences() const { return differences_; }

private:
	enum class Found : std::uint8_t { not_yet, equal, different };

	struct Print
	{
		std::uint64_t id[2];
		std::uint64_t content;
		Found found;
	};

	static Print print_of(std::string_view document);
	Print *find(const Print &print);

	std::vector<Print> prints_;                    /* of the view's documents, by id */
	std::map<std::string, std::string> different_; /* in the collection, by id */
	std::vector<Difference> differences_;
};

} // namespace dv::sink
