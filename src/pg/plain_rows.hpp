#pragma once

/*
 * Rows of columns that are passed by value, none of them NULL: it is known beforehand where each value stands.
 */
#include "pg/postgres.hpp"

namespace dv::pg {

struct PlainRows
{
	Size bytes;    /* of a row, its header included; 0: the columns are others */
	Size *offsets; /* of the values */
};

inline PlainRows
plain_rows(TupleDesc desc)
{
	PlainRows rows{0, static_cast<Size *>(palloc(sizeof(Size) * static_cast<Size>(desc->natts + 1)))};
	Size at = MAXALIGN(SizeofMinimalTupleHeader);

	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		if (!attribute->attbyval)
			return rows;
		at = att_align_nominal(at, attribute->attalign);
		rows.offsets[i] = at;
		at += static_cast<Size>(attribute->attlen);
	}
	rows.bytes = at;
	return rows;
}

/* So many bytes has the row of these values. */
inline Size
bytes_of_row(const PlainRows &rows, TupleDesc desc, Datum *values, bool *isnull, bool hasnull)
{
	if (!hasnull && rows.bytes > 0)
		return rows.bytes;
	return MAXALIGN(SizeofMinimalTupleHeader + (hasnull ? BITMAPLEN(desc->natts) : 0)) +
		   heap_compute_data_size(desc, values, isnull);
}

/* Into room for so many bytes, all zero. */
inline void
fill_row(MinimalTuple row, Size bytes, const PlainRows &rows, TupleDesc desc, Datum *values, bool *isnull, bool hasnull)
{
	Size header = MAXALIGN(SizeofMinimalTupleHeader + (hasnull ? BITMAPLEN(desc->natts) : 0));
	row->t_len = static_cast<uint32>(bytes);
	row->t_infomask2 = static_cast<uint16>(desc->natts); /* in its low bits */
	row->t_hoff = static_cast<uint8>(header + MINIMAL_TUPLE_OFFSET);
	if (hasnull || rows.bytes == 0)
	{
		heap_fill_tuple(desc, values, isnull, reinterpret_cast<char *>(row) + header, bytes - header, &row->t_infomask,
						hasnull ? row->t_bits : nullptr);
		return;
	}
	for (int i = 0; i < desc->natts; i++)
		store_att_byval(reinterpret_cast<char *>(row) + rows.offsets[i], values[i], TupleDescAttr(desc, i)->attlen);
}

} // namespace dv::pg
