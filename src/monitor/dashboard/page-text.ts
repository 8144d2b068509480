/** The dashboard's page: one text, with its style and its program in it. */

import { guarded } from "./answers.ts";

/** Put in by the build. From source the page is put together when it is first asked for. */
declare const DASHBOARD_PAGE: string | undefined;

const STYLE = /<style>(.*?)<\/style>/s;
const SCRIPT = /<script type="module">(.*?)<\/script>/s;

let prepared: Promise<PreparedPage> | undefined;

interface PreparedPage {
  readonly text: string;
  readonly headers: Record<string, string>;
}

export async function pageAnswer(): Promise<Response> {
  prepared ??= prepare();
  const { text, headers } = await prepared;
  return new Response(text, { headers });
}

async function prepare(): Promise<PreparedPage> {
  const text = await pageText();
  const style = hashOf(STYLE.exec(text)![1]!);
  const script = hashOf(SCRIPT.exec(text)![1]!);
  const policy = [
    "default-src 'none'",
    `script-src '${script}'`,
    `style-src '${style}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  const headers = guarded({
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": policy.join("; "),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  });
  return { text, headers };
}

async function pageText(): Promise<string> {
  if (typeof DASHBOARD_PAGE === "string") return DASHBOARD_PAGE;
  const { assemblePage } = await import("./assemble-page.ts");
  return assemblePage();
}

/** What a policy calls a text of the page by. */
function hashOf(text: string): string {
  return `sha256-${new Bun.CryptoHasher("sha256").update(text).digest("base64")}`;
}
