#include "sink/bson/numbers.hpp"

#include <cmath>

extern "C" {
#include "common/int.h"
#include "common/shortest_dec.h"
}

namespace dv::sink {

namespace {

constexpr int most_digits = 34;
constexpr int greatest_exponent = 6111;
constexpr int least_exponent = -6176;

/* digits * 10 ^ exponent; without leading zeros, of zero no digit. */
struct Decimal
{
	bool negative;
	char *digits;
	int ndigits;
	int64 exponent;
};

int64
read_exponent(const char *text, int size)
{
	constexpr int64 enough = 1000000000; /* no number of digits makes up for that */
	bool negative = size > 0 && *text == '-';
	int64 value = 0;

	for (int i = size > 0 && (*text == '-' || *text == '+') ? 1 : 0; i < size; i++)
		value = Min(value * 10 + (text[i] - '0'), enough);
	return negative ? -value : value;
}

Decimal
read_decimal(const char *text, int size)
{
	Decimal decimal = {};
	bool fraction = false;
	int i = 0;

	decimal.digits = static_cast<char *>(palloc(size + most_digits + 1));
	decimal.negative = size > 0 && text[0] == '-';
	for (i = decimal.negative ? 1 : 0; i < size && text[i] != 'e' && text[i] != 'E'; i++)
	{
		if (text[i] == '.')
		{
			fraction = true;
			continue;
		}
		if (fraction)
			decimal.exponent--;
		if (text[i] != '0' || decimal.ndigits > 0)
			decimal.digits[decimal.ndigits++] = text[i];
	}
	if (i < size)
		decimal.exponent += read_exponent(text + i + 1, size - i - 1);
	return decimal;
}

bool
strip_zero(Decimal *decimal)
{
	if (decimal->ndigits == 0 || decimal->digits[decimal->ndigits - 1] != '0')
		return false;
	decimal->ndigits--;
	decimal->exponent++;
	return true;
}

void
strip_zeros(Decimal *decimal)
{
	while (strip_zero(decimal))
		continue;
	if (decimal->ndigits == 0)
		decimal->exponent = 0;
}

void
append_zeros(Decimal *decimal, int64 exponent)
{
	while (decimal->exponent > exponent && decimal->ndigits < most_digits)
	{
		decimal->digits[decimal->ndigits++] = '0';
		decimal->exponent--;
	}
}

/* Equal numbers are the same bytes: an integer without exponent if that fits, else as short as can be. */
void
normalize(Decimal *decimal)
{
	strip_zeros(decimal);
	if (decimal->exponent > 0 && decimal->ndigits + decimal->exponent <= most_digits)
		append_zeros(decimal, 0);
}

/* With as many of its digits as fit; false where one that counts does not. */
bool
make_decimal128(Decimal decimal, bson_decimal128_t *result)
{
	uint128 coefficient = 0;

	if (decimal.ndigits == 0)
		decimal.exponent = Max(Min(decimal.exponent, greatest_exponent), least_exponent);
	while ((decimal.ndigits > most_digits || decimal.exponent < least_exponent) && strip_zero(&decimal))
		continue;
	if (decimal.exponent > greatest_exponent)
		append_zeros(&decimal, greatest_exponent);
	if (decimal.ndigits > most_digits || decimal.exponent < least_exponent || decimal.exponent > greatest_exponent)
		return false;
	/* IEEE 754 in its binary form: sign, 14 bits of exponent, 113 of coefficient, which 34 digits never fill. */
	for (int i = 0; i < decimal.ndigits; i++)
		coefficient = coefficient * 10 + (decimal.digits[i] - '0');
	result->low = static_cast<uint64>(coefficient);
	result->high = static_cast<uint64>(coefficient >> 64) |
				   static_cast<uint64>(decimal.exponent - least_exponent) << 49 |
				   static_cast<uint64>(decimal.negative) << 63;
	return true;
}

bool
is_special(const char *text, int size)
{
	const char last = size > 0 ? text[size - 1] : '\0';

	return last == 'N' || last == 'y';
}

bool
put_decimal_text(Output *out, Name name, Decimal decimal, const char *text, int size)
{
	bson_decimal128_t value;

	if (make_decimal128(decimal, &value))
		return put_decimal(out, name, value);
	if (out->options->numeric == Numeric::string)
		return put_text(out, name, text, size);
	return refuse(out, "numeric out of range",
				  "a number has more than 34 digits, or is beyond the range of Decimal128");
}

bool
put_integer(Output *out, Name name, int64 value)
{
	return value == static_cast<int32>(value) ? put_int32(out, name, static_cast<int32>(value))
											  : put_int64(out, name, value);
}

/* Is the double, written as short as can be, this number? */
bool
is_double(Decimal decimal, double value)
{
	char text[DOUBLE_SHORTEST_DECIMAL_LEN];

	if (std::isinf(value))
		return false;
	Decimal shortest = read_decimal(text, double_to_shortest_decimal_buf(value, text));
	strip_zeros(&decimal);
	strip_zeros(&shortest);
	return decimal.negative == shortest.negative && decimal.exponent == shortest.exponent &&
		   decimal.ndigits == shortest.ndigits && memcmp(decimal.digits, shortest.digits, decimal.ndigits) == 0;
}

} // namespace

bool
read_int64(const char *text, int size, int64 *value)
{
	bool negative = size > 0 && text[0] == '-';
	int i = negative ? 1 : 0;
	int64 result = 0;

	if (i == size)
		return false;
	/* Downwards, where there is one more. */
	for (; i < size; i++)
		if (text[i] < '0' || text[i] > '9' || pg_mul_s64_overflow(result, 10, &result) ||
			pg_sub_s64_overflow(result, text[i] - '0', &result))
			return false;
	if (!negative && result == PG_INT64_MIN)
		return false;
	*value = negative ? result : -result;
	return true;
}

bool
put_float(Output *out, Name name, double value)
{
	return put_double(out, name, out->in_key && value == 0 ? 0.0 : value);
}

bool
put_numeric(Output *out, Name name, const char *text, int size)
{
	if (is_special(text, size))
	{
		bson_decimal128_t value;

		(void) bson_decimal128_from_string(text, &value);
		return put_decimal(out, name, value);
	}
	Decimal decimal = read_decimal(text, size);
	if (out->in_key)
		normalize(&decimal);
	return put_decimal_text(out, name, decimal, text, size);
}

bool
put_number(Output *out, Name name, const char *text, int size)
{
	int64 integer;

	if (read_int64(text, size, &integer))
		return put_integer(out, name, integer);
	Decimal decimal = read_decimal(text, size);
	if (out->in_key)
	{
		normalize(&decimal);
		if (decimal.exponent == 0 && read_int64(decimal.digits, decimal.ndigits, &integer))
			return put_integer(out, name, decimal.negative ? -integer : integer);
	}
	double value = strtod(pnstrdup(text, size), nullptr);
	if (is_double(decimal, value))
		return put_float(out, name, value);
	return put_decimal_text(out, name, decimal, text, size);
}

} // namespace dv::sink
