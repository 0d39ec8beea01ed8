#include "sink/client/collector.hpp"

#include "sink/client/document.hpp"
#include "sink/client/unfit.hpp"

#include <algorithm>

namespace dv::sink {

void
Collector::take(const Message &message)
{
	switch (message.kind)
	{
	case Kind::keepalive:
		if (!in_transaction_)
			seen_ = std::max(seen_, message.lsn);
		return;
	case Kind::begin:
		if (bound_ != 0 && message.lsn >= bound_)
			parked_ = message;
		else
			begin(message.lsn, message.commit_time);
		return;
	case Kind::commit:
		end(message.lsn);
		return;
	case Kind::put:
	case Kind::insert:
	case Kind::remove:
	case Kind::unfit:
	case Kind::truncate:
		break;
	}
	if (passed_over_ || !refusal_.empty())
		return;
	if (message.kind == Kind::put || message.kind == Kind::insert)
		put(message.document, message.kind == Kind::insert);
	else if (message.kind == Kind::remove)
		open_.remove(id_of(message.document));
	else if (message.kind == Kind::unfit)
		unfit(message.document);
	else
		open_.remove_all();
}

void
Collector::stop_at(Lsn bound)
{
	bound_ = bound;
	if (parked_ && (bound == 0 || parked_->lsn < bound))
	{
		begin(parked_->lsn, parked_->commit_time);
		parked_.reset();
	}
}

void
Collector::begin(Lsn commit, std::int64_t commit_time)
{
	in_transaction_ = true;
	passed_over_ = commit < position_;
	open_.begin(commit, commit_time);
}

void
Collector::put(std::string_view document, bool fresh)
{
	if (document.size() > largest_document_)
		unfit(too_large(document, largest_document_));
	else
		open_.put(document, fresh);
}

void
Collector::unfit(std::string_view description)
{
	if (set_aside_)
		open_.set_aside(description);
	else
		refusal_ = message_of(description);
}

void
Collector::end(Lsn end)
{
	in_transaction_ = false;
	seen_ = std::max(seen_, end);
	if (passed_over_)
	{
		passed_over_ = false;
		return;
	}
	open_.end(end);
	waiting_.append(std::move(open_));
	open_ = Batch();
}

} // namespace dv::sink
