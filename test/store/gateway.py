#!/usr/bin/python3
"""Speaks MongoDB's wire protocol in front of DocumentDB's SQL functions; for tests, on the loopback interface.

It looks like a mongos, or like a standalone server, which has no transactions.  What a transaction writes is invisible
until its commit; a conflict of writers ends it with code 112; a commit may be repeated; a retryable write that comes
again gets the reply of the first time.  Write concerns are taken and ignored: there is one server.
"""
import argparse
import datetime
import os
import socket
import sys
import threading

import scram
from backend import CURSORS, WRITES, Backend, Cursors, Failed, Gone, administer, write
from bson.son import SON
from errors import failure
from sessions import Sessions
from wire import Message, read_message, reply

TRANSIENT = 'TransientTransactionError'
OPEN_TO_ALL = {'hello', 'ismaster', 'ping', 'buildinfo', 'saslstart', 'saslcontinue', 'endsessions', 'logout'}


class Gateway:
    def __init__(self, options):
        self.options, self.cursors, self.sessions = options, Cursors(), Sessions(options.conninfo, options.lifetime)
        self.users = {options.user: os.environ['STORE_PASSWORD']} if options.user else {}

    def hello(self, request):
        body = SON()
        if 'saslSupportedMechs' in request.body:
            body['saslSupportedMechs'] = ['SCRAM-SHA-256']
        body['ismaster' if request.name.lower() == 'ismaster' else 'isWritablePrimary'] = True
        body['helloOk'] = True
        if not self.options.standalone:
            body['msg'] = 'isdbgrid'
        body.update(maxBsonObjectSize=16 << 20, maxMessageSizeBytes=48_000_000, maxWriteBatchSize=100_000,
                    localTime=datetime.datetime.now(datetime.timezone.utc), logicalSessionTimeoutMinutes=30,
                    minWireVersion=0, maxWireVersion=21, readOnly=False, ok=1.0)
        return body


class Client:
    """One connection of a driver, on a thread of its own."""

    def __init__(self, gateway, connection):
        self.gateway, self.socket = gateway, connection
        self.own, self.scram, self.user = None, None, None

    def serve(self):
        answers = 0
        try:
            while data := read_message(self.socket):
                request, answers = Message(data), answers + 1
                answer = self.answer(request)
                if request.wants_reply:
                    self.socket.sendall(reply(request, answers, answer))
        except (OSError, Gone, ValueError) as error:
            print(f'connection ends: {type(error).__name__}: {error}', flush=True)
        finally:
            self.socket.close()
            if self.own:
                self.gateway.cursors.close_all(self.own)
                self.own.close()

    def backend(self):
        if self.own is None:
            self.own = Backend(self.gateway.options.conninfo)
        return self.own

    def answer(self, request):
        name, body = request.name.lower(), request.body
        if name in ('hello', 'ismaster'):
            return self.gateway.hello(request)
        if name in ('saslstart', 'saslcontinue'):
            return self.authenticate(request)
        if self.gateway.users and not self.user and name not in OPEN_TO_ALL:
            return failure(13, f'command {request.name} requires authentication')
        try:
            if 'txnNumber' not in body:
                return self.run(self.backend, request)
            if self.gateway.options.standalone:
                raise Failed(20, 'Transaction numbers are only allowed on a replica set member or mongos')
            session = self.gateway.sessions.get(body['lsid'])
            with session.lock:
                if body.get('autocommit') is False:
                    return self.in_transaction(session, request)
                return self.retryable(session, request)
        except Failed as error:
            return failure(error.code, str(error))

    def authenticate(self, request):
        payload = request.body.get('payload', b'')
        answer = SON(conversationId=1, done=False, payload=b'', ok=1.0)
        if request.name.lower() == 'saslstart':
            if request.body['mechanism'] != 'SCRAM-SHA-256':
                return failure(18, f"mechanism {request.body['mechanism']} is not enabled")
            self.scram = scram.Server(self.gateway.users)
            self.brief = request.body.get('options', {}).get('skipEmptyExchange', False)
            answer['payload'] = self.scram.first(payload)
        elif payload:
            signature = self.scram.final(payload)
            if signature is None:
                return failure(18, 'Authentication failed.')
            self.user = self.scram.user
            answer.update(payload=signature, done=self.brief)
        else:
            answer['done'] = True
        return answer

    def retryable(self, session, request):
        number = request.body['txnNumber']
        if number < session.write_number:
            raise Failed(225, f'write {number} is older than {session.write_number}')
        if number > session.write_number:
            session.write_number, session.write_reply = number, None
        if session.write_reply is None:
            session.write_reply = self.run(self.backend, request)
        return session.write_reply

    def in_transaction(self, session, request):
        number, name = request.body['txnNumber'], request.name.lower()
        try:
            if name == 'committransaction':
                session.commit(number)
                return {'ok': 1.0}
            if name == 'aborttransaction':
                session.abort(number)
                return {'ok': 1.0}
            if request.body.get('startTransaction'):
                session.start(number)
            backend = session.join(number)
            answer = self.run(lambda: backend, request)
        except Failed as error:
            if error.code not in (225, 251, 256):
                session.end('ROLLBACK', 'aborted')
            return failure(error.code, str(error), [TRANSIENT] if error.code in (112, 251) else [])
        except Gone:
            session.backend = None
            if session.state != 'unknown':
                session.state = 'aborted'
            raise
        # MongoDB ends a transaction at any error, that of a single write included.
        if answer.get('writeErrors'):
            session.end('ROLLBACK', 'aborted')
            first = answer['writeErrors'][0]
            if first['code'] == 112:
                return failure(112, first['errmsg'], [TRANSIENT])
        return answer

    def run(self, backend, request):
        name = request.name.lower()
        if name in WRITES:
            return write(backend(), request)
        if name in CURSORS:
            return self.gateway.cursors.first(backend(), request)
        if name == 'getmore':
            return self.gateway.cursors.more(backend(), request)
        if name == 'killcursors':
            return self.gateway.cursors.kill(request)
        if name in ('endsessions', 'killsessions'):
            self.gateway.sessions.forget(request.body[request.name])
            return {'ok': 1.0}
        if name in ('ping', 'logout', 'refreshsessions'):
            return {'ok': 1.0}
        if name == 'buildinfo':
            return SON(version='7.0.0', versionArray=[7, 0, 0, 0], maxBsonObjectSize=16 << 20, ok=1.0)
        if name == 'connectionstatus':
            users = [{'user': self.user, 'db': 'admin'}] if self.user else []
            return {'authInfo': {'authenticatedUsers': users, 'authenticatedUserRoles': []}, 'ok': 1.0}
        answer = administer(backend(), request)
        if answer is None:
            raise Failed(59, f"no such command: '{request.name}'")
        return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--conninfo', required=True, help="DocumentDB's database")
    parser.add_argument('--user', help='ask for this user, with the password of STORE_PASSWORD')
    parser.add_argument('--standalone', action='store_true', help='have no transactions')
    parser.add_argument('--lifetime', type=float, default=60, help='of a transaction, in seconds')
    gateway = Gateway(parser.parse_args())
    listener = socket.create_server(('127.0.0.1', gateway.options.port), backlog=128)
    print(f'ready on port {gateway.options.port}', flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Client(gateway, connection).serve, daemon=True).start()


if __name__ == '__main__':
    sys.exit(main())
