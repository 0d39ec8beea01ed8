#include "words.hpp"

namespace tpch::words {

const List regions = {"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"};

const std::vector<Nation> nations = {
	{"ALGERIA", 0},      {"ARGENTINA", 1},  {"BRAZIL", 1},  {"CANADA", 1},         {"EGYPT", 4},
	{"ETHIOPIA", 0},     {"FRANCE", 3},     {"GERMANY", 3}, {"INDIA", 2},          {"INDONESIA", 2},
	{"IRAN", 4},         {"IRAQ", 4},       {"JAPAN", 2},   {"JORDAN", 4},         {"KENYA", 0},
	{"MOROCCO", 0},      {"MOZAMBIQUE", 0}, {"PERU", 1},    {"CHINA", 2},          {"ROMANIA", 3},
	{"SAUDI ARABIA", 4}, {"VIETNAM", 2},    {"RUSSIA", 3},  {"UNITED KINGDOM", 3}, {"UNITED STATES", 1}};

const List colours = {
	"almond",   "antique", "aquamarine", "azure",     "beige",      "bisque",    "black",     "blanched", "blue",
	"blush",    "brown",   "burlywood",  "burnished", "chartreuse", "chiffon",   "chocolate", "coral",    "cornflower",
	"cornsilk", "cream",   "cyan",       "dark",      "deep",       "dim",       "dodger",    "drab",     "firebrick",
	"floral",   "forest",  "frosted",    "gainsboro", "ghost",      "goldenrod", "green",     "grey",     "honeydew",
	"hot",      "indian",  "ivory",      "khaki",     "lace",       "lavender",  "lawn",      "lemon",    "light",
	"lime",     "linen",   "magenta",    "maroon",    "medium",     "metallic",  "midnight",  "mint",     "misty",
	"moccasin", "navajo",  "navy",       "olive",     "orange",     "orchid",    "pale",      "papaya",   "peach",
	"peru",     "pink",    "plum",       "powder",    "puff",       "purple",    "red",       "rose",     "rosy",
	"royal",    "saddle",  "salmon",     "sandy",     "seashell",   "sienna",    "sky",       "slate",    "smoke",
	"snow",     "spring",  "steel",      "tan",       "thistle",    "tomato",    "turquoise", "violet",   "wheat",
	"white",    "yellow"};

const List sizes = {"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"};
const List finishes = {"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"};
const List metals = {"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"};
const List container_sizes = {"SM", "LG", "MED", "JUMBO", "WRAP"};
const List containers = {"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"};
const List segments = {"AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"};
const List priorities = {"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"};
const List instructions = {"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"};
const List modes = {"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"};

const List prose = {"accounts",    "across",  "after",     "among",        "asymptotes", "blithely", "bold",
					"boost",       "busy",    "carefully", "cajole",       "deposits",   "detect",   "dolphins",
					"dugouts",     "even",    "express",   "final",        "fluffily",   "foxes",    "furiously",
					"haggle",      "ideas",   "idle",      "instructions", "ironic",     "nag",      "packages",
					"pending",     "pinto",   "platelets", "quickly",      "quiet",      "regular",  "slyly",
					"theodolites", "unusual", "wake"};

} // namespace tpch::words
