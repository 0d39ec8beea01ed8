#pragma once

/*
 * deltaview.test_break: a delta rule broken on purpose, so that the randomised
 * test can show that it would find a broken one.
 */
namespace dv::engine {

enum class Rule : char {
	none,
	linear,    /* the old state of a changed table is taken to be the new one */
	aggregate, /* an extreme that leaves is not looked for again */
	in_place,  /* a row that changed is taken to go with the same rows of other tables */
	keyed,     /* one of the keys that a delta reaches is forgotten */
	locks,     /* nothing is locked by values and keys */
};

extern int broken_rule;

inline bool
is_broken(Rule rule)
{
	return broken_rule == static_cast<int>(rule);
}

void define_test_setting();

} // namespace dv::engine
