import { chmod } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { sygaldry } from "../../support/cli.ts";
import { requires } from "../../support/requirements.ts";
import { jobPlace } from "./support.ts";

requires("linux", "root")("jobs of another user (integration)", () => {
  it("are shown, and not stopped: who may neither ask nor signal is told so at once", async () => {
    await using place = await jobPlace();
    await place.run("theirs", "--", "sleep", "7821");
    await chmod(path.dirname(place.work), 0o755);
    const user = { uid: 1234, gid: 5678, home: place.work };
    const asOther = (...args: readonly string[]) =>
      sygaldry(["job", ...args], { cwd: place.work, env: place.env, user });
    const refused = await asOther("stop", "theirs");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("error[SYG-FILE]");
    expect(refused.stderr).toContain("as the user who started it");
    expect((await asOther("status", "theirs", "--json")).json()).toMatchObject({ live: true });
    expect((await place.job("stop", "theirs")).exitCode).toBe(0);
  });
});
