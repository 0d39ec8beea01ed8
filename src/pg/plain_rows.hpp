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

inline void
fill_header(MinimalTuple row, Size header, Size bytes, int natts)
{
	row->t_len = static_cast<uint32>(bytes);
	row->t_infomask2 = static_cast<uint16>(natts); /* in its low bits */
	row->t_hoff = static_cast<uint8>(header + MINIMAL_TUPLE_OFFSET);
}

/* Into room for so many bytes, all zero. */
inline void
fill_plain_row(MinimalTuple row, const PlainRows &rows, TupleDesc desc, const Datum *values)
{
	fill_header(row, MAXALIGN(SizeofMinimalTupleHeader), rows.bytes, desc->natts);
	for (int i = 0; i < desc->natts; i++)
		store_att_byval(reinterpret_cast<char *>(row) + rows.offsets[i], values[i], TupleDescAttr(desc, i)->attlen);
}

} // namespace dv::pg
