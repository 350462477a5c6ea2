"""Reads STIX bundles as others do: with python-stix2, and with misp-stix as MISP takes them in.

stix_readers.py FILE... prints for each file a line of JSON: what went wrong, and how much MISP made of it.
"""

import json
import re
import sys
import warnings

import stix2
from misp_stix_converter import ExternalSTIX2toMISPParser

warnings.simplefilter("ignore")


# What misp-stix says of types that it does not take in.
UNTAKEN = re.compile(r"^(Unable to load|Unknown) STIX object type")
# python-stix2 writes times without the zeros at the end of a fraction.
ZEROS = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+|(\.\d*?[1-9])0*)Z$")


def plain(value):
    return ZEROS.sub(r"\1\2Z", value) if isinstance(value, str) else value


def leaves(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(value, list):
        if not value:
            yield path, []
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, plain(value)


def read(file):
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    wrong = [f"{path} is an empty list" for path, value in leaves(json.loads(text)) if value == []]
    bundle = stix2.parse(text, allow_custom=True)
    ours = {(o["id"], plain(o.get("modified"))): o for o in json.loads(text).get("objects", [])}
    theirs = {(o["id"], plain(o.get("modified"))): o for o in json.loads(bundle.serialize()).get("objects", [])}
    if ours.keys() != theirs.keys():
        wrong.append(f"python-stix2 has other objects: {sorted(map(str, ours.keys() ^ theirs.keys()))[:4]}")
    for key in ours.keys() & theirs.keys():
        ours_leaves, theirs_leaves = dict(leaves(ours[key])), dict(leaves(theirs[key]))
        # What python-stix2 has by default it writes; what is ours must be there.
        lost = [path for path, value in ours_leaves.items() if theirs_leaves.get(path) != value]
        wrong.extend(f"{key[0]}{path}: {ours_leaves[path]!r} is {theirs_leaves.get(path)!r}" for path in lost[:4])
    parser = ExternalSTIX2toMISPParser()
    parser.load_stix_bundle(bundle)
    parser.parse_stix_bundle()
    said = [line for lines in (parser.errors or {}).values() for line in lines]
    wrong.extend(f"misp-stix: {line}" for line in said if not UNTAKEN.match(line))
    events = getattr(parser, "misp_events", None) or [parser.misp_event]
    events = events if isinstance(events, list) else [events]
    made = sum(len(event.attributes) + len(event.objects) for event in events)
    return {"wrong": wrong, "made": made}


for name in sys.argv[1:]:
    try:
        print(json.dumps(read(name)))
    except Exception as error:  # the test wants to know which, whatever it is
        print(json.dumps({"wrong": [f"{type(error).__name__}: {error}"[:600]], "made": 0}))
