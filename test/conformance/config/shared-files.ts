/** Files that cases refer to as `shared/NAME`: certificates and JWTs, made anew for each run. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { operatorJwt } from "./jwts.ts";

/** A key pair signed by the authority, another one by itself. Elliptic keys are quick to make. */
const OPENSSL = `
set -e
new() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
new ca-key.pem
openssl req -x509 -new -key ca-key.pem -subj /CN=Authority -days 3650 -out ca.pem
new key.pem
openssl req -new -key key.pem -subj /CN=localhost -out request.pem
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -days 3650 -out cert.pem
new other-key.pem
openssl req -x509 -new -key other-key.pem -subj /CN=other -days 3650 -out other-cert.pem
own() { openssl req -x509 -new -key "$1-key.pem" -subj "/CN=$1" -days 3650 -out "$1-cert.pem"; }
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa-key.pem
own rsa
openssl rsa -in rsa-key.pem -traditional -out rsa-pkcs1.pem
openssl genpkey -quiet -algorithm ED25519 -out ed25519-key.pem
own ed25519
openssl genpkey -quiet -algorithm ED448 -out ed448-key.pem
own ed448
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1-key.pem
own k1
openssl genpkey -quiet -algorithm X25519 -out x25519-key.pem
openssl ec -in key.pem -out sec1.pem
openssl pkcs8 -topk8 -in key.pem -passout pass:x -out encrypted.pem
cat key.pem cert.pem > both.pem
cat rsa-cert.pem cert.pem > chain.pem
`;

/** @throws Error with what openssl has said. */
export async function writeSharedFiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const openssl = Bun.spawn(["sh", "-c", OPENSSL], {
    cwd: folder,
    stdout: "ignore",
    stderr: "pipe",
  });
  const complaints = await new Response(openssl.stderr).text();
  if ((await openssl.exited) !== 0) throw new Error(`no certificates: ${complaints}`);
  await writeFile(join(folder, "garbage.pem"), "not a certificate\n");
  await writeFile(join(folder, "operator.jwt"), operatorJwt());
  await writeFile(join(folder, "garbage.jwt"), "not a token\n");
}
