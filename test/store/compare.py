#!/usr/bin/python3
"""Compares a view with a collection, by rules of its own: what each row must be as BSON follows from its columns' types.

Prints the differences, and exits with 1 where there are any.  Numbers in json without a known type compare by value.
With --shape, a JSON object of paths and tables, the view is a document view: {"": "orders", "items": "order_items"}.
"""
import argparse
import datetime
import decimal
import json
import os
import sys
import uuid

import psycopg2
from bson import json_util
from bson.binary import Binary
from bson.decimal128 import Decimal128
from bson.int64 import Int64
from client import JSON, Connection

UTC = datetime.timezone.utc
NUMBER = 'a number'


def date(text):
    """A moment of PostgreSQL's text or JSON as BSON has it: milliseconds, rounded down."""
    if text in ('infinity', '-infinity'):
        return text
    text = text.replace('T', ' ')
    if len(text) == 10:
        text += ' 00:00:00'
    if text[-3] in '+-':
        text += ':00'
    moment = datetime.datetime.fromisoformat(text if '.' not in text else padded(text))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def padded(text):
    """Fractions of a second with six digits."""
    start, _, rest = text.partition('.')
    digits = rest[:len(rest) - len(rest.lstrip('0123456789'))] if rest.strip('0123456789') else rest
    return f"{start}.{digits.ljust(6, '0')}{rest[len(digits):]}"


def scalar(name, text):
    """A value of a type, given as text, or as what json makes of it."""
    if text is None:
        return None
    if name in ('smallint', 'integer'):
        return int(text)
    if name == 'bigint':
        return Int64(text)
    if name in ('real', 'double precision'):
        return float(text)
    if name.startswith('numeric'):
        return Decimal128(str(text))
    if name == 'boolean':
        return text in (True, 't', 'true')
    if name == 'bytea':
        return Binary(bytes.fromhex(text[2:]), 0)
    if name == 'uuid':
        return Binary(uuid.UUID(text).bytes, 4)
    if name == 'date' or name.startswith('timestamp'):
        return date(text)
    if name in ('json', 'jsonb'):
        return untyped(json.loads(text, parse_float=decimal.Decimal) if isinstance(text, str) else text)
    return str(text)


def untyped(value):
    """json without types: numbers by their value."""
    if isinstance(value, dict):
        return {name: untyped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [untyped(inner) for inner in value]
    if isinstance(value, (int, float, decimal.Decimal, Decimal128)) and not isinstance(value, bool):
        number = value.to_decimal() if isinstance(value, Decimal128) else decimal.Decimal(str(value))
        return {NUMBER: str(number.normalize())}
    return value


class Shape:
    """The types inside a declared document, looked up in the tables that its paths name."""

    def __init__(self, database, tables):
        self.types = {}
        for path, table in tables.items():
            database.execute('SELECT attname, format_type(atttypid, -1) FROM pg_attribute'
                             ' WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped', (table,))
            for column, name in database.fetchall():
                self.types[f'{path}.{column}' if path else column] = name

    def typed(self, value, path=''):
        if isinstance(value, list):
            return [self.typed(inner, path) for inner in value]
        if path in self.types:
            return scalar(self.types[path], value)
        if isinstance(value, dict):
            return {name: self.typed(inner, f'{path}.{name}' if path else name) for name, inner in value.items()}
        return value


def canonical(value):
    return json_util.dumps(value, json_options=JSON, sort_keys=True)


def wanted(options, database):
    """The documents that the view asks for, by _id."""
    shape = Shape(database, json.loads(options.shape)) if options.shape else None
    database.execute('SELECT attname, format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = %s::regclass'
                     " AND attnum > 0 AND NOT attisdropped AND attname NOT LIKE '\\_\\_dv\\_%%' ORDER BY attnum",
                     (options.view,))
    columns = database.fetchall()
    names = ', '.join('"%s"::text' % name.replace('"', '""') for name, _ in columns)
    database.execute(f'SELECT {names} FROM {options.view}')
    found = {}
    for row in database:
        values = {name: text for (name, _), text in zip(columns, row)}
        types = dict(columns)
        typed = {name: scalar(types[name], text) for name, text in values.items()}
        key = options.key.split(',') if options.key else []
        identity = typed[key[0]] if len(key) == 1 else {name: typed[name] for name in key}
        if options.nulls == 'absent':
            typed = {name: value for name, value in typed.items() if value is not None}
        if shape:
            typed = shape.typed(json.loads(values[options.document], parse_float=decimal.Decimal))
        elif options.document:
            typed = typed[options.document]
        found[canonical(identity)] = canonical({'_id': identity, **typed})
    loose = set() if shape else {name for name, kind in columns if kind in ('json', 'jsonb')}
    return found, loose


def stored(options, loose):
    store = Connection(options.port, options.user, os.environ.get('STORE_PASSWORD'))
    found = {}
    for document in store.find(options.database, options.collection):
        document.pop('__dv_lsn', None)
        for name in document:
            if name in loose or options.document in loose and name != '_id':
                document[name] = untyped(document[name])
        found[canonical(document['_id'])] = canonical(document)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--conninfo', required=True)
    parser.add_argument('--view', required=True)
    parser.add_argument('--key', default='', help='the columns of the key, with commas')
    parser.add_argument('--document', help='the column that has the document')
    parser.add_argument('--shape')
    parser.add_argument('--nulls', default='null')
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--user')
    parser.add_argument('--database', default='test')
    parser.add_argument('--collection', required=True)
    options = parser.parse_args()
    connection = psycopg2.connect(options.conninfo)
    with connection.cursor() as database:
        database.execute("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET extra_float_digits = 1; SET bytea_output = 'hex'")
        view, loose = wanted(options, database)
    collection = stored(options, loose)
    differ = [key for key in sorted({*view, *collection}) if view.get(key) != collection.get(key)]
    for key in differ[:20]:
        print(f'_id {key}\n  view:       {view.get(key)}\n  collection: {collection.get(key)}')
    print(f'{len(view)} rows, {len(collection)} documents, {len(differ)} differences')
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
