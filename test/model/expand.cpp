#include "expand.hpp"

#include <algorithm>

namespace model {

namespace {

const Column *
key_column(const View &view, int occurrence)
{
	for (const Column &column : view.key)
		if (column.occurrence == occurrence)
			return &column;
	return nullptr;
}

/* All others; for what is keyed and no join, those on the shortest path to where a column equals the key. */
std::vector<Read>
reads_for(const View &view, int occurrence)
{
	std::vector<Read> reads = reads_from(view, occurrence);
	if (!view.keyed() || view.strategy == Strategy::block)
		return reads;
	std::vector<Read> path;
	if (key_column(view, occurrence) != nullptr)
		return path;
	int at = std::find_if(reads.begin(), reads.end(), [&](const Read &read) {
				 return key_column(view, read.to.occurrence) != nullptr;
			 })->to.occurrence;
	for (auto read = reads.rbegin(); read != reads.rend(); ++read)
		if (read->to.occurrence == at)
		{
			path.insert(path.begin(), *read);
			at = read->from.occurrence;
		}
	return path;
}

/* The columns by which some changed occurrence reads the table. */
std::set<int>
access_paths(const View &view, int table)
{
	std::set<int> columns;
	for (size_t occurrence = 0; occurrence < view.occurrences.size(); occurrence++)
		for (const Read &read : reads_for(view, occurrence))
			if (view.occurrences[read.to.occurrence] == table && read.order == 0)
				columns.insert(read.to.column);
	return columns;
}

Rows
merge(Rows rows, const Rows &more)
{
	rows.insert(rows.end(), more.begin(), more.end());
	std::sort(rows.begin(), rows.end());
	rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
	return rows;
}

} // namespace

Delta::Delta(const Data &data, int writer, int flush, unsigned committed, const Versions &versions)
	: data_(data), writer_(writer), flush_(flush), committed_(committed), versions_(versions)
{}

Rows
Delta::changed(int table, bool old_rows) const
{
	Rows rows;
	if (int view = data_.which.tables[table].view; view >= 0)
	{
		/* Whose row lock one has, there is no later version of. */
		Sight latest{~(1u << writer_), writer_, old_rows ? flush_ - 1 : flush_};
		Sight other{~(1u << writer_), writer_, old_rows ? flush_ : flush_ - 1};
		Rows against = data_.rows(table, other, versions_);
		for (const Row &row : data_.rows(table, latest, versions_))
			if (auto same = std::find(against.begin(), against.end(), row); same != against.end())
				against.erase(same);
			else
				rows.push_back(row);
		return rows;
	}
	for (const Change &change : data_.which.writers[writer_].changes)
		if (change.table == table && change.flush == flush_)
			if (const std::optional<Row> &row = old_rows ? change.before : change.after)
				rows.push_back(*row);
	return rows;
}

bool
Delta::touches(int table) const
{
	return !changed(table, true).empty() || !changed(table, false).empty();
}

bool
Delta::touches(const View &view) const
{
	return std::any_of(view.occurrences.begin(), view.occurrences.end(), [&](int table) { return touches(table); });
}

Delta::Walk
Delta::walk(const View &view, int occurrence, bool new_only) const
{
	int table = view.occurrences[occurrence];
	Walk walk{std::vector<Rows>(view.occurrences.size()), {}};
	walk.found[occurrence] = new_only ? changed(table, false) : merge(changed(table, true), changed(table, false));
	for (const Read &read : reads_for(view, occurrence))
	{
		int other = view.occurrences[read.to.occurrence];
		Rows rows = data_.rows(other, new_sight(), versions_);
		if (!new_only)
			rows = merge(rows, data_.rows(other, old_sight(), versions_));
		std::set<int> &values = walk.values.emplace_back();
		for (const Row &from : walk.found[read.from.occurrence])
		{
			values.insert(from[read.from.column]);
			for (const Row &row : rows)
				if (read.joins(from, row))
					walk.found[read.to.occurrence].push_back(row);
		}
		walk.found[read.to.occurrence] = merge(walk.found[read.to.occurrence], {});
	}
	return walk;
}

void
Delta::add_tags(int number, Extent extent, Rules rules, Needs &needs) const
{
	const View &view = data_.which.views[number];
	bool new_only = !rules.hold(Rule::old_values);
	bool alone = extent == Extent::all || (extent == Extent::tables && view.keyed());
	auto lock_table = [&](int table, int mode) { add_need(needs, {Tag::table, number, table, 0, 0}, mode); };
	auto lock_value = [&](int table, int column, int value, int mode) {
		add_need(needs, {Tag::value, number, table, column, value}, mode);
	};
	if (!touches(view))
		return;
	for (size_t occurrence = 0; occurrence < view.occurrences.size(); occurrence++)
	{
		int table = view.occurrences[occurrence];
		if (alone)
			lock_table(table,
					   touches(table) && !rules.hold(Rule::own_table_escalated) ? row_exclusive : share_row_exclusive);
		if (!touches(table))
			continue;
		if (extent != Extent::keys || rules.hold(Rule::intention))
			lock_table(table, row_exclusive);
		if (extent != Extent::keys)
		{
			for (size_t other = 0; other < view.occurrences.size(); other++)
				if (other != occurrence && !alone && rules.hold(Rule::share_escalated))
					lock_table(view.occurrences[other], share);
			continue;
		}
		if (rules.hold(Rule::write_tags))
			for (const Row &row : new_only ? changed(table, false) : merge(changed(table, true), changed(table, false)))
				for (int column : access_paths(view, table))
					lock_value(table, column, row[column], row_exclusive);
		std::vector<Read> reads = reads_for(view, occurrence);
		Walk walked = walk(view, occurrence, new_only);
		for (size_t i = 0; i < reads.size(); i++)
		{
			int read = view.occurrences[reads[i].to.occurrence];
			if (reads[i].order != 0 && rules.hold(Rule::share_read_tables) && !walked.values[i].empty())
				lock_table(read, share);
			else if (reads[i].order == 0 && rules.hold(Rule::read_tags))
				for (int value : walked.values[i])
					lock_value(read, reads[i].to.column, value, share);
		}
	}
}

std::set<int>
Delta::keys(int number, bool new_only) const
{
	const View &view = data_.which.views[number];
	std::set<int> keys;
	if (view.strategy == Strategy::block)
	{
		auto now = data_.joined(number, new_sight(), versions_);
		auto then = data_.joined(number, old_sight(), versions_);
		for (auto [row, copies] : now)
			if (auto found = then.find(row); found == then.end() || found->second != copies)
				keys.insert(row.first);
		for (auto [row, copies] : then)
			if (!new_only && now.count(row) == 0)
				keys.insert(row.first);
		return keys;
	}
	for (size_t occurrence = 0; occurrence < view.occurrences.size(); occurrence++)
		if (touches(view.occurrences[occurrence]))
		{
			Walk walked = walk(view, occurrence, new_only);
			for (const Column &column : view.key)
			{
				std::vector<Read> reads = reads_for(view, occurrence);
				if (column.occurrence == (reads.empty() ? static_cast<int>(occurrence) : reads.back().to.occurrence))
					for (const Row &row : walked.found[column.occurrence])
						keys.insert(row[column.column]);
			}
		}
	return keys;
}

} // namespace model
