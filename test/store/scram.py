"""SCRAM-SHA-256 (RFC 5802, RFC 7677), both sides, for names and passwords in ASCII."""
import base64
import hashlib
import hmac
import os

ITERATIONS = 4096


def digest(key, text):
    return hmac.digest(key, text.encode(), 'sha256')


def fields(payload):
    return dict(part.split('=', 1) for part in bytes(payload).decode().split(',') if '=' in part)


def nonce():
    return base64.b64encode(os.urandom(18)).decode()


def proof(password, salt, iterations, conversation):
    """The client's proof and the server's signature."""
    salted = hashlib.pbkdf2_hmac('sha256', password.encode(), salt, iterations)
    client_key = digest(salted, 'Client Key')
    signature = digest(hashlib.sha256(client_key).digest(), conversation)
    return (bytes(a ^ b for a, b in zip(client_key, signature)), digest(digest(salted, 'Server Key'), conversation))


class Server:
    def __init__(self, users):
        self.users, self.user, self.password = users, None, None

    def first(self, payload):
        self.client_first = bytes(payload).decode().split(',', 2)[2]
        said = fields(payload)
        self.user = said['n'].replace('=2C', ',').replace('=3D', '=')
        # One who does not exist is refused at the end, as one with a wrong password is.
        self.password = self.users.get(self.user, nonce())
        # libmongoc takes salts of this length only.
        self.salt, self.nonce = os.urandom(28), said['r'] + nonce()
        self.server_first = f'r={self.nonce},s={base64.b64encode(self.salt).decode()},i={ITERATIONS}'
        return self.server_first.encode()

    def final(self, payload):
        """The signature to send back; None where the proof is wrong."""
        said = fields(payload)
        conversation = f"{self.client_first},{self.server_first},c={said['c']},r={said['r']}"
        wanted, signature = proof(self.password, self.salt, ITERATIONS, conversation)
        if said['r'] != self.nonce or not hmac.compare_digest(base64.b64decode(said['p']), wanted):
            return None
        return b'v=' + base64.b64encode(signature)


class Client:
    def __init__(self, user, password):
        self.password = password
        self.client_first = f"n={user.replace('=', '=3D').replace(',', '=2C')},r={nonce()}"

    def first(self):
        return b'n,,' + self.client_first.encode()

    def final(self, server_first):
        said = fields(server_first)
        rest = f"c=biws,r={said['r']}"
        conversation = f'{self.client_first},{bytes(server_first).decode()},{rest}'
        sent, _ = proof(self.password, base64.b64decode(said['s']), int(said['i']), conversation)
        return f'{rest},p={base64.b64encode(sent).decode()}'.encode()
