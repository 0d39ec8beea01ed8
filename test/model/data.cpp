#include "data.hpp"

#include <algorithm>
#include <stdexcept>

namespace model {

std::vector<Read>
reads_from(const View &view, int occurrence)
{
	std::vector<Read> reads;
	std::vector<int> reached{occurrence};
	auto is_reached = [&](int one) { return std::find(reached.begin(), reached.end(), one) != reached.end(); };
	for (size_t i = 0; i < reached.size(); i++)
		for (const Condition &condition : view.conditions)
		{
			bool forward = condition.left.occurrence == reached[i];
			const Column &from = forward ? condition.left : condition.right;
			const Column &to = forward ? condition.right : condition.left;
			if (from.occurrence != reached[i] || is_reached(to.occurrence))
				continue;
			reads.push_back({from, to, condition.equal ? 0 : forward ? -1 : 1});
			reached.push_back(to.occurrence);
		}
	return reads;
}

Data::Data(const Case &what) : which(what)
{
	for (size_t view = 0; view < which.views.size(); view++)
		initial_.push_back(query(view, {0}, {}));
}

Rows
Data::rows(int table, const Sight &sight, const Versions &versions) const
{
	if (int view = which.tables[table].view; view >= 0)
	{
		Rows rows;
		for (auto [key, value] : stored(view, sight, versions))
			if (which.views[view].strategy == Strategy::aggregate)
				rows.push_back({key, value % 256, value / 256});
			else
				rows.insert(rows.end(), std::max(value, 0), Row{key / 256, key / 16 % 16, key % 16});
		return rows;
	}
	Rows rows = which.tables[table].rows;
	for (size_t writer = 0; writer < which.writers.size(); writer++)
		for (const Change &change : which.writers[writer].changes)
			if (change.table == table && sight.sees(writer, change.flush))
			{
				if (change.before)
				{
					auto found = std::find(rows.begin(), rows.end(), *change.before);
					if (found == rows.end())
						throw std::logic_error("two writers change a row of " + which.tables[table].name);
					rows.erase(found);
				}
				if (change.after)
					rows.push_back(*change.after);
			}
	return rows;
}

Contents
Data::stored(int view, const Sight &sight, const Versions &versions) const
{
	Contents contents = initial_[view];
	for (const Version &version : versions)
		if (version.view == view && sight.sees(version.writer, version.flush))
			contents[version.key] = version.value;
	for (auto row = contents.begin(); row != contents.end();)
		row = row->second == 0 ? contents.erase(row) : std::next(row);
	return contents;
}

int
Data::stored(int view, int key, const Sight &sight, const Versions &versions) const
{
	auto found = initial_[view].find(key);
	int value = found == initial_[view].end() ? 0 : found->second;
	for (const Version &version : versions)
		if (version.view == view && version.key == key && sight.sees(version.writer, version.flush))
			value = version.value;
	return value;
}

std::set<int>
Data::all_keys(int view, const Sight &sight, const Versions &versions) const
{
	std::set<int> keys;
	for (const Contents &contents : {stored(view, sight, versions), query(view, sight, versions)})
		for (auto [key, value] : contents)
			keys.insert(key);
	return keys;
}

int
Data::name(const std::string &text) const
{
	return names_.emplace(text, static_cast<int>(names_.size()) + 1).first->second;
}

std::vector<Rows>
Data::read(const View &view, const Sight &sight, const Versions &versions) const
{
	std::vector<Rows> tables;
	for (int table : view.occurrences)
		tables.push_back(rows(table, sight, versions));
	return tables;
}

std::map<std::pair<int, int>, int>
Data::joined(int number, const Sight &sight, const Versions &versions) const
{
	const View &view = which.views[number];
	std::vector<Rows> tables = read(view, sight, versions);
	std::map<std::pair<int, int>, int> found;
	std::vector<const Row *> row(tables.size());
	auto value = [&](const Column &column) { return (*row[column.occurrence])[column.column]; };
	auto fits = [&](int last) {
		for (const Condition &condition : view.conditions)
			if (std::max(condition.left.occurrence, condition.right.occurrence) == last &&
				!(condition.equal ? value(condition.left) == value(condition.right)
								  : value(condition.left) < value(condition.right)))
				return false;
		return true;
	};
	auto join = [&](auto &self, size_t occurrence) -> void {
		if (occurrence == tables.size())
		{
			int key = 0;
			if (view.strategy == Strategy::linear)
				for (const Column &column : view.key)
					key = key * 16 + value(column);
			else
				key = value(view.key[0]);
			found[{key, view.strategy == Strategy::linear ? 0 : value(view.value)}]++;
			return;
		}
		for (const Row &one : tables[occurrence])
		{
			row[occurrence] = &one;
			if (fits(occurrence))
				self(self, occurrence + 1);
		}
	};
	join(join, 0);
	return found;
}

/* Documents, or the rows without a match, by key. */
Contents
Data::document(const View &view, const std::vector<Rows> &tables) const
{
	std::vector<Read> reads = reads_from(view, view.key[0].occurrence);
	auto found = [&](auto &self, int occurrence, const Row &row) -> bool {
		for (const Read &read : reads)
			if (read.from.occurrence == occurrence &&
				std::none_of(
					tables[read.to.occurrence].begin(), tables[read.to.occurrence].end(),
					[&](const Row &other) { return read.joins(row, other) && self(self, read.to.occurrence, other); }))
				return false;
		return true;
	};
	auto text = [&](auto &self, int occurrence, const Row &row) -> std::string {
		std::string out;
		for (int value : row)
			out += static_cast<char>('0' + value);
		for (const Read &read : reads)
		{
			if (read.from.occurrence != occurrence || view.strategy == Strategy::not_exists)
				continue;
			std::multiset<std::string> inner;
			for (const Row &other : tables[read.to.occurrence])
				if (read.joins(row, other))
					inner.insert(self(self, read.to.occurrence, other));
			out += '[';
			for (const std::string &one : inner)
				out += one + ' ';
			out += ']';
		}
		return out;
	};
	std::map<int, std::multiset<std::string>> documents;
	int root = view.key[0].occurrence;
	for (const Row &row : tables[root])
		if (view.strategy != Strategy::not_exists || !found(found, root, row))
			documents[row[view.key[0].column]].insert(text(text, root, row));
	Contents contents;
	for (const auto &[key, texts] : documents)
	{
		std::string all;
		for (const std::string &one : texts)
			all += one + ';';
		contents[key] = name(all);
	}
	return contents;
}

Contents
Data::query(int number, const Sight &sight, const Versions &versions) const
{
	const View &view = which.views[number];
	if (view.strategy == Strategy::document || view.strategy == Strategy::not_exists)
		return document(view, read(view, sight, versions));
	Contents contents;
	std::map<int, std::string> lists;
	for (auto [row, copies] : joined(number, sight, versions))
	{
		auto [key, value] = row;
		int &kept = contents[key];
		if (view.strategy == Strategy::linear)
			kept += copies;
		else if (view.strategy == Strategy::aggregate)
			kept = pack(kept / 256 + copies, std::max(kept % 256, value));
		else
			lists[key] += std::to_string(value) + "x" + std::to_string(copies) + " ";
	}
	for (const auto &[key, list] : lists)
		contents[key] = name(list);
	return contents;
}

} // namespace model
