"""What a real Spack says about specs. Run by `spack python`; reads a JSON object from the file named first, writes one to the second.

No recipe is asked, so that the answers depend on Spack alone: names are taken as plain, or, for the nodes of a lock, as what the
lock's own edges say.
"""

import json
import sys

import spack.deptypes
import spack.platforms
import spack.provider_index
import spack.repo
import spack.spec_parser
from spack.spec import Spec, SpecfileLatest


class Recipes:
    """Recipes that say no more than which packages stand in for which virtual ones."""

    def __init__(self, provided):
        self.provided = provided

    def is_virtual(self, name, *args, **kwargs):
        return any(name in virtuals for virtuals in self.provided.values())

    def providers_for(self, text):
        return [Spec(name) for name, virtuals in self.provided.items() if Spec(text).name in virtuals]

    def get_pkg_class(self, name):
        virtuals = self.provided.get(name.split(".")[-1])
        if virtuals is None:
            raise spack.repo.UnknownEntityError(name)
        return lambda spec: Recipe(virtuals)


class Recipe:
    def __init__(self, virtuals):
        self.virtuals = virtuals
        self.provided = {Spec(): [Spec(name) for name in virtuals]}

    def provides(self, name):
        return name in self.virtuals


class NoProviders:
    def __init__(self, *args, **kwargs):
        pass

    def __contains__(self, name):
        return False


spack.repo.PATH = Recipes({})
spack.provider_index.ProviderIndex = NoProviders


def attempt(action):
    try:
        return {"value": action()}
    except Exception as error:
        return {"error": type(error).__name__}


def parse_all(text):
    parser = spack.spec_parser.SpecParser(text)
    found = []
    while True:
        spec = parser.next_spec()
        if spec is None:
            return [str(x) for x in found]
        found.append(spec)
        if len(found) > 50:
            raise RecursionError("endless")


def constrained(a, b):
    spec = Spec(a)
    spec.constrain(Spec(b))
    return str(spec)


def pair(a, b):
    return {
        "a": a,
        "b": b,
        "equal": attempt(lambda: Spec(a) == Spec(b)),
        "satisfies": attempt(lambda: Spec(a).satisfies(Spec(b))),
        "intersects": attempt(lambda: Spec(a).intersects(Spec(b))),
        "constrained": attempt(lambda: constrained(a, b)),
    }


def single(text):
    return {"text": text, "one": attempt(lambda: str(Spec(text))), "all": attempt(lambda: parse_all(text))}


def read_nodes(file):
    """The nodes of a lock as specs, by hash; what they say about virtual packages becomes the recipes."""
    with open(file, encoding="utf-8") as stream:
        lock = json.load(stream)
    nodes = dict(lock["concrete_specs"])
    for included in lock.get("include_concrete", {}).values():
        nodes.update(included["concrete_specs"])
    specs = {hash: SpecfileLatest.from_node_dict({**node, "hash": hash}) for hash, node in nodes.items()}
    provided = {}
    for hash, node in nodes.items():
        for edge in node.get("dependencies", []):
            parameters = edge["parameters"]
            virtuals = tuple(parameters["virtuals"])
            specs[hash]._add_dependency(
                specs[edge["hash"]],
                depflag=spack.deptypes.canonicalize(parameters["deptypes"]),
                virtuals=virtuals,
                direct=parameters.get("direct", False),
            )
            if virtuals:
                provided.setdefault(edge["name"], set()).update(virtuals)
    spack.repo.PATH = Recipes(provided)
    return specs


def matching(specs, text):
    query = Spec(text)
    return sorted(hash[:7] for hash, spec in specs.items() if spec.satisfies(query))


def found(lock, file, queries):
    specs = read_nodes(file)
    for text in queries:
        yield {"lock": lock, "query": text, "hashes": attempt(lambda: matching(specs, text))}


with open(sys.argv[1], encoding="utf-8") as file:
    asked = json.load(file)
host = spack.platforms.host()
answer = {
    "spack": spack.spack_version,
    "host": {
        "platform": str(host),
        "os": str(host.default_operating_system()),
        "target": str(host.default_target()),
    },
    "specs": [single(text) for text in asked["specs"]],
    "pairs": [pair(a, b) for a, b in asked["pairs"]],
    "nodes": [node for lock in asked["locks"] for node in found(lock["name"], lock["file"], lock["queries"])],
}
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(answer, file)
