/** The certificates of the scenarios, made anew by openssl for each run. */

import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How one certificate is made. */
interface Certificate {
  name: string;
  /** In the slash form of openssl; `+` joins attributes of one RDN. */
  subject: string;
  /** Lines of its extension section. */
  extensions?: readonly string[];
  /** Who signs: a certificate of this list, or itself. */
  issuer?: string;
  /** Whose key it has, if not one of its own. */
  key?: string;
  /** An RSA key; else one on P-256. */
  rsa?: boolean;
  /** Valid in the year 2020 only. */
  expired?: boolean;
}

const CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"];
const SERVER = ["subjectAltName=DNS:localhost,IP:127.0.0.1", "extendedKeyUsage=serverAuth"];
const CLIENT = ["extendedKeyUsage=clientAuth"];

/** A client certificate of the usual CA, with the key all of them share. */
function client(name: string, subject: string, ...more: string[]): Certificate {
  return { name, subject, extensions: [...CLIENT, ...more], issuer: "ca", key: "client" };
}

const DC = "/DC=com/DC=example/O=Org Inc/CN=dcuser";

const CERTIFICATES: readonly Certificate[] = [
  { name: "ca", subject: "/O=Scenarios/CN=Test CA", extensions: CA },
  { name: "other-ca", subject: "/O=Scenarios/CN=Other CA", extensions: CA },
  { name: "server", subject: "/CN=server-ecdsa", extensions: SERVER, issuer: "ca" },
  { name: "server-rsa", subject: "/CN=server-rsa", extensions: SERVER, issuer: "ca", rsa: true },
  { name: "server-new", subject: "/CN=server-new", extensions: SERVER, issuer: "ca" },
  { name: "client", subject: "/C=US/O=Org Inc/OU=Dev/CN=dn", extensions: CLIENT, issuer: "ca" },
  { name: "second", subject: "/CN=second", extensions: CLIENT, issuer: "ca" },
  client("email", "/CN=e", "subjectAltName=email:mail@example.com"),
  client("emails", "/CN=e", "subjectAltName=email:a@example.com,email:b@example.com"),
  client("dns", "/CN=d", "subjectAltName=DNS:host.example.com"),
  client("uri", "/CN=u", "subjectAltName=URI:spiffe://example.com/service"),
  client("ip", "/CN=i", "subjectAltName=IP:10.0.0.1"),
  client("all", "/CN=all", "subjectAltName=email:m@all.com,DNS:d.all.com,URI:urn:all"),
  client("subject-email", "/CN=se/emailAddress=subject@example.com"),
  client("dc", DC),
  client("multi", "/C=US/O=Multi+OU=Valued/CN=multi"),
  client("cn", "/CN=plain-cn"),
  client("unicode", "/O=Größe/CN=ünï"),
  client("comma", '/O=Comma, Inc/CN=a"b"'),
  client("nothing", "/"),
  { name: "intermediate", subject: "/O=Scenarios/CN=Intermediate", extensions: CA, issuer: "ca" },
  {
    ...client("under", "/CN=under", "subjectAltName=email:under@example.com"),
    issuer: "intermediate",
  },
  { name: "no-eku", subject: "/CN=no-eku", issuer: "ca", key: "client" },
  {
    name: "wrong-eku",
    subject: "/CN=wrong-eku",
    extensions: ["extendedKeyUsage=serverAuth"],
    issuer: "ca",
    key: "client",
  },
  { ...client("foreign", "/CN=foreign"), issuer: "other-ca" },
  { ...client("expired", "/CN=expired"), expired: true },
  { name: "self-signed", subject: "/CN=self", extensions: CLIENT, key: "client" },
];

const CONFIGURATION = `[req]
distinguished_name = name
[name]
[ca]
default_ca = authority
[authority]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = policy
unique_subject = no
rand_serial = yes
email_in_dn = yes
copy_extensions = none
[policy]
domainComponent = optional
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
`;

const VALID = ["-startdate", "20200101000000Z", "-enddate", "20991231235959Z"];
const EXPIRED = ["-startdate", "20200101000000Z", "-enddate", "20201231235959Z"];

/**
 * Makes `<name>.pem` and `<name>.key` of every certificate in a new folder.
 *
 * @throws Error with what openssl says.
 */
export async function makeCertificates(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nats-scenarios-"));
  const openssl = (args: readonly string[]): Promise<void> => runOpenssl(folder, args);
  await writeFile(join(folder, "index.txt"), "");
  await Promise.all(
    CERTIFICATES.filter(({ key }) => key === undefined).map(({ name, rsa }) =>
      openssl(
        rsa
          ? ["genrsa", "-out", `${name}.key`, "2048"]
          : ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", `${name}.key`],
      ),
    ),
  );
  // One after the other: each adds a line to the index.
  for (const certificate of CERTIFICATES) await make(certificate, folder, openssl);
  return folder;
}

async function make(
  { name, subject, extensions = [], issuer, key = name, expired }: Certificate,
  folder: string,
  openssl: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const file = `${name}.cnf`;
  await writeFile(join(folder, file), `${CONFIGURATION}[extensions]\n${extensions.join("\n")}\n`);
  const config = ["-config", file, "-utf8"];
  const request = ["-new", "-key", `${key}.key`, "-subj", subject, "-out", `${name}.csr`];
  await openssl(["req", ...config, ...request]);
  const signer =
    issuer === undefined
      ? ["-selfsign", "-keyfile", `${key}.key`]
      : ["-cert", `${issuer}.pem`, "-keyfile", `${issuer}.key`];
  const dates = expired ? EXPIRED : VALID;
  const files = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extensions", "extensions"];
  await openssl([
    "ca",
    ...config,
    ...signer,
    ...dates,
    ...files,
    "-batch",
    "-notext",
    "-preserveDN",
  ]);
}

async function runOpenssl(cwd: string, args: readonly string[]): Promise<void> {
  const child = Bun.spawn(["openssl", ...args], { cwd, stdout: "ignore", stderr: "pipe" });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`openssl ${args.join(" ")}:\n${said}`);
}
