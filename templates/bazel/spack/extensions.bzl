"""The module extension: one repository for each locked Spack environment that the root module names.

    spack = use_extension("@sygaldry_spack//:extensions.bzl", "spack")
    spack.environment(lock = "//:spack.lock", store = "/opt/spack_store")
    use_repo(spack, "spack")
"""

load("//private:errors.bzl", "refuse")
load("//private:overrides.bzl", "OVERRIDE_ATTRS", "encode_override")
load("//private:python_rules.bzl", "PYTHON_RULES", "python_rules")
load(":repository.bzl", "ENVIRONMENT_ATTRS", "spack_repository")

def _spack_impl(ctx):
    for module in ctx.modules:
        # What a dependency was locked against is not what is installed here.
        if not module.is_root:
            continue
        environments = {tag.name: tag for tag in module.tags.environment}
        if len(environments) < len(module.tags.environment):
            refuse(
                "two spack.environment tags have one name",
                "Give each its own: spack.environment(name = ...), and name it in use_repo too.",
            )
        overrides = _overrides(module.tags.package, environments)
        if environments:
            python_rules(name = PYTHON_RULES, modules = True)
        for name, tag in environments.items():
            spack_repository(
                name = name,
                build_file = tag.build_file,
                lock = tag.lock,
                python_rules = PYTHON_RULES,
                store = tag.store,
                upstreams = tag.upstreams,
                synced_roots = tag.synced_roots,
                overrides = overrides[name],
            )

def _overrides(tags, environments):
    overrides = {name: {} for name in environments}
    for tag in tags:
        if tag.environment not in overrides:
            refuse(
                "spack.package(name = \"%s\") is for an environment \"%s\" that no spack.environment has" % (tag.name, tag.environment),
                "Known are: %s." % ", ".join(sorted(environments)),
            )
        overrides[tag.environment][tag.name] = encode_override(tag)
    return overrides

spack = module_extension(
    implementation = _spack_impl,
    doc = "Locked Spack environments. Only the root module's tags count.",
    tag_classes = {
        "environment": tag_class(
            attrs = dict(
                ENVIRONMENT_ATTRS,
                name = attr.string(default = "spack", doc = "The repository's name: @spack."),
            ),
            doc = "One spack.lock and the store that it is installed in.",
        ),
        "package": tag_class(
            attrs = dict(
                OVERRIDE_ATTRS,
                name = attr.string(mandatory = True, doc = "The package as Spack names it."),
                environment = attr.string(default = "spack", doc = "The environment's repository."),
            ),
            doc = "Says what a package's own files do not say, or say wrongly.",
        ),
    },
)
