#!/usr/bin/python3
"""A client for tests: takes commands from standard input, a line of extended JSON each: an array of names and values,
with "$db" where that is not `test`; prints each reply as a line of canonical extended JSON.  Cursors are read to their end: "documents" has all."""
import argparse
import os
import socket
import sys

import scram
from bson import json_util
from bson.binary import UuidRepresentation
from bson.son import SON
from wire import OPTIONS, Message, message, read_message

JSON = json_util.JSONOptions(json_mode=json_util.JSONMode.CANONICAL, tz_aware=True, document_class=OPTIONS.document_class,
                             uuid_representation=UuidRepresentation.UNSPECIFIED)


class Connection:
    def __init__(self, port, user=None, password=None, timeout=60):
        self.socket, self.sent = socket.create_connection(('127.0.0.1', port), timeout), 0
        self.command({'hello': 1, '$db': 'admin'})
        if user:
            self.authenticate(user, password)

    def command(self, body):
        self.sent += 1
        self.socket.sendall(message(self.sent, 0, body if '$db' in body else {**body, '$db': 'test'}))
        data = read_message(self.socket)
        if data is None:
            raise ConnectionError('the server has closed the connection')
        return Message(data).body

    def authenticate(self, user, password):
        client = scram.Client(user, password)
        answer = self.command({'saslStart': 1, 'mechanism': 'SCRAM-SHA-256', 'payload': client.first(),
                               'options': {'skipEmptyExchange': True}, '$db': 'admin'})
        if answer['ok']:
            answer = self.command({'saslContinue': 1, 'conversationId': answer['conversationId'],
                                   'payload': client.final(answer['payload']), '$db': 'admin'})
        if not answer['ok']:
            raise PermissionError(answer['errmsg'])

    def ask(self, body):
        """A command's reply, with all that its cursor gives."""
        answer = self.command(body)
        if 'cursor' not in answer:
            return answer
        cursor, found = answer['cursor'], answer['cursor']['firstBatch']
        collection = cursor['ns'].partition('.')[2]
        while cursor['id']:
            answer = self.command({'getMore': cursor['id'], 'collection': collection, '$db': body.get('$db', 'test')})
            if not answer['ok']:
                return answer
            cursor = answer['cursor']
            found += cursor['nextBatch']
        return {'documents': found, 'ok': 1.0}

    def find(self, database, collection, query=None):
        answer = self.ask({'find': collection, 'filter': query or {}, '$db': database})
        if not answer['ok']:
            raise RuntimeError(answer['errmsg'])
        return answer['documents']


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--user', help='the password is in STORE_PASSWORD')
    options = parser.parse_args()
    connection = Connection(options.port, options.user, os.environ.get('STORE_PASSWORD'))
    for line in sys.stdin:
        pairs = json_util.loads(line, json_options=JSON)
        answer = connection.ask(SON(zip(pairs[::2], pairs[1::2])))
        print(json_util.dumps(answer, json_options=JSON), flush=True)


if __name__ == '__main__':
    sys.exit(main())
