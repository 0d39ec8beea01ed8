#pragma once

#include "sink/client/lsn.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dv::sink {

/* What is to become of one document. */
struct Operation
{
	Lsn lsn;              /* the commit's */
	std::string document; /* empty: it goes */
	bool fresh;           /* there was none before */
};

/* A row that the collection cannot have. */
struct Unfit
{
	Lsn lsn;
	std::string description; /* BSON: perhaps _id, code, message, row */
};

/*
 * The net effect of transactions on a collection: for each _id the last operation.
 * Applying it twice is applying it once.
 */
class Batch
{
public:
	void begin(Lsn commit, std::int64_t commit_time);
	/* Fresh: there is none with this _id. */
	void put(std::string_view document, bool fresh = false);
	void remove(std::string_view id);
	void remove_all();
	void set_aside(std::string_view description);
	void end(Lsn end);

	/* What comes later goes on top. */
	void append(Batch &&later);

	/* Takes out what there is of a transaction that goes on. */
	Batch part();
	/* The collection cannot have this document. */
	void refuse(const std::string &id, const std::string &description);

	[[nodiscard]] const std::unordered_map<std::string, Operation> &operations() const { return operations_; }
	[[nodiscard]] const std::vector<Unfit> &unfit() const { return unfit_; }
	[[nodiscard]] bool clears() const { return clears_; } /* before the operations: every document goes */
	[[nodiscard]] size_t bytes() const { return bytes_; }
	[[nodiscard]] std::int64_t changes() const { return changes_; } /* of rows, not net */
	[[nodiscard]] bool empty() const { return end_ == 0; }
	[[nodiscard]] Lsn commit() const { return commit_; }
	[[nodiscard]] Lsn end() const { return end_; }
	[[nodiscard]] std::int64_t commit_time() const { return commit_time_; }
	[[nodiscard]] std::int64_t first_commit_time() const { return first_commit_time_; }

private:
	void set(std::string_view id, std::string_view document, bool fresh);

	std::unordered_map<std::string, Operation> operations_;
	std::vector<Unfit> unfit_;
	bool clears_ = false;
	size_t bytes_ = 0;
	std::int64_t changes_ = 0;
	Lsn commit_ = 0; /* of the last transaction: where its commit stands, and where that ends */
	Lsn end_ = 0;
	std::int64_t commit_time_ = 0;
	std::int64_t first_commit_time_ = 0;
};

} // namespace dv::sink
