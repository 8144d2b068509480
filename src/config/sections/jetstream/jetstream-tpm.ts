/** Keys of streams that a TPM holds, as Windows machines have one, and the cipher they are for. */

import { goQuoteText } from "../../../protocol/go-quote.ts";
import {
  DEFAULT_TPM_PCR,
  type JetStreamCipher,
  type JetStreamOptions,
  type TpmOptions,
} from "../../options/jetstream.ts";
import { block, Section } from "../../schema/section.ts";
import { checked, integer, text, type ValueType } from "../../schema/value-type.ts";

const CIPHERS: Readonly<Record<string, JetStreamCipher>> = {
  chacha: "chacha",
  chachapoly: "chacha",
  aes: "aes",
};

export const cipher = checked(text, (value, node, reader) => {
  const name = value.toLowerCase();
  if (Object.hasOwn(CIPHERS, name)) return CIPHERS[name];
  return reader.error(node, `Unknown cipher type: ${goQuoteText(value)}`);
}) as ValueType<JetStreamCipher>;

const TPM: Section<TpmOptions> = new Section<TpmOptions>("jetstream.tpm", [
  {
    names: ["keys_file"],
    about: "File for the key, sealed by the TPM",
    reload: "restart",
    to: "keysFile",
    type: text,
  },
  {
    names: ["encryption_password"],
    about: "Password of the key",
    reload: "restart",
    to: "encryptionPassword",
    type: text,
  },
  {
    names: ["srk_password"],
    about: "Password of the TPM's storage root key",
    reload: "restart",
    to: "srkPassword",
    type: text,
  },
  {
    names: ["pcr"],
    about: "Platform configuration register that the key is bound to",
    reload: "restart",
    to: "pcr",
    type: integer,
  },
  {
    names: ["cipher"],
    about: "Cipher that streams on disk are encrypted with: chacha or aes",
    reload: "restart",
    to: "cipher",
    type: cipher,
  },
]);

export const tpmField = block<JetStreamOptions, "tpm">(
  {
    names: ["tpm"],
    about: "Have a TPM keep the key, on Windows only",
    reload: "restart",
    to: "tpm",
  },
  TPM,
  () => ({
    keysFile: "",
    encryptionPassword: "",
    srkPassword: "",
    pcr: DEFAULT_TPM_PCR,
    cipher: "chacha",
  }),
  // nats-server says the same of the limits.
  (goType) => `Expected a map to define JetStreamLimits, got ${goType}`,
);
