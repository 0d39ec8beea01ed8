#include "sink/client/batch.hpp"

#include "sink/client/document.hpp"
#include "sink/client/failure.hpp"

#include <iterator>
#include <utility>

namespace dv::sink {

void
Batch::begin(Lsn commit, std::int64_t commit_time)
{
	commit_ = commit;
	commit_time_ = commit_time;
	first_commit_time_ = commit_time;
}

void
Batch::set(std::string_view id, std::string_view document, bool fresh)
{
	auto [at, added] = operations_.try_emplace(std::string(id));
	Operation &operation = at->second;

	if (added)
		operation.fresh = fresh;
	bytes_ += id.size() + document.size() - operation.document.size();
	operation.lsn = commit_;
	operation.document = document;
	changes_++;
}

void
Batch::put(std::string_view document, bool fresh)
{
	std::string_view id = id_of(document);

	if (id.empty())
		throw Failure(Remedy::give_up, "a document has no _id");
	set(id, document, fresh);
}

void
Batch::remove(std::string_view id)
{
	if (id.empty())
		throw Failure(Remedy::give_up, "a document has no _id");
	set(id, {}, false);
}

void
Batch::remove_all()
{
	operations_.clear();
	bytes_ = 0;
	clears_ = true;
}

void
Batch::set_aside(std::string_view description)
{
	std::string_view id = id_of(description);

	unfit_.push_back({commit_, std::string(description)});
	if (!id.empty())
		set(id, {}, false);
}

void
Batch::end(Lsn end)
{
	end_ = end;
}

void
Batch::append(Batch &&later)
{
	if (later.clears_)
		remove_all();
	if (operations_.empty())
		operations_ = std::move(later.operations_);
	while (!later.operations_.empty())
	{
		auto placed = operations_.insert(later.operations_.extract(later.operations_.begin()));
		if (placed.inserted)
			continue;
		placed.node.mapped().fresh = placed.position->second.fresh;
		placed.position->second = std::move(placed.node.mapped());
	}
	unfit_.insert(unfit_.end(), std::make_move_iterator(later.unfit_.begin()),
				  std::make_move_iterator(later.unfit_.end()));
	bytes_ += later.bytes_;
	changes_ += later.changes_;
	commit_ = later.commit_;
	end_ = later.end_;
	commit_time_ = later.commit_time_;
	if (first_commit_time_ == 0)
		first_commit_time_ = later.first_commit_time_;
	later = Batch();
}

Batch
Batch::part()
{
	Batch taken = std::move(*this);

	*this = Batch();
	begin(taken.commit_, taken.commit_time_);
	return taken;
}

void
Batch::refuse(const std::string &id, const std::string &description)
{
	auto found = operations_.find(id);

	if (found == operations_.end())
		return;
	unfit_.push_back({found->second.lsn, description});
	bytes_ -= found->second.document.size();
	found->second.document.clear();
}

} // namespace dv::sink
