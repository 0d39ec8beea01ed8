#pragma once

#include <stdexcept>
#include <string>

namespace dv::sink {

enum class Remedy {
	again,      /* nothing is wrong, but something else is asked of the sink */
	retry,      /* it may pass */
	retry_late, /* somebody has to do something first, such as give a password */
	restart,    /* the position is not what it was taken for: read it again */
	whole_copy, /* the slot, or the position in the collection, is lost */
	over_limit, /* more of the log is kept than was allowed */
	in_parts,   /* the server does not take the transaction as one */
	give_up,
};

class Failure : public std::runtime_error
{
public:
	Failure(Remedy remedy, const std::string &message) : std::runtime_error(message), remedy_(remedy) {}
	[[nodiscard]] Remedy remedy() const { return remedy_; }

private:
	Remedy remedy_;
};

} // namespace dv::sink
