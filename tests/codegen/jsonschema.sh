#!/bin/sh
# jsonschema.sh ORMGEN ROOT: the JSON Schema takes what ormgen takes, and refuses what it
# can see: keys that are not there, or not with one another, and values of another shape.
#
# What two places of a file say of each other it cannot see (E012, E013, E017, E022 to E027 and
# what follows from C and SQL), nor what YAML is not read (E002 to E006), whether a text is
# SQL (E020), or a default fits its type (E019).
. "$(dirname "$0")/lib.sh"
it "is a JSON Schema that takes our files and refuses what it can see"
status 0 "$ormgen" jsonschema
cp out schema.json
status 0 python3 - "$2" <<'PYTHON' || fail "$(cat out err)"
import glob, json, re, sys
import jsonschema, yaml

class Loader(yaml.SafeLoader):
    """Scalars as YAML 1.2 has them, and yaml-language-server: yes and 2020-01-01 are texts."""

Loader.yaml_implicit_resolvers = {}
for tag, pattern, first in [
        ("bool", "true|false", "tf"),
        ("null", "null|~|", ["n", "~", ""]),
        ("int", "[-+]?[0-9]+", "-+0123456789"),
        ("float", r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?", "-+0123456789")]:
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(f"^(?:{pattern})$"), list(first))
Loader.add_constructor("tag:yaml.org,2002:int", lambda l, n: int(n.value, 10))
Loader.add_constructor("tag:yaml.org,2002:float", lambda l, n: float(n.value))

root = sys.argv[1]
schema = json.load(open("schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
wrong = 0

def mistakes(path):
    try:
        value = yaml.load(open(path, encoding="utf-8"), Loader)
    except yaml.YAMLError as e:
        return [str(e)]
    return [f"{'.'.join(map(str, e.absolute_path))}: {e.message[:200]}"
            for e in validator.iter_errors(value)]

good = [f for pattern in ("examples/*/*.yaml", "tests/golden/*/*.yaml", "tests/schema/*.yaml",
        "tests/pg/*.yaml", "tests/codegen/*.yaml", "tests/codegen/reject/*.yaml")
        for f in glob.glob(f"{root}/{pattern}")]
assert len(good) > 40, good
for path in good:
    for mistake in mistakes(path):
        print(f"{path}: {mistake}")
        wrong += 1

# An unknown key, another shape, a key of another kind of field.
SEEN = {"E007", "E008", "E016"}
# But what is in another file.
UNSEEN = set(open(f"{root}/tests/codegen/jsonschema.unseen").read().split())
refused = 0
for path in glob.glob(f"{root}/tests/reject/*.yaml"):
    codes = set(re.findall(r"\[(E\d+)\]", open(path.replace(".yaml", ".expected")).read()))
    if not codes <= SEEN:
        continue
    name = path.split("/")[-1][:-5]
    seen = bool(mistakes(path))
    if seen == (name in UNSEEN):
        print(f"{path}: is {'refused' if seen else 'taken'}; see tests/codegen/jsonschema.unseen")
        wrong += 1
    refused += seen
print(refused, "refused")
assert refused > 20
sys.exit(wrong > 0)
PYTHON
