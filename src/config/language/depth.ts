/** How deep maps and arrays may stand in one another: what Go can write as JSON. */

export const DEPTH_MAX = 10_000;

/** nats-server's words, which a still deeper file repeats there. */
export const TOO_DEEP = {
  text: "json: error calling MarshalJSON for type *conf.token: exceeded max depth",
  hint: `maps and arrays can stand in one another ${DEPTH_MAX} deep`,
};
