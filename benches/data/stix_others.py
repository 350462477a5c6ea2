"""Times a library of Python over a STIX bundle in a file: stix_others.py NAME FILE prints the seconds of the best of three rounds."""

import json
import sys
import time


def parse(text):
    import stix2

    return lambda: stix2.parse(text, allow_custom=True)


def validate(text):
    from stix2validator import ValidationOptions, validate_string

    options = ValidationOptions(strict=False)

    def run():
        results = validate_string(text, options)
        assert results.is_valid, results.errors[:3]

    return run


def to_misp(text):
    from misp_stix_converter import InternalSTIX2toMISPParser, ExternalSTIX2toMISPParser
    import stix2

    def run():
        parser = ExternalSTIX2toMISPParser()
        parser.load_stix_bundle(stix2.parse(text, allow_custom=True))
        parser.parse_stix_bundle()

    return run


CASES = {"python-stix2": parse, "stix2-validator": validate, "misp-stix": to_misp}


def main():
    name, path = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    json.loads(text)
    try:
        run = CASES[name](text)
    except ImportError as error:
        sys.exit(f"not installed: {error}")
    best = min(timed(run) for _ in range(3))
    print(best)


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


main()
