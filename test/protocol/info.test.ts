import { describe, expect, test } from "bun:test";
import { encodeError } from "../../src/protocol/errors.ts";
import { type ClientInfo, encodeInfo, NO_TLS, type ServerInfo } from "../../src/protocol/info.ts";
import { encodePublicNkey, NkeyKind } from "../../src/protocol/nkeys.ts";
import { withSeed } from "../support/prng.ts";

const SERVER: ServerInfo = {
  id: "NID",
  name: "a name",
  host: "0.0.0.0",
  port: 4222,
  headers: true,
  cluster: "",
  connectUrls: [],
  authRequired: false,
  tls: NO_TLS,
  maxPayload: 1048576,
  xkey: "XKEY",
  runtime: "bun1",
};

/** The fields between the verb and the end of the line. */
function fieldsOf(client: ClientInfo): Record<string, unknown> {
  const text = encodeInfo(SERVER, client).toString();
  expect(text).toStartWith('INFO {"server_id":"NID",');
  expect(text).toEndWith("} \r\n");
  return JSON.parse(text.slice(5, -3)) as Record<string, unknown>;
}

describe("INFO", () => {
  test("has nats-server's fields in nats-server's order", () => {
    expect(encodeInfo(SERVER, { cid: 7, ip: "127.0.0.1" }).toString()).toBe(
      'INFO {"server_id":"NID","server_name":"a name","version":"2.15.1","proto":1,"go":"bun1",' +
        '"host":"0.0.0.0","port":4222,"headers":true,"max_payload":1048576,"client_id":7,' +
        '"client_ip":"127.0.0.1","api_lvl":5,"xkey":"XKEY"} \r\n',
    );
  });

  test("about a connection names its account before the API level", () => {
    const fields = fieldsOf({ cid: 7, ip: "::1", account: "$G" });
    expect(Object.keys(fields)).toEqual([
      "server_id",
      "server_name",
      "version",
      "proto",
      "go",
      "host",
      "port",
      "headers",
      "max_payload",
      "client_id",
      "client_ip",
      "connect_info",
      "remote_account",
      "api_lvl",
      "xkey",
    ]);
    expect(fields).toMatchObject({ connect_info: true, remote_account: "$G", client_ip: "::1" });
  });

  test("names the cluster behind the nonce", () => {
    const server = { ...SERVER, cluster: "east" };
    const text = encodeInfo(server, { cid: 7, ip: "::1", nonce: "n", isLameDuck: true }).toString();
    expect(text).toContain('"nonce":"n","cluster":"east","ldm":true,');
  });

  test("shows a payload limit of the connection's own instead of the server's", () => {
    expect(fieldsOf({ cid: 1, ip: "x", maxPayload: 100 }).max_payload).toBe(100);
    expect(fieldsOf({ cid: 1, ip: "x", maxPayload: -1 }).max_payload).toBe(-1);
  });

  test("stays one line whatever the server is called", () => {
    const server = { ...SERVER, name: 'a "b"\r\n\u20ac' };
    const text = encodeInfo(server, { cid: 1, ip: "x" }).toString();
    expect(text.indexOf("\r\n")).toBe(text.length - 2);
    expect(JSON.parse(text.slice(5, -3))).toMatchObject({ server_name: server.name });
  });
});

test("an error is a line with its text in single quotes", () => {
  expect(encodeError("Stale Connection").toString()).toBe("-ERR 'Stale Connection'\r\n");
});

/** Decodes base32 without padding by plain arithmetic. */
function decodeBase32(text: string): Uint8Array {
  let value = 0n;
  for (const letter of text) {
    const digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter);
    expect(digit).toBeGreaterThanOrEqual(0);
    value = value * 32n + BigInt(digit);
  }
  const length = Math.floor((text.length * 5) / 8);
  const unused = BigInt(text.length * 5 - length * 8);
  expect(value & ((1n << unused) - 1n)).toBe(0n);
  value >>= unused;
  return Uint8Array.from({ length }, (_, i) =>
    Number((value >> BigInt((length - 1 - i) * 8)) & 255n),
  );
}

/** CRC-16 XMODEM, bit by bit. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = (crc >> 15) ^ ((byte >> bit) & 1);
      crc = (crc << 1) & 0xffff;
      if (carry === 1) crc ^= 0x1021;
    }
  }
  return crc;
}

describe("the text form of a public key", () => {
  test("has the checksum that everybody knows", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0x31c3);
  });

  for (const [letter, kind] of [
    ["N", NkeyKind.Server],
    ["X", NkeyKind.Curve],
  ] as const) {
    test(`of kind ${letter} is 56 letters from which kind, key and checksum can be read`, () =>
      withSeed((random) => {
        const keys: Buffer[] = [Buffer.alloc(32), Buffer.alloc(32, 255)];
        while (keys.length < 200) keys.push(random.bytes(32));
        for (const key of keys) {
          const text = encodePublicNkey(kind, key);
          expect(text.length).toBe(56);
          expect(text[0]).toBe(letter);
          const raw = decodeBase32(text);
          expect(raw.length).toBe(35);
          expect(raw[0]).toBe(kind);
          expect(key.equals(raw.subarray(1, 33))).toBe(true);
          expect(raw[33]! | (raw[34]! << 8)).toBe(crc16(raw.subarray(0, 33)));
        }
      }));
  }

  test("is the one in the documentation of nkeys for this user", () => {
    const text = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
    const raw = decodeBase32(text);
    expect(encodePublicNkey(raw[0]!, raw.subarray(1, 33))).toBe(text);
  });
});
