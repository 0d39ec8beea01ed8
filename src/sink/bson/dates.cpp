#include "sink/bson/dates.hpp"

extern "C" {
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/timestamp.h"
}

namespace dv::sink {

namespace {

constexpr int64 ms_per_day = SECS_PER_DAY * INT64CONST(1000);
constexpr int64 epoch_days = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;

bool
is_infinite(Oid type, Datum value)
{
	return type == DATEOID ? DATE_NOT_FINITE(DatumGetDateADT(value)) : TIMESTAMP_NOT_FINITE(DatumGetTimestamp(value));
}

bool
put_time_text(Output *out, Name name, Oid type, Datum value)
{
	char text[MAXDATELEN + 1];
	const int utc = 0;

	JsonEncodeDateTime(text, value, type, type == TIMESTAMPTZOID ? &utc : nullptr);
	return put_text(out, name, text, static_cast<int>(strlen(text)));
}

bool
put_infinite(Output *out, Name name, Oid type, Datum value)
{
	if (out->options->infinity == Infinity::error)
		return refuse(out, "infinite date", "a date is infinite");
	if (out->options->infinity == Infinity::null)
	{
		/* Both ends would be the same key. */
		if (out->in_key)
			return refuse(out, "infinite date", "a date in the key is infinite");
		return put_null(out, name);
	}
	return put_time_text(out, name, type, value);
}

/* A text that is read from its beginning. */
struct Scanner
{
	const char *at;
	const char *end;

	bool skip(char expected)
	{
		if (at == end || *at != expected)
			return false;
		at++;
		return true;
	}
	bool number(int least, int most, int *value)
	{
		const char *start = at;

		*value = 0;
		while (at < end && *at >= '0' && *at <= '9' && at - start < most)
			*value = *value * 10 + (*at++ - '0');
		return at - start >= least;
	}
	/* Up to six digits, as microseconds. */
	bool fraction(int *value)
	{
		const char *start = at;

		if (!number(1, 6, value))
			return false;
		for (auto n = at - start; n < 6; n++)
			*value *= 10;
		return true;
	}
	bool word(const char *expected)
	{
		auto n = static_cast<ptrdiff_t>(strlen(expected));

		if (end - at != n || memcmp(at, expected, n) != 0)
			return false;
		at = end;
		return true;
	}
};

bool
read_days(Scanner *text, int *year, int *month, int *day)
{
	return text->number(4, 7, year) && text->skip('-') && text->number(2, 2, month) && text->skip('-') &&
		   text->number(2, 2, day) && *year >= 1 && *month >= 1 && *month <= MONTHS_PER_YEAR && *day >= 1 && *day <= 31;
}

/* Hours to microseconds, and then how far the zone is ahead of UTC, where there is one. */
bool
read_hours(Scanner *text, int64 *microseconds)
{
	int hours;
	int minutes;
	int seconds;
	int fraction = 0;

	if (!text->skip('T') || !text->number(2, 2, &hours) || !text->skip(':') || !text->number(2, 2, &minutes) ||
		!text->skip(':') || !text->number(2, 2, &seconds))
		return false;
	if (text->skip('.') && !text->fraction(&fraction))
		return false;
	*microseconds = ((hours * INT64CONST(60) + minutes) * 60 + seconds) * USECS_PER_SEC + fraction;
	return hours < HOURS_PER_DAY && minutes < MINS_PER_HOUR && seconds < SECS_PER_MINUTE;
}

bool
read_zone(Scanner *text, int64 *microseconds)
{
	int parts[3] = {};
	bool west = text->skip('-');

	if (!west && !text->skip('+'))
		return false;
	for (int i = 0; i < 3 && (i == 0 || text->skip(':')); i++)
		if (!text->number(2, 2, &parts[i]))
			return false;
	*microseconds = ((parts[0] * INT64CONST(60) + parts[1]) * 60 + parts[2]) * USECS_PER_SEC * (west ? -1 : 1);
	return true;
}

bool
is_infinity(Scanner text, Oid type, Datum *value)
{
	bool end = text.word("infinity");

	if (!end && !text.word("-infinity"))
		return false;
	if (type == DATEOID)
		*value = DateADTGetDatum(end ? DATEVAL_NOEND : DATEVAL_NOBEGIN);
	else
		*value = TimestampGetDatum(end ? DT_NOEND : DT_NOBEGIN);
	return true;
}

} // namespace

bool
put_time(Output *out, Name name, Oid type, Datum value)
{
	if (is_infinite(type, value))
		return put_infinite(out, name, type, value);
	if (out->options->timestamp == Time::string)
		return put_time_text(out, name, type, value);
	if (type == DATEOID)
		return put_date(out, name, (DatumGetDateADT(value) + epoch_days) * ms_per_day);

	int64 microseconds = DatumGetTimestamp(value);
	int64 rest = microseconds % 1000;
	if (rest != 0 && out->in_key)
		return refuse(out, "key not exact",
					  "a timestamp in the key has parts of a millisecond, which a date of MongoDB has not");
	return put_date(out, name, microseconds / 1000 - (rest < 0 ? 1 : 0) + epoch_days * ms_per_day);
}

bool
is_time(const char *text, int size, Oid type, Datum *value)
{
	Scanner scanner = {text, text + size};
	int year;
	int month;
	int day;
	int64 time = 0;
	int64 zone = 0;

	if (is_infinity(scanner, type, value))
		return true;
	if (!read_days(&scanner, &year, &month, &day))
		return false;
	if (type != DATEOID && !read_hours(&scanner, &time))
		return false;
	if (type == TIMESTAMPTZOID && !read_zone(&scanner, &zone))
		return false;
	if (scanner.word(" BC"))
		year = 1 - year;
	if (scanner.at != scanner.end || !IS_VALID_JULIAN(year, month, day))
		return false;

	int days = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	if (type == DATEOID)
		*value = DateADTGetDatum(days);
	else
		*value = TimestampGetDatum(days * USECS_PER_DAY + time - zone);
	return type == DATEOID ? IS_VALID_DATE(days) : IS_VALID_TIMESTAMP(DatumGetTimestamp(*value));
}

} // namespace dv::sink
