"""Answers what Google's protobuf makes of schemas, bytes and JSON.

A request is a line of JSON on standard input, its answer a line of JSON on standard output.

{"schemas": [TEXT, ...]}
    Forgets the schemas of before and compiles these. {"schemas": [null or WHY, ...]}: whether protoc takes them.

{"cases": [[SCHEMA, MESSAGE, "bytes", HEX], [SCHEMA, MESSAGE, "json", TEXT], ...]}
    Reads each as a message of a type of one of the schemas, by its name without the package.
    {"answers": [{"bytes": HEX, "json": TEXT or null} or {"refused": WHY}, ...]}: the message serialised again, with
    maps sorted by key, and as JSON.
"""

import json
import os
import re
import sys
import tempfile

from google import protobuf
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.internal import api_implementation
from google.protobuf.message import DecodeError
import grpc_tools
from grpc_tools import _protoc_compiler

# Where Google's own types lie.
WELL_KNOWN = os.path.join(os.path.dirname(grpc_tools.__file__), "_proto")

# Every schema of a batch stands in a package of its own, so that one run of protoc takes them all; it costs more than
# most schemas. If it refuses the batch, they are tried one by one.
PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)


class Schema:
    """A schema that protoc took."""

    def __init__(self, file):
        self.file = file
        self.pool = None
        self.classes = {}

    def message(self, name):
        """The class of a message type."""
        if self.pool is None:
            # Not before it is needed: protoc takes a few oddities that the runtime does not.
            self.pool = descriptor_pool.DescriptorPool()
            self.pool.AddSerializedFile(self.file.SerializeToString())
        if name not in self.classes:
            whole = self.file.package + "." + name if self.file.package else name
            self.classes[name] = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(whole))
        return self.classes[name]


def protoc(folder, names):
    """Compiles files; returns their descriptors by name, or None and what protoc said."""
    out = os.path.join(folder, "out")
    # It writes to the file descriptor itself.
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            arguments = ["protoc", "-I" + folder, "-I" + WELL_KNOWN, "--descriptor_set_out=" + out]
            status = _protoc_compiler.run_main([argument.encode() for argument in arguments + names])
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        said.seek(0)
        messages = said.read().decode("utf-8", "replace")
    if status != 0:
        return None, messages or "refused"
    with open(out, "rb") as file:
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    return {file.name: file for file in files.file}, messages


def compile_all(texts):
    """A Schema for each text that protoc takes, and what it says about the others."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"s{i}.proto" for i in range(len(texts))]
        for name, text in zip(names, texts):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(text.encode())
        packages = [PACKAGE.search(text) for text in texts]
        packages = [found.group(1) for found in packages if found]
        files = None
        if len(texts) > 1 and len(set(packages)) == len(texts):
            files, _ = protoc(folder, names)
        schemas, refused = [], []
        for name in names:
            file, why = (files[name], None) if files else protoc(folder, [name])
            if file is not None and not files:
                file, why = file[name], None
            schemas.append(None if file is None else Schema(file))
            refused.append(why)
        return schemas, refused


def answer(schemas, case):
    """What becomes of one case."""
    schema, name, form, content = case
    message = schemas[schema].message(name)()
    if form == "bytes":
        try:
            message.ParseFromString(bytes.fromhex(content))
        except DecodeError as error:
            return {"refused": str(error)}
    else:
        try:
            json_format.Parse(content, message)
        except json_format.ParseError as error:
            return {"refused": str(error)}
    # Deterministic is what sorts maps; all else is the same without it.
    again = message.SerializePartialToString(deterministic=True).hex()
    try:
        text = json_format.MessageToJson(message, ensure_ascii=False)
    except json_format.SerializeToJsonError:
        text = None
    return {"bytes": again, "json": text}


def main():
    """Answers until there are no more requests."""
    schemas = []
    versions = {"backend": api_implementation.Type(), "protobuf": protobuf.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "schemas" in request:
            schemas, refused = compile_all(request["schemas"])
            reply = {"schemas": refused}
        else:
            reply = {"answers": [answer(schemas, case) for case in request["cases"]]}
        print(json.dumps(reply), flush=True)


main()
