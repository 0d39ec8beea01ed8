"""MongoDB's error codes, and which of them a SQLSTATE of DocumentDB or of PostgreSQL stands for."""

NAMES = {
    1: 'InternalError', 2: 'BadValue', 6: 'HostUnreachable', 9: 'FailedToParse', 11: 'UserNotFound', 13: 'Unauthorized',
    14: 'TypeMismatch', 15: 'Overflow', 16: 'InvalidLength', 18: 'AuthenticationFailed', 20: 'IllegalOperation',
    24: 'LockTimeout', 26: 'NamespaceNotFound', 27: 'IndexNotFound', 28: 'PathNotViable', 31: 'RoleNotFound',
    40: 'ConflictingUpdateOperators', 43: 'CursorNotFound', 48: 'NamespaceExists', 50: 'MaxTimeMSExpired',
    52: 'DollarPrefixedFieldName', 54: 'NotSingleValueField', 56: 'EmptyFieldName', 57: 'DottedFieldName',
    59: 'CommandNotFound', 61: 'ShardKeyNotFound', 66: 'ImmutableField', 67: 'CannotCreateIndex',
    68: 'IndexAlreadyExists', 72: 'InvalidOptions', 73: 'InvalidNamespace', 85: 'IndexOptionsConflict',
    86: 'IndexKeySpecsConflict', 91: 'ShutdownInProgress', 111: 'NotExactValueField', 112: 'WriteConflict',
    115: 'CommandNotSupported', 117: 'ConflictingOperationInProgress', 121: 'DocumentValidationFailure',
    143: 'CursorInUse', 146: 'ExceededMemoryLimit', 166: 'CommandNotSupportedOnView', 171: 'CannotIndexParallelArrays',
    197: 'InvalidIndexSpecificationOption', 201: 'CannotBuildIndexKeys', 225: 'TransactionTooOld',
    241: 'ConversionFailure', 251: 'NoSuchTransaction', 256: 'TransactionCommitted', 257: 'TransactionTooLarge',
    261: 'TooManyLogicalSessions', 263: 'OperationNotSupportedInTransaction', 276: 'IndexBuildAborted',
    361: 'CollectionUUIDMismatch', 391: 'ReauthenticationRequired', 10107: 'NotWritablePrimary',
    10334: 'BSONObjectTooLarge', 11000: 'DuplicateKey', 11600: 'InterruptedAtShutdown',
    11602: 'InterruptedDueToReplStateChange', 12587: 'BackgroundOperationInProgressForNamespace',
    13435: 'NotPrimaryNoSecondaryOk', 13436: 'NotPrimaryOrSecondary', 14031: 'OutOfDiskSpace', 17280: 'KeyTooLong',
    189: 'PrimarySteppedDown', 64: 'WriteConcernFailed', 100: 'UnsatisfiableWriteConcern',
}

# DocumentDB numbers its errors in base 36, in the order of the codes.
IN_ORDER = {
    'M0000': (1, 2, 5, 9, 14, 15, 20, 23, 26, 27, 28, 31, 34, 40, 43, 48, 52, 53, 54, 56, 57, 61, 66, 67, 68, 72, 73,
              85, 86, 111, 115, 118, 146, 159, 165, 166, 167, 181, 197, 224, 232, 241, 263, 276, 291, 361, 10065,
              10334, 11000, 12587),
    'M003A': (17419, 17420),
    'M00EU': (6, 18, 24, 50, 59, 133, 91, 112, 117, 186, 201, 225, 251, 256, 261, 391),
}
OTHERS = {
    'M00CO': 121, 'M00DO': 16, 'M00E7': 13, 'M00E8': 10107, 'M00EL': 143, 'M00ER': 13, '42704': 11, '42501': 13,
    '28P01': 18, '23505': 11000, '23P01': 11000, '40001': 112, '40P01': 112, '55P03': 112, '25P02': 251, '25P03': 251,
    '57014': 50, '57P01': 91, '57P02': 91, '57P03': 91, '53100': 14031, '53200': 146, '54000': 17280, '54001': 146,
}
DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'


def number(state):
    value = 0
    for digit in state[1:]:
        value = value * 36 + DIGITS.index(digit)
    return value


STATES = {number(first) + i: code for first, codes in IN_ORDER.items() for i, code in enumerate(codes)}


def code_of(state):
    """The code for a SQLSTATE; 1 where none is known."""
    if state in OTHERS:
        return OTHERS[state]
    if state and state[0] == 'M' and state[1:].isalnum() and state.isupper():
        return STATES.get(number(state), 1)
    return 1


def unpacked(packed):
    """The SQLSTATE in PostgreSQL's six bits a character: so DocumentDB gives the codes of single writes."""
    return ''.join(chr((packed >> 6 * i & 63) + 48) for i in range(5))


def failure(code, text, labels=()):
    reply = {'ok': 0.0, 'errmsg': text, 'code': code, 'codeName': NAMES.get(code, f'Location{code}')}
    if labels:
        reply['errorLabels'] = list(labels)
    return reply
