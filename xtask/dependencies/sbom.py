"""Writes what the workspace is made of as a CycloneDX document: every package of Cargo.lock with its licences, its hash,
and what it needs. The same lock gives the same document."""

import json
import os
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

VERSION = SchemaVersion.V1_6

asked = [os.environ.get("CARGO", "cargo"), "metadata", "--format-version=1", "--locked", "--all-features"]
described = json.loads(subprocess.run(asked, check=True, stdout=subprocess.PIPE).stdout)
lock = Path("Cargo.lock").read_bytes()
locked = {(package["name"], package["version"]): package for package in tomllib.loads(lock.decode())["package"]}
licences, own = LicenseFactory(), set(described["workspace_members"])


def component(package):
    """One package. Cargo's older way of writing licences has a slash for "or"."""
    name, version = package["name"], package["version"]
    if not package["license"]:
        sys.exit(f"{name} {version} names no licence")
    checksum = locked[name, version].get("checksum")
    return Component(
        type=ComponentType.APPLICATION if package["id"] in own else ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        description=package["description"],
        purl=PackageURL("cargo", version=version, name=name),
        licenses=[licences.make_from_string(package["license"].replace("/", " OR "))],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
    )


components = {package["id"]: component(package) for package in described["packages"]}
if missing := set(locked) - {(package["name"], package["version"]) for package in described["packages"]}:
    sys.exit(f"these are in Cargo.lock and not in the document: {sorted(missing)}")
# Its number is made from the lock, and nothing in it says when or where it was made.
bom = Bom(components=components.values(), serial_number=UUID(bytes=sha256(lock).digest()[:16], version=4))
for node in described["resolve"]["nodes"]:
    bom.register_dependency(components[node["id"]], [components[needed] for needed in node["dependencies"]])
document = json.loads(make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string())
del document["metadata"]["timestamp"]
text = json.dumps(document, indent=1, ensure_ascii=False)
if mistake := JsonStrictValidator(VERSION).validate_str(text):
    sys.exit(f"that is no CycloneDX: {mistake}")
Path(sys.argv[1]).write_text(f"{text}\n")
