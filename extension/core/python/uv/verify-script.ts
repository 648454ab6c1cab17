/**
 * What looks, in the project's own Python, where its modules come from. It imports none of them: a module is found as
 * `import` would find it. stdin is `{"modules": ["numpy", …], "roots": ["/opt/…", …]}`, the folders that are Spack's; stdout is one JSON object, see verify.ts.
 */
export const verifyScript = `
import importlib.metadata, importlib.util, json, os, sys

def place(name):
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return []
    if spec is None:
        return []
    if spec.origin and os.path.isabs(spec.origin):
        return [os.path.realpath(spec.origin)]
    if spec.submodule_search_locations is not None:
        return [os.path.realpath(p) for p in spec.submodule_search_locations]
    return [spec.origin or ""]

def normal(name):
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)

own = {}
for path in sys.path:
    real = os.path.realpath(path or os.getcwd())
    if not real.startswith(os.path.realpath(sys.prefix) + os.sep):
        continue
    for one in importlib.metadata.distributions(path=[path]):
        name = one.metadata["Name"] if one.metadata else None
        if name:
            wheel = one.read_text("WHEEL") or ""
            own[normal(name)] = {
                "version": one.version,
                "generator": next((l[11:] for l in wheel.splitlines() if l.startswith("Generator: ")), ""),
            }

asked = json.load(sys.stdin)
roots = [os.path.realpath(root) + os.sep for root in asked["roots"]]

def found(name):
    files = place(name)
    return {"files": files, "spack": any(f.startswith(r) for f in files for r in roots)}

print(json.dumps({
    "python": "%d.%d.%d" % sys.version_info[:3],
    "prefix": sys.prefix,
    "installed": own,
    "modules": {name: found(name) for name in asked["modules"]},
}))
`;
