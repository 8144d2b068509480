/** Small pictures beside words. They say nothing on their own, so screen readers skip them. */

import { svg } from "./dom.ts";

const PATHS = {
  overview: "M3 13h5l3-9 4 16 3-7h3",
  connections: "M8 3v5M16 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",
  subjects: "M4 6h10M4 12h16M4 18h7",
  slow: "M12 7v5l3 3M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  denials: "M12 3l8 3v6c0 5-3.5 7.5-8 9-4.5-1.5-8-4-8-9V6zM9 9.500l6 5M15 9.500l-6 5",
  accounts:
    "M4 20c0-4 3-6 5-6s5 2 5 6M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM16 11a3 3 0 1 0-1-5.800M17 14c2 .5 3.5 2.5 3.5 6",
  cluster:
    "M12 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM5 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM19 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM10.8 8l-4.6 8M13.2 8l4.6 8M7.5 18.500h9",
  configuration:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM9 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  log: "M5 4h14v16H5zM8 8h8M8 12h8M8 16h5",
  tools: "M5 12l14-7-5 15-3-6zM11 14l8-9",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  good: "M5 12.500l4.5 4.500L19 7.5",
  warning: "M12 4l9 16H3zM12 10v5M12 17.500v.5",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5M12 7.500v.5",
} as const;

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): SVGElement {
  const path = svg("path", { d: PATHS[name] });
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, path);
}
