"""Starts a SCORM host with packages in it: scormhost_server.py FOLDER PACKAGE…

An instructor registers and uploads each package as a browser would. Prints one line of JSON, the host's address and
each package's id, and serves until its input ends.
"""

import json
import pathlib
import socket
import sys
import threading
import time
import urllib.request
import uuid

import uvicorn
from scormhost.app import create_scorm_app


def post(url: str, body: bytes, kind: str, token: str | None = None) -> dict:
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return json.load(answer)


def upload(address: str, token: str, package: pathlib.Path) -> str:
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{package.name}"\r\n'
        "Content-Type: application/zip\r\n\r\n"
    )
    body = head.encode() + package.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    return post(f"{address}/api/packages", body, f"multipart/form-data; boundary={boundary}", token)["id"]


def main() -> None:
    data, *packages = sys.argv[1:]
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_scorm_app(data_dir=data, secret_key="for a test on this machine only, of no worth")
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    threading.Thread(target=server.run, args=([listener],), daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    login = json.dumps({"email": "instructor@example.org", "username": "instructor", "password": "correct horse 1", "display_name": "Instructor"})
    token = post(f"{address}/api/auth/register", login.encode(), "application/json")["access_token"]
    ids = [upload(address, token, pathlib.Path(package)) for package in packages]
    print(json.dumps({"address": address, "packages": ids}), flush=True)
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    main()
