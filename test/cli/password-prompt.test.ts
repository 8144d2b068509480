/** Passwords that are typed: asked for twice, and never shown. */

import { describe, expect, test } from "bun:test";
import { candidate } from "../conformance/config/program.ts";

const DEADLINE_MS = 4_000;

interface Typed {
  code: number;
  /** Everything that the terminal shows. */
  screen: string;
}

/** Types answers, each when the program asks for one. */
async function type(...answers: string[]): Promise<Typed> {
  let screen = "";
  const child = Bun.spawn([...candidate, "mkpasswd", "-p", "-c", "4"], {
    terminal: {
      data: (_, bytes) => {
        screen += Buffer.from(bytes).toString();
      },
    },
  });
  const deadline = performance.now() + DEADLINE_MS;
  for (const [index, answer] of answers.entries()) {
    const question = ["Password: ", "Once more: "][index]!;
    while (!screen.includes(question)) {
      if (performance.now() > deadline) throw new Error(`no question: ${screen}`);
      await Bun.sleep(5);
    }
    child.terminal!.write(answer);
  }
  const code = await child.exited;
  child.terminal!.close();
  return { code, screen };
}

describe.skipIf(process.platform === "win32")("mkpasswd -p on a terminal", () => {
  test("asks twice, shows nothing, and prints the hash", async () => {
    const { code, screen } = await type("secret\r", "secret\r");
    expect(code).toBe(0);
    expect(screen).not.toContain("secret");
    const hash = /\$2a\$04\$\S{53}/.exec(screen)?.[0] ?? "";
    expect(await Bun.password.verify("secret", hash)).toBe(true);
  });

  test("lets typing be corrected", async () => {
    const { screen } = await type("wrong\u0015secreä\u007ftx\b\r", "secret\n");
    const hash = /\$2a\$04\$\S{53}/.exec(screen)?.[0] ?? "";
    expect(await Bun.password.verify("secret", hash)).toBe(true);
  });

  test("takes both answers from one paste", async () => {
    expect((await type("secret\rsecret\r")).code).toBe(0);
  });

  test("refuses two passwords that differ", async () => {
    const { code, screen } = await type("one\r", "two\r");
    expect(code).toBe(1);
    expect(screen).toContain("the passwords differ");
    expect(screen).not.toContain("$2a$");
  });

  test("ends when it is interrupted", async () => {
    for (const key of ["\u0003", "\u0004"]) {
      const { code, screen } = await type(`sec${key}`);
      expect(code).toBe(1);
      expect(screen).toContain("interrupted");
    }
  });
});
