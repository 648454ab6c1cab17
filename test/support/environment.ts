/**
 * Run by vitest before every test file. CI makes vitest set FORCE_COLOR, which all processes that a test starts would
 * inherit; what they print must not depend on where the tests run.
 */
delete process.env["FORCE_COLOR"];
process.env["NO_COLOR"] = "1";
