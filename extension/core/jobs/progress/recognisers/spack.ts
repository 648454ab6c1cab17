import { countSighting, type Recogniser, type Sighting, sighting } from "../sighting.ts";

/**
 * `spack install` (1.1). The installer that is Spack's default tells a total in `==> Installing NAME-VERSION-HASH [3/45]`
 * and prints one `[+] PREFIX` for each package that is there in the end; its index also counts what failed or is still at
 * work beside others, so it is not used. The newer installer prints `HASH NAME@VERSION: PHASE` and no total.
 */
export function spackRecogniser(): Recogniser {
  let index = 0;
  let total: number | undefined;
  let present = 0;
  const count = (phase: string | undefined, fresh = false): Sighting | undefined =>
    total === undefined
      ? sighting({ done: present, phase, fresh })
      : countSighting(Math.min(present, total), total, { phase, fresh });
  const begin = (name: string, at: number, of: number): Sighting | undefined => {
    const again = total !== undefined && of !== total && at < index;
    if (again) present = 0;
    index = at;
    total = of;
    return count(name, again);
  };
  const arrive = (phase: string | undefined): Sighting | undefined => {
    const again = total !== undefined && present >= total;
    if (again) [index, total, present] = [0, undefined, 0];
    present += 1;
    return count(phase, again);
  };
  return ({ head }) => {
    if (head.startsWith("[+] /")) return arrive(undefined);
    if (head.startsWith("==> ")) {
      const begun = /^==> Installing (\S{1,200}) \[(\d{1,7})\/(\d{1,7})\]$/.exec(head);
      if (begun !== null) return begin(nameOf(begun[1] ?? ""), Number(begun[2]), Number(begun[3]));
      const [, name, phase] = /^==> (\S{1,100}): Executing phase: '([\w-]{1,60})'$/.exec(head) ?? [];
      if (name !== undefined) return count(`${name}: ${phase}`);
      return head.startsWith("==> Error: ") ? sighting({ ended: true }) : undefined;
    }
    if (head[7] !== " ") return undefined;
    const [, name, phase] = /^[a-z0-9]{7} (\S{1,100})@\S{1,100}: ([a-z-]{3,30})$/.exec(head) ?? [];
    if (name === undefined) return undefined;
    return phase === "finished" ? arrive(`${name}: ${phase}`) : count(`${name}: ${phase}`);
  };
}

/** Without `-VERSION-HASH`. */
function nameOf(installed: string): string {
  return /^(.+)-[^-]+-[a-z0-9]{32}$/.exec(installed)?.[1] ?? installed;
}
