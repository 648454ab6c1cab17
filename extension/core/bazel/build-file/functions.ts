/** Functions of BUILD files that make no rule target. */
const withoutTargets = new Set([
  ...[
    "package",
    "licenses",
    "exports_files",
    "package_group",
    "environment_group",
    "distribs",
    "print",
    "fail",
  ],
  ...["workspace", "exec_properties", "glob", "select", "subpackages", "existing_rule", "existing_rules"],
  ...[
    "package_name",
    "repository_name",
    "repo_name",
    "module_name",
    "module_version",
    "Label",
    "depset",
    "struct",
  ],
  ...[
    "str",
    "int",
    "bool",
    "len",
    "list",
    "dict",
    "tuple",
    "set",
    "range",
    "sorted",
    "reversed",
    "enumerate",
    "zip",
  ],
  ...["any", "all", "min", "max", "abs", "hash", "repr", "type", "getattr", "hasattr", "dir", "float"],
]);

/**
 * Rules that Bazel has, or once had, of its own: the rules of the same names in the repositories that took them over are
 * rules of this kind too, or macros that make one target of this name and kind.
 */
const ownRules = new Set([
  ...[
    "alias",
    "config_setting",
    "filegroup",
    "genquery",
    "genrule",
    "starlark_doc_extract",
    "test_suite",
    "toolchain",
  ],
  ...["constraint_setting", "constraint_value", "platform", "toolchain_type", "label_flag", "label_setting"],
  ...["config_feature_flag", "environment", "interface_library", "action_listener", "extra_action"],
  ...[
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_shared_library",
    "cc_test",
    "cc_toolchain",
    "cc_static_library",
  ],
  ...["cc_toolchain_suite", "fdo_prefetch_hints", "fdo_profile", "memprof_profile", "propeller_optimize"],
  ...["objc_import", "objc_library", "cc_proto_library", "java_proto_library", "java_lite_proto_library"],
  ...[
    "java_binary",
    "java_import",
    "java_library",
    "java_plugin",
    "java_test",
    "java_runtime",
    "java_toolchain",
  ],
  ...["java_package_configuration", "proto_library", "proto_lang_toolchain", "proto_toolchain"],
  ...["py_binary", "py_library", "py_runtime", "py_test", "sh_binary", "sh_library", "sh_test"],
]);

const ruleRepositories =
  /^@+(bazel_tools|rules_cc|rules_java|rules_python|rules_shell|rules_proto|protobuf|com_google_protobuf|platforms)\/\//;

export function makesTargets(callee: string): boolean {
  return !withoutTargets.has(callee);
}

/** Whether calling it makes exactly one target, of the call's name and this kind. `origin` is what it was loaded from. */
export function isKnownRule(kind: string, origin: string | undefined): boolean {
  return ownRules.has(kind) && (origin === undefined || ruleRepositories.test(origin));
}
