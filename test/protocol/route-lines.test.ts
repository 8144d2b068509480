/** INFO and CONNECT between servers, and the hashes that these agree on. */

import { describe, expect, test } from "bun:test";
import { encodeRouteConnect, parseRouteConnect } from "../../src/protocol/route-connect.ts";
import {
  EMPTY_ROUTE_INFO,
  encodeRouteInfo,
  parseRouteInfo,
} from "../../src/protocol/route-info.ts";
import { routePoolSlot, shortHash } from "../../src/protocol/server-hash.ts";

const EMPTY =
  '{"server_id":"","server_name":"","version":"","proto":0,"go":"","host":"","port":0,' +
  '"headers":false,"max_payload":0';

function throughInfo(json: string): string {
  return encodeRouteInfo(parseRouteInfo(json), "\r\n").toString();
}

describe("INFO", () => {
  test("is told again as it came, in nats-server's order", () => {
    const json =
      '{"server_id":"P2","server_name":"P2","version":"2.15.1","proto":1,"git_commit":"a","go":"x",' +
      '"host":"127.0.0.1","port":23999,"headers":true,"auth_required":true,"tls_required":true,' +
      '"tls_verify":true,"tls_available":true,"max_payload":1048576,"jetstream":true,' +
      '"ip":"nats-route://127.0.0.1:23999/","client_id":7,"client_ip":"::1","nonce":"n",' +
      '"cluster":"C1","cluster_dynamic":true,"domain":"D1","connect_urls":["127.0.0.1:23997"],' +
      '"ws_connect_urls":["127.0.0.1:23996"],"ldm":true,"compression":"accept",' +
      '"connect_info":true,"remote_account":"A","acc_is_sys":true,"api_lvl":5,' +
      '"import":{"allow":["a"],"deny":["b"]},"export":{},"lnoc":true,"lnocu":true,"ln":true,' +
      '"info_on_connect":true,"route_pool_size":3,"route_pool_idx":1,"route_account":"X",' +
      '"route_acc_add_reqid":"r","gossip_mode":1,"gateway":"G","gateway_urls":["u"],' +
      '"gateway_url":"g","gateway_cmd":2,"gateway_cmd_payload":"AAEC","gateway_nrp":true,' +
      '"gateway_iom":true,"leafnode_urls":["127.0.0.1:23995"],"xkey":"X"}';
    expect(throughInfo(json)).toBe(`INFO ${json}\r\n`);
  });

  test("leaves out what is empty, but for nine fields", () => {
    expect(encodeRouteInfo(EMPTY_ROUTE_INFO, " \r\n").toString()).toBe(`INFO ${EMPTY}} \r\n`);
    const json = '{"connect_urls":[],"ldm":false,"cluster":"","gossip_mode":0,"import":null}';
    expect(throughInfo(json)).toBe(`INFO ${EMPTY}}\r\n`);
  });

  test("escapes what means something in HTML", () => {
    expect(throughInfo('{"import":{"allow":["a.>","<&"]}}')).toBe(
      `INFO ${EMPTY},"import":{"allow":["a.\\u003e","\\u003c\\u0026"]}}\r\n`,
    );
  });

  test("is read in any case, and without what is unknown", () => {
    expect(parseRouteInfo('{"SERVER_ID":"a","Import":{"ALLOW":["x"]},"what":{"is":[1]}}')).toEqual({
      ...EMPTY_ROUTE_INFO,
      server_id: "a",
      import: { allow: ["x"] },
    });
  });

  test.each([
    ['{"server_id":1}', "number into Go struct field Info.server_id of type string"],
    ['{"gossip_mode":256}', "number 256 into Go struct field Info.gossip_mode of type uint8"],
    ['{"gateway_cmd":-1}', "number -1 into Go struct field Info.gateway_cmd of type uint8"],
    ['{"connect_urls":"a"}', "string into Go struct field Info.connect_urls of type []string"],
    ["[]", "array into Go value of type server.Info"],
  ])("of a wrong type is refused: %s", (json, reason) => {
    expect(() => parseRouteInfo(json)).toThrow(`json: cannot unmarshal ${reason}`);
  });
});

describe("CONNECT", () => {
  const json =
    '{"echo":true,"verbose":false,"pedantic":false,"user":"u","pass":"p\\u003c","tls_required":true,' +
    '"headers":true,"name":"N","cluster":"C1","cluster_dynamic":true,"lnoc":true,"ln":true}';

  test("is written in nats-server's order", () => {
    expect(encodeRouteConnect(parseRouteConnect(json)).toString()).toBe(`CONNECT ${json}\r\n`);
    expect(encodeRouteConnect(parseRouteConnect("{}")).toString()).toBe(
      'CONNECT {"echo":false,"verbose":false,"pedantic":false,"tls_required":false,' +
        '"headers":false,"name":"","cluster":""}\r\n',
    );
  });

  test("of a wrong type is refused", () => {
    expect(() => parseRouteConnect('{"lnoc":"yes"}')).toThrow(
      "json: cannot unmarshal string into Go struct field connectInfo.lnoc of type bool",
    );
  });
});

describe("hashes", () => {
  test("an account has the slot that every server gives it", () => {
    expect(routePoolSlot("$G", 3)).toBe(2);
    expect(routePoolSlot("$G", 5)).toBe(3);
    expect(routePoolSlot("$SYS", 3)).toBe(0);
    expect(routePoolSlot("ACC1", 3)).toBe(2);
    expect(routePoolSlot("$G", 1)).toBe(0);
    expect(routePoolSlot("$G", -1)).toBe(0);
  });

  test("a name is shortened as everywhere", () => {
    expect(shortHash(6, "GA")).toBe("F2cAWZ");
    expect(shortHash(6, "GP")).toBe("ngJxh3");
    expect(shortHash(8, "A")).toBe("NUmM6cRx");
  });
});
