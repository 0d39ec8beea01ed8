"""What MongoDB keeps per logical session: its transaction, and the reply to its last retryable write."""
import threading
import time

from backend import Backend, Failed, Gone


class Idle:
    """Connections that wait for a transaction: a new one costs more than the transaction may."""

    def __init__(self, conninfo):
        self.conninfo, self.backends = conninfo, []

    def begin(self):
        while True:
            try:
                backend = self.backends.pop()
            except IndexError:
                backend = Backend(self.conninfo)
                backend.begin()
                return backend
            try:
                backend.begin()
                return backend
            except Gone:
                backend.close()

    def give_back(self, backend):
        self.backends.append(backend)


class Session:
    def __init__(self, idle):
        self.idle, self.lock = idle, threading.RLock()
        self.write_number, self.write_reply = -1, None
        self.number, self.state, self.backend, self.began = -1, 'none', None, 0
        self.xid = None

    def start(self, number):
        if number <= self.number:
            raise Failed(225, f'transaction {number} is not newer than {self.number}')
        self.end('ROLLBACK', 'aborted')
        self.number, self.state, self.began = number, 'in progress', time.monotonic()
        self.backend = self.idle.begin()

    def join(self, number):
        if number != self.number or self.state == 'aborted' or self.state == 'none':
            raise Failed(251, f'transaction {number} has been aborted, or never was')
        if self.state == 'committed':
            raise Failed(256, f'transaction {number} has been committed')
        return self.backend

    def end(self, how, state):
        """COMMIT or ROLLBACK: where that fails, the transaction is aborted all the same."""
        if self.backend is None:
            return
        backend, self.backend, self.state = self.backend, None, 'aborted'
        try:
            backend.query(how)
        except (Failed, Gone):
            backend.close()
            raise
        self.idle.give_back(backend)
        self.state = state

    def commit(self, number):
        if number == self.number and self.state == 'unknown':
            self.state = self.outcome()
        if number == self.number and self.state == 'committed':
            return
        self.xid, = self.join(number).query('SELECT pg_current_xact_id_if_assigned()::text')
        try:
            self.end('COMMIT', 'committed')
        except Gone:
            self.state = 'unknown'
            raise

    def outcome(self):
        """Of a commit during which the server went away."""
        if self.xid is None:
            return 'aborted'
        backend = Backend(self.idle.conninfo)
        try:
            return backend.query('SELECT pg_xact_status(%s::xid8)', self.xid)[0]
        finally:
            backend.close()

    def abort(self, number):
        self.join(number)
        self.end('ROLLBACK', 'aborted')


class Sessions:
    """All of them; a thread ends the transactions that are older than their lifetime."""

    def __init__(self, conninfo, lifetime):
        self.sessions, self.lock, self.lifetime, self.idle = {}, threading.Lock(), lifetime, Idle(conninfo)
        threading.Thread(target=self.reap, daemon=True).start()

    def get(self, identifier):
        with self.lock:
            return self.sessions.setdefault(bytes(identifier['id']), Session(self.idle))

    def forget(self, identifiers):
        for identifier in identifiers:
            with self.lock:
                session = self.sessions.pop(bytes(identifier['id']), None)
            if session:
                with session.lock:
                    session.end('ROLLBACK', 'aborted')

    def reap(self):
        while True:
            time.sleep(0.25)
            with self.lock:
                every = list(self.sessions.values())
            for session in every:
                if session.state == 'in progress' and time.monotonic() - session.began > self.lifetime:
                    with session.lock:
                        try:
                            session.end('ROLLBACK', 'aborted')
                        except Exception:  # its server has gone, and the transaction with it
                            pass
