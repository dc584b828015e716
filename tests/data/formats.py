#!/usr/bin/env python3
"""Makes formats.json: what CPython's struct and ctypes say of formats.

    python3 tests/data/formats.py > tests/data/formats.json

Run it on x86-64 Linux. Rows of the list "sizes" are

    [format, itemsize, [[offset, name or null] of each value], whether sizes are C's]

for strings of the struct module, T{..} strings of C structs, and what ctypes
exports for these. "refused" are strings that the struct module does not take.
Rows of "items" are [format, bytes in hex, values of struct.unpack], where
floats are {"float": bits in hex}, bytes {"bytes": hex}, and integers of more
than 64 bits {"int": digits}. Rows of
"packed" are [format, value, bytes in hex or null if struct.pack fails].
"""

import ctypes
import json
import random
import struct

random.seed(3118)
STANDARD = "?cbBhHiIlLqQefd"
NATIVE = STANDARD + "nNP"
sizes, refused, items, packed = [], [], [], []


def struct_row(mode, tokens, spaced=False):
    """A row for a mode and (count or None, code) tokens."""
    text, fields = mode, []
    for count, code in tokens:
        one = ("" if count is None else str(count)) + code
        # Where the item is: nothing of it, aligned as it is.
        start = text + ("0s" if code in "spx" else "0" + code)
        values = 1 if code in "sp" else 0 if code == "x" else 1 if count is None else count
        for i in range(values):
            fields.append([struct.calcsize(start) + i * struct.calcsize(mode + code), None])
        text += random.choice(["", " ", "\t "]) + one if spaced else one
    native = mode in ("", "@")
    sizes.append([text, struct.calcsize(text), fields, native])


for mode in ["", "@", "=", "<", ">", "!"]:
    codes = NATIVE if mode in ("", "@") else STANDARD
    for code in codes:
        struct_row(mode, [(None, code)])
        struct_row(mode, [(random.randrange(2, 9), code)])
        struct_row(mode, [(None, "b"), (None, code)])
        struct_row(mode, [(3, "s"), (0, code)])
    for code in "spx":
        struct_row(mode, [(None, code)])
        struct_row(mode, [(random.randrange(20), code), (None, "h")])
    for _ in range(40):
        tokens = []
        for _ in range(random.randrange(2, 9)):
            count = random.choice([None, None, None, 1, 2, 3, 0, 12])
            tokens.append((count, random.choice(codes + "spxx")))
        struct_row(mode, tokens, spaced=True)

for mode in ["=", "<", ">", "!"]:
    refused += [mode + code for code in "nNP"]
refused += ["y", "2", "2 i", "i2", "-1i", "i,i", "9" * 30 + "b", "i\0", "9223372036854775807h", "{i}"]
for text in refused:
    try:
        struct.calcsize(text)
    except struct.error:
        continue
    raise SystemExit(f"{text!r} is not refused")

C = ctypes
SCALARS = [
    (C.c_bool, "?"), (C.c_char, "c"), (C.c_byte, "b"), (C.c_ubyte, "B"), (C.c_short, "h"),
    (C.c_ushort, "H"), (C.c_int, "i"), (C.c_uint, "I"), (C.c_long, "l"), (C.c_ulong, "L"),
    (C.c_longlong, "q"), (C.c_size_t, "N"), (C.c_float, "f"), (C.c_double, "d"),
]
OTHERS = [
    (C.c_longdouble, "g"), (C.c_void_p, "P"), (C.py_object, "O"), (C.POINTER(C.c_int), "&i"),
    (C.POINTER(C.c_double * 3), "&(3)d"), (C.CFUNCTYPE(C.c_int), "X{}"),
]


def random_type(depth, base, scalars):
    """A ctypes type and the format of it."""
    kind = random.randrange(10)
    if kind < 2 and depth > 0:
        made, text, _ = random_struct(depth - 1, base, scalars)
        return made, text
    if kind < 4:
        element, text = random_type(depth - 1, base, scalars) if depth > 0 else random.choice(scalars)
        shape = [random.randrange(1, 4) for _ in range(random.randrange(1, 3))]
        for extent in reversed(shape):
            element = element * extent
        # One array of more axes if it is one of arrays.
        text = "," + text[1:] if text[0] == "(" else ")" + text
        return element, f"({','.join(map(str, shape))}{text}"
    return random.choice(scalars)


def random_struct(depth, base, scalars, pack=None):
    fields, text = [], []
    for i in range(random.randrange(1, 6)):
        made, item = random_type(depth, base, scalars)
        fields.append((f"f{i}", made))
        text.append(f"{item}:f{i}:")
    names = {"_fields_": fields}
    if pack is not None:
        names["_pack_"] = pack
    made = type("S", (base,), names)
    return made, "T{" + "".join(text) + "}", [[getattr(made, name).offset, name] for name, _ in fields]


def exported(base, scalars):
    """What ctypes exports, for a struct without padding, which it may forget."""
    while True:
        made, _, fields = random_struct(2, base, scalars)
        if C.sizeof(made) == data_size(made):
            return [memoryview(made()).format, C.sizeof(made), fields, False]


def data_size(made):
    """Bytes that are not padding."""
    if hasattr(made, "_fields_"):
        return sum(data_size(field) for _, field in made._fields_)
    if issubclass(made, C.Array):
        return made._length_ * data_size(made._type_)
    return C.sizeof(made)


for _ in range(150):
    made, text, fields = random_struct(2, C.Structure, SCALARS + OTHERS)
    sizes.append([text, C.sizeof(made), fields, True])
for _ in range(60):
    sizes.append(exported(C.Structure, SCALARS))
for _ in range(30):
    made, text, fields = random_struct(0, C.Structure, SCALARS + OTHERS, pack=1)
    sizes.append(["^" + text, C.sizeof(made), fields, True])
for _ in range(30):
    sizes.append(exported(C.BigEndianStructure, SCALARS[1:]))


def plain(value):
    if isinstance(value, float):
        return {"float": struct.pack(">d", value).hex()}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if type(value) is int and not -(2**63) <= value < 2**64:
        return {"int": str(value)}
    return value


# Standard sizes only, so that any machine can check them.
for mode in "<>":
    for code in STANDARD:
        for _ in range(6):
            size = struct.calcsize(mode + code)
            data = random.choice([random.randbytes(size), bytes([random.choice([0, 1, 127, 128, 255])] * size)])
            values = struct.unpack(mode + code, data)
            if values[0] == values[0]:
                items.append([mode + code, data.hex(), list(map(plain, values))])
    for _ in range(60):
        text = mode
        for _ in range(random.randrange(1, 6)):
            text += random.choice(["", "2", "3"]) + random.choice(STANDARD + "spx")
        data = random.randbytes(struct.calcsize(text))
        values = struct.unpack(text, data)
        if all(value == value for value in values):
            items.append([text, data.hex(), list(map(plain, values))])

NUMBERS = [sign * (2**power + more) for power in (0, 7, 8, 15, 16, 31, 32, 63, 64) for sign in (1, -1) for more in (-1, 0, 1)]
FLOATS = [
    0.0, -0.0, 1.5, -2.0**-14, 2.0**-24, 2.0**-25, 3 * 2.0**-26, 65504.0, 65519.99, 65520.0, -65520.0, 1e-8, 0.1,
    2049.0, 2051.0, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 3.4028234663852886e38, 3.4028235677973362e38, 3.4028235677973366e38,
    1e300, 1e-46, 1e-45, 7e-46, float("inf"), float("-inf"),
]
OTHER = [True, False, b"", b"a", b"ab", bytes(300)]
for mode in "<>":
    for code in list(STANDARD) + ["3s", "s", "0s", "0p", "p", "5p", "300p"]:
        for value in NUMBERS + FLOATS + OTHER:
            if random.random() < 0.5:
                continue
            try:
                data = struct.pack(mode + code, value).hex()
            except (struct.error, OverflowError):
                data = None
            packed.append([mode + code, plain(value), data])


def table(name, rows):
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    return f'"{name}": [\n{lines}\n]'


parts = [("sizes", sizes), ("refused", refused), ("items", items), ("packed", packed)]
print("{" + ",\n".join(table(*part) for part in parts) + "}")
