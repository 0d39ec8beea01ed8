"""A connection to DocumentDB, whose API are SQL functions over BSON."""
import threading

import bson
import psycopg2
from bson.raw_bson import RawBSONDocument

import errors
from wire import decode

# What belongs to the wire and not to a command.
WIRE_FIELDS = {
    '$db', 'lsid', 'txnNumber', 'autocommit', 'startTransaction', '$clusterTime', '$readPreference', 'readConcern',
    'writeConcern', 'apiVersion', 'apiStrict', 'apiDeprecationErrors', '$audit', 'maxTimeMS',
}
WRITES = {'insert': 'insert', 'update': 'update', 'delete': 'delete', 'findandmodify': 'find_and_modify'}
LISTS = {'insert': 'documents', 'update': 'updates', 'delete': 'deletes'}
CURSORS = {'find': 'find', 'aggregate': 'aggregate', 'listcollections': 'list_collections', 'listindexes': 'list_indexes'}


class Gone(Exception):
    """DocumentDB's server has gone away: a MongoDB server would have, too."""


class Failed(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


class Backend:
    def __init__(self, conninfo):
        self.lock = threading.RLock()
        try:
            self.connection = psycopg2.connect(conninfo)
        except psycopg2.Error as error:
            raise Gone(str(error)) from None
        self.connection.autocommit = True

    def close(self):
        self.connection.close()

    def query(self, sql, *parameters):
        """The first row of a statement, if it has any."""
        with self.lock:
            try:
                with self.connection.cursor() as cursor:
                    cursor.execute(sql, parameters or None)
                    return cursor.fetchone() if cursor.description else None
            except psycopg2.Error as error:
                if self.connection.closed or error.pgcode in ('57P01', '57P02', '57P03'):
                    raise Gone(str(error)) from None
                text = error.diag.message_primary or str(error)
                raise Failed(errors.code_of(error.pgcode), f'{text} (SQLSTATE {error.pgcode})') from None

    def begin(self):
        self.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '100ms'")


def command_of(body):
    return {field: value for field, value in body.items() if field not in WIRE_FIELDS}


def encoded(body):
    return psycopg2.Binary(bson.encode(command_of(body)))


def as_bytes(expression):
    return f'documentdb_core.bson_to_bytea({expression})'


BSON = 'documentdb_core.bson_from_bytea(%s)'


def write(backend, request):
    """insert, update, delete, findAndModify."""
    name, body = request.name.lower(), request.body
    sequence = request.sequences.get(LISTS.get(name))
    if sequence is None:
        result, = backend.query(f"SELECT {as_bytes('p_result')} FROM documentdb_api.{WRITES[name]}(%s, {BSON})",
                                body['$db'], encoded(body))
    else:
        result, = backend.query(
            f"SELECT {as_bytes('p_result')} FROM documentdb_api.{WRITES[name]}(%s, {BSON},"
            " documentdb_core.bsonsequence_from_bytea(%s))",
            body['$db'], encoded(body), psycopg2.Binary(sequence))
    reply = decode(result)
    for error in reply.get('writeErrors', ()):
        error['code'] = errors.code_of(errors.unpacked(error['code']))
    return reply


class Cursors:
    """The cursors that are open: where each goes on, and on which connection where it needs that very one."""

    def __init__(self):
        self.open, self.next, self.lock = {}, 1 << 32, threading.Lock()

    def first(self, backend, request):
        with self.lock:
            self.next += 1
            identifier = self.next
        page, rest, same_connection = backend.query(
            f"SELECT {as_bytes('cursorpage')}, {as_bytes('continuation')}, persistconnection"
            f" FROM documentdb_api.{CURSORS[request.name.lower()]}_cursor_first_page(%s, {BSON}, %s)",
            request.body['$db'], encoded(request.body), identifier)
        reply = RawBSONDocument(bytes(page))
        if rest is not None and reply['cursor']['id']:
            self.open[reply['cursor']['id']] = (bytes(rest), backend if same_connection else None)
        return reply

    def more(self, backend, request):
        identifier = request.body['getMore']
        if identifier not in self.open:
            raise Failed(43, f'cursor id {identifier} not found')
        rest, owner = self.open[identifier]
        page, rest = (owner or backend).query(
            f"SELECT {as_bytes('cursorpage')}, {as_bytes('continuation')}"
            f" FROM documentdb_api.cursor_get_more(%s, {BSON}, {BSON})",
            request.body['$db'], encoded(request.body), psycopg2.Binary(rest))
        if rest is None:
            del self.open[identifier]
        else:
            self.open[identifier] = (bytes(rest), owner)
        return RawBSONDocument(bytes(page))

    def kill(self, request):
        wanted = request.body['cursors']
        killed = [identifier for identifier in wanted if self.open.pop(identifier, None)]
        return {'cursorsKilled': killed, 'cursorsNotFound': [i for i in wanted if i not in killed],
                'cursorsAlive': [], 'cursorsUnknown': [], 'ok': 1.0}

    def close_all(self, backend):
        for identifier in [i for i, (_, owner) in list(self.open.items()) if owner is backend]:
            self.open.pop(identifier, None)


def administer(backend, request):
    """The commands that are neither reads by cursor nor writes; None: no such command."""
    name, body = request.name.lower(), request.body
    target, database = body[request.name], body['$db']

    def ask(expression, *parameters):
        return decode(backend.query(f'SELECT {as_bytes(expression)}', *parameters)[0])

    if name in ('count', 'distinct'):
        return ask(f'documentdb_api.{name}_query(%s, {BSON})', database, encoded(body))
    if name == 'create':
        return ask(f'documentdb_api.create_collection_view(%s, {BSON})', database, encoded(body))
    if name == 'drop':
        backend.query('SELECT documentdb_api.drop_collection(%s, %s)', database, target)
        return {'nIndexesWas': 1, 'ns': f'{database}.{target}', 'ok': 1.0}
    if name == 'dropdatabase':
        backend.query('SELECT documentdb_api.drop_database(%s)', database)
        return {'dropped': database, 'ok': 1.0}
    if name == 'renamecollection':
        (old_database, _, old), (new_database, _, new) = target.partition('.'), body['to'].partition('.')
        if old_database != new_database:
            raise Failed(115, 'renameCollection from one database to another is not supported')
        backend.query('SELECT documentdb_api.rename_collection(%s, %s, %s, %s)', old_database, old, new,
                      bool(body.get('dropTarget')))
        return {'ok': 1.0}
    if name == 'createindexes':
        reply = ask(f'documentdb_api_internal.create_indexes_non_concurrently(%s, {BSON}, true)', database, encoded(body))
        return reply['raw']['defaultShard'] if 'raw' in reply else reply
    if name == 'dropindexes':
        return decode(backend.query(f'CALL documentdb_api.drop_indexes(%s, {BSON})', database, encoded(body))[0])
    if name == 'collmod':
        return ask(f'documentdb_api.coll_mod(%s, %s, {BSON})', database, target, encoded(body))
    if name == 'collstats':
        return ask('documentdb_api.coll_stats(%s, %s)', database, target)
    if name == 'dbstats':
        return ask('documentdb_api.db_stats(%s)', database)
    if name == 'listdatabases':
        return ask(f'documentdb_api.list_databases({BSON})', encoded(body))
    if name == 'validate':
        return ask(f'documentdb_api.validate(%s, {BSON})', database, encoded(body))
    return None
