/** A workspace in which everything goes wrong that can; the events in test/fixtures/bazel are of it. */
export const eventsWorkspace: Readonly<Record<string, string>> = {
  "MODULE.bazel": 'module(name = "events")\n',
  "lib/BUILD.bazel": `package(default_visibility = ["//visibility:public"])
cc_library(name = "good", srcs = ["good.cc"], hdrs = ["good.h"])
cc_binary(name = "hello", srcs = ["hello.cc"], deps = [":good"])
cc_library(name = "bad", srcs = ["bad.cc"], copts = ["-Wall"])
cc_binary(name = "uses_bad", srcs = ["hello.cc"], deps = [":bad", ":good"])
cc_binary(name = "unlinked", srcs = ["unlinked.cc"])
genrule(name = "java_bad", srcs = ["Bad.java"], outs = ["Bad.class"], cmd = "javac -d $(RULEDIR) $<")
genrule(name = "python_bad", outs = ["python_bad.txt"], srcs = ["fails.py"], cmd = "python3 $(location fails.py) > $@")
genrule(name = "no_output", outs = ["never.txt"], cmd = "true")
filegroup(name = "größe", srcs = ["good.h"])
cc_test(name = "good_test", srcs = ["good_test.cc"], deps = [":good"], size = "small")
`,
  "lib/good.h": `#pragma once
int good(int value);
`,
  "lib/good.cc": `#include "lib/good.h"
int good(int value) { return value + 1; }
`,
  "lib/hello.cc": `#include <cstdio>
#include <cstdlib>
#include "lib/good.h"
int main(int argc, char** argv) {
  for (int i = 1; i < argc; i++) std::printf("argument %s\\n", argv[i]);
  return argc > 1 ? std::atoi(argv[argc - 1]) : good(-1);
}
`,
  "lib/bad.cc": `#include <vector>
int bad() {
  int unused = 3;
  std::vector<int> many;
  return many.sise();
}
int worse() { return undeclared; }
`,
  "lib/unlinked.cc": `int nowhere();
int main() { return nowhere(); }
`,
  "lib/Bad.java": `package lib;
class Bad {
  int value() { return "text"; }
}
`,
  "lib/fails.py": `def inner():
    return {}["missing"]


inner()
`,
  "lib/good_test.cc": `#include "lib/good.h"
int main() { return good(1) == 2 ? 0 : 1; }
`,
  "tests/BUILD.bazel": `constraint_setting(name = "os")
constraint_value(name = "elsewhere", constraint_setting = ":os")
sh_test(name = "pass", srcs = ["pass.sh"], size = "small")
sh_test(name = "fail", srcs = ["fail.sh"], size = "small")
sh_test(name = "slow", srcs = ["slow.sh"], timeout = "short")
sh_test(name = "flaky", srcs = ["flaky.sh"], flaky = True)
sh_test(name = "sharded", srcs = ["sharded.sh"], shard_count = 2)
sh_test(name = "no_build", srcs = ["pass.sh"], data = ["//lib:bad"])
sh_test(name = "skipped", srcs = ["pass.sh"], target_compatible_with = [":elsewhere"])
`,
  "tests/pass.sh": `#!/bin/sh
echo passed
`,
  "tests/fail.sh": `#!/bin/sh
echo comparing
echo "tests/fail.sh:3: expected 4, got 5" >&2
exit 1
`,
  "tests/slow.sh": `#!/bin/sh
echo waiting
sleep 100
`,
  "tests/flaky.sh": `#!/bin/sh
mkdir -p /tmp/flaky-state
if [ -e /tmp/flaky-state/tried ]; then rm /tmp/flaky-state/tried; echo second; exit 0; fi
touch /tmp/flaky-state/tried
echo first
exit 1
`,
  "tests/sharded.sh": `#!/bin/sh
touch "$TEST_SHARD_STATUS_FILE"
echo "shard $TEST_SHARD_INDEX"
`,
  "broken/BUILD.bazel": `filegroup(name = "ok")
cc_library(name = "cut", srcs = [
`,
  "cycle/BUILD.bazel": `genrule(name = "a", srcs = [":b"], outs = ["a.txt"], cmd = "cp $< $@")
genrule(name = "b", srcs = [":a"], outs = ["b.txt"], cmd = "cp $< $@")
`,
  "unknown/BUILD.bazel": `filegroup(name = "wants", srcs = ["//lib:nothing"])
`,
  "slow/BUILD.bazel": `genrule(name = "slow", outs = ["slow.txt"], cmd = "touch started; sleep 1000", local = True)
`,
};

/** What is run is a program. */
export const eventsPrograms: readonly string[] = Object.keys(eventsWorkspace).filter((name) =>
  name.endsWith(".sh"),
);
