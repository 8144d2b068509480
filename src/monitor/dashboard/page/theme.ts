/** Light or dark: as the system has it, unless somebody has chosen. */

import { announce } from "./announce.ts";
import { h, setAttribute } from "./dom.ts";
import { icon } from "./icons.ts";

const KEY = "nats-dashboard-theme";
const DARK = matchMedia("(prefers-color-scheme: dark)");

/** The button that switches between the two. */
export function themeButton(): HTMLElement {
  const button = h("button", { class: "plain", type: "button", onclick: toggle }, icon("theme"));
  const show = (): void => {
    const label = isDark() ? "Switch to light colours" : "Switch to dark colours";
    setAttribute(button, "aria-label", label);
    setAttribute(button, "title", label);
  };
  function toggle(): void {
    choose(isDark() ? "light" : "dark");
    announce(isDark() ? "Dark colours" : "Light colours");
    show();
  }
  DARK.addEventListener("change", show);
  choose(remembered());
  show();
  return button;
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme === undefined ? DARK.matches : theme === "dark";
}

function choose(theme: string | null): void {
  if (theme !== "light" && theme !== "dark") return;
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It is forgotten with the page.
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
