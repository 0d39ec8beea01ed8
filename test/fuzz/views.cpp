#include "views.hpp"

namespace fuzz {

ViewMaker::ViewMaker(Random &random, std::vector<const Relation *> sources)
	: random_(random), sources_(std::move(sources))
{}

View
ViewMaker::make(const std::string &name, const std::string &favourite)
{
	static const struct
	{
		const char *name;
		int weight;
		Shape shape;
	} shapes[] = {
		{"linear", 34, &ViewMaker::linear},
		{"aggregate", 56, &ViewMaker::aggregates},
		{"outer join", 12, &ViewMaker::outer_join},
		{"exists", 14, &ViewMaker::exists},
		{"scalar subquery", 6, &ViewMaker::scalar_subquery},
		{"document", 12, &ViewMaker::document},
		{"window", 8, &ViewMaker::windows},
		{"lists", 5, &ViewMaker::lists},
		{"distinct", 4, &ViewMaker::distinct},
		{"set operation", 3, &ViewMaker::set_operation},
		{"limit", 3, &ViewMaker::limited},
		{"cte", 4, &ViewMaker::cte},
		{"derived", 6, &ViewMaker::derived},
		{"lateral", 4, &ViewMaker::lateral},
		{"grouping sets", 2, &ViewMaker::grouping_sets},
		{"free", 38, &ViewMaker::free},
		{"tower", 38, &ViewMaker::tower},
	};
	int total = 0;
	for (const auto &shape : shapes)
		total += shape.weight;
	int drawn = random_.below(total);
	next_alias_ = 0;
	budget_ = 0;
	outers_.clear();
	ctes_.clear();
	view_ = View();
	view_.relation.name = name;
	view_.relation.is_view = true;
	bool favoured = !favourite.empty() && random_.percent(50);
	for (const auto &shape : shapes)
	{
		drawn -= shape.weight;
		if (favoured ? favourite != shape.name : drawn >= 0)
			continue;
		view_.shape = shape.name;
		(this->*shape.shape)();
		break;
	}
	return view_;
}

void
ViewMaker::open_order(const std::string &construct)
{
	mark(construct);
	mark("an order left open");
	view_.exact = false;
}

void
ViewMaker::finish(const Made &made)
{
	view_.query = made.text;
	view_.relation.columns = made.columns;
}

} // namespace fuzz
