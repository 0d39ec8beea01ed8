#!/usr/bin/python3
"""Stands between a driver and a server of MongoDB's wire protocol, and makes trouble on demand; records the commands.

A line of JSON on the control port is answered by one:
  {"stall": true}     nothing goes on, either way, and nothing is closed; false: it goes on
  {"delay": 0.02}     each message waits that many seconds
  {"cut": true}       closes all connections
  {"down": true}      does so, and refuses new ones; false: takes them again
  {"fault": {...}}    the next command that matches fails:
      "command": its name, "collection": what that name ends in; "skip": let so many pass; "times": as often (1)
      "code": the error to reply, "labels": with these labels, else those that a server would give
      "concern": a code to reply as a write concern's error, beside the success of the command
      "cut": true closes the connection instead
      "after": true lets the server do it first
  {"clear": true}     forgets the faults
  {"take": true}      the commands since the last time, and forgets them
  {"status": true}    connections, messages, and faults that have struck
"""
import argparse
import collections
import json
import socket
import sys
import threading
import time

from bson import json_util
from errors import NAMES, failure
from wire import Message, documents, read_message, reply

RETRYABLE = {6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}
UNRECORDED = {'hello', 'ismaster', 'ping', 'saslstart', 'saslcontinue', 'buildinfo'}
SHOWN = 200


def identity(name, document):
    return document.get('_id') if name == 'insert' else document['q'].get('_id')


def record_of(request):
    """A command in short: what a test may ask about."""
    body, name = request.body, request.name
    record = {'command': name, 'database': body.get('$db'), 'collection': body[name]}
    for field in ('writeConcern', 'readConcern', 'txnNumber', 'autocommit', 'startTransaction', 'ordered', 'filter'):
        if field in body:
            record[field] = body[field]
    if 'lsid' in body:
        record['session'] = body['lsid']['id'].hex()
    for field, sequence in request.sequences.items():
        listed = documents(sequence)
        record['count'] = len(listed)
        record['ids'] = [identity(name, document) for document in listed[:SHOWN]]
        if field == 'deletes':
            record['filters'] = [dict(document['q']) for document in listed[:SHOWN]]
    return json.loads(json_util.dumps(record, json_options=json_util.RELAXED_JSON_OPTIONS))


class Fault:
    def __init__(self, wanted):
        self.skip, self.times = wanted.pop('skip', 0), wanted.pop('times', 1)
        self.wanted = wanted

    def strikes(self, request):
        wanted, body = self.wanted, request.body
        if 'command' in wanted and request.name.lower() != wanted['command'].lower():
            return False
        if 'collection' in wanted and not str(body[request.name]).endswith(wanted['collection']):
            return False
        if not self.times or request.name.lower() in UNRECORDED and 'command' not in wanted:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True

    def answer(self, request, answer):
        """The reply that the driver gets, given that of the server if it was asked."""
        wanted, body = self.wanted, request.body
        if 'concern' in wanted:
            code = wanted['concern']
            error = {'code': code, 'codeName': NAMES.get(code, ''), 'errmsg': 'injected by the test'}
            return {**answer, 'writeConcernError': error}
        labels = wanted.get('labels')
        if labels is None:
            labels, code = [], wanted['code']
            ending = request.name in ('commitTransaction', 'abortTransaction')
            if body.get('autocommit') is False and not ending and code in RETRYABLE | {112, 251}:
                labels = ['TransientTransactionError']
            elif 'txnNumber' in body and code in RETRYABLE:
                labels = ['RetryableWriteError']
        return failure(wanted['code'], 'injected by the test', labels)


class Proxy:
    def __init__(self, port, target):
        self.port, self.target, self.listener = port, target, None
        self.lock, self.flow = threading.RLock(), threading.Condition()
        self.stalled, self.delay, self.faults, self.links = False, 0, [], set()
        self.commands, self.messages, self.struck = collections.deque(maxlen=100_000), 0, 0

    def listen(self):
        self.listener = socket.create_server(('127.0.0.1', self.port), backlog=128)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            Link(self, client).start()

    def hold(self):
        """Where each message waits while the network is bad."""
        with self.flow:
            while self.stalled:
                self.flow.wait()
        if self.delay:
            time.sleep(self.delay)

    def fault_for(self, request):
        with self.lock:
            self.messages += 1
            fault = next((fault for fault in self.faults if fault.strikes(request)), None)
            self.struck += fault is not None
            if request.name.lower() not in UNRECORDED:
                record = record_of(request)
                if fault:
                    record['fault'] = fault.wanted
                self.commands.append(record)
            return fault

    def cut(self):
        for link in list(self.links):
            link.close()

    def control(self, order):
        with self.lock:
            if 'stall' in order:
                with self.flow:
                    self.stalled = order['stall']
                    self.flow.notify_all()
            if 'delay' in order:
                self.delay = order['delay']
            if order.get('clear'):
                self.faults = []
            if 'fault' in order:
                self.faults.append(Fault(order['fault']))
            if order.get('cut'):
                self.cut()
            if order.get('down') is True and self.listener:
                # A thread that waits in accept() keeps the socket open: shutdown() wakes it.
                self.listener.shutdown(socket.SHUT_RDWR)
                self.listener.close()
                self.listener = None
                self.cut()
            if order.get('down') is False and not self.listener:
                self.listen()
            if order.get('take'):
                commands, self.commands = list(self.commands), collections.deque(maxlen=100_000)
                return {'commands': commands}
            return {'connections': len(self.links), 'messages': self.messages, 'struck': self.struck,
                    'faults': sum(fault.times for fault in self.faults)}


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy, client):
        self.proxy, self.client, self.server = proxy, client, None
        self.pending, self.sending = {}, threading.Lock()

    def start(self):
        try:
            self.server = socket.create_connection(('127.0.0.1', self.proxy.target))
        except OSError:
            self.client.close()
            return
        for end in (self.client, self.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.proxy.links.add(self)
        for work in (self.upwards, self.downwards):
            threading.Thread(target=self.run, args=(work,), daemon=True).start()

    def run(self, work):
        try:
            work()
        except OSError:
            pass
        finally:
            self.close()

    def close(self):
        self.proxy.links.discard(self)
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def answer(self, data):
        with self.sending:
            self.client.sendall(data)

    def upwards(self):
        while data := read_message(self.client):
            request = Message(data)
            fault = self.proxy.fault_for(request)
            self.proxy.hold()
            if fault and not fault.wanted.get('after') and 'concern' not in fault.wanted:
                if fault.wanted.get('cut'):
                    return
                self.answer(reply(request, 0, fault.answer(request, None)))
                continue
            if fault:
                self.pending[request.id] = (request, fault)
            self.server.sendall(data)

    def downwards(self):
        while data := read_message(self.server):
            self.proxy.hold()
            answer = Message(data) if self.pending else None
            if answer and answer.response_to in self.pending:
                request, fault = self.pending.pop(answer.response_to)
                if fault.wanted.get('cut'):
                    return
                data = reply(request, 0, fault.answer(request, answer.body))
            self.answer(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--port', type=int, required=True)
    parser.add_argument('--to', type=int, required=True, help="the server's port")
    parser.add_argument('--control', type=int, required=True)
    options = parser.parse_args()
    proxy = Proxy(options.port, options.to)
    control = socket.create_server(('127.0.0.1', options.control))
    proxy.listen()
    print(f'ready on port {options.port}', flush=True)
    while True:
        connection, _ = control.accept()
        with connection, connection.makefile('rw') as lines:
            for line in lines:
                try:
                    answer = proxy.control(json.loads(line))
                except Exception as error:
                    answer = {'error': f'{type(error).__name__}: {error}'}
                print(json.dumps(answer), file=lines, flush=True)


if __name__ == '__main__':
    sys.exit(main())
