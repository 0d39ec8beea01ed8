#include "protocol.hpp"

#include <algorithm>

namespace model {

Protocol::Protocol(const Case &which, Rules rules) : which_(which), rules_(rules), data_(which) {}

uint64_t
State::hash() const
{
	uint64_t sum = committed;
	auto add = [&](uint64_t number) {
		sum = (sum ^ number) * 0x9e3779b97f4a7c15;
		sum ^= sum >> 29;
	};
	for (const Version &version : versions)
		for (int number : {version.view, version.key, version.writer, version.flush, version.value})
			add(number);
	for (const Writer &writer : writers)
	{
		for (int number :
			 {static_cast<int>(writer.phase), writer.round, writer.restarts, static_cast<int>(writer.extent)})
			add(number);
		add(writer.snapshot << 16 | writer.next);
		add(writer.plan.size() << 24 | writer.held.size() << 16 | writer.keys.size() << 8 | writer.entries.size());
		for (const Lock &lock : writer.plan)
			add(lock.tag.number() * 8 + lock.mode);
		for (const auto &[round, lock] : writer.held)
			add(lock.tag.number() * 8 + lock.mode), add(round);
		for (auto [view, key] : writer.keys)
			add(view), add(key);
		for (const Entry &entry : writer.entries)
			for (int number : {entry.view, entry.key, entry.add, entry.low, entry.high})
				add(number);
	}
	return sum;
}

State
Protocol::start() const
{
	State state;
	state.writers.resize(which_.writers.size());
	for (size_t number = 0; number < state.writers.size(); number++)
		enter({state, static_cast<int>(number), state.writers[number], nullptr}, 0);
	return state;
}

bool
Protocol::step(State &state, int number, std::string *said) const
{
	Step step{state, number, state.writers[number], said};
	switch (step.writer.phase)
	{
	case Phase::expand:
		expand(step);
		return true;
	case Phase::lock:
	case Phase::key:
		return acquire(step);
	case Phase::check:
		check(step);
		return true;
	case Phase::late:
		return late(step);
	case Phase::compute:
		compute(step);
		return true;
	case Phase::apply:
		return apply(step);
	case Phase::recompute:
		recompute(step);
		return true;
	case Phase::commit:
		commit(step);
		return true;
	case Phase::release:
		release(step);
		return true;
	case Phase::done:
		break;
	}
	return false;
}

bool
Protocol::in_group(int view, const Writer &writer) const
{
	return which_.views[view].rank - 1 == writer.round % which_.ranks();
}

Delta
Protocol::delta(const State &state, int number, unsigned committed) const
{
	return {data_, number, flush(state.writers[number]), committed, state.versions};
}

Sight
Protocol::sight(const Step &step, unsigned committed) const
{
	return {committed, step.number, flush(step.writer)};
}

/* Goes on with the next group of views that this transaction has changed something for. */
void
Protocol::enter(const Step &step, int round) const
{
	Writer &writer = step.writer;
	const Transaction &transaction = which_.writers[step.number];
	int flushes = 0;
	for (const Change &change : transaction.changes)
		flushes = std::max(flushes, change.flush + 1);
	writer.plan.clear();
	writer.keys.clear();
	writer.entries.clear();
	writer.next = 0;
	writer.restarts = 0;
	writer.snapshot = 0;
	writer.extent = transaction.extent;
	writer.phase = Phase::expand;
	for (writer.round = round; writer.round < flushes * which_.ranks(); writer.round++)
		for (size_t view = 0; view < which_.views.size(); view++)
			if (in_group(view, writer) && delta(step.state, step.number, 0).touches(which_.views[view]))
				return;
	writer.phase = rules_.hold(Rule::hold_until_visible) ? Phase::commit : Phase::release;
}

void
Protocol::compute(const Step &step) const
{
	Writer &writer = step.writer;
	if (rules_.hold(Rule::snapshot_after_tags) && rules_.hold(Rule::snapshot_after_keys))
		writer.snapshot = step.state.committed;
	const Versions &versions = step.state.versions;
	Delta changes = delta(step.state, step.number, writer.snapshot);
	std::map<std::pair<int, int>, Entry> entries;
	for (size_t view = 0; view < which_.views.size(); view++)
	{
		int number = static_cast<int>(view);
		if (!in_group(number, writer) || which_.views[view].keyed() || writer.extent == Extent::all)
			continue;
		auto rows = data_.joined(number, changes.new_sight(), versions);
		for (auto [row, copies] : data_.joined(number, changes.old_sight(), versions))
			rows[row] -= copies;
		for (auto [row, copies] : rows)
		{
			if (copies == 0)
				continue;
			auto [key, value] = row;
			Entry &entry = entries.emplace(std::pair(number, key), Entry{number, key, true, 0, 0, 0}).first->second;
			entry.add += copies;
			int &extreme = copies < 0 ? entry.low : entry.high;
			extreme = std::max(extreme, value);
		}
	}
	for (auto [view, key] : writer.keys)
	{
		Contents contents = data_.query(view, changes.new_sight(), versions);
		if (int value = contents.count(key) > 0 ? contents[key] : 0;
			value != data_.stored(view, key, changes.new_sight(), versions))
			entries[{view, key}] = {view, key, false, value, 0, 0};
	}
	for (const auto &[place, entry] : entries)
		writer.entries.push_back(entry);
	if (!rules_.hold(Rule::row_order) && step.number % 2 == 1)
		std::reverse(writer.entries.begin(), writer.entries.end());
	writer.next = 0;
	writer.phase = Phase::apply;
	if (step.said != nullptr)
		*step.said = "takes a snapshot and computes " + std::to_string(entries.size()) + " view rows";
	if (entries.empty())
		enter(step, writer.round + 1);
}

/* Whoever has changed the row and goes on holds its lock. */
bool
Protocol::row_is_free(const Step &step, const Entry &entry) const
{
	if (!rules_.hold(Rule::new_group_again) &&
		data_.stored(entry.view, entry.key, sight(step, step.state.committed), step.state.versions) == 0)
		return true;
	return std::all_of(step.state.versions.begin(), step.state.versions.end(), [&](const Version &version) {
		return version.view != entry.view || version.key != entry.key || version.writer == step.number ||
			   (step.state.committed >> version.writer & 1) != 0;
	});
}

bool
Protocol::apply(const Step &step) const
{
	Writer &writer = step.writer;
	const Entry &entry = writer.entries[writer.next];
	if (entry.additive && !fold(step, entry))
		return false;
	if (!entry.additive)
	{
		if (!row_is_free(step, entry))
			return false;
		write(step, entry, entry.add);
	}
	if (writer.phase == Phase::apply && ++writer.next == writer.entries.size())
		enter(step, writer.round + 1);
	return true;
}

/* Adds to the latest version, which is the last one when its row lock is ours. */
bool
Protocol::fold(const Step &step, const Entry &entry) const
{
	Writer &writer = step.writer;
	const Versions &versions = step.state.versions;
	auto folded = [&](int value) {
		if (which_.views[entry.view].strategy == Strategy::linear)
			return value + entry.add;
		return pack(value / 256 + entry.add, std::max(value % 256, entry.high));
	};
	bool anew = which_.views[entry.view].anew;
	auto leaves = [&](int value) { return anew || (entry.low > 0 && entry.low >= value % 256); };
	int visible = data_.stored(entry.view, entry.key, sight(step, step.state.committed), versions);
	if (!rules_.hold(Rule::lock_unchanged) && folded(visible) == visible && !leaves(visible))
		return true;
	if (!row_is_free(step, entry))
		return false;
	if (!rules_.hold(Rule::latest_version))
		visible = data_.stored(entry.view, entry.key, sight(step, writer.snapshot), versions);
	write(step, entry, folded(visible));
	if (which_.views[entry.view].strategy == Strategy::aggregate && leaves(visible) && folded(visible) != 0)
	{
		writer.phase = Phase::recompute;
		if (step.said != nullptr)
			*step.said = "locks the row of key " + std::to_string(entry.key) + ", to compute it anew";
	}
	return true;
}

void
Protocol::recompute(const Step &step) const
{
	Writer &writer = step.writer;
	const Entry &entry = writer.entries[writer.next];
	if (rules_.hold(Rule::snapshot_after_row_lock))
		writer.snapshot = step.state.committed;
	Contents contents = data_.query(entry.view, sight(step, writer.snapshot), step.state.versions);
	write(step, entry, contents.count(entry.key) > 0 ? contents[entry.key] : 0);
	writer.phase = Phase::apply;
	if (++writer.next == writer.entries.size())
		enter(step, writer.round + 1);
}

void
Protocol::write(const Step &step, const Entry &entry, int value) const
{
	Versions &versions = step.state.versions;
	Version version{entry.view, entry.key, step.number, flush(step.writer), value};
	auto at = std::find_if(versions.rbegin(), versions.rend(), [&](const Version &other) {
				  return std::pair(other.view, other.key) <= std::pair(entry.view, entry.key);
			  }).base();
	if (at != versions.begin() && std::prev(at)->view == entry.view && std::prev(at)->key == entry.key &&
		std::prev(at)->writer == version.writer && std::prev(at)->flush == version.flush)
		*std::prev(at) = version;
	else
		versions.insert(at, version);
	if (step.said != nullptr)
		*step.said = "writes " + data_.describe(entry.view, entry.key, value);
}

void
Protocol::commit(const Step &step) const
{
	step.state.committed |= 1u << step.number;
	step.writer.phase = rules_.hold(Rule::hold_until_visible) ? Phase::release : Phase::done;
	if (step.said != nullptr)
		*step.said = "becomes visible";
}

void
Protocol::release(const Step &step) const
{
	step.writer.held.clear();
	step.writer.phase = rules_.hold(Rule::hold_until_visible) ? Phase::done : Phase::commit;
	if (step.said != nullptr)
		*step.said = "releases its locks";
}

bool
Protocol::correct(const State &state) const
{
	Sight all{state.committed};
	for (size_t view = 0; view < which_.views.size(); view++)
		if (data_.stored(view, all, state.versions) != data_.query(view, all, state.versions))
			return false;
	return true;
}

} // namespace model
