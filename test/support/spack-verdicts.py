"""What a real Spack says about specs. Run by `spack python`; reads a JSON object from the file named first, writes one to the second.

Names are taken as plain: no recipe is asked, so that the answers depend on Spack alone and not on a package repository.
"""

import json
import sys

import spack.platforms
import spack.provider_index
import spack.repo
import spack.spec_parser
from spack.spec import Spec


class NoRecipes:
    def is_virtual(self, name, *args, **kwargs):
        return False

    def get_pkg_class(self, name):
        raise spack.repo.UnknownPackageError(name)


class NoProviders:
    def __init__(self, *args, **kwargs):
        pass

    def __contains__(self, name):
        return False


spack.repo.PATH = NoRecipes()
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
}
with open(sys.argv[2], "w", encoding="utf-8") as file:
    json.dump(answer, file)
