"""MongoDB's wire protocol, as much as the tests need: OP_MSG, and the OP_QUERY by which drivers say hello."""
import struct

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from bson.son import SON

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
CHECKSUM, MORE_TO_COME = 1, 2
OPTIONS = CodecOptions(document_class=SON, tz_aware=True, uuid_representation=UuidRepresentation.UNSPECIFIED)


def decode(data):
    return bson.decode(data, OPTIONS)


def read_exactly(sock, size):
    parts = bytearray()
    while len(parts) < size:
        part = sock.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def read_message(sock):
    """A whole message, or None where the peer has closed."""
    size = read_exactly(sock, 4)
    rest = size and read_exactly(sock, struct.unpack('<i', size)[0] - 4)
    return rest and size + rest


def documents(sequence):
    """The documents that stand one after the other in some bytes, undecoded."""
    found, at = [], 0
    while at < len(sequence):
        size, = struct.unpack_from('<i', sequence, at)
        found.append(RawBSONDocument(sequence[at:at + size]))
        at += size
    return found


class Message:
    """A command or its reply: .body, and .sequences, the lists of documents beside it, as bytes by name."""

    def __init__(self, data):
        self.data = data
        size, self.id, self.response_to, self.operation = struct.unpack_from('<iiii', data)
        self.flags, self.sequences = 0, {}
        if self.operation == OP_MSG:
            self.flags, = struct.unpack_from('<I', data, 16)
            at, end = 20, size - (4 if self.flags & CHECKSUM else 0)
            while at < end:
                kind, length = struct.unpack_from('<Bi', data, at)
                section = data[at + 1:at + 1 + length]
                at += 1 + length
                if kind == 0:
                    self.body = decode(section)
                else:
                    name, _, rest = section[4:].partition(b'\0')
                    self.sequences[name.decode()] = rest
        elif self.operation == OP_QUERY:
            at = data.index(b'\0', 20) + 9
            length, = struct.unpack_from('<i', data, at)
            body = decode(data[at:at + length])
            self.body = body.get('$query', body)
        elif self.operation == OP_REPLY:
            self.body = decode(data[36:])
        else:
            raise ValueError(f'operation {self.operation} is not known here')

    @property
    def name(self):
        return next(iter(self.body))

    @property
    def wants_reply(self):
        return not self.flags & MORE_TO_COME


def message(identifier, response_to, document):
    body = bson.encode(document)
    return struct.pack('<iiiiIB', 21 + len(body), identifier, response_to, OP_MSG, 0, 0) + body


def reply(request, identifier, document):
    if request.operation == OP_MSG:
        return message(identifier, request.id, document)
    body = bson.encode(document)
    return struct.pack('<iiiiiqii', 36 + len(body), identifier, request.id, OP_REPLY, 8, 0, 0, 1) + body
