"""Validates manifests against the schemas of their edition: schemas.py FOLDER MANIFEST…

FOLDER holds the schemas of one edition. A manifest uses several namespaces of which no schema imports all, so a driver
imports each from its file. Nothing is fetched.
"""

import pathlib
import sys
import tempfile

from lxml import etree

XS = "http://www.w3.org/2001/XMLSchema"
# The namespace of xml:lang may not be a default namespace, which IMS's copy of its schema makes it.
FORBIDDEN = 'xmlns="http://www.w3.org/XML/1998/namespace"'


def schema(folder: pathlib.Path, used: set[str]) -> etree.XMLSchema:
    """The schema that knows the namespaces in use; some others in the folder are no schemas to libxml2."""
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    files: dict[str, list[pathlib.Path]] = {}
    for file in folder.iterdir():
        if file.suffix in (".xsd", ".dtd"):
            text = file.read_text(encoding="utf-8", errors="replace").replace(FORBIDDEN, "")
            file.write_text(text, encoding="utf-8")
        if file.suffix == ".xsd":
            root = etree.parse(file, parser).getroot()
            files.setdefault(root.get("targetNamespace"), []).append(file)
    driver = etree.Element(f"{{{XS}}}schema", nsmap={"xs": XS})
    for namespace in sorted(used & files.keys()):
        parts = files[namespace]
        # Of a namespace in several files, the one of the shortest name includes the others.
        whole = min(parts, key=lambda part: len(part.name))
        etree.SubElement(driver, f"{{{XS}}}import", namespace=namespace, schemaLocation=whole.as_uri())
    return etree.XMLSchema(etree.fromstring(etree.tostring(driver), parser))


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        for file in pathlib.Path(sys.argv[1]).iterdir():
            if file.is_file():
                (folder / file.name).write_bytes(file.read_bytes())
        manifests = {path: etree.parse(path) for path in sys.argv[2:]}
        used = {node.nsmap[prefix] for tree in manifests.values() for node in tree.iter(etree.Element) for prefix in node.nsmap}
        known = schema(folder, used)
        wrong = 0
        for manifest, tree in manifests.items():
            if not known.validate(tree):
                wrong += 1
                for error in known.error_log:
                    print(f"{manifest}:{error.line}: {error.message}")
        return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
