"""Answers what Python's libraries make of a record in six encodings.

A request is a line of JSON on standard input, its answer a line of JSON on standard output.

{"fields": [{"name": ..., "number": ..., "type": ..., "value": ...}, ...], "schema": Avro's,
 "one": {ENCODING: HEX, ...}, "count": N, "many": {ENCODING: HEX, ...}}
    {ENCODING: {"read": [the fields' values in "one"], "written": HEX, as the library writes that record,
                "many_read": how many equal records are in "many"}, ...}

Values are JSON's, but doubles are the 16 hexadecimal digits of their bits, or "NaN", and bytes are hexadecimal.
"""

import base64
import io
import json
import struct
import sys

import cbor2
import fastavro
import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from thrift.protocol import TCompactProtocol
from thrift.Thrift import TType
from thrift.transport import TTransport

SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
# A writer's own choice, so that files can be compared.
MARKER = b"sixteen bytes, \n"


def from_request(kind, value):
    """A value of Python."""
    if kind == "double":
        return SPECIAL["NaN"] if value == "NaN" else struct.unpack(">d", bytes.fromhex(value))[0]
    return bytes.fromhex(value) if kind == "bytes" else value


def to_answer(kind, value):
    """The same the other way round. The types have to be right too: True is not 1 here."""
    wanted = {"int32": int, "int64": int, "bool": bool, "double": float, "string": str, "bytes": bytes}
    if kind in wanted:
        assert type(value) is wanted[kind], (kind, value)
    if kind == "double":
        return "NaN" if value != value else struct.pack(">d", value).hex()
    if kind == "bytes":
        return value.hex()
    return list(value) if kind.endswith("s") else value


def by_name(fields, values):
    """The values of a dictionary in the order of the fields; there must be no others."""
    assert list(values) == [field["name"] for field in fields], values
    return [to_answer(field["type"], values[field["name"]]) for field in fields]


class Json:
    def values(self, fields, members):
        values = {}
        for field in fields:
            value = members[field["name"]]
            if field["type"] == "double":
                value = SPECIAL[value] if isinstance(value, str) else float(value)
            elif field["type"] == "bytes":
                value = base64.b64decode(value, validate=True)
            values[field["name"]] = value
        assert list(members) == list(values)
        return by_name(fields, values)

    def read(self, fields, data, request):
        return self.values(fields, json.loads(data))

    def write(self, fields, values, request):
        members = {}
        for field, value in zip(fields, values):
            if field["type"] == "bytes":
                value = base64.b64encode(value).decode()
            members[field["name"]] = value
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()

    def many(self, fields, data, request):
        return [self.values(fields, one) for one in json.loads(data)]


class Cbor:
    def read(self, fields, data, request):
        return by_name(fields, cbor2.loads(data))

    def write(self, fields, values, request):
        return cbor2.dumps({field["name"]: value for field, value in zip(fields, values)})

    def many(self, fields, data, request):
        return [by_name(fields, one) for one in cbor2.loads(data)]


class MessagePack:
    def read(self, fields, data, request):
        return by_name(fields, msgpack.unpackb(data))

    def write(self, fields, values, request):
        return msgpack.packb({field["name"]: value for field, value in zip(fields, values)})

    def many(self, fields, data, request):
        return [by_name(fields, one) for one in msgpack.unpackb(data)]


class Protobuf:
    TYPES = {
        "int32": descriptor_pb2.FieldDescriptorProto.TYPE_INT32,
        "int64": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
        "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
        "double": descriptor_pb2.FieldDescriptorProto.TYPE_DOUBLE,
        "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
        "bytes": descriptor_pb2.FieldDescriptorProto.TYPE_BYTES,
        "int64s": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
        "strings": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    }

    def classes(self, fields):
        file = descriptor_pb2.FileDescriptorProto(name="thing.proto", syntax="proto3")
        thing = file.message_type.add(name="Thing")
        for field in fields:
            label = 3 if field["type"].endswith("s") and field["type"] != "bytes" else 1
            thing.field.add(
                name=field["name"], number=field["number"], type=self.TYPES[field["type"]], label=label
            )
        things = file.message_type.add(name="Things")
        things.field.add(name="things", number=1, type=11, label=3, type_name=".Thing")
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(file.SerializeToString())
        classes = [message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in ("Thing", "Things")]
        return classes

    def values(self, fields, message):
        return by_name(fields, {field["name"]: getattr(message, field["name"]) for field in fields})

    def read(self, fields, data, request):
        return self.values(fields, self.classes(fields)[0].FromString(data))

    def write(self, fields, values, request):
        names = [field["name"] for field in fields]
        return self.classes(fields)[0](**dict(zip(names, values))).SerializeToString()

    def many(self, fields, data, request):
        return [self.values(fields, one) for one in self.classes(fields)[1].FromString(data).things]


class Thrift:
    TYPES = {
        "int32": TType.I32,
        "int64": TType.I64,
        "bool": TType.BOOL,
        "double": TType.DOUBLE,
        "string": TType.STRING,
        "bytes": TType.STRING,
        "int64s": TType.LIST,
        "strings": TType.LIST,
    }

    def read_struct(self, fields, protocol):
        values = []
        protocol.readStructBegin()
        for field in fields:
            _, kind, number = protocol.readFieldBegin()
            assert (kind, number) == (self.TYPES[field["type"]], field["number"])
            values.append(to_answer(field["type"], self.read_value(field["type"], protocol)))
            protocol.readFieldEnd()
        assert protocol.readFieldBegin()[1] == TType.STOP
        protocol.readStructEnd()
        return values

    def read_value(self, kind, protocol):
        simple = {
            "int32": protocol.readI32,
            "int64": protocol.readI64,
            "bool": protocol.readBool,
            "double": protocol.readDouble,
            "string": protocol.readString,
            "bytes": protocol.readBinary,
        }
        if kind in simple:
            return simple[kind]()
        _, size = protocol.readListBegin()
        values = [simple[kind[:-1]]() for _ in range(size)]
        protocol.readListEnd()
        return values

    def write_value(self, kind, value, protocol):
        simple = {
            "int32": protocol.writeI32,
            "int64": protocol.writeI64,
            "bool": protocol.writeBool,
            "double": protocol.writeDouble,
            "string": protocol.writeString,
            "bytes": protocol.writeBinary,
        }
        if kind in simple:
            simple[kind](value)
            return
        protocol.writeListBegin(self.TYPES[kind[:-1]], len(value))
        for one in value:
            simple[kind[:-1]](one)
        protocol.writeListEnd()

    def read(self, fields, data, request):
        transport = TTransport.TMemoryBuffer(data)
        values = self.read_struct(fields, TCompactProtocol.TCompactProtocol(transport))
        assert transport.cstringio_buf.read() == b""
        return values

    def write(self, fields, values, request):
        transport = TTransport.TMemoryBuffer()
        protocol = TCompactProtocol.TCompactProtocol(transport)
        protocol.writeStructBegin("Thing")
        for field, value in zip(fields, values):
            protocol.writeFieldBegin(field["name"], self.TYPES[field["type"]], field["number"])
            self.write_value(field["type"], value, protocol)
            protocol.writeFieldEnd()
        protocol.writeFieldStop()
        protocol.writeStructEnd()
        return transport.getvalue()

    def many(self, fields, data, request):
        transport = TTransport.TMemoryBuffer(data)
        protocol = TCompactProtocol.TCompactProtocol(transport)
        protocol.readStructBegin()
        assert protocol.readFieldBegin()[1:] == (TType.LIST, 1)
        _, size = protocol.readListBegin()
        values = [self.read_struct(fields, protocol) for _ in range(size)]
        protocol.readListEnd()
        protocol.readFieldEnd()
        assert protocol.readFieldBegin()[1] == TType.STOP
        protocol.readStructEnd()
        assert transport.cstringio_buf.read() == b""
        return values


class Avro:
    def read(self, fields, data, request):
        schema = fastavro.parse_schema(json.loads(request["schema"]))
        source = io.BytesIO(data)
        values = by_name(fields, fastavro.schemaless_reader(source, schema, None))
        assert source.read() == b""
        return values

    def write(self, fields, values, request):
        schema = fastavro.parse_schema(json.loads(request["schema"]))
        out = io.BytesIO()
        record = {field["name"]: value for field, value in zip(fields, values)}
        fastavro.schemaless_writer(out, schema, record)
        # As many in a file: the blocks are the same, the header is spelt otherwise. Records without bytes never fill
        # a block, and fastavro writes one for each.
        if request["count"] > 0 and out.tell() > 0:
            file = io.BytesIO()
            records = [record] * request["count"]
            fastavro.writer(file, schema, records, sync_interval=64_000, sync_marker=MARKER)
            theirs, ours = file.getvalue(), bytes.fromhex(request["many"]["avro"])
            assert theirs[theirs.index(MARKER) :] == ours[ours.index(MARKER) :], "other blocks"
        return out.getvalue()

    def many(self, fields, data, request):
        return [by_name(fields, one) for one in fastavro.reader(io.BytesIO(data))]


ENCODINGS = {
    "json": Json(),
    "cbor": Cbor(),
    "messagepack": MessagePack(),
    "protobuf": Protobuf(),
    "thrift": Thrift(),
    "avro": Avro(),
}


def answer(request):
    fields = request["fields"]
    values = [from_request(field["type"], field["value"]) for field in fields]
    told = {}
    for name, encoding in ENCODINGS.items():
        read = encoding.read(fields, bytes.fromhex(request["one"][name]), request)
        many = encoding.many(fields, bytes.fromhex(request["many"][name]), request)
        assert all(one == read for one in many), (name, "records in the list differ")
        written = encoding.write(fields, values, request)
        told[name] = {"read": read, "written": written.hex(), "many_read": len(many)}
    return told


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
