#include "protocol.hpp"

#include <algorithm>

namespace model {

namespace {

void
add_text(std::string *said, const std::vector<Lock> &locks, const Case &which)
{
	for (size_t i = 0; said != nullptr && i < locks.size(); i++)
		*said += (i > 0 ? ", " : " ") + describe(locks[i], which);
}

} // namespace

std::string
describe(const Lock &lock, const Case &which)
{
	static const char *const modes[] = {"", "Share", "RowExclusive", "ShareRowExclusive", "Exclusive"};
	const Tag &tag = lock.tag;
	std::string text = std::string(modes[lock.mode]) + " (" + which.views[tag.view].name;
	if (tag.kind != Tag::key)
		text += ", " + which.tables[tag.table_read].name;
	if (tag.kind == Tag::value)
		text += "." + which.tables[tag.table_read].columns[tag.column];
	if (tag.kind == Tag::key)
		text += ", key";
	if (tag.kind != Tag::table)
		text += " " + std::to_string(tag.hash);
	return text + ")";
}

Needs
Protocol::needs(const Step &step) const
{
	Needs needs;
	Delta changes = delta(step.state, step.number, step.writer.snapshot);
	for (size_t view = 0; view < which_.views.size(); view++)
		if (in_group(view, step.writer))
			changes.add_tags(view, step.writer.extent, rules_, needs);
	return needs;
}

/* The one global order; modes of one tag are merged. */
std::vector<Lock>
Protocol::order(const Needs &needs, int number) const
{
	std::vector<Lock> locks;
	for (const auto &[place, need] : needs)
		if (auto [tag, mode] = need; mode == share_row_exclusive && !rules_.hold(Rule::merged_modes))
		{
			locks.push_back({tag, row_exclusive});
			locks.push_back({tag, share});
		}
		else
			locks.push_back({tag, mode});
	if (!rules_.hold(Rule::tag_order) && number % 2 == 1)
		std::reverse(locks.begin(), locks.end());
	return locks;
}

std::vector<Lock>
Protocol::uncovered(const Needs &needs, const Writer &writer) const
{
	std::vector<Lock> late;
	for (const auto &[place, need] : needs)
	{
		int modes = 0;
		for (const auto &[round, lock] : writer.held)
			if (lock.tag.number() == place)
				modes |= lock.mode;
		if ((modes & need.second) != need.second)
			late.push_back({need.first, need.second | modes});
	}
	return late;
}

void
Protocol::expand(const Step &step) const
{
	Writer &writer = step.writer;
	writer.snapshot = step.state.committed;
	Needs needed = needs(step);
	for (const Lock &lock : writer.plan)
		add_need(needed, lock.tag, lock.mode);
	writer.plan = order(needed, step.number);
	writer.next = 0;
	writer.phase = writer.plan.empty() ? Phase::check : Phase::lock;
	if (step.said != nullptr)
		*step.said = "takes a snapshot, expands and wants";
	add_text(step.said, writer.plan, which_);
}

bool
Protocol::free(const Step &step, const Lock &lock) const
{
	for (size_t other = 0; other < step.state.writers.size(); other++)
		for (const auto &[round, held] : step.state.writers[other].held)
			if (static_cast<int>(other) != step.number && held.tag.number() == lock.tag.number() &&
				conflict(held.mode, lock.mode))
				return false;
	return true;
}

bool
Protocol::acquire(const Step &step) const
{
	Writer &writer = step.writer;
	const Lock &lock = writer.plan[writer.next];
	if (!free(step, lock))
		return false;
	if (step.said != nullptr)
		*step.said = "gets " + describe(lock, which_);
	writer.held.push_back({writer.round, lock});
	if (++writer.next == writer.plan.size())
	{
		writer.phase = writer.phase == Phase::lock ? Phase::check : Phase::compute;
		writer.plan.clear();
	}
	return true;
}

void
Protocol::check(const Step &step) const
{
	Writer &writer = step.writer;
	if (rules_.hold(Rule::snapshot_after_tags))
		writer.snapshot = step.state.committed;
	if (step.said != nullptr)
		*step.said = rules_.hold(Rule::snapshot_after_tags) ? "takes a snapshot" : "keeps the snapshot";
	if (rules_.hold(Rule::expand_after_tags))
		writer.plan = uncovered(needs(step), writer);
	if (writer.plan.empty())
	{
		trace(step);
		return;
	}
	writer.next = 0;
	writer.phase = Phase::late;
	if (step.said != nullptr)
		*step.said += ", finds more rows and wants";
	add_text(step.said, writer.plan, which_);
}

bool
Protocol::late(const Step &step) const
{
	Writer &writer = step.writer;
	const Lock &lock = writer.plan[writer.next];
	bool granted = free(step, lock);
	if (!granted && !rules_.hold(Rule::late_without_waiting))
		return false;
	if (!granted)
	{
		begin_anew(step);
		return true;
	}
	writer.held.push_back({writer.round, lock});
	if (step.said != nullptr)
		*step.said = "gets, late, " + describe(lock, which_);
	if (++writer.next < writer.plan.size())
		return true;
	writer.plan.clear();
	writer.phase = Phase::check;
	if (!rules_.hold(Rule::expand_after_late))
		trace(step);
	return true;
}

/* Releases what this group holds, and takes it again with what is known by now; at last escalates. */
void
Protocol::begin_anew(const Step &step) const
{
	Writer &writer = step.writer;
	auto ours = [&](const std::pair<int, Lock> &held) { return held.first == writer.round; };
	for (const auto &[round, lock] : writer.held)
		if (round == writer.round)
			writer.plan.push_back(lock);
	writer.held.erase(std::remove_if(writer.held.begin(), writer.held.end(), ours), writer.held.end());
	writer.phase = Phase::expand;
	if (++writer.restarts == which_.restarts)
	{
		writer.extent = Extent::tables;
		writer.plan.clear();
	}
	if (step.said != nullptr)
		*step.said = "is not granted a late tag, releases all and begins anew";
}

/* The keys of keyed views; whoever escalates is alone and needs no tags of them. */
void
Protocol::trace(const Step &step) const
{
	Writer &writer = step.writer;
	Delta changes = delta(step.state, step.number, writer.snapshot);
	Needs needed;
	for (size_t view = 0; view < which_.views.size(); view++)
	{
		int number = static_cast<int>(view);
		bool all = writer.extent == Extent::all;
		if (!in_group(number, writer) || !(which_.views[view].keyed() || all) || !changes.touches(which_.views[view]))
			continue;
		for (int key :
			 all ? data_.all_keys(number, changes.new_sight(), step.state.versions) : changes.keys(number, false))
			writer.keys.push_back({number, key});
		if (writer.extent != Extent::keys || !rules_.hold(Rule::key_tags))
			continue;
		for (int key : changes.keys(number, !rules_.hold(Rule::old_keys)))
			add_need(needed, {Tag::key, number, 0, 0, key}, exclusive);
	}
	writer.plan = order(needed, step.number);
	writer.next = 0;
	writer.phase = writer.plan.empty() ? Phase::compute : Phase::key;
	if (step.said != nullptr && !writer.plan.empty())
		*step.said += "; wants";
	add_text(step.said, writer.plan, which_);
}

} // namespace model
